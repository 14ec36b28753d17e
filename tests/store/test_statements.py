"""Tests of who wrote what, and when."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from sqlalchemy import select

from toolkit.models import Bill, File
from toolkit.store import Provenance, Store
from toolkit.store.schema import bills
from toolkit.store.statements import origin, touch


def _written(store: Store) -> dict[str, Any]:
    names = ("connector", "version", "run_account", "run", "created", "updated")
    with store._reading() as connection:
        return dict(connection.execute(select(*(bills.c[name] for name in names))).mappings().one())


def test_every_row_says_who_wrote_it(store: Store, provenance: Provenance, bill: Callable[..., Bill]) -> None:
    """A new row names its connector, version, account, run and moment."""
    store.insert(bill(account="contract 7"), provenance)

    moment = datetime(2025, 4, 1, 8, 30)  # noqa: DTZ001 - SQLite has no time zones: it is UTC
    assert _written(store) == {
        "connector": "acme",
        "version": "1.0",
        "run_account": "me",
        "run": "run-1",
        "created": moment,
        "updated": moment,
    }


def test_a_later_run_leaves_its_name_and_the_birthday(
    store: Store, provenance: Provenance, later: Provenance, bill: Callable[..., Bill], file: Callable[..., File]
) -> None:
    """What a second run completes is its work, and as old as before."""
    id_ = str(store.insert(bill(), provenance))

    store.attach_file(Bill, id_, file(), later)

    written = _written(store)
    assert (written["run"], written["version"]) == ("run-2", "1.1")
    assert (written["created"].day, written["updated"].day) == (1, 2)


def test_moments_are_kept_in_one_time_zone() -> None:
    """A run in Tokyo and one in Paris can be compared."""
    tokyo = datetime(2025, 4, 1, 9, tzinfo=timezone(timedelta(hours=9)))

    columns = origin(Provenance("acme", "1", "me", "run", tokyo))

    assert columns["created"] == datetime(2025, 4, 1, 0, tzinfo=UTC)
    assert columns["created"].tzinfo is UTC


def test_touching_is_not_creating(provenance: Provenance) -> None:
    """The columns for a row that was there before leave its birthday out."""
    assert set(origin(provenance)) - set(touch(provenance)) == {"created"}
