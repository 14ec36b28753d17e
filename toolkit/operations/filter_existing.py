"""`filter_existing`: keep what is new."""

from __future__ import annotations

from typing import TYPE_CHECKING

from toolkit.operations.keys import check_keys, give_natural_keys
from toolkit.report import Outcome
from toolkit.whereabouts import declared

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from toolkit.models import BaseModel
    from toolkit.run import Run
    from toolkit.store import Existing

__all__ = ["filter_existing"]


def filter_existing(
    model: type[BaseModel], *, keys: Sequence[str] | None = None, vendor: str | None = None
) -> Callable[[Run], str]:
    """An operation that puts into `run.entries.filtered` what `run.entries.fetched` has and the store has not.

    A stored entry whose file is missing, never came or was deleted, stays in, with its `id`, to be completed.
    An entry that the site lists twice under one key is kept once. `keys` names the fields that identify an entry;
    by default vendor, account and number, or date, amount and rank among equals; so do they for an entry that has none
    of them. `vendor` overwrites the entries'.

    Raises UsageError, where it is declared, when `keys` is empty, a text, or names a field that the model has not.
    """
    if keys is not None:
        check_keys("filter_existing", model, keys)

    def filter_existing(run: Run) -> str:
        mine = [entry for entry in run.entries.fetched if isinstance(entry, model)]
        if vendor:
            for entry in mine:
                entry.vendor = vendor
        give_natural_keys(mine, keys)
        unique = _once(run, mine)
        _keep_new(run, model, unique)
        return f"{len(run.entries.filtered)} new"

    return declared(filter_existing)


def _once(run: Run, entries: Sequence[BaseModel]) -> dict[str, BaseModel]:
    unique: dict[str, BaseModel] = {}
    for entry in entries:
        first = unique.setdefault(entry.natural_key, entry)
        if first is not entry:
            row = run.report.of(first).row
            run.report.outcome(entry, Outcome.LISTED_TWICE, reason=f"the same entry as row {row}")
    return unique


def _keep_new(run: Run, model: type[BaseModel], unique: dict[str, BaseModel]) -> None:
    existing = run.store.existing(model, unique)
    kept = [entry for entry in run.entries.filtered if not isinstance(entry, model)]
    for key, entry in unique.items():
        stored = existing.get(key)
        entry.__dict__["id"] = stored.id if stored else None  # nothing to validate
        if stored is None or _is_incomplete(run, entry, stored):
            kept.append(entry)
        else:
            run.report.outcome(entry, Outcome.ALREADY_THERE, file=stored.file.path if stored.file else "")
    run.entries.filtered = kept


def _is_incomplete(run: Run, entry: BaseModel, stored: Existing) -> bool:
    """Whether the file that the entry has, or should have, is not where it was stored, or never came."""
    if not (entry.has_file or entry.lacks_file):
        return False
    return stored.file is None or not run.files.is_there(stored.file)
