"""Writing many rows with one statement: COPY where the database has it, else one that is executed for each at once."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import Connection, Dialect, Table

from toolkit.store.dialects import bindings

__all__ = ["write"]

Row = Mapping[str, Any]


def write(connection: Connection, table: Table, rows: Sequence[Row], *, over: bool = False) -> set[str]:
    """Insert rows of one doctype that all have the same columns, and return the ids of those that were written.

    A row whose id or natural key is there is left out; or, `over`, one whose id is there is written over that one, its
    birthday kept, and a natural key that another row has is an error.
    """
    if not rows:
        return set()
    columns = tuple(rows[0])
    values = _values(connection.dialect, table, columns, rows)
    if connection.dialect.name == "postgresql":
        return _copy(connection, table, columns, values, over)
    return _execute_for_each(connection, table, columns, [tuple(row) for row in values], over)


def _values(dialect: Dialect, table: Table, columns: Sequence[str], rows: Sequence[Row]) -> Iterator[list[Any]]:
    every = bindings(dialect, table)
    # Days and moments are the same in many rows; a document is text already.
    changed = [
        (place, lru_cache(process)) for place, name in enumerate(columns) if name != "doc" and (process := every[name])
    ]
    for row in rows:
        values = list(row.values())
        for place, process in changed:
            values[place] = process(values[place])
        yield values


def _execute_for_each(
    connection: Connection, table: Table, columns: tuple[str, ...], values: list[tuple[Any, ...]], over: bool
) -> set[str]:
    marks = ", ".join("?" for _ in columns)
    statement = f"insert into {table.name} ({_names(columns)}) values ({marks}) {_conflict(table, columns, over)}"  # noqa: S608
    before = _last_row(connection, table)
    written = connection.exec_driver_sql(statement, values).rowcount
    place = columns.index("id")
    if over or written == len(values):
        return {row[place] for row in values}
    later = f"select id from {table.name} where rowid > {before}"  # noqa: S608
    return set(connection.exec_driver_sql(later).scalars())


def _last_row(connection: Connection, table: Table) -> int:
    """The number that SQLite gave the last row; it counts on from there."""
    return int(connection.exec_driver_sql(f"select coalesce(max(rowid), 0) from {table.name}").scalar_one())  # noqa: S608


def _copy(
    connection: Connection, table: Table, columns: tuple[str, ...], values: Iterator[list[Any]], over: bool
) -> set[str]:
    names = _names(columns)
    connection.exec_driver_sql(f"create temp table incoming (like {table.name}) on commit drop")
    cursor = connection.connection.cursor()
    with cursor.copy(f"copy incoming ({names}) from stdin") as copy:
        for row in values:
            copy.write_row(row)
    # In one order in all processes: two that write the same keys wait for each other, and not each for the other.
    source = f"select {names} from incoming order by natural_key, id"  # noqa: S608
    statement = f"insert into {table.name} ({names}) {source} {_conflict(table, columns, over)} returning id"
    written = set(connection.exec_driver_sql(statement).scalars())
    connection.exec_driver_sql("drop table incoming")
    return written


@cache
def _conflict(table: Table, columns: tuple[str, ...], over: bool) -> str:
    if not over:
        return "on conflict do nothing"
    identity = [column.name for column in table.primary_key]
    kept = {*identity, "created"}
    changes = ", ".join(f'"{name}" = excluded."{name}"' for name in columns if name not in kept)
    return f"on conflict ({', '.join(identity)}) do update set {changes}"


def _names(columns: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in columns)
