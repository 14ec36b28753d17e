"""Real software of others, for the connectors that are used with it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.tryton.install import install, work_folder
from tests.integration.tryton.server import Server, make_database, serve


@pytest.fixture(scope="session")
def tryton_work() -> Path:
    """The folder in which Tryton is installed and its database made."""
    work = work_folder()
    install(work)
    make_database(work)
    return work


@pytest.fixture(scope="session")
def tryton(tryton_work: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that wants a password and then a code by SMS."""
    with serve(tryton_work, tmp_path_factory.mktemp("tryton"), authentications="password+sms") as server:
        yield server


@pytest.fixture(scope="session")
def plain_tryton(tryton_work: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server without a second factor, which does not tell what databases it has."""
    folder = tmp_path_factory.mktemp("plain_tryton")
    with serve(tryton_work, folder, authentications="password", lists_databases=False) as server:
        yield server


@pytest.fixture
def crowded_tryton(tryton_work: Path, tmp_path: Path) -> Iterator[Server]:
    """A server without a second factor that has two databases, to choose from a list."""
    folder = tmp_path / "server"
    folder.mkdir()
    with serve(tryton_work, folder, authentications="password", names=["archive", "billing"]) as server:
        yield server
