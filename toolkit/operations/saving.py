"""`Saving`: one batch of entries and their files, on their way from the site into the store."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from toolkit.errors import (
    Blocked,
    FileDownloadFailed,
    InvalidEntry,
    LoginFailed,
    StoreError,
    ToolkitError,
    UserActionNeeded,
)
from toolkit.operations.get_file import get_file
from toolkit.operations.links import Links
from toolkit.operations.naming import get_entry_file_name, with_ending
from toolkit.operations.placing import Fetched, Placed, place
from toolkit.operations.refetch import Before, if_changed, mark_of
from toolkit.report import Outcome
from toolkit.uninterrupted import uninterrupted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from toolkit.models import BaseModel
    from toolkit.operations.drafts import Drafts
    from toolkit.operations.save_data_and_file import SaveOptions
    from toolkit.run import Run
    from toolkit.store import Mark

    Arrival = Callable[[], Fetched | None]

__all__ = ["Saving"]


class Saving:
    """One batch: in threads its files are fetched, and in the run's own they and their entries are stored."""

    def __init__(self, run: Run, options: SaveOptions, drafts: Drafts, befores: Mapping[str, Before]) -> None:
        self._run = run
        self._options = options
        self._drafts = drafts
        self._befores = befores
        self._links = Links()

    def fetch(self, run: Run, entry: BaseModel) -> Fetched | None:
        """The file of an entry, checked; None when the site says that it is the one that is stored."""
        if entry.lacks_file:
            raise FileDownloadFailed("the site gave no link to it")
        folder = "/".join(filter(None, [run.folder, self._options.sub_path]))
        draft, begun = self._drafts.begin(folder)
        try:
            facts = get_file(run, entry, draft, self._links, self._ways(entry))
            if self._options.validate is not None:
                with draft.reading() as file:
                    self._options.validate(file, with_ending(get_entry_file_name(entry), facts.ending))
            return Fetched(draft, facts, begun)
        except BaseException as error:
            begun.close()
            if self._before(entry) and getattr(error, "status", None) == HTTPStatus.NOT_MODIFIED:
                return None
            raise

    def save(self, entry: BaseModel, arrival: Arrival) -> bool:
        """Store an entry with its file, and report; whether all went well."""
        run = self._run
        try:
            return self._save(entry, arrival)
        except InvalidEntry as error:
            run.report.outcome(entry, Outcome.REFUSED, reason=run.mask(error.message))
            run.log.failure(error)
            return False

    def _save(self, entry: BaseModel, arrival: Arrival) -> bool:
        run = self._run
        try:
            fetched = arrival()
        except (StoreError, Blocked, LoginFailed, UserActionNeeded):  # it is not this entry's fault
            raise
        except Exception as error:  # noqa: BLE001 - whatever one file's trouble is, the others go on
            if entry.id is None:
                _store(run, entry, None, None)
            run.report.outcome(entry, Outcome.FAILED, reason=run.mask(_reason(error)))
            run.log.failure(error)
            return False
        if fetched is None:
            self._note(entry, None)
            return True
        with fetched.closing, uninterrupted():  # a file with a name has its row
            self._keep(entry, fetched)
        return True

    def _keep(self, entry: BaseModel, fetched: Fetched) -> None:
        before, mark = self._before(entry), mark_of(entry, fetched.facts)
        if before is None:
            _store(self._run, entry, place(self._run, entry, fetched), mark)
        elif before.file.sha256 == fetched.facts.sha256:
            self._note(entry, mark)
        else:
            earlier = self._run.store.versions(type(entry), str(entry.id))
            placed = place(self._run, entry, fetched, version=len(earlier) + 2)
            _store(self._run, entry, placed, mark, Outcome.CHANGED)

    def _note(self, entry: BaseModel, mark: Mark | None) -> None:
        """The file is still the same: note what the site says of it by now."""
        before = self._before(entry)
        if mark is None and before is not None and before.mark is not None:
            mark = before.mark._replace(version=entry.file_version)
        if mark is not None:
            self._run.store.mark(type(entry), str(entry.id), mark)

    def _before(self, entry: BaseModel) -> Before | None:
        return self._befores.get(str(entry.id))

    def _ways(self, entry: BaseModel) -> Mapping[str, Any]:
        options, before = self._options.ways(entry), self._before(entry)
        return if_changed(options, before.mark) if before else options


def _reason(error: Exception) -> str:
    return error.message if isinstance(error, ToolkitError) else f"{type(error).__name__}: {error}"


def _store(
    run: Run, entry: BaseModel, placed: Placed | None, mark: Mark | None, outcome: Outcome = Outcome.COMPLETED
) -> None:
    """Store an entry that is new, or the file of one that is there, and report it."""
    file = placed.file if placed else None
    if entry.id is None:
        entry.id = run.store.insert(entry, run.provenance, file, mark)
        outcome = Outcome.SAVED if entry.id else Outcome.ALREADY_THERE  # another run may have saved it meanwhile
    elif file is not None:
        run.store.attach_file(type(entry), entry.id, file, run.provenance, mark)
    if outcome is not Outcome.ALREADY_THERE:
        run.entries.saved.append(entry)
    run.report.outcome(entry, outcome, reason=placed.remark if placed else "", file=file.path if file else "")
