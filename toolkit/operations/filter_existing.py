"""`filter_existing`: keep what is new."""

from collections.abc import Callable, Sequence

from toolkit.models import BaseModel
from toolkit.operations.keys import give_natural_keys
from toolkit.report import Outcome
from toolkit.run import Run
from toolkit.whereabouts import declared

__all__ = ["filter_existing"]


def filter_existing(
    model: type[BaseModel], *, keys: Sequence[str] | None = None, vendor: str | None = None
) -> Callable[[Run], str]:
    """An operation that puts into `run.entries.filtered` what `run.entries.fetched` has and the store has not.

    A stored entry whose file is missing, never came or was deleted, stays in, with its `id`, to be completed.
    An entry that the site lists twice under one key is kept once. `keys` names the fields that identify an entry;
    by default vendor, account and number, or date, amount and rank among equals. `vendor` overwrites the entries'.
    """

    def filter_existing(run: Run) -> str:
        mine = [entry for entry in run.entries.fetched if isinstance(entry, model)]
        for entry in mine:
            entry.vendor = vendor or entry.vendor
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
    run.entries.filtered = [entry for entry in run.entries.filtered if not isinstance(entry, model)]
    for key, entry in unique.items():
        stored = existing.get(key)
        entry.id = stored.id if stored else None
        wants_file = entry.has_file or entry.lacks_file
        if stored is None or (wants_file and (stored.file is None or not run.files.is_there(stored.file))):
            run.entries.filtered.append(entry)
        else:
            run.report.outcome(entry, Outcome.ALREADY_THERE, file=stored.file.path if stored.file else "")
