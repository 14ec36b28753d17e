"""Storing many documents at once."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
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

__all__ = ["insert_all"]


def insert_all(connection: Connection, entries: Iterable[BaseModel], provenance: Provenance) -> Changes:
    """Insert documents; one whose natural key or id is there, or that cannot be stored, costs no other one."""
    changes, columns = Changes(), origin(provenance)
    rows: dict[str, list[tuple[BaseModel, dict[str, Any]]]] = defaultdict(list)
    for entry in entries:
        try:
            rows[entry.doctype].append((entry, _row(entry, columns)))
        except InvalidEntry as error:
            changes.refused.append((entry, error.message))
    for doctype, pairs in rows.items():
        written = bulk.write(connection, table_of(doctype), [row for _, row in pairs])
        for entry, row in pairs:
            there = row["id"] not in written
            (changes.unchanged if there else changes.created).append(entry)
            entry.__dict__["id"] = None if there else row["id"]
    return changes


def _row(entry: BaseModel, columns: Mapping[str, Any]) -> dict[str, Any]:
    row = to_row(entry)
    row.update(columns)
    row["id"] = entry.id or uuid4().hex
    return row
