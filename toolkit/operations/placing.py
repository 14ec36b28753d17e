"""A file that has arrived gets its place: a name of its own, or that of the same file which is there."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from toolkit.operations.naming import get_entry_file_name, versioned, with_ending
from toolkit.web import kind_of_ending

if TYPE_CHECKING:
    from contextlib import ExitStack

    from toolkit.models import BaseModel, File
    from toolkit.run import Run
    from toolkit.store import Draft
    from toolkit.web import Downloaded

__all__ = ["Fetched", "Placed", "place"]


class Fetched(NamedTuple):
    """A file that has arrived and waits for its name; closing lets go of it."""

    draft: Draft
    facts: Downloaded
    closing: ExitStack


class Placed(NamedTuple):
    """A file that has its place, and what a person should know of it."""

    file: File
    remark: str = ""


def place(run: Run, entry: BaseModel, fetched: Fetched, *, version: int = 1) -> Placed:
    """Give a file its place below the run's folder.

    Where a file with the same bytes is there, that one is it, under the name that it has. Else the name is the entry's,
    with the ending that the bytes want, and with a number from the second version on.
    """
    facts = fetched.facts
    stored = run.store.files_with(facts.sha256, facts.size, run.folder)
    if same := next(filter(run.files.holds, stored), None):
        return Placed(same, f"the same file as {same.name}")
    name = with_ending(get_entry_file_name(entry), facts.ending)
    kind = kind_of_ending(facts.ending)
    file = fetched.draft.save(
        versioned(name, version) if version > 1 else name,
        sha256=facts.sha256,
        size=facts.size,
        mime=kind.mime if kind else facts.mime,
    )
    file.rendered = facts.rendered
    return Placed(file, f"by its content it is {kind.name}, and named so" if kind else "")
