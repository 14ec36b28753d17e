"""Tests of what the databases say each in its own way."""

import pytest

from toolkit.store.dialects import insert
from toolkit.store.schema import bills


@pytest.mark.parametrize("name", ["sqlite", "postgresql"])
def test_insert_speaks_the_language_of_the_database(name: str) -> None:
    """Inserting what is not there yet is one statement, in the dialect of the database at hand."""
    statement = insert(name, bills)

    assert statement.stringify_dialect == name
    assert "ON CONFLICT DO NOTHING" in str(statement.on_conflict_do_nothing())
