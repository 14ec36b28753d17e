"""The files that a document had before, and by what the site told the state of the one that it has."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, func, select

from toolkit.models import BaseModel, File
from toolkit.store.dialects import among, insert, texts
from toolkit.store.records import Mark
from toolkit.store.rows import from_row
from toolkit.store.schema import files, marks, versions

__all__ = ["add_version", "find_marks", "replaced", "set_mark"]

FIELDS = Mark._fields


def replaced(connection: Connection, model: type[BaseModel], id_: str) -> list[File]:
    """The files that a document had before the one that it has, the first one first."""
    query = select(files).join(versions, versions.c.file_id == files.c.id).order_by(versions.c.number)
    its = (versions.c.doctype == model.doctype) & (versions.c.document_id == id_)
    return [from_row(File, files, row) for row in connection.execute(query.where(its)).mappings()]


def add_version(connection: Connection, model: type[BaseModel], id_: str, file_id: str, origin: dict[str, Any]) -> None:
    """Note that a document had a file, after those that are noted."""
    its = (versions.c.doctype == model.doctype) & (versions.c.document_id == id_)
    count = connection.execute(select(func.count()).select_from(versions).where(its)).scalar_one()
    row = {"doctype": model.doctype, "document_id": id_, "number": count + 1, "file_id": file_id, **origin}
    connection.execute(versions.insert(), row)


def set_mark(connection: Connection, model: type[BaseModel], id_: str, mark: Mark) -> None:
    """Note by what the site tells the file of a document from a later one, in place of what was noted."""
    row = {"doctype": model.doctype, "document_id": id_, **mark._asdict()}
    statement = insert(connection.dialect.name, marks).values(row)
    changes = {name: statement.excluded[name] for name in FIELDS}
    target = [marks.c.doctype, marks.c.document_id]
    connection.execute(statement.on_conflict_do_update(index_elements=target, set_=changes))


def find_marks(connection: Connection, model: type[BaseModel], ids: Collection[str]) -> dict[str, Mark]:
    """What is noted of the files of some documents, by their ids."""
    chosen = among(connection.dialect.name, marks.c.document_id, "ids")
    query = select(marks).where(marks.c.doctype == model.doctype, chosen)
    rows = connection.execute(query, {"ids": texts(connection.dialect.name, ids)}).mappings()
    return {row["document_id"]: Mark(**{name: row[name] for name in FIELDS}) for row in rows}
