"""Tests of opening a database."""

import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from toolkit.errors import StoreError
from toolkit.models import Bill
from toolkit.store import Provenance, Store, place_of

JOURNAL = ["toolkit.sqlite-shm", "toolkit.sqlite-wal"]


def _address(path: Path, query: str = "") -> str:
    return f"sqlite:///{path}{query}"


def test_the_file_is_made_for_its_owner_only(tmp_path: Path) -> None:
    """Bills are nobody else's business: folder and file have no rights for others."""
    path = tmp_path / "data" / "toolkit.sqlite"

    Store(_address(path)).close()

    assert path.parent.stat().st_mode & 0o077 == 0
    assert path.stat().st_mode & 0o077 == 0


def test_the_journal_lets_readers_and_a_writer_work_at_once(tmp_path: Path) -> None:
    """The database is in WAL mode: another program reads the bills while a run writes."""
    path = tmp_path / "toolkit.sqlite"
    with Store(_address(path)) as store, closing(sqlite3.connect(path)) as writer:
        assert writer.execute("pragma journal_mode").fetchone() == ("wal",)
        writer.execute("begin immediate")

        assert store.all(Bill) == []


@pytest.mark.parametrize(("lasting", "synced"), [(True, 1), (False, 0)])
def test_a_store_to_throw_away_does_not_wait_for_the_disk(tmp_path: Path, lasting: bool, synced: int) -> None:
    """It holds what it is given all the same, in one file without a journal beside it."""
    path = tmp_path / "toolkit.sqlite"
    with Store(_address(path), lasting=lasting) as store:
        store.save_report("run-1", {"verdict": "fine"})
        with store._engine.connect() as connection:
            assert connection.exec_driver_sql("pragma synchronous").scalar() == synced
        assert sorted(each.name for each in tmp_path.iterdir() if each != path) == (JOURNAL if lasting else [])

    with Store(_address(path)) as store:
        assert store.report("run-1") == {"verdict": "fine"}


def test_a_store_is_opened_again(tmp_path: Path) -> None:
    """What was stored is there when the store is opened again; opening changes nothing."""
    path = tmp_path / "toolkit.sqlite"
    with Store(_address(path)) as store:
        store.save_report("run-1", {"verdict": "fine"})

    with Store(_address(path)) as store:
        assert store.report("run-1") == {"verdict": "fine"}


def test_a_locked_database_is_said(tmp_path: Path, provenance: Provenance) -> None:
    """When another program holds the database for longer than the patience of the address, a sentence says so."""
    path = tmp_path / "toolkit.sqlite"
    with Store(_address(path, "?timeout=0.01")) as store, closing(sqlite3.connect(path)) as other:
        other.execute("begin immediate")

        with pytest.raises(StoreError, match=rf"^The store {path} is in use by another program: try again") as caught:
            store.insert(Bill(date="2025-01-01", amount=1, currency="EUR"), provenance)
    assert caught.value.exit_code == 6


def test_a_file_that_is_no_database_is_said(tmp_path: Path) -> None:
    """Another kind of file is left alone."""
    path = tmp_path / "toolkit.sqlite"
    path.write_text("Dear diary, " * 100)

    with pytest.raises(StoreError, match=rf"^The store {path} is not a database: move that file away"):
        Store(_address(path))

    assert path.read_text().startswith("Dear diary")


def test_a_read_only_folder_is_said(read_only: Path) -> None:
    """A folder without the right to write is named."""
    path = read_only / "toolkit.sqlite"

    with pytest.raises(StoreError, match=rf"^The store {path} cannot be written: check the rights"):
        Store(_address(path))


def test_a_read_only_file_is_said(read_only: Path) -> None:
    """A database without it can be read; what would write says so."""
    path = read_only / "toolkit.sqlite"
    read_only.chmod(0o700)
    Store(_address(path)).close()
    path.chmod(0o400)

    with Store(_address(path)) as store:
        assert store.all(Bill) == []
        with pytest.raises(StoreError, match=rf"^The store {path} cannot be written: check the rights"):
            store.save_report("run-1", {})


def test_a_folder_in_the_place_of_the_database_is_said(tmp_path: Path) -> None:
    """A folder is no database."""
    with pytest.raises(StoreError, match=rf"^The store {tmp_path} cannot be opened"):
        Store(_address(tmp_path))


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("no address", "address is none such as postgresql://me@localhost/bills"),
        ("cobol://me:secret@example.org/x", "cobol://me:\\*+@example.org/x failed: Can't load plugin: .*cobol"),
        ("postgresql://me:my@secret@example.org/x", "address holds two signs @: the one in its password"),
        ("postgresql://me:secret@example.org:port/x", "address is none such as"),
    ],
)
def test_an_address_that_means_nothing_is_said(url: str, said: str) -> None:
    """A wrong address is a sentence, without the password in it."""
    with pytest.raises(StoreError, match=rf"^The store.* {said}") as caught:
        Store(url)

    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("postgres@", "locked:secret@"), "refuses the login: check the name and the password"),
        (("postgres@", "locked@"), "wants a password: put it into its address"),
        (("/postgres?", "/nowhere?"), "does not exist: make the database"),
        (("?host=", "?password=secret&host=/not"), "cannot be reached: check that the server runs"),
    ],
)
def test_a_server_that_cannot_be_used_is_said(postgres_url: str, change: tuple[str, str], said: str) -> None:
    """With where it is, and without the password, wherever that stands in the address."""
    with pytest.raises(StoreError, match=rf"^The store postgresql://.* {said}") as caught:
        Store(postgres_url.replace(*change))

    assert "secret" not in str(caught.value)


def test_a_password_of_any_signs_opens_the_store(postgres_url: str) -> None:
    """As it is written in an address."""
    address = postgres_url.replace("postgres@", "locked:p%40ss%2Fw%3Ard%23%3F@", 1)

    with Store(address) as store:
        assert store.all(Bill) == []
    assert place_of(address) == "postgresql://locked:***@/postgres"


def test_a_connection_that_the_server_closed_is_opened_again(postgres_url: str) -> None:
    """A run may wait long between two bills."""
    with Store(postgres_url) as store, psycopg.connect(postgres_url, autocommit=True) as other:
        store.save_report("run-1", {"verdict": "fine"})
        other.execute("select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()")

        assert store.report("run-1") == {"verdict": "fine"}
