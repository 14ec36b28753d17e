"""A Tryton server on loopback: its database is made once, and every server runs on a copy of its own."""

import json
import os
import shutil
import socket
import sqlite3
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

__all__ = ["Server", "make_database", "serve"]

HERE = Path(__file__).parent
NAME = "billing"
STARTING = 120  # seconds

CONFIGURATION = """
[database]
uri = sqlite://
path = {folder}
list = {lists_databases}
[web]
root = {client}
[session]
authentications = {authentications}
[authentication_sms]
function = sms_to_file.send
"""


@dataclass(frozen=True)
class Server:
    """A running server. `expected` is what seed.py wrote; `folder` holds the server's files."""

    url: str
    folder: Path
    expected: Mapping[str, Any]

    @property
    def fields(self) -> dict[str, str]:
        """What its user gives to the connector."""
        return {"url": self.url, **{name: self.expected[name] for name in ("database", "login", "password")}}

    @property
    def database(self) -> Path:
        """The SQLite file behind it."""
        return self.folder / f"{NAME}.sqlite"

    def last_code(self) -> str:
        """The code of the newest SMS."""
        return (self.folder / "sms.log").read_text().split()[-1]

    def handed_out(self) -> dict[str, str]:
        """What belongs to its user alone: the codes, the keys of the sessions, the cookies of the devices."""
        queries = {"session": "SELECT key FROM ir_session", "device": "SELECT cookie FROM res_user_device"}
        with closing(sqlite3.connect(self.database)) as database:
            found = {name: [value for (value,) in database.execute(query)] for name, query in queries.items()}
        found["code"] = [line.split()[-1] for line in (self.folder / "sms.log").read_text().splitlines()]
        return {f"{name} {n}": value for name, values in found.items() for n, value in enumerate(values)}

    def printed(self) -> int:
        """How many times a document was asked for."""
        return self.log().count("report.account.invoice.execute>")

    def refusals(self) -> int:
        """How many logins were refused."""
        return self.log().count("login failed for")

    def log(self) -> str:
        """What the server has logged."""
        return (self.folder / "server.log").read_text()


def make_database(work: Path) -> None:
    """Make and fill the database that servers copy; again only when seed.py has changed."""
    seed = (HERE / "seed.py").read_text()
    marker = work / "database" / "seed.py"
    if marker.is_file() and marker.read_text() == seed:
        return
    shutil.rmtree(work / "database", ignore_errors=True)
    folder = work / "making"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    (folder / f"{NAME}.sqlite").touch()
    (folder / "password").write_text("for the administrator 1")
    configuration = _configure(work, folder)
    admin: list[str | Path] = [work / "venv/bin/trytond-admin", "-c", configuration, "-d", NAME]
    _run(work, folder, [*admin, "--all", "--email", "admin@example.org"])
    _run(work, folder, [*admin, "--update", "account_invoice", "authentication_sms", "--activate-dependencies"])
    _run(work, folder, [work / "venv/bin/python", HERE / "seed.py", configuration, folder / "expected.json"])
    (folder / "seed.py").write_text(seed)
    folder.rename(work / "database")


@contextmanager
def serve(
    work: Path,
    folder: Path,
    *,
    authentications: str,
    lists_databases: bool = True,
    names: Sequence[str] = (NAME,),
    changed_by: Sequence[str] = (),
    port: int = 0,
) -> Iterator[Server]:
    """Serve copies of the database, under these names, from an empty `folder` until the end of the block.

    `changed_by` are statements of SQL that change the copies first. Without a `port` it is any free one.
    """
    for name in names:
        _copy_database(work / "database" / f"{NAME}.sqlite", folder / f"{name}.sqlite", changed_by)
    configuration = _configure(work, folder, authentications=authentications, lists_databases=lists_databases)
    expected = json.loads((work / "database" / "expected.json").read_text())
    with socket.create_server(("127.0.0.1", port)) as listening:
        server = Server(f"http://127.0.0.1:{listening.getsockname()[1]}", folder, expected)
        process = _start(work, server, configuration, listening.fileno())
    try:
        _wait_until_ready(server)
        yield server
    finally:
        process.terminate()
        process.wait(timeout=30)


def _configure(work: Path, folder: Path, *, authentications: str = "password", lists_databases: bool = True) -> Path:
    path = folder / "trytond.conf"
    client = work / "client/node_modules/tryton-sao"
    text = CONFIGURATION.format(
        folder=folder, client=client, authentications=authentications, lists_databases=lists_databases
    )
    path.write_text(text)
    return path


def _environment(folder: Path) -> dict[str, str]:
    return {
        **os.environ,
        "PYTHONHASHSEED": "0",  # Tryton answers with sets, whose order would change from server to server
        "PYTHONPATH": str(HERE),
        "SMS_LOG": str(folder / "sms.log"),
        "TRYTOND_CONFIG": str(folder / "trytond.conf"),
        "TRYTOND_DATABASE_NAMES": NAME,
        "TRYTOND_LOGGING_LEVEL": "20",
        "TRYTONPASSFILE": str(folder / "password"),
    }


def _run(work: Path, folder: Path, command: list[str | Path]) -> None:
    log = work / "database.log"
    with log.open("a") as output:
        done = subprocess.run(
            command, env=_environment(folder), cwd=folder, stdout=output, stderr=subprocess.STDOUT, check=False
        )
    if done.returncode:
        pytest.fail(f"The Tryton database could not be made, see {log}.", pytrace=False)


def _copy_database(source: Path, target: Path, changed_by: Sequence[str]) -> None:
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new, new:
        old.backup(new)
        for statement in changed_by:
            new.execute(statement)


def _start(work: Path, server: Server, configuration: Path, listening: int) -> subprocess.Popen[bytes]:
    """Gunicorn takes over a socket that listens already, so nobody can take its port first."""
    options = [f"--bind=fd://{listening}", "--threads=4", "--graceful-timeout=2"]
    with (server.folder / "server.log").open("ab") as log:
        return subprocess.Popen(
            [str(work / "venv/bin/gunicorn"), "trytond.application:app", *options],
            env={**_environment(server.folder), "TRYTOND_CONFIG": str(configuration)},
            cwd=server.folder,
            pass_fds=[listening],
            stdout=log,
            stderr=subprocess.STDOUT,
        )


def _wait_until_ready(server: Server) -> None:
    """The socket listens from the start: the first answer comes when Tryton has loaded."""
    try:
        requests.get(server.url, timeout=STARTING).raise_for_status()
    except requests.RequestException as error:
        log = server.log()[-2000:]
        pytest.fail(f"Tryton did not start ({error}):\n{log}", pytrace=False)
