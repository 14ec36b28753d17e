"""Storing many documents at once."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import count
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection

from toolkit.errors import InvalidEntry
from toolkit.models import BaseModel
from toolkit.store import bulk
from toolkit.store.records import Changes, Provenance
from toolkit.store.rows import to_row
from toolkit.store.schema import table_of
from toolkit.store.statements import origin

__all__ = ["ids_in_order", "insert_all"]


def insert_all(connection: Connection, entries: Iterable[BaseModel], provenance: Provenance) -> Changes:
    """Insert documents; one whose natural key or id is there, or that cannot be stored, costs no other one."""
    changes, columns, ids = Changes(), origin(provenance), ids_in_order()
    rows: dict[str, list[tuple[BaseModel, dict[str, Any]]]] = defaultdict(list)
    for entry in entries:
        try:
            rows[entry.doctype].append((entry, _row(entry, columns, ids)))
        except InvalidEntry as error:
            changes.refused.append((entry, error.message))
    for doctype, pairs in rows.items():
        written = bulk.write(connection, table_of(doctype), [row for _, row in pairs])
        for entry, row in pairs:
            there = row["id"] not in written
            (changes.unchanged if there else changes.created).append(entry)
            entry.__dict__["id"] = None if there else row["id"]
    return changes


def _row(entry: BaseModel, columns: Mapping[str, Any], ids: Iterator[str]) -> dict[str, Any]:
    row = to_row(entry)
    row.update(columns)
    row["id"] = entry.id or next(ids)
    return row


def ids_in_order() -> Iterator[str]:
    """Ids that nobody else has, in order: what was created at once is read in this order, and an index likes it."""
    batch = uuid4().hex[:24]
    return (f"{batch}{number:08x}" for number in count())
