"""Ctrl-C while a recording is made leaves the old one as it was, and nothing else."""

import os
import shutil
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.strict.portal.conftest import Takes, account
from tests.strict.portal.edits import CONNECTORS, edit
from tests.strict.portal.site import Portal
from toolkit.jobs import RunOptions
from toolkit.jobs.recordings import record_connector

STOPS = (
    "def stop(run: Run) -> None:\n    if type(run.transport).__name__ == {!r}:\n        raise KeyboardInterrupt\n\n\n"
)


def content(root: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


@pytest.fixture
def kept(papers: Takes, tmp_path: Path) -> Path:
    """A recording to be made anew."""
    return shutil.copytree(papers.folders[0], tmp_path / "recordings" / "papers" / "good")


@pytest.mark.parametrize("when", ["Record", "Replay"])
def test_whoever_gives_up_keeps_what_there_was(kept: Path, tmp_path: Path, when: str, sharing: RunOptions) -> None:
    """At the end of the run, and at the end of the replay by which it is checked."""
    head = "connector = toolkit.create_new("
    last = "SaveOptions(concurrency=8)),\n"
    changes = [(head, STOPS.format(when) + head), (last, f"{last}        stop,\n")]
    edited, before = edit("papers", tmp_path, *changes), content(tmp_path / "recordings")
    with Portal() as portal:
        if when == "Record":
            assert record_connector(edited.found, account(portal), kept, sharing, update=True).report.interrupted
        else:
            with pytest.raises(KeyboardInterrupt):
                record_connector(edited.found, account(portal), kept, sharing, update=True)

    assert content(tmp_path / "recordings") == before
    assert [path.name for path in kept.parent.iterdir()] == ["good"]


def test_ctrl_c_in_the_middle_of_the_browsers_work(
    journey: Takes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spawn: Callable[..., subprocess.Popen[str]]
) -> None:
    """Of the real command, while a page waits for the site."""
    root = tmp_path / "recordings"
    kept = shutil.copytree(journey.folders[0], root / "portal" / "good")
    before = content(root)
    with Portal() as portal:
        portal.go_on.clear()
        for name, value in account(portal).fields.items():
            monkeypatch.setenv(f"TOOLKIT_FIELD_{name.upper()}", value)
        process = spawn("record", "portal", "--update", "--recordings", root, "--connectors", CONNECTORS)
        assert portal.halfway.wait(60)
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: the browser hears of it too
        out, err = process.communicate(timeout=60)

    assert (process.returncode, out) == (130, "")
    assert "Interrupted" in err
    assert content(root) == before
    assert [path.name for path in kept.parent.iterdir()] == ["good"]
