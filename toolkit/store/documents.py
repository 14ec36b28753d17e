"""The store of documents, on any database that the engine can open."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self, TypeVar

from sqlalchemy import Connection, delete, select
from sqlalchemy.exc import SQLAlchemyError

from toolkit.errors import StoreError
from toolkit.models import BaseModel, File
from toolkit.store import batch, fixture, overview, statements, upsert, versions
from toolkit.store.dialects import insert
from toolkit.store.engine import address_of, explain, open_engine
from toolkit.store.records import BillRow, Changes, Existing, LinkRow, Mark, Provenance
from toolkit.store.schema import links, runs, undone
from toolkit.store.written import FIXTURE, written

__all__ = ["Store"]

M = TypeVar("M", bound=BaseModel)


class Store:
    """Documents in a database.

    That is `sqlite:////home/me/bills/toolkit.sqlite`, `sqlite://` for one in memory, or `postgresql://me@host/bills`,
    which needs `toolkit[postgres]`.

    Each method is one transaction. All of them raise StoreError, with a sentence, when the database cannot be used
    or a document cannot be stored as it is. Use it from one thread.

    `now` dates what is written outside a run. A store that is not `lasting` will be thrown away, and is faster.
    """

    def __init__(
        self, url: str, *, now: Callable[[], datetime] = lambda: datetime.now(UTC), lasting: bool = True
    ) -> None:
        self._address = address_of(url)
        self._now = now
        self._engine = open_engine(url, lasting=lasting)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def existing(self, model: type[BaseModel], keys: Iterable[str]) -> dict[str, Existing]:
        """Those of the natural keys that are stored, each with the id and the file of its document."""
        with self._reading() as connection:
            return statements.find(connection, model, keys)

    def insert(
        self, entry: BaseModel, provenance: Provenance, file: File | None = None, mark: Mark | None = None
    ) -> str | None:
        """Store a document, with its file and its mark, and return its id: `entry.id` when it has one, else a new one.

        Returns None, and stores nothing, when its natural key or its id is there already.
        """
        with self._writing() as connection:
            id_ = statements.add(connection, entry, provenance)
            if id_ and file:
                statements.attach(connection, type(entry), id_, file, provenance)
            if id_ and mark:
                versions.set_mark(connection, type(entry), id_, mark)
            return id_

    def insert_all(self, entries: Iterable[BaseModel], provenance: Provenance) -> Changes:
        """Store documents without files, in one transaction and one statement; each that is stored gets its `id`.

        `unchanged` are those whose natural key or id is there already, `refused` those that cannot be stored.
        """
        with self._writing() as connection:
            return batch.insert_all(connection, entries, provenance)

    def attach_file(
        self, model: type[BaseModel], id_: str, file: File, provenance: Provenance, mark: Mark | None = None
    ) -> None:
        """Make `file` the file of a stored document, in place of the one that it may have: `versions` has that one."""
        with self._writing() as connection:
            statements.replace_file(connection, model, id_, file, provenance)
            versions.set_mark(connection, model, id_, mark or Mark())

    def versions(self, model: type[BaseModel], id_: str) -> list[File]:
        """The files that a document had before the one that it has, the first one first."""
        with self._reading() as connection:
            return versions.replaced(connection, model, id_)

    def files_with(self, sha256: str, size: int, folder: str) -> list[File]:
        """The files in `folder`, or below it, that were stored with this content, the first one first."""
        with self._reading() as connection:
            return statements.with_content(connection, sha256, size, folder)

    def mark(self, model: type[BaseModel], id_: str, mark: Mark) -> None:
        """Note by what the site tells a document's file from a later one, in place of what was noted."""
        with self._writing() as connection:
            versions.set_mark(connection, model, id_, mark)

    def marks(self, model: type[BaseModel], ids: Collection[str]) -> dict[str, Mark]:
        """What is noted of the files of some documents, by their ids."""
        with self._reading() as connection:
            return versions.find_marks(connection, model, ids)

    def create(self, entry: BaseModel) -> str:
        """Store a document outside a run, and return its id. Raises StoreError when it is there already."""
        id_ = self.insert(entry, self._nobody())
        if id_ is None:
            raise StoreError(f"This {entry.display_name} is stored already.")
        return id_

    def all(self, model: type[M]) -> list[M]:
        """Every document of the model's doctype: by date where it has one, else in the order of creation."""
        with self._reading() as connection:
            return statements.fetch_all(connection, model)

    def fetch(self, model: type[M], id_: str) -> M:
        """One document by its id. Raises StoreError when it is not there."""
        with self._reading() as connection:
            return statements.fetch(connection, model, id_)

    def replace(self, entry: BaseModel) -> None:
        """Put an entry, all of its fields, in the place of the stored document with its id; its provenance stays."""
        with self._writing() as connection:
            stored = statements.fetch(connection, type(entry), str(entry.id))
            entry.natural_key = stored.natural_key
            statements.overwrite(connection, entry, {"updated": self._now().astimezone(UTC)})

    def delete(self, model: type[BaseModel], id_: str) -> None:
        """Take a document away, with its links; its file stays. Raises StoreError when it is not there."""
        with self._writing() as connection:
            statements.fetch(connection, model, id_)
            statements.remove(connection, model, id_)

    def update_attributes(self, model: type[BaseModel], id_: str, changes: Mapping[str, Any]) -> None:
        """Change some fields, by either of their names, of one document; its id and its provenance stay."""
        with self._writing() as connection:
            stored = statements.fetch(connection, model, id_)
            changed = upsert.merged(stored, {**changes, "_id": id_})
            statements.overwrite(connection, changed, {"updated": self._now().astimezone(UTC)})

    def upsert(self, entries: Iterable[BaseModel], keys: Sequence[str], provenance: Provenance) -> Changes:
        """Store each entry, or bring up to date the stored one that has the same values in the fields `keys`.

        A field that an entry does not say, or says is None, keeps its stored value, and so does the file. Each entry
        gets its `id`.
        """
        with self._writing() as connection:
            return upsert.upsert(connection, entries, keys, provenance)

    def link(self, bill_id: str, operation_id: str, reason: str, provenance: Provenance) -> None:
        """Note that a bank operation paid a bill; a link that is there already stays as it is."""
        row = {"bill_id": bill_id, "operation_id": operation_id, "reason": reason, **statements.origin(provenance)}
        with self._writing() as connection:
            connection.execute(insert(connection.dialect.name, links).values(row).on_conflict_do_nothing())

    def links(self) -> list[LinkRow]:
        """Every link, in the order of creation."""
        query = select(links.c.bill_id, links.c.operation_id, links.c.reason)
        with self._reading() as connection:
            rows = connection.execute(query.order_by(links.c.created, links.c.bill_id, links.c.operation_id))
            return [LinkRow(*row) for row in rows]

    def unlink(self, bill_id: str) -> list[str]:
        """Undo the links of a bill, for good, and return the ids of the operations that are free again."""
        mine = select(links.c.operation_id).where(links.c.bill_id == bill_id).order_by(links.c.operation_id)
        with self._writing() as connection:
            freed = [str(id_) for id_ in connection.execute(mine).scalars()]
            at = self._now().astimezone(UTC)
            rows = [{"bill_id": bill_id, "operation_id": id_, "at": at} for id_ in freed]
            if rows:
                connection.execute(insert(connection.dialect.name, undone).on_conflict_do_nothing(), rows)
                connection.execute(delete(links).where(links.c.bill_id == bill_id))
        return freed

    def undone(self) -> frozenset[tuple[str, str]]:
        """The pairs of bill and operation, by their ids, that a person has parted."""
        with self._reading() as connection:
            rows = connection.execute(select(undone.c.bill_id, undone.c.operation_id))
            return frozenset((str(bill_id), str(operation_id)) for bill_id, operation_id in rows)

    def overview(self) -> list[BillRow]:
        """Every bill with its file and the operations that paid it, by date."""
        with self._reading() as connection:
            return overview.bill_rows(connection)

    def load_fixture(self, path: Path) -> dict[str, int]:
        """Store the documents of a file `{doctype: [document, …]}`, over those with the same `_id`; all or nothing.

        Returns how many there are of each doctype. Raises UsageError naming the file, and the doctype and row at fault.
        """
        entries = fixture.read(path)
        with self._writing() as connection:
            for entry in entries:
                statements.put(connection, entry, self._nobody(FIXTURE), by="id")
        return fixture.counts(entries)

    def written(self) -> dict[str, list[BaseModel]]:
        """Every document, by doctype, that is not as a fixture brought it."""
        with self._reading() as connection:
            return written(connection)

    def save_report(self, run: str, report: Mapping[str, Any]) -> None:
        """Keep the report of a run, plain JSON values, in place of an earlier one."""
        with self._writing() as connection:
            statement = insert(connection.dialect.name, runs).values(id=run, report=dict(report))
            changes = {"report": statement.excluded.report}
            connection.execute(statement.on_conflict_do_update(index_elements=[runs.c.id], set_=changes))

    def report(self, run: str) -> dict[str, Any] | None:
        """The report of a run, None when there is none."""
        with self._reading() as connection:
            return connection.execute(select(runs.c.report).where(runs.c.id == run)).scalar_one_or_none()

    def _nobody(self, connector: str = "") -> Provenance:
        return Provenance(connector, "", "", "", self._now())

    def _writing(self) -> AbstractContextManager[Connection]:
        return self._transaction(reads=False)

    def _reading(self) -> AbstractContextManager[Connection]:
        return self._transaction(reads=True)

    @contextmanager
    def _transaction(self, *, reads: bool) -> Iterator[Connection]:
        try:
            with self._engine.execution_options(reads=reads).begin() as connection:
                yield connection
        except (SQLAlchemyError, UnicodeError, OverflowError) as error:  # drivers let the last two through as they are
            raise explain(error, self._address) from error
