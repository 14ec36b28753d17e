"""Fixtures of the tests of the store."""

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.postgres import find_postgres, postgres
from toolkit.models import Bill, File
from toolkit.store import Files, Provenance, Store

NOW = datetime(2025, 4, 1, 8, 30, tzinfo=UTC)
NOBODY = 65534

PASSWORD = "p@ss/w:rd#?"  # of `locked`, the only user there who needs one

# Deleting some rows takes a tenth of making the tables anew.
EMPTY = """do $$ declare name text; begin
    for name in select tablename from pg_tables where schemaname = 'public' loop
        execute format('delete from %I', name);
    end loop;
end $$"""

MakeBill = Callable[..., Bill]
MakeFile = Callable[..., File]


@pytest.fixture
def provenance() -> Provenance:
    """What the first run writes."""
    return Provenance("acme", "1.0", "me", "run-1", NOW)


@pytest.fixture
def later() -> Provenance:
    """What a second run writes, with a newer connector."""
    return Provenance("acme", "1.1", "me", "run-2", NOW.replace(day=2))


@pytest.fixture
def store() -> Iterator[Store]:
    """An empty store in memory."""
    with Store("sqlite://", now=lambda: NOW) as opened:
        yield opened


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The address of a Postgres of the tests' own."""
    programs = find_postgres()
    if programs is None:
        pytest.skip("Postgres is not installed: apt-get install postgresql")
    with postgres(programs) as address:
        with psycopg.connect(address) as connection:
            connection.execute(f"create role locked login superuser password '{PASSWORD}'")
        yield address


@pytest.fixture
def postgres_url(server: str) -> str:
    """The address of an empty database there."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(EMPTY)
    return server


@pytest.fixture
def bill() -> MakeBill:
    """Make a bill, with what a test says about it."""

    def make(**fields: Any) -> Bill:
        usual = {"date": "2025-03-31", "amount": "42.10", "currency": "EUR", "vendor": "acme", "account": "me"}
        return Bill(**{**usual, **fields})

    return make


@pytest.fixture
def file() -> MakeFile:
    """Make the description of a file, with what a test says about it."""

    def make(**fields: Any) -> File:
        usual = {"name": "march.pdf", "path": "acme/march.pdf", "sha256": "ab" * 32, "size": 1234}
        return File(**{**usual, **fields})

    return make


@pytest.fixture
def files(tmp_path: Path) -> Files:
    """An empty folder of files."""
    return Files(tmp_path / "files")


@pytest.fixture
def save(files: Files) -> Callable[..., File]:
    """Save some bytes under a name, as one draft."""

    def save(body: bytes, name: str, folder: str = "") -> File:
        with files.draft(folder) as draft:
            draft.write(body)
            return draft.save(name, sha256=hashlib.sha256(body).hexdigest(), size=len(body), mime="application/pdf")

    return save


@pytest.fixture
def read_only() -> Iterator[Path]:
    """A folder that nobody may write to, not even the superuser, who tests as somebody else for the while."""
    with tempfile.TemporaryDirectory() as name, _not_superuser(Path(name)):
        Path(name).chmod(0o500)
        yield Path(name)
        Path(name).chmod(0o700)


@contextmanager
def _not_superuser(folder: Path) -> Iterator[None]:
    if os.geteuid() != 0:
        yield
        return
    os.chown(folder, NOBODY, NOBODY)
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)
