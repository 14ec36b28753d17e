"""`update_or_create`: each listed entry in the store, new or brought up to date."""

from __future__ import annotations

from typing import TYPE_CHECKING

from toolkit.operations.keys import check_keys, give_natural_keys
from toolkit.report import Outcome
from toolkit.whereabouts import declared

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from toolkit.models import BaseModel
    from toolkit.run import Run

__all__ = ["update_or_create"]

OWNER = ("vendor", "account")


def update_or_create(model: type[BaseModel], *, keys: Sequence[str], vendor: str | None = None) -> Callable[[Run], str]:
    """An operation that stores each entry of `run.entries.fetched`, over the stored one that it is.

    That is the one of the same vendor and account with equal values in the fields `keys`: dates and amounts are
    compared as such, so that 12.5 is 12.50. A field that an entry does not say keeps its stored value; so do its file
    and its day of creation. Of entries that are one within a batch, the last wins. What is new or has changed goes into
    `run.entries.saved`. `vendor` overwrites the entries'.

    Raises UsageError, where it is declared, when `keys` is empty, a text, or names a field that the model has not.
    """
    check_keys("update_or_create", model, keys)

    def update_or_create(run: Run) -> str:
        mine = [entry for entry in run.entries.fetched if isinstance(entry, model)]
        if vendor:
            for entry in mine:
                entry.vendor = vendor
        give_natural_keys(mine, keys)
        changes = run.store.upsert(mine, [*dict.fromkeys((*OWNER, *keys))], run.provenance)
        for outcome, entries in (
            (Outcome.SAVED, changes.created),
            (Outcome.UPDATED, changes.updated),
            (Outcome.ALREADY_THERE, changes.unchanged),
        ):
            for entry in entries:
                run.report.outcome(entry, outcome)
        for entry, reason in changes.refused:
            run.report.outcome(entry, Outcome.REFUSED, reason=run.mask(reason))
        stored = {id(entry) for entry in (*changes.created, *changes.updated)}
        run.entries.saved += [entry for entry in mine if id(entry) in stored]
        counts = {"created": changes.created, "updated": changes.updated, "unchanged": changes.unchanged}
        return ", ".join(f"{len(entries)} {word}" for word, entries in counts.items())

    return declared(update_or_create)
