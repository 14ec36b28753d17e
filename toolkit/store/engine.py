"""Opening a database by its address, and saying in a sentence what is wrong with it."""

from pathlib import Path
from typing import Any, cast

from sqlalchemy import Connection, Engine, StaticPool, Table, create_engine, event, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError

from toolkit.disk import make_private
from toolkit.errors import StoreError
from toolkit.store.schema import metadata

__all__ = ["explain", "insert", "open_engine"]

BUSY_SECONDS = 30

# What a database says, and what that means to a person; the first that fits.
_MEANINGS = [
    ("locked", "is in use by another program: try again when that one is done"),
    ("permission denied", "cannot be written: check the rights on the file and its folder"),
    ("readonly", "cannot be written: check the rights on the file and its folder"),
    ("unable to open", "cannot be opened: check that the path is right and its folder can be written"),
    ("not a database", "is not a database: move that file away, or choose another place"),
    ("malformed", "is damaged: move it away, and restore it from a backup or start afresh"),
    ("no module", "needs a driver that is not installed"),
    ("is full", "has no room: the disk is full"),
    ("foreign key", "does not hold one of the documents that the other refers to"),
]


def open_engine(url: str, *, lasting: bool = True) -> Engine:
    """The engine for an address such as `sqlite:////home/me/bills/toolkit.sqlite`, its tables made where missing.

    `sqlite://` is in memory. A missing folder is made, for its owner only. One that is not `lasting` never waits for
    the disk. Raises StoreError.
    """
    try:
        engine = _engine(make_url(url), lasting)
        _create_tables(engine)
    except (SQLAlchemyError, OSError, ImportError) as error:
        raise explain(error, url) from error
    return engine


def insert(dialect: str, table: Table) -> sqlite.Insert:
    """The insert of a database, by its dialect's name: the one place that knows which databases there are.

    Both have the same `on_conflict_do_nothing` and `on_conflict_do_update`; the type names one of them.
    """
    if dialect == "postgresql":
        return cast("sqlite.Insert", postgresql.insert(table))
    return sqlite.insert(table)


def explain(error: Exception, url: str) -> StoreError:
    """The sentence for an error of the database at an address; passwords and stored values are not in it."""
    said = str(getattr(error, "orig", None) or getattr(error, "strerror", None) or error)
    meaning = next((meaning for words, meaning in _MEANINGS if words in said.lower()), f"failed: {said}")
    return StoreError(f"The store {_place(url)} {meaning}.")


def _place(url: str) -> str:
    try:
        address = make_url(url)
    except SQLAlchemyError:
        return "address"
    path = _path(address)
    return str(path) if path else address.render_as_string(hide_password=True)


def _path(address: URL) -> Path | None:
    in_memory = address.get_backend_name() != "sqlite" or address.database in {None, "", ":memory:"}
    return None if in_memory else Path(str(address.database))


def _create_tables(engine: Engine) -> None:
    try:
        with engine.begin() as connection:
            metadata.create_all(connection)
    except BaseException:
        engine.dispose()
        raise


def _engine(address: URL, lasting: bool) -> Engine:
    return _sqlite_engine(address, lasting) if address.get_backend_name() == "sqlite" else create_engine(address)


def _sqlite_engine(address: URL, lasting: bool) -> Engine:
    path = _path(address)
    options: dict[str, Any] = {}
    if path is None:
        options = {"poolclass": StaticPool}
    else:
        make_private(path.parent)
        path.touch(mode=0o600)
    busy = {} if "timeout" in address.query else {"timeout": BUSY_SECONDS}
    engine = create_engine(address, connect_args={"check_same_thread": False, **busy}, **options)
    event.listen(engine, "connect", _set_up if lasting else _set_up_to_throw_away)
    event.listen(engine, "begin", _begin)
    return engine


def _set_up(connection: Any, _record: Any) -> None:
    # Without this the driver begins transactions by itself, too late for one that reads before it writes.
    connection.isolation_level = None
    # NORMAL can lose the last commits when the power fails, never the database; what was lost is fetched again.
    _set(connection, "journal_mode = wal", "synchronous = normal", "foreign_keys = on")


def _set_up_to_throw_away(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    _set(connection, "synchronous = off", "journal_mode = memory", "foreign_keys = on")


def _set(connection: Any, *pragmas: str) -> None:
    for pragma in pragmas:
        connection.execute(f"pragma {pragma}")


def _begin(connection: Connection) -> None:
    # A writer waits for its turn here; a transaction that turns from reader to writer would fail at once instead.
    reads = connection.get_execution_options().get("reads", False)
    connection.exec_driver_sql("begin" if reads else "begin immediate")
