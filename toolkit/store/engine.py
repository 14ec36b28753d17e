"""Opening a database by its address, and saying in a sentence what is wrong with it."""

import json
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, StaticPool, create_engine, event, make_url, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError

from toolkit.disk import make_private
from toolkit.errors import StoreError
from toolkit.store.schema import metadata

__all__ = ["address_of", "explain", "open_engine", "place_of"]

BUSY_SECONDS = 30
DRIVER = "postgresql+psycopg"
MAKING_TABLES = 0x746F6F6C  # the number of a lock that is ours alone

SQLITE_RIGHTS = "cannot be written: check the rights on the file and its folder"

# What a database says, and what that means to a person; the first that fits.
_MEANINGS = [
    ("is locked", "is in use by another program: try again when that one is done"),
    ("password authentication failed", "refuses the login: check the name and the password in its address"),
    ("no password supplied", "wants a password: put it into its address, or into ~/.pgpass"),
    ("permission denied for", "may not be written by this user: grant it rights on the database and its schema"),
    ("permission denied", SQLITE_RIGHTS),
    ("readonly", SQLITE_RIGHTS),
    ("unable to open", "cannot be opened: check that the path is right and its folder can be written"),
    ("not a database", "is not a database: move that file away, or choose another place"),
    ("malformed", "is damaged: move it away, and restore it from a backup or start afresh"),
    ("no module", "needs a driver that is not installed: pip install 'toolkit[postgres]'"),
    ("is full", "has no room: the disk is full"),
    ("no space left", "has no room: the disk is full"),
    ("foreign key", "does not hold one of the documents that the other refers to"),
    ('" does not exist', "does not exist: make the database, and its user, first"),
    ("connection refused", "cannot be reached: check that the server runs, and its address"),
    ("no such file", "cannot be reached: check that the server runs, and its address"),
    ("failed to resolve", "cannot be reached: check that the server runs, and its address"),
    ("timeout", "cannot be reached: check that the server runs, and its address"),
    ("terminating connection", "went away: the server was stopped, or closed the connection"),
    ("closed the connection", "went away: the server was stopped, or closed the connection"),
]


def open_engine(url: str, *, lasting: bool = True) -> Engine:
    """The engine for an address, its tables made where missing.

    That is `sqlite:////home/me/bills/toolkit.sqlite`, `sqlite://` for one in memory, or `postgresql://me@host/bills`.
    The missing folder of a file is made, for its owner only. One that is not `lasting` never waits for the disk. Raises
    StoreError.
    """
    address = address_of(url)
    try:
        engine = _engine(address, lasting)
        _create_tables(engine)
    except (SQLAlchemyError, OSError, ImportError) as error:
        raise explain(error, address) from error
    return engine


def address_of(url: str) -> URL:
    """An address, read; `postgres://` is `postgresql://`. Raises StoreError, with nothing of it in the text."""
    if not url.startswith("sqlite") and url.partition("?")[0].count("@") > 1:
        raise StoreError("The store's address holds two signs @: the one in its password is written %40.")
    try:
        address = make_url(url)
    except (SQLAlchemyError, ValueError):
        raise StoreError("The store's address is none such as postgresql://me@localhost/bills.") from None
    plain = address.drivername in {"postgres", "postgresql"}
    return address.set(drivername=DRIVER) if plain else address


def explain(error: Exception, address: URL) -> StoreError:
    """The sentence for an error of the database at an address; passwords and stored values are not in it."""
    said = str(getattr(error, "orig", None) or getattr(error, "strerror", None) or error)
    first = said.splitlines()[0] if said else type(error).__name__  # what follows quotes the values
    meaning = next((meaning for words, meaning in _MEANINGS if words in said.lower()), f"failed: {first}")
    return StoreError(f"The store {place_of(address)} {meaning}.")


def place_of(url: str | URL) -> str:
    """An address as it is told to people: the path of a file, or where a server's database is."""
    address = address_of(url) if isinstance(url, str) else url
    path = _path(address)
    if path:
        return str(path)
    name = address.drivername.partition("+")[0]
    return address.set(drivername=name, query={}).render_as_string()


def _path(address: URL) -> Path | None:
    in_memory = address.get_backend_name() != "sqlite" or address.database in {None, "", ":memory:"}
    return None if in_memory else Path(str(address.database))


def _create_tables(engine: Engine) -> None:
    try:
        with engine.begin() as connection:
            if connection.dialect.name == "postgresql":  # two runs may be the first; SQLite has one writer anyway
                connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": MAKING_TABLES})
            metadata.create_all(connection)
    except BaseException:
        engine.dispose()
        raise


def _engine(address: URL, lasting: bool) -> Engine:
    if address.get_backend_name() == "sqlite":
        return _sqlite_engine(address, lasting)
    # A server may close a connection while a run waits for its downloads: it is tried before it is used.
    return create_engine(address, pool_pre_ping=True, json_serializer=_as_json)


def _as_json(value: Any) -> str:
    """A document comes as JSON already, a report does not."""
    return value if isinstance(value, str) else json.dumps(value)


def _sqlite_engine(address: URL, lasting: bool) -> Engine:
    path = _path(address)
    options: dict[str, Any] = {}
    if path is None:
        options = {"poolclass": StaticPool}
    else:
        make_private(path.parent)
        path.touch(mode=0o600)
    busy = {} if "timeout" in address.query else {"timeout": BUSY_SECONDS}
    engine = create_engine(
        address, connect_args={"check_same_thread": False, **busy}, json_serializer=_as_json, **options
    )
    event.listen(engine, "connect", _set_up if lasting else _set_up_to_throw_away)
    event.listen(engine, "begin", _begin)
    return engine


def _set_up(connection: Any, _record: Any) -> None:
    # Without this the driver begins transactions by itself, too late for one that reads before it writes.
    connection.isolation_level = None
    # NORMAL can lose the last commits when the power fails, never the database; what was lost is fetched again.
    _use_wal(connection)
    _set(connection, "synchronous = normal", "foreign_keys = on")


def _use_wal(connection: Any) -> None:
    """Let readers and a writer work at once. SQLite itself waits for nobody who is about the same."""
    while connection.execute("pragma journal_mode").fetchone() != ("wal",):
        try:
            connection.execute("pragma journal_mode = wal")
        except connection.OperationalError as error:
            if "is locked" not in str(error):
                raise
            _set_aside(connection)
        else:
            return  # in memory, or where the filesystem has no shared memory, there is none


def _set_aside(connection: Any) -> None:
    """Wait until nobody else has the database, as long as its address says."""
    connection.execute("begin immediate")
    connection.execute("rollback")


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
