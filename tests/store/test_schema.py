"""Tests of the tables."""

import pytest
from sqlalchemy import Table, make_url
from sqlalchemy.schema import CreateTable

from toolkit.models import BankOperation, BaseModel, Bill, File
from toolkit.store.schema import documents, fields_of, metadata, table_of

POSTGRES = make_url("postgresql://").get_dialect()()
MODELS: list[type[BaseModel]] = [BankOperation, Bill, File]


@pytest.mark.parametrize("model", MODELS)
def test_field_columns_are_fields(model: type[BaseModel]) -> None:
    """Each column that is marked as a field is one of the model."""
    table = table_of(model.doctype)

    assert table is not documents
    assert set(fields_of(table)) <= set(model.model_fields)
    assert fields_of(table)


def test_declared_doctypes_share_a_table() -> None:
    """A doctype that the library does not know has no columns of its own."""
    assert table_of("me.cozy.kitten") is documents
    assert fields_of(documents) == []


@pytest.mark.parametrize("table", metadata.sorted_tables, ids=lambda table: table.name)
def test_the_tables_can_be_made_elsewhere(table: Table) -> None:
    """No table needs SQLite: Postgres has a type for each column.

    JSON is kept there as text too: binary JSON rewrites numbers, and 3.6028797018963970e16 would come back another.
    """
    statement = str(CreateTable(table).compile(dialect=POSTGRES))

    assert " JSON NOT NULL" in statement or table.name in {"links", "marks", "undone", "versions"}
