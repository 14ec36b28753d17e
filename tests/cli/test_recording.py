"""`toolkit record` and `toolkit replay`."""

import json
import shutil
import signal
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

Reply = str | tuple[int, dict[str, str], bytes] | None
Serve = Callable[[Mapping[str, Reply]], str]
Command = Callable[..., Any]

LISTING = """
def list_bills(run):
    for row in run.session.get("/bills").json():
        yield bill(row["day"], row["total"], number=row["id"])
    #more
"""
FIELDS = {"url": {"type": "text"}, "password": {"type": "password"}}


@pytest.fixture
def replies() -> dict[str, Reply]:
    """The site's answers; a test may change them."""
    rows = [{"id": "A1", "day": "2025-03-01", "total": "1.50"}]
    return {"/bills": (200, {"Content-Type": "application/json"}, json.dumps(rows).encode())}


@pytest.fixture
def acme(write_connector: Callable[..., Path], login: Callable[[], None], monkeypatch: pytest.MonkeyPatch) -> Path:
    """A connector for a running site; the working folder is the one around it."""
    folder = write_connector("acme", LISTING, fields=FIELDS)
    monkeypatch.chdir(folder.parent.parent)
    login()
    return folder


@pytest.fixture
def login(serve: Serve, replies: dict[str, Reply], monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Puts the login into the environment, from which each command takes it away."""
    url = serve(replies)

    def login() -> None:
        monkeypatch.setenv("TOOLKIT_FIELD_URL", url)
        monkeypatch.setenv("TOOLKIT_FIELD_PASSWORD", "hunter2hunter2")

    return login


@pytest.mark.usefixtures("acme")
def test_what_is_recorded_replays(command: Command) -> None:
    """The command says what it recorded, replaced and verified; then it goes offline."""
    said = command("record", "acme", "--account", "ada")
    again = command("replay", "acme")

    assert said.code == 0
    assert "1 listed: 1 saved" in said.out
    assert "recordings/acme/good: 1 requests, 1 secrets replaced, none found by the scan." in said.out
    assert "replay: saves the same" in said.err
    assert again.code == 0
    assert "acme/good: as recorded, 1 listed: 1 saved" in again.out


@pytest.mark.usefixtures("acme")
def test_recording_anew_says_what_changed(
    command: Command, login: Callable[[], None], replies: dict[str, Reply]
) -> None:
    """In words; and when nothing has, that."""
    command("record", "acme")
    login()
    same = command("record", "acme", "--update")
    replies["/bills"] = (200, {}, b'[{"id": "A1", "day": "2025-03-01", "total": "2"}]')
    login()
    other = command("record", "acme", "--update")

    assert "It saves and asks what it did before." in same.out
    assert "Since the last time:\n- row 1, `amount` was '1.50', and is '2' now" in other.out


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--update",), "There is no recording recordings/acme/good to update"),
        (("--case", "../../x"), "is no name for a recording"),
        (("--case", ""), "is no name for a recording"),
        (("--after", "nowhere"), "nowhere is no recording"),
    ],
)
def test_wrong_usage_is_told_before_anybody_logs_in(
    command: Command, acme: Path, options: tuple[str, ...], sentence: str
) -> None:
    """Nothing is asked of the site, and nothing is written."""
    said = command("record", "acme", *options)

    assert (said.code, said.out) == (2, "")
    assert sentence in said.err
    assert not (acme.parent.parent / "recordings").exists()


@pytest.mark.usefixtures("acme")
def test_a_recording_is_not_replaced_by_accident(command: Command, login: Callable[[], None]) -> None:
    """The sentence says what to do."""
    command("record", "acme")
    login()
    said = command("record", "acme")

    assert said.code == 2
    assert "is there already: choose another --case, or record it anew with --update" in said.err


def test_a_run_that_fails_is_not_kept(command: Command, acme: Path) -> None:
    """The exit code is that of the run, and the connector's line is named."""
    connector = acme / "connector.py"
    connector.write_text(connector.read_text().replace("#more", "raise KeyError('total')"))
    said = command("record", "acme")

    assert said.code == 6
    assert "UNKNOWN_ERROR" in said.err
    assert "At connectors/acme/connector.py:" in said.err
    assert "Nothing was recorded." in said.err
    assert not (acme.parent.parent / "recordings").exists()


def test_ctrl_c_leaves_the_old_recording_and_nothing_else(
    command: Command, login: Callable[[], None], acme: Path, spawn: Callable[..., subprocess.Popen[str]]
) -> None:
    """While the site is waited for."""
    command("record", "acme")
    good = acme.parent.parent / "recordings" / "acme" / "good"
    before = {path.name: path.read_bytes() for path in good.iterdir() if path.is_file()}

    connector = acme / "connector.py"
    wait = "import threading; print('waiting', flush=True); threading.Event().wait(60)"
    connector.write_text(connector.read_text().replace("#more", wait))
    login()
    process = spawn("record", "acme", "--update")
    assert process.stdout is not None
    assert process.stdout.readline() == "waiting\n"
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)

    assert process.returncode == 130
    assert "Interrupted." in err
    assert {path.name: path.read_bytes() for path in good.iterdir() if path.is_file()} == before
    assert [path.name for path in good.parent.iterdir()] == ["good"]


def test_a_replay_that_differs_says_how(command: Command, acme: Path) -> None:
    """On standard error, with exit code 1; as JSON, the same for a program."""
    command("record", "acme")
    connector = acme / "connector.py"
    connector.write_text(connector.read_text().replace('"/bills"', '"/bills?page=1"'))
    said, told = command("replay", "acme"), command("replay", "acme", "--json")

    assert said.code == told.code == 1
    assert "acme/good: not as recorded" in said.err
    assert "query `page`: recorded nothing, asked 1\n  at connectors/acme/connector.py:" in said.err
    found = json.loads(told.out)["good"]
    assert any("query `page`" in sentence for sentence in found["differences"])
    assert found["report"]["error"]["code"] == "NOT_RECORDED"
    assert found["report"]["error"]["line"].startswith("connectors/acme/connector.py:")


@pytest.mark.usefixtures("acme")
def test_the_json_of_two_replays_is_the_same(command: Command) -> None:
    """Byte for byte."""
    command("record", "acme")

    assert command("replay", "acme", "--json").out == command("replay", "acme", "--json").out


def test_a_broken_recording_is_one_sentence(command: Command, acme: Path) -> None:
    """Which file, and what is wrong with it."""
    command("record", "acme")
    good = acme.parent.parent / "recordings" / "acme" / "good"
    (shutil.copytree(good, good.with_name("torn")) / "take.json").write_text("{")
    said = command("replay", "acme", "torn")

    assert said.code == 2
    assert "INVALID_TAKE: recordings/acme/torn/take.json is not the take of a recording" in said.err
    assert "Traceback" not in said.err
