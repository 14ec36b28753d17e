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

__all__ = ["RecordingFile", "chosen", "has_recording", "in_words"]

MARK = "recording"


class RecordingFile(pytest.Module):
    """One recording, whose tests are those of `toolkit.testing.expectations`."""

    recording: Recording

    def collect(self) -> Iterable[pytest.Item | pytest.Collector]:
        """Read the recording and run nothing. Raises CollectError, one sentence, when it cannot be replayed."""
        try:
            self.recording = _recording_in(self.path.parent, self.config)
            self.recording.check()
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

    def _getobj(self) -> object:
        from toolkit.testing import expectations  # noqa: PLC0415 - most runs of pytest have no recording

        return expectations


@contextmanager
def in_words() -> Iterator[None]:
    """An error of the toolkit fails the test with its sentence alone."""
    try:
        yield
    except ToolkitError as error:
        pytest.fail(error.message, pytrace=False)


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
        raise UsageError(f'@pytest.mark.recording{mark.args} names no recording: write it as "acme/good".')
    return _recording_in(_folder(node.config, "recordings") / slug / case, node.config)


def _recording_in(folder: Path, config: pytest.Config) -> Recording:
    from toolkit.jobs import find_connector  # noqa: PLC0415 - most runs of pytest have no recording

    return Recording(folder, find_connector(folder.parent.name, _folder(config, "connectors")))


def _folder(config: pytest.Config, name: str) -> Path:
    """A folder from the command line, else from the configuration file, where it is relative to the root."""
    given: str | None = config.getoption(f"--{name}")
    return Path(given) if given else config.rootpath / config.getini(name)
