"""100,000 bills, half of them among 1,000,000 that are stored: filtered and saved, against one plain statement.

The peers are given the same candidates as plain values, make of them the same rows with the same natural keys, or have
made them before, and insert them with `on conflict do nothing` into the same tables with the same indexes. What is
stored is on a disk, in a copy of its own for each way; on Postgres the server's CPU counts too. The listing itself is
not measured.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

import psycopg

from benchmarks import turns
from benchmarks.measure import CPU, WALL, Measured, cost_of
from benchmarks.stored import (
    ACCOUNT,
    CANDIDATES,
    CURRENCY,
    NOW,
    VENDOR,
    candidates,
    natural_key,
    postgres_copy,
    prepare,
    run_on,
    sqlite_copy,
)
from benchmarks.turns import Benchmark, Goal, Way
from tests.postgres import find_postgres
from toolkit.models import Bill
from toolkit.operations import filter_existing, save_data_and_file
from toolkit.store import Store

COLUMNS = (
    "id, natural_key, vendor, account, number, date, amount_minor, currency, is_refund, file_id, doc, "
    "connector, version, run_account, run, created, updated"
)
MARKS = ", ".join("?" * (COLUMNS.count(",") + 1))
INSERT = f"insert into bills ({COLUMNS}) values ({MARKS}) on conflict do nothing"
NEW = CANDIDATES // 2


def rows() -> Iterator[tuple[Any, ...]]:
    """What the peers insert."""
    moment = NOW.strftime("%Y-%m-%d %H:%M:%S.%f")
    for day, amount in candidates():
        text = f"{amount:.2f}"
        doc: dict[str, Any] = {"filename": None, "tags": [], "amount": text, "invoice": None}
        yield (
            uuid4().hex,
            natural_key(day, amount),
            VENDOR,
            ACCOUNT,
            None,
            day.isoformat(),
            int(amount * 100),
            CURRENCY,
            False,
            None,
            json.dumps(doc),
            *("acme", "1.0", "default", "run-2"),
            *(moment, moment),
        )


def toolkit_on(address: str) -> Measured:
    """Filter and save."""
    with TemporaryDirectory() as name, Store(address) as store, run_on(store, Path(name), candidates()) as run:
        said: list[str] = []
        cost = cost_of(lambda: said.extend((filter_existing(Bill)(run), save_data_and_file(Bill)(run))))
        assert said == [f"{NEW} new", f"{NEW} saved"], said
        return cost


def toolkit_sqlite(prepared: Any) -> Measured:
    """Ours."""
    with sqlite_copy(prepared) as path:
        return toolkit_on(f"sqlite:///{path}")


def toolkit_postgres(prepared: Any) -> Measured:
    """Ours."""
    with postgres_copy(prepared) as address:
        return toolkit_on(address)


def plain_sqlite(*, ready: bool) -> Way:
    """The peer: its rows are made while it runs, or are `ready`."""

    def way(prepared: Any) -> Measured:
        with sqlite_copy(prepared) as path, closing(sqlite3.connect(path)) as connection:
            connection.execute("pragma synchronous = normal")
            given = list(rows()) if ready else rows()

            def phase() -> None:
                assert connection.executemany(INSERT, given).rowcount == NEW
                connection.commit()

            return cost_of(phase)

    return way


def plain_postgres(*, ready: bool) -> Way:
    """The same."""

    def way(prepared: Any) -> Measured:
        with postgres_copy(prepared) as address, psycopg.connect(address) as connection:
            given = list(rows()) if ready else rows()

            def phase() -> None:
                cursor = connection.cursor()
                cursor.executemany(INSERT.replace("?", "%s"), given)
                assert cursor.rowcount == NEW
                connection.commit()

            return cost_of(phase)

    return way


SQLITE, POSTGRES = "toolkit, SQLite", "toolkit, Postgres"
PLAIN_SQLITE, PLAIN_POSTGRES = "sqlite3, executemany, rows made before", "psycopg, executemany, rows made before"
WAYS: dict[str, Way] = {
    PLAIN_SQLITE: plain_sqlite(ready=True),
    "sqlite3, executemany": plain_sqlite(ready=False),
    SQLITE: toolkit_sqlite,
}
GOALS = [Goal("toolkit's CPU, of sqlite3's", SQLITE, CPU, 2.5, by=PLAIN_SQLITE)]
if find_postgres():
    WAYS |= {
        PLAIN_POSTGRES: plain_postgres(ready=True),
        "psycopg, executemany": plain_postgres(ready=False),
        POSTGRES: toolkit_postgres,
    }
    GOALS.append(Goal("toolkit's CPU, of psycopg's, the servers' included", POSTGRES, CPU, 2.5, by=PLAIN_POSTGRES))

BENCHMARK = Benchmark(
    title=f"{CANDIDATES:,} bills, half of them stored, against 1,000,000 stored",
    ways=WAYS,
    prepare=prepare,
    ratios=(CPU, WALL),
    goals=GOALS,
    rounds=3,
)


def main() -> None:
    """Compare the ways."""
    turns.main(BENCHMARK, __doc__)


if __name__ == "__main__":
    main()
