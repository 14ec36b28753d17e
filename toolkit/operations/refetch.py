"""Which stored files are asked for again, because the site's may have changed since."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from toolkit.report import Outcome

if TYPE_CHECKING:
    from toolkit.models import BaseModel, File
    from toolkit.run import Run
    from toolkit.store import Mark
    from toolkit.web import Downloaded

__all__ = ["Before", "Refetch", "changed_at_site", "if_changed", "mark_of"]

Refetch = bool | Callable[[Any], bool]


class Before(NamedTuple):
    """A listed entry that is stored, its file, and by what the site told the state of that."""

    entry: BaseModel
    file: File
    mark: Mark | None


def changed_at_site(run: Run, model: type[BaseModel], refetch: Refetch) -> dict[str, Before]:
    """By their ids, the entries that are there with their file, and whose file the site may have changed.

    That is so where the listing gives another `file_version` than was noted with the file, and where `refetch` says so.
    """
    asked = {
        str(entry.id): entry
        for entry in run.entries.fetched
        if isinstance(entry, model)
        and entry.has_file
        and (entry.file_version is not None or refetch)
        and run.report.of(entry).outcome is Outcome.ALREADY_THERE
    }
    if not asked:
        return {}
    stored = run.store.existing(model, {entry.natural_key for entry in asked.values()})
    marks = run.store.marks(model, asked)
    befores = (
        Before(entry, file, marks.get(id_))
        for id_, entry in asked.items()
        if entry.natural_key in stored and (file := stored[entry.natural_key].file)
    )
    return {str(before.entry.id): before for before in befores if _may_differ(before, refetch)}


def _may_differ(before: Before, refetch: Refetch) -> bool:
    said = before.entry.file_version
    if said is not None and (before.mark is None or said != before.mark.version):
        return True
    return refetch(before.entry) if callable(refetch) else refetch


def if_changed(options: Mapping[str, Any], mark: Mark | None) -> Mapping[str, Any]:
    """The same request, which a site that knows the file's state answers by 304 where that is still the same."""
    if mark is None or str(options.get("method", "GET")).upper() != "GET":
        return options
    told = {"If-None-Match": mark.etag} if mark.etag else {"If-Modified-Since": mark.last_modified}
    known = {name: value for name, value in told.items() if value}
    return {**options, "headers": {**known, **(options.get("headers") or {})}}


def mark_of(entry: BaseModel, facts: Downloaded) -> Mark | None:
    """By what the site tells the state of a file that came; None where it tells nothing."""
    from toolkit.store import Mark  # noqa: PLC0415 - the database library is slow to import

    mark = Mark(entry.file_version, facts.etag, facts.last_modified)
    return mark if any(mark) else None
