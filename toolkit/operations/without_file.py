"""Saving entries that have no file: all of them with one statement."""

from __future__ import annotations

from typing import TYPE_CHECKING

from toolkit.report import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from toolkit.models import BaseModel
    from toolkit.run import Run

__all__ = ["save_without_file"]


def save_without_file(run: Run, entries: Sequence[BaseModel]) -> int:
    """Store entries and report what came of each; how many are in the store now.

    One that cannot be stored is refused and costs no other one. One that another run has saved meanwhile is there.
    """
    changes = run.store.insert_all(entries, run.provenance)
    for entry in changes.created:
        run.report.outcome(entry, Outcome.SAVED)
    for entry in changes.unchanged:
        run.report.outcome(entry, Outcome.ALREADY_THERE)
    for entry, reason in changes.refused:
        words = run.mask(reason)
        run.report.outcome(entry, Outcome.REFUSED, reason=words)
        run.log("warning", "entry refused", row=run.report.of(entry).row, reason=words)
    run.entries.saved += changes.created
    return len(changes.created) + len(changes.unchanged)
