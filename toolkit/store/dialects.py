"""What the databases say each in its own way: the one place that knows which there are."""

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any, cast

from sqlalchemy import Column, Dialect, Table, TextualSelect, text
from sqlalchemy.dialects import postgresql, sqlite

__all__ = ["bindings", "insert", "look_up", "texts"]


def insert(dialect: str, table: Table) -> sqlite.Insert:
    """The insert of a database, by its dialect's name.

    Both have the same `on_conflict_do_nothing` and `on_conflict_do_update`; the type names one of them.
    """
    if dialect == "postgresql":
        return cast("sqlite.Insert", postgresql.insert(table))
    return sqlite.insert(table)


def look_up(dialect: str, column: Column[Any], select: Sequence[Column[Any]]) -> TextualSelect:
    """A query for columns of the rows in which `column` has one of the texts `wanted`, any number, made by `texts`.

    SQLite is told to begin with the texts: by itself it reads the whole table.
    """
    names, table = ", ".join(map(str, select)), column.table
    if dialect == "postgresql":
        query = f"select {names} from {table} where {column} = any(:wanted)"  # noqa: S608
    else:
        query = f"select {names} from json_each(:wanted) as wanted cross join {table} on {column} = wanted.value"  # noqa: S608
    return text(query).columns(*select)


def texts(dialect: str, values: Iterable[str]) -> Any:
    """Any number of texts as one parameter."""
    return list(values) if dialect == "postgresql" else json.dumps(list(values), ensure_ascii=False)


def bindings(dialect: Dialect, table: Table) -> dict[str, Callable[[Any], Any] | None]:
    """What the driver is to be given for a value of each column; None where it takes the value itself."""
    kinds = {each.name: each.type.dialect_impl(dialect) for each in table.columns}
    return {name: kind.bind_processor(dialect) for name, kind in kinds.items()}
