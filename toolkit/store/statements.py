"""Reading and writing rows within one transaction: what `Store` is made of."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC
from functools import cache
from typing import Any, TypeVar
from uuid import uuid4

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Table,
    TextualSelect,
    Update,
    bindparam,
    delete,
    select,
    true,
    update,
)
from sqlalchemy.sql.dml import ReturningInsert

from toolkit.errors import StoreError
from toolkit.models import BaseModel, File
from toolkit.store.dialects import among, insert, look_up, texts
from toolkit.store.records import Existing, Provenance
from toolkit.store.rows import from_row, to_row
from toolkit.store.schema import documents, fields_of, files, table_of
from toolkit.store.versions import add_version

__all__ = [
    "add",
    "attach",
    "fetch",
    "fetch_all",
    "find",
    "known",
    "origin",
    "overwrite",
    "put",
    "remove",
    "replace_file",
    "touch",
    "with_content",
]

M = TypeVar("M", bound=BaseModel)


def origin(provenance: Provenance) -> dict[str, Any]:
    """The provenance as columns of a new row."""
    now = provenance.now.astimezone(UTC)
    return {
        "connector": provenance.connector,
        "version": provenance.version,
        "run_account": provenance.account,
        "run": provenance.run,
        "created": now,
        "updated": now,
    }


def touch(provenance: Provenance) -> dict[str, Any]:
    """The provenance as columns of a row that was there before."""
    return {name: value for name, value in origin(provenance).items() if name != "created"}


def fetch_all(connection: Connection, model: type[M], of: Mapping[str, Collection[Any]] | None = None) -> list[M]:
    """Every document of a model: by date where it has one, else in the order of creation.

    `of` has the values that some columns of fields, or of the amount, may have; others do not count.
    """
    table, dialect = table_of(model.doctype), connection.dialect.name
    order = [table.c[name] for name in ("date", "created", "id") if name in table.c]
    columns = {"amount_minor", *fields_of(table)} & {*table.c.keys()}
    chosen = {name: texts(dialect, values) for name, values in (of or {}).items() if name in columns}
    conditions = [_of(table, model), *(among(dialect, table.c[name], name) for name in chosen)]
    rows = connection.execute(select(table).where(*conditions).order_by(*order), chosen).mappings()
    return [from_row(model, table, row) for row in rows]


def fetch(connection: Connection, model: type[M], id_: str) -> M:
    """One document by its id. Raises StoreError when it is not there."""
    table = table_of(model.doctype)
    row = connection.execute(select(table).where(_is(table, model, id_))).mappings().one_or_none()
    if row is None:
        raise StoreError(f"The store has no {model.display_name} with the id {id_}.")
    return from_row(model, table, row)


def find(connection: Connection, model: type[BaseModel], keys: Iterable[str]) -> dict[str, Existing]:
    """The natural keys that are there, each with the document that holds it."""
    table, doctype = table_of(model.doctype), model.doctype
    columns = [table.c[name] for name in ("natural_key", "id", "file_id", "doctype") if name in table.c]
    rows = connection.execute(*_looking(connection, table.c.natural_key, columns, keys))
    if table is files:
        return {key: Existing(id_, None) for key, id_ in rows}
    if table is documents:
        found = {key: (id_, file_id) for key, id_, file_id, its_doctype in rows if its_doctype == doctype}
    else:
        found = {key: (id_, file_id) for key, id_, file_id in rows}
    its_files = _files(connection, {file_id for _, file_id in found.values() if file_id is not None})
    return {key: Existing(id_, its_files.get(file_id)) for key, (id_, file_id) in found.items()}


def known(connection: Connection, model: type[BaseModel], ids: Collection[str]) -> set[str]:
    """Those of the ids that a document has."""
    table = table_of(model.doctype)
    query = select(table.c.id).where(_of(table, model), among(connection.dialect.name, table.c.id, "ids"))
    return set(connection.execute(query, {"ids": texts(connection.dialect.name, ids)}).scalars()) if ids else set()


def _files(connection: Connection, ids: Collection[str]) -> dict[str, File]:
    if not ids:
        return {}
    rows = connection.execute(*_looking(connection, files.c.id, list(files.c), ids)).mappings()
    return {row[files.c.id]: from_row(File, files, row) for row in rows}


def add(connection: Connection, entry: BaseModel, provenance: Provenance) -> str | None:
    """Insert a document unless its natural key or its id is there, and return its id, or None: one statement."""
    table = table_of(entry.doctype)
    row = {**to_row(entry), **origin(provenance), "id": entry.id or uuid4().hex}
    return connection.execute(_inserting(connection.dialect.name, table), row).scalar_one_or_none()


def put(connection: Connection, entry: BaseModel, provenance: Provenance, *, by: str) -> str:
    """Insert a document, or write it over the one with the same value in the unique column `by`; return its id."""
    table = table_of(entry.doctype)
    row = {**to_row(entry), **origin(provenance), "id": entry.id or uuid4().hex}
    statement = _replacing(connection.dialect.name, table, by, tuple(row))
    return str(connection.execute(statement, row).scalar_one())


def overwrite(connection: Connection, entry: BaseModel, changes: Mapping[str, Any]) -> None:
    """Write an entry over the stored document with its id, with some more columns; the others stay."""
    table = table_of(entry.doctype)
    values = {**to_row(entry), **changes}
    connection.execute(update(table).where(_is(table, type(entry), str(entry.id))).values(values))


def remove(connection: Connection, model: type[BaseModel], id_: str) -> None:
    """Take a document away, if it is there."""
    table = table_of(model.doctype)
    connection.execute(delete(table).where(_is(table, model, id_)))


def attach(connection: Connection, model: type[BaseModel], id_: str, file: File, provenance: Provenance) -> None:
    """Make a file the one of a stored document that has none. Raises StoreError when the document is not there."""
    _point(connection, model, id_, _put_file(connection, file, provenance), provenance)


def replace_file(connection: Connection, model: type[BaseModel], id_: str, file: File, provenance: Provenance) -> None:
    """The same of one that may have a file, which is kept among its versions when it is another one."""
    table = table_of(model.doctype)
    file_id = _put_file(connection, file, provenance)
    had = select(table.c.file_id).where(_is(table, model, id_)).with_for_update()
    before = connection.execute(had).scalar_one_or_none()
    _point(connection, model, id_, file_id, provenance)
    if before not in {None, file_id}:
        add_version(connection, model, id_, str(before), origin(provenance))


def _put_file(connection: Connection, file: File, provenance: Provenance) -> str:
    """Store what a file is. What was at its path is gone: documents that had it have none, and are completed again."""
    gone = (files.c.path == file.path) & (files.c.sha256 != file.sha256)
    connection.execute(delete(files).where(gone))
    return put(connection, file, provenance, by="path")


def _point(connection: Connection, model: type[BaseModel], id_: str, file_id: str, provenance: Provenance) -> None:
    table = table_of(model.doctype)
    changes = {**touch(provenance), "file_id": file_id, "its_id": id_, "its_doctype": model.doctype}
    if not connection.execute(_changing(table), changes).rowcount:
        raise StoreError(f"The store has no {model.display_name} with the id {id_}.")


def with_content(connection: Connection, sha256: str, size: int, folder: str) -> list[File]:
    """The stored files in a folder, or below it, that had this content; the first one first."""
    same = (files.c.sha256 == sha256) & (files.c.size == size)
    below = files.c.path.startswith(f"{folder}/", autoescape=True) if folder else true()
    query = select(files).where(same, below).order_by(files.c.created, files.c.path)
    return [from_row(File, files, row) for row in connection.execute(query).mappings()]


# What is executed once for every document is built once: that takes longer than the database needs for it.


@cache
def _inserting(dialect: str, table: Table) -> ReturningInsert[str]:
    return insert(dialect, table).on_conflict_do_nothing().returning(table.c.id)


@cache
def _replacing(dialect: str, table: Table, by: str, columns: tuple[str, ...]) -> ReturningInsert[str]:
    target = [table.c.doctype, table.c[by]] if table is documents else [table.c[by]]
    kept = {"id", "natural_key", "created"}
    statement = insert(dialect, table)
    changes = {name: statement.excluded[name] for name in columns if name not in kept}
    return statement.on_conflict_do_update(index_elements=target, set_=changes).returning(table.c.id)


@cache
def _changing(table: Table) -> Update:
    doctype = table.c.doctype == bindparam("its_doctype") if table is documents else true()
    return update(table).where(doctype, table.c.id == bindparam("its_id"))


def _looking(
    connection: Connection, column: Column[Any], select_: Sequence[Column[Any]], values: Iterable[str]
) -> tuple[TextualSelect, dict[str, Any]]:
    dialect = connection.dialect.name
    return look_up(dialect, column, select_), {"values": texts(dialect, values)}


def _of(table: Table, model: type[BaseModel]) -> ColumnElement[bool]:
    return table.c.doctype == model.doctype if table is documents else true()


def _is(table: Table, model: type[BaseModel], id_: str) -> ColumnElement[bool]:
    return _of(table, model) & (table.c.id == id_)
