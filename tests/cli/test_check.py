"""`toolkit check`."""

import json
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from toolkit.account import Account
from toolkit.jobs import find_connector
from toolkit.jobs.recordings import record_connector

Command = Callable[..., Any]
LISTING = """
def list_bills(run):
    run.session.get("/")
    yield bill("2025-03-31", "23.90", number="A-1")
"""
SLOW = """
def list_bills(run):
    import threading
    print("listing", flush=True)
    threading.Event().wait()
    yield bill("2025-03-31", "23.90", number="A-1")
"""


@pytest.fixture
def acme(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write_connector: Callable[..., Path], serve: Callable[..., str]
) -> Path:
    """A connector without a password and its good recording, in the folder in which the command runs."""
    folder = write_connector("acme", LISTING, fields={"url": {}})
    path = folder / "connector.py"
    path.write_text('"""Acme: a bill a month."""\n' + path.read_text())
    recording = tmp_path / "recordings" / "acme" / "good"
    record_connector(find_connector("acme", folder.parent), Account(fields={"url": serve({"/": "fine"})}), recording)
    monkeypatch.chdir(tmp_path)
    return folder


@pytest.mark.usefixtures("acme")
def test_all_is_well(command: Command) -> None:
    """One line, and one on the way for each replay."""
    said = command("check")

    assert (said.code, said.out) == (0, "1 connector, 1 recording: all is well\n")
    assert said.err.startswith("acme/good: as recorded (")


def test_what_is_wrong_and_what_to_do(command: Command, acme: Path) -> None:
    """A row for each, with its place and its rule."""
    (acme / "connector.py").write_text((acme / "connector.py").read_text() + "print()\n")
    said = command("check", "acme", "--no-replay")
    title, row, _, verdict = said.out.splitlines()

    assert said.code == 1
    assert title.split() == ["Where", "Rule", "What", "is", "wrong", "What", "to", "do"]
    assert row.startswith("acme connector.py:")
    assert "no-print" in row
    assert "use `run.log(" in row
    assert verdict == "1 connector, 1 recording: 1 thing to do"
    assert said.err == ""


def test_a_row_that_only_tells_is_no_failure(command: Command, acme: Path, tmp_path: Path) -> None:
    """It is shown, and counts for nothing."""
    del acme
    png = tmp_path / "recordings" / "acme" / "good" / "bodies" / "5e4ba9ff1e3e6a5ed5b1d15b3f8a9ff5a2a5f7c4.png"
    png.parent.mkdir(exist_ok=True)
    png.write_bytes(b"\x89PNG\0")
    said = json.loads(command("check", "--no-replay", "--json").out)

    assert [(one["rule"], one["counts"]) for one in said["findings"]] == [("bodies", True), ("readable", False)]


@pytest.mark.usefixtures("acme")
def test_json(command: Command) -> None:
    """What was looked at, and what was found."""
    said = command("check", "--json")

    assert json.loads(said.out) == {"connectors": ["acme"], "recordings": ["acme/good"], "findings": []}
    assert said.code == 0


def test_a_connector_that_is_not_there(command: Command, acme: Path) -> None:
    """The one that may be meant is named."""
    del acme
    said = command("check", "acne")

    assert said.code == 2
    assert "did you mean `acme`?" in said.err


def test_the_rules_are_listed(command: Command) -> None:
    """A line for each, also for a program."""
    said, listed = command("check", "--rules"), json.loads(command("check", "--rules", "--json").out)

    assert said.code == 0
    assert listed["no-sleep"] == "Nothing sleeps: wait for what the page shows."
    assert [line.split()[0] for line in said.out.splitlines()[1:]] == list(listed)


def test_help_teaches(command: Command) -> None:
    """What is checked, an example, and the exit codes."""
    said = command("check", "--help")

    assert "toolkit check acme --no-replay" in said.out
    assert "Ends with 0" in said.out


def test_ctrl_c_ends_a_replay(acme: Path, tmp_path: Path, spawn: Callable[..., subprocess.Popen[str]]) -> None:
    """With a word and exit code 130."""
    text = (acme / "connector.py").read_text()
    (acme / "connector.py").write_text(text.replace(LISTING, SLOW))
    process = spawn("check", cwd=tmp_path)
    assert process.stdout is not None
    assert process.stdout.readline() == "listing\n"
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)

    assert (process.returncode, out) == (130, "")
    assert err.splitlines()[-1] == "Interrupted."


def test_a_live_check_holds_the_site_against_its_recording(
    write_connector: Callable[..., Path], command: Command, tmp_path: Path
) -> None:
    """It keeps nothing, in the data folder neither; without a recording, or without a connector, it says so."""
    write_connector("acme")
    options = ["--recordings", tmp_path / "recordings"]
    missing = command("check", "acme", "--live", *options)
    command("record", "acme", *options)
    same = command("check", "acme", "--live", *options, "--data", tmp_path / "data")
    as_json = command("check", "acme", "--live", "--json", *options)
    unnamed = command("check", "--live")

    assert missing.code == 2
    assert "is no recording" in missing.err
    assert (same.code, same.out) == (0, "acme/good: the site is as it was recorded, 2 listed: 2 saved\n")
    assert not (tmp_path / "data").exists()
    assert json.loads(as_json.out)["changes"] == []
    assert (unnamed.code, unnamed.out) == (2, "")
