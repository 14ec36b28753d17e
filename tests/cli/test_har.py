"""`toolkit har`."""

import json
import os
import signal
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from toolkit.transport.har import Har, make_entry

Command = Callable[..., Any]
NOON = datetime(2025, 3, 9, 12, tzinfo=UTC)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A HAR of two requests; the second lost its body."""
    path = tmp_path / "session.har"
    good = make_entry("GET", "https://ada:pw@acme.example/a?token=secret", started=NOON, status=200, body=b"12345")
    headers = [("Content-Length", "9"), ("Content-Type", "application/pdf")]
    lost = make_entry("POST", "https://acme.example/b#x", started=NOON, status=200, response_headers=headers)
    Har([good, lost]).save(path, normal=False)
    return path


def test_a_line_for_each_request(command: Command, file: Path) -> None:
    """Number, method, status, type, bytes and address; what is lost is said, and no secret of an address is shown."""
    said = command("har", "show", str(file))
    rows = [line.split() for line in said.out.splitlines()]

    assert said.code == 0
    assert rows[1][:3] == ["1", "GET", "200"]
    assert rows[1][-1] == "https://acme.example/a"
    assert rows[2][-1] == "https://acme.example/b"
    assert "2 requests" in said.out
    assert any(line.startswith("- ") and "entry 2" in line for line in said.out.splitlines())
    assert "secret" not in said.out


def test_json(command: Command, file: Path) -> None:
    """The same for a program."""
    found = json.loads(command("har", "show", str(file), "--json").out)

    assert [entry["bytes"] for entry in found["entries"]] == [5, 0]
    assert len(found["lacks"]) == 1


def test_export_is_one_file(command: Command, file: Path, tmp_path: Path) -> None:
    """Everything is in it; a file that is there is not replaced."""
    target = tmp_path / "out.har"
    first, again = command("har", "export", str(file), str(target)), command("har", "export", str(file), str(target))

    assert (first.code, again.code) == (0, 2)
    assert "is there already" in again.err
    assert [entry.body() for entry in Har.load(target).entries] == [b"12345", b""]


LISTING = """
def list_bills(run):
    for row in run.session.get("/bills", params={"token": run.fields["password"]}).json():
        yield bill(row["date"], row["amount"], number=row["id"])
"""
ANSWER = b'[{"id": "A-1", "date": "2025-03-31", "amount": "23.90"}]'


@pytest.fixture
def capture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write_connector: Callable[..., Path]) -> Path:
    """A HAR for a connector that wants a password, in the folder in which the command runs."""
    monkeypatch.chdir(tmp_path)
    write_connector("acme", LISTING, vendor_link="https://acme.example", fields={"password": {"type": "password"}})
    entry = make_entry("GET", "https://acme.example/bills?token=hunter2-unsafe", started=NOON, status=200, body=ANSWER)
    Har([entry]).export(tmp_path / "chrome.har")
    return Path("chrome.har")


def test_import_makes_a_recording(command: Command, capture: Path) -> None:
    """With the login piped in; what it saves is told, and it replays."""
    fields = '{"password": "hunter2-unsafe"}'
    said = command("har", "import", capture, "acme", "--fields", "-", stdin=fields)

    assert said.code == 0
    assert "recordings/acme/imported: 1 request, 1 secret replaced, none found by the scan." in said.out
    assert "Replayed, it saves: 1 listed: 1 saved." in said.out
    assert "hunter2" not in Path("recordings/acme/imported/session.har").read_text()
    assert command("replay", "acme", "imported").code == 0
    again = command("har", "import", capture, "acme", "--fields", "-", stdin=fields)
    assert (again.code, "--update" in again.err) == (2, True)


def test_import_takes_the_login_from_the_environment(
    command: Command, capture: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a run does; clock and seed may be chosen."""
    monkeypatch.setenv("TOOLKIT_FIELD_PASSWORD", "hunter2-unsafe")
    said = command("har", "import", capture, "acme", "--clock", "2020-02-03T04:05:06", "--seed", "9", "--case", "other")
    take = json.loads(Path("recordings/acme/other/take.json").read_text())

    assert said.code == 0
    assert (take["clock"], take["seed"]) == ("2020-02-03T04:05:06.000Z", 9)


def test_import_says_what_the_capture_lacks(command: Command, capture: Path) -> None:
    """It is kept, ends with 1, and tells how to go on; a password that was never captured is told."""
    said = command("har", "import", capture, "acme", "--fields", "-", stdin='{"password": "another-one"}')

    assert said.code == 1
    assert "acme does not replay it" in said.out
    assert "The value given for `password` is nowhere in chrome.har" in said.err
    assert "was not recorded" in said.err
    assert "`toolkit har import chrome.har acme --case imported --update`" in said.err
    assert "another-one" not in said.out + said.err


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["acne"], "did you mean `acme`?"),
        (["acme", "--clock", "noon"], "--clock 'noon' is no time"),
        (["acme", "--case", "../out"], "is no name for a recording"),
        (["acme"], "acme needs the field `password`"),
    ],
)
def test_import_refuses_with_a_sentence(command: Command, capture: Path, arguments: list[str], word: str) -> None:
    """And leaves nothing behind."""
    said = command("har", "import", capture, *arguments)

    assert said.code == 2
    assert word in said.err
    assert not Path("recordings").exists()


WAITING = """
def list_bills(run):
    import threading
    print("listing", flush=True)
    threading.Event().wait()
    yield bill("2025-03-31", "5")
"""


def test_ctrl_c_during_an_import_leaves_nothing(
    tmp_path: Path, capture: Path, spawn: Callable[..., subprocess.Popen[str]]
) -> None:
    """Neither a recording nor half of one."""
    code = tmp_path / "connectors" / "acme" / "connector.py"
    code.write_text(code.read_text().replace(LISTING, WAITING))
    login = {**os.environ, "TOOLKIT_FIELD_PASSWORD": "hunter2-unsafe"}
    process = spawn("har", "import", capture, "acme", cwd=tmp_path, env=login)
    assert process.stdout is not None
    assert process.stdout.readline() == "listing\n"
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)

    assert process.returncode == 130
    assert err.splitlines()[-1] == "Interrupted."
    assert [path.name for path in (tmp_path / "recordings").rglob("*")] == ["acme"]


def test_what_is_no_har_is_one_sentence(command: Command, tmp_path: Path) -> None:
    """With the name of the file."""
    (tmp_path / "broken.har").write_text("{")
    said = command("har", "show", str(tmp_path / "broken.har"))

    assert said.code == 2
    assert said.err.startswith("INVALID_HAR: broken.har is not JSON")
    assert len(said.err.splitlines()) == 1
