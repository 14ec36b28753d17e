"""The folder of failures: what each held, which are too old, and finding one again."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from toolkit.disk import write_atomically
from toolkit.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from toolkit.report import Report

__all__ = ["REPORT", "TRACE", "Failure", "describe", "failures", "find_failure", "sweep"]

REPORT, TRACE, FACTS = "report.html", "trace.zip", "failure.json"
KEPT = timedelta(days=30)
YEAR_AND_MORE = 5  # digits; a longer number is how a run begins
STAMP = "%Y%m%dT%H%M%S"


@dataclass(frozen=True)
class Failure:
    """One failed run, as it is listed; `cause` is a sentence."""

    run: str
    connector: str
    account: str
    operation: str
    code: str
    message: str
    cause: str
    line: str

    @property
    def at(self) -> datetime:
        """When the run began."""
        return _moment(self.run)


def describe(folder: Path, report: Report, cause: str, operation: str) -> None:
    """Write the facts of a failure beside its report."""
    error = report.error
    failure = Failure(
        report.run,
        report.connector,
        report.account,
        operation,
        error.code if error else "PARTIAL",
        error.message if error else report.verdict,
        cause,
        error.line if error else "",
    )
    write_atomically(folder / FACTS, [json.dumps(asdict(failure), ensure_ascii=False, indent=2).encode()])


def failures(root: Path) -> list[Failure]:
    """All that are kept, the newest first."""
    found = [failure for path in root.glob(f"*/{FACTS}") if (failure := _read(path)) is not None]
    return sorted(found, key=lambda failure: failure.run, reverse=True)


def find_failure(root: Path, which: str) -> Failure:
    """The failure with this number in the list, from 1 for the newest, or whose run begins so. Raises UsageError."""
    kept = failures(root)
    if not kept:
        raise UsageError(f"No failures in {root}: nothing has failed in the last 30 days.")
    is_number = which.isdigit() and len(which) < YEAR_AND_MORE
    if is_number and 0 < int(which) <= len(kept):
        return kept[int(which) - 1]
    found = [] if is_number else [failure for failure in kept if failure.run.startswith(which)]
    if len(found) != 1:
        raise UsageError(f"No failure is number {which}: there are 1 to {len(kept)}; `toolkit failures` lists them.")
    return found[0]


def sweep(root: Path, now: datetime) -> None:
    """Remove what is older than 30 days."""
    for folder in root.glob("*"):
        if folder.is_dir() and _moment(folder.name) < now - KEPT:
            shutil.rmtree(folder, ignore_errors=True)


def _read(path: Path) -> Failure | None:
    try:
        return Failure(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def _moment(run: str) -> datetime:
    try:
        return datetime.strptime(run.partition("-")[0], STAMP).replace(tzinfo=UTC)
    except ValueError:
        return datetime.max.replace(tzinfo=UTC)
