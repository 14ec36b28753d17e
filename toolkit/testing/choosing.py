"""Which recording a test has."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from toolkit.errors import ToolkitError, UsageError
from toolkit.testing.recording import Recording

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = [
    "KEPT",
    "PASSED",
    "RecordingFile",
    "chosen",
    "has_recording",
    "how_to_record",
    "in_words",
    "is_live",
    "note_kept",
]

MARK = "recording"
ALL = "all"
PASSED = pytest.StashKey[bool]()
KEPT = pytest.StashKey[dict["Path", str]]()
"""What was recorded in this run of pytest, by folder, in words."""


class RecordingFile(pytest.Module):
    """One recording, whose tests are those of `toolkit.testing.expectations`; it is one test to record it anew."""

    recording: Recording

    def collect(self) -> Iterable[pytest.Item | pytest.Collector]:
        """Read the recording and run nothing. Raises CollectError, one sentence, when it cannot be replayed."""
        try:
            self.recording = _recording_in(self.path.parent, self.config)
            self.recording.check(whole=not self._anew)
        except ToolkitError as error:
            raise self.CollectError(error.message) from None
        return super().collect()

    def funcnamefilter(self, name: str) -> bool:
        """Find the tests, whatever a project calls its own; but none for what the recording has not."""
        entries = self.recording.expected["entries"]
        needed = {
            "test_entry": entries,
            "test_links": entries,
            "test_file": [one for one in entries if one.get("file")],
        }
        return name.startswith("test_") and bool(needed.get(name, True))

    @property
    def _anew(self) -> bool:
        return _mode(self.config) == ALL

    def _getobj(self) -> object:
        from toolkit.testing import anew, expectations  # noqa: PLC0415 - most runs of pytest have no recording

        return anew if self._anew else expectations


@contextmanager
def in_words() -> Iterator[None]:
    """An error of the toolkit fails the test with its sentence alone."""
    try:
        yield
    except ToolkitError as error:
        raise pytest.fail.Exception(error.message, pytrace=False) from None


def has_recording(node: pytest.Item) -> bool:
    """Whether the test is one of a recording's own, or is marked with a recording."""
    return node.getparent(RecordingFile) is not None or node.get_closest_marker(MARK) is not None


def chosen(node: pytest.Item) -> Recording:
    """The recording of a test, which need not be there. Raises UsageError when the test names none that can be."""
    file = node.getparent(RecordingFile)
    if file is not None:
        return file.recording
    mark = node.get_closest_marker(MARK)
    if mark is None:
        raise UsageError('Which recording? Say it above the test: @pytest.mark.recording("acme/good").')
    slug, _, case = str(mark.args[0] if mark.args else "").partition("/")
    if not slug or not case or Path(case).name != case:
        said = ", ".join(map(repr, mark.args))
        raise UsageError(f'@pytest.mark.recording({said}) names no recording: write it as "acme/good".')
    return _recording_in(_folder(node.config, "recordings") / slug / case, node.config)


def is_live(node: pytest.Item, recording: Recording) -> bool:
    """Whether the test runs live, to be recorded.

    It does where there is no recording yet, and to record all anew: but only once in a run of pytest, and what was
    recorded of a connector's run only as the recording's own test.
    """
    mode = _mode(node.config)
    if mode == "none" or not recording.folder.exists():
        return mode != "none"
    if node.getparent(RecordingFile) is None and (recording.is_a_run or recording.folder in _kept(node.config)):
        return False
    return mode == ALL


def how_to_record(recording: Recording) -> str:
    """Say how a recording that is missing is made."""
    from toolkit.jobs.fields import variable  # noqa: PLC0415 - most runs of pytest have no recording

    place = recording.folder.parents[1]
    needs = ", ".join(map(variable, recording.found.manifest.fields))
    account = f", with the account in {needs}" if needs else ""
    return f"There is no recording {recording.name} in {place}: `pytest --record once` makes it{account}."


def note_kept(node: pytest.Item, recording: Recording, told: str) -> None:
    """Remember that a recording was made."""
    _kept(node.config)[recording.folder] = told


def _kept(config: pytest.Config) -> dict[Path, str]:
    return config.stash.setdefault(KEPT, {})


def _mode(config: pytest.Config) -> str:
    return str(config.getoption("--record"))


def _recording_in(folder: Path, config: pytest.Config) -> Recording:
    from toolkit.jobs import find_connector  # noqa: PLC0415 - most runs of pytest have no recording

    return Recording(folder, find_connector(folder.parent.name, _folder(config, "connectors")))


def _folder(config: pytest.Config, name: str) -> Path:
    """A folder from the command line, else from the configuration file, where it is relative to the root."""
    given: str | None = config.getoption(f"--{name}")
    return Path(given).absolute() if given else config.rootpath / config.getini(name)
