"""What a store holds that no fixture brought: the documents that a run has written."""

from collections.abc import Iterable

from sqlalchemy import Connection, RowMapping, Table, or_, select

from toolkit.models import BankOperation, BaseModel, Bill, File
from toolkit.store.rows import from_row
from toolkit.store.schema import documents, table_of

__all__ = ["FIXTURE", "written"]

FIXTURE = "fixture"
"""The connector that documents of a fixture name as theirs."""


def written(connection: Connection) -> dict[str, list[BaseModel]]:
    """The documents by doctype, each kind in the order of creation; those of a fixture only when they have changed."""
    known: dict[str, type[BaseModel]] = {model.doctype: model for model in (Bill, BankOperation, File)}
    found: dict[str, list[BaseModel]] = {}
    for doctype, model in known.items():
        found[doctype] = [from_row(model, table_of(doctype), row) for row in _rows(connection, table_of(doctype))]
    for row in _rows(connection, documents):
        doctype = row[documents.c.doctype]
        model = known.setdefault(doctype, BaseModel.create_new(name=doctype))
        found.setdefault(doctype, []).append(from_row(model, documents, row))
    return {doctype: rows for doctype, rows in found.items() if rows}


def _rows(connection: Connection, table: Table) -> Iterable[RowMapping]:
    changed = or_(table.c.connector != FIXTURE, table.c.updated != table.c.created)
    return connection.execute(select(table).where(changed).order_by(table.c.created)).mappings()
