"""What a run saved, as plain JSON values to keep beside its recording, and how another run differs from it."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from toolkit.errors import UsageError
from toolkit.report import EntryReport, Report

__all__ = ["EXPECTED_NAME", "changes", "differences", "expected_of", "load_expected", "save_expected"]

EXPECTED_NAME = "expected.json"


def expected_of(report: Report, files_root: Path) -> dict[str, Any]:
    """The error that ended the run, or None, and each entry with its outcome, its file's sha256 and what paid it.

    Nothing in it changes from run to run: no ids, no times, no folders.
    """
    return {
        "error": report.error.code if report.error else None,
        "entries": [_entry(line, files_root) for line in report.entries],
    }


def load_expected(folder: Path) -> dict[str, Any]:
    """The expectation of a recording's folder. Raises UsageError when there is none."""
    path = folder / EXPECTED_NAME
    try:
        expected = json.loads(path.read_text("utf-8"))
        entries = expected["entries"]
        if isinstance(entries, list) and all(isinstance(one, dict) for one in entries) and "error" in expected:
            return dict(expected)
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise UsageError(f"{folder} is no recording: {path.name} cannot be read.") from error
    raise UsageError(f"{folder} is no recording: {path.name} has no `error` or no list of `entries`.")


def save_expected(folder: Path, expected: dict[str, Any]) -> None:
    """Write the expectation beside its recording."""
    (folder / EXPECTED_NAME).write_text(json.dumps(expected, indent=2, ensure_ascii=False) + "\n", "utf-8")


def _entry(line: EntryReport, files_root: Path) -> dict[str, Any]:
    return {
        **line.entry.summary(),
        "outcome": str(line.outcome),
        "file": Path(line.file).name,
        "sha256": _sha256(files_root / line.file) if line.file else "",
        "paid_by": line.link.operation if line.link else None,
    }


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class _Change(NamedTuple):
    """One thing that is not the same: what it is, and its two values."""

    what: str
    one: str
    other: str


def differences(expected: dict[str, Any], found: dict[str, Any]) -> list[str]:
    """How `found` differs from `expected`, a sentence each; empty when they agree."""
    return [f"{what} should be {one}, and is {other}" for what, one, other in _compared(expected, found)]


def changes(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """How a new expectation differs from the one before it, a sentence each."""
    return [f"{what} was {one}, and is {other} now" for what, one, other in _compared(before, after)]


def _compared(one: dict[str, Any], other: dict[str, Any]) -> Iterator[_Change]:
    if one["error"] != other["error"]:
        yield _Change("the end of the run", _ending(one["error"]), _ending(other["error"]))
    rows, others = one["entries"], other["entries"]
    if len(rows) != len(others):
        yield _Change("the number of listed entries", str(len(rows)), str(len(others)))
    for number, (row, same) in enumerate(zip(rows, others, strict=False), 1):
        for field in sorted({*row, *same}):
            if row.get(field) != same.get(field):
                yield _Change(f"row {number}, `{field}`", repr(row.get(field)), repr(same.get(field)))


def _ending(code: str | None) -> str:
    return code or "no error"
