"""What the databases say each in its own way: the one place that knows which there are."""

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any, cast

from sqlalchemy import (
    ARRAY,
    Column,
    ColumnElement,
    Connection,
    Dialect,
    Table,
    Text,
    TextualSelect,
    any_,
    bindparam,
    func,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite

__all__ = ["among", "bindings", "insert", "look_up", "texts", "write_alone"]


def insert(dialect: str, table: Table) -> sqlite.Insert:
    """The insert of a database, by its dialect's name.

    Both have the same `on_conflict_do_nothing` and `on_conflict_do_update`; the type names one of them.
    """
    if dialect == "postgresql":
        return cast("sqlite.Insert", postgresql.insert(table))
    return sqlite.insert(table)


def look_up(dialect: str, column: Column[Any], wanted: Sequence[Column[Any]]) -> TextualSelect:
    """A query for the columns `wanted` of the rows in which `column` has one of any number of texts.

    Its parameter `values` is what `texts` makes of them. SQLite is told to begin with the texts: by itself it reads the
    whole table.
    """
    names, table = ", ".join(map(str, wanted)), column.table
    if dialect == "postgresql":
        query = f"select {names} from {table} where {column} = any(:values)"  # noqa: S608
    else:
        query = f"select {names} from json_each(:values) as one cross join {table} on {column} = one.value"  # noqa: S608
    return text(query).columns(*wanted)


def texts(dialect: str, values: Iterable[Any]) -> Any:
    """Any number of texts, or of other values that SQLite has as texts, as one parameter."""
    return list(values) if dialect == "postgresql" else json.dumps(list(values), ensure_ascii=False, default=str)


def among(dialect: str, column: Column[Any], name: str) -> ColumnElement[bool]:
    """Whether a column has one of the values, any number, that go by `name` as what `texts` makes of them."""
    if dialect == "postgresql":
        return column == any_(bindparam(name, type_=ARRAY(column.type)))
    each = func.json_each(bindparam(name, type_=Text)).table_valued("value")
    return column.in_(select(each.c.value))


def write_alone(connection: Connection, table: Table) -> None:
    """Let no other write to a table until the end of the transaction, as SQLite never does."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"lock table {table.name} in share row exclusive mode")


def bindings(dialect: Dialect, table: Table) -> dict[str, Callable[[Any], Any] | None]:
    """What the driver is to be given for a value of each column; None where it takes the value itself."""
    kinds = {each.name: each.type.dialect_impl(dialect) for each in table.columns}
    return {name: kind.bind_processor(dialect) for name, kind in kinds.items()}
