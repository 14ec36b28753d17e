"""The tests of every recording: what its run should save, one thing a test. A plugin of pytest collects them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from toolkit.report import Outcome
from toolkit.testing.choosing import chosen
from toolkit.testing.comparing import groups_of, names_of
from toolkit.testing.performing import again, perform

if TYPE_CHECKING:
    from toolkit.run import Run
    from toolkit.testing.performing import Performance
    from toolkit.testing.recording import Recording

MOST = 12  # sentences that are told
SAVES = {Outcome.SAVED, Outcome.COMPLETED, Outcome.CHANGED}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test for each group of fields of each entry, and for each file."""
    entries = chosen(metafunc.definition).expected["entries"]
    names = names_of(entries)
    if "group" in metafunc.fixturenames:
        pairs = [(row, group) for row, entry in enumerate(entries) for group in groups_of(entry)]
        metafunc.parametrize(("row", "group"), pairs, ids=[f"{names[row]}-{group}" for row, group in pairs])
    elif "row" in metafunc.fixturenames:
        rows = [row for row, entry in enumerate(entries) if entry.get("file")]
        metafunc.parametrize("row", rows, ids=[names[row] for row in rows])


def test_ending(recording: Recording, replayed: Performance) -> None:
    """The run ends as it was recorded: well, or in the same error."""
    if recording.expected["error"] != replayed.found["error"]:
        _fail(recording, [*replayed.differences[: MOST - 1], f"the log is {replayed.log}"])


def test_entry(recording: Recording, replayed: Performance, row: int, group: str) -> None:
    """The entry is listed, and these of its fields are as they should be."""
    _fail(recording, replayed.beside.entry(row, group))


def test_file(recording: Recording, replayed: Performance, row: int) -> None:
    """The entry's file has its name and its content."""
    _fail(recording, replayed.beside.entry(row, "file"))


def test_links(recording: Recording, replayed: Performance) -> None:
    """Each entry is linked to the bank operation that paid it, or to none."""
    _fail(recording, replayed.beside.links())


def test_nothing_else(recording: Recording, replayed: Performance) -> None:
    """No other entry, field or file; every request was recorded, and every recorded request of the session is made."""
    otherwise = recording.expected["error"] != replayed.found["error"]  # which has a test of its own
    _fail(recording, [*replayed.beside.others(), *([] if otherwise else replayed.differences)])


def test_second_replay_saves_nothing(recording: Recording, run: Run) -> None:
    """Once everything is there, the same run saves nothing and ends the same."""
    second = again(recording, run, run.account)
    ending = perform(recording, run).found["error"]
    files = _files(run)
    once_more = perform(recording, second)
    rows = [line.row for line in once_more.report.entries if line.outcome in SAVES]
    saved = [*(f"row {row}" for row in rows), *(f"the file {path}" for path in sorted(_files(run) - files))]
    otherwise = once_more.differences if once_more.found["error"] != ending else []
    _fail(recording, [*(f"{what} is saved again" for what in saved), *otherwise])


def _files(run: Run) -> set[str]:
    root = run.files.root
    return {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}


def _fail(recording: Recording, sentences: list[str]) -> None:
    """Fail with the sentences, if there are any."""
    more = [f"and {len(sentences) - MOST} more"] if len(sentences) > MOST else []
    if sentences:
        pytest.fail("\n".join([f"{recording.name}: {sentences[0]}", *sentences[1:MOST], *more]), pytrace=False)
