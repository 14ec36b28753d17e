"""Hold a live run against a recording: what has changed at the site, and which line of the connector reads it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from toolkit.disk import in_memory
from toolkit.jobs.check.code import own_files
from toolkit.jobs.drift import drift_between
from toolkit.jobs.expected import load_expected
from toolkit.jobs.recordings import new_record, run_live
from toolkit.transport.har import Har
from toolkit.transport.take import HAR_NAME

if TYPE_CHECKING:
    from toolkit.account import Account
    from toolkit.jobs.find import Found
    from toolkit.jobs.runner import RunOptions
    from toolkit.report import Report

__all__ = ["Drift", "live_drift"]


@dataclass(frozen=True)
class Drift:
    """A live run held against a recording: its report, and what has changed, with the line that reads it."""

    report: Report
    changes: list[str]


def live_drift(found: Found, account: Account, folder: Path, options: RunOptions) -> Drift:
    """Run live, keep nothing of it, and compare with the recording in `folder`.

    Raises UsageError or TakeError when `folder` holds no recording.
    """
    expected = load_expected(folder)
    record, chosen = new_record(found, folder, options)
    try:
        with tempfile.TemporaryDirectory(prefix="toolkit-drift-") as place:
            report = run_live(found, account, folder, replace(chosen, failures=Path(place)), record)
        report.failure = ""  # it goes with the folder
        if report.interrupted:
            raise KeyboardInterrupt
        with in_memory() as place:
            record.save(place / HAR_NAME)
            changes = drift_between(Har.load(folder / HAR_NAME), Har.load(place / HAR_NAME))
    finally:
        record.forget()
    lines, ending = _Lines(found.folder), list(_ending(report, expected["error"]))
    if ending:  # what comes after it could not be asked
        changes = [change for change in changes if not change.gone]
    return Drift(report, [*ending, *(f"{one}{lines.of(one.name)}" for one in changes)])


def _ending(report: Report, expected: str | None) -> Iterator[str]:
    error = report.error
    code = error.code if error else None
    if code == expected:
        return
    if error is None:
        yield f"The run ends well, and the recording in {expected}."
        return
    at = next((line.name for line in report.operations if line.error), "the run")
    where = f" at {error.line}" if error.line else ""
    yield f"{at} breaks{where}: {error.cause or error.message}"


class _Lines:
    """The lines of a connector's files."""

    def __init__(self, folder: Path) -> None:
        self._lines = [
            (f"{path}:{number}", line)
            for path in own_files(folder)
            for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1)
        ]

    def of(self, name: str) -> str:
        """Which line reads what has this name, as the end of a sentence; empty when none is found."""
        wanted = [f'"{name}"', f"'{name}'", f"[name={name}]", f'#{name}"'] if name else []
        found = (place for place, line in self._lines if any(one in line for one in wanted))
        place = next(found, "")
        return f"; {place} reads it" if place else ""
