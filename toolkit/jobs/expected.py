"""What a run saved, as plain JSON values to keep beside its recording, and how another run differs from it."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from toolkit.report import EntryReport, Report

__all__ = ["differences", "expected_of"]


def expected_of(report: Report, files_root: Path) -> dict[str, Any]:
    """The error that ended the run, or None, and each entry with its outcome, its file's sha256 and what paid it.

    Nothing in it changes from run to run: no ids, no times, no folders.
    """
    return {
        "error": report.error.code if report.error else None,
        "entries": [_entry(line, files_root) for line in report.entries],
    }


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


def differences(expected: dict[str, Any], found: dict[str, Any]) -> list[str]:
    """How `found` differs from `expected`, a sentence each; empty when they agree."""
    return list(_differences(expected, found))


def _differences(expected: dict[str, Any], found: dict[str, Any]) -> Iterator[str]:
    if expected["error"] != found["error"]:
        yield f"the run should end in {_ending(expected['error'])}, and ended in {_ending(found['error'])}"
    wanted, got = expected["entries"], found["entries"]
    if len(wanted) != len(got):
        yield f"{len(wanted)} entries should be listed, and {len(got)} were"
    for row, (one, other) in enumerate(zip(wanted, got, strict=False), 1):
        for field in sorted({*one, *other}):
            if one.get(field) != other.get(field):
                yield f"row {row}, `{field}` should be {one.get(field)!r}, and is {other.get(field)!r}"


def _ending(code: str | None) -> str:
    return code or "no error"
