"""What the databases say each in its own way: the one place that knows which there are."""

import json
from collections.abc import Callable, Iterable
from typing import Any, cast

from sqlalchemy import ARRAY, ColumnElement, Dialect, Table, Text, any_, bindparam, column, func, select
from sqlalchemy.dialects import postgresql, sqlite

__all__ = ["among", "bindings", "insert", "keys_for"]


def insert(dialect: str, table: Table) -> sqlite.Insert:
    """The insert of a database, by its dialect's name.

    Both have the same `on_conflict_do_nothing` and `on_conflict_do_update`; the type names one of them.
    """
    if dialect == "postgresql":
        return cast("sqlite.Insert", postgresql.insert(table))
    return sqlite.insert(table)


def among(dialect: str, value: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    """Whether a value is one of any number of texts, which go by `name` as what `keys_for` makes of them."""
    if dialect == "postgresql":
        return value == any_(bindparam(name, type_=ARRAY(Text)))
    each = func.json_each(bindparam(name, type_=Text)).table_valued(column("value", Text))
    return value.in_(select(each.c.value))


def keys_for(dialect: str, keys: Iterable[str]) -> Any:
    """Texts as the one parameter of `among`."""
    return list(keys) if dialect == "postgresql" else json.dumps(list(keys), ensure_ascii=False)


def bindings(dialect: Dialect, table: Table) -> dict[str, Callable[[Any], Any] | None]:
    """What the driver is to be given for a value of each column; None where it takes the value itself."""
    kinds = {each.name: each.type.dialect_impl(dialect) for each in table.columns}
    return {name: kind.bind_processor(dialect) for name, kind in kinds.items()}
