"""A Postgres of the tests' own: on a Unix socket alone, in a folder that is thrown away."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

__all__ = ["find_postgres", "initialise", "postgres", "running"]

NOBODY = 65534
READY = b"ready to accept connections"
# The user `locked` alone needs a password.
HBA = "local all locked scram-sha-256\nlocal all all trust\n"
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=32MB")


def find_postgres() -> Path | None:
    """The folder of the newest Postgres' programs, which Debian keeps off the PATH; None where there is none."""
    found = [*Path("/usr/lib/postgresql").glob("*/bin/initdb"), *map(Path, filter(None, [shutil.which("initdb")]))]
    return max(found, key=lambda path: (len(path.parts[-3]), path.parts[-3])).parent if found else None


@contextmanager
def postgres(programs: Path) -> Iterator[str]:
    """A server while the block runs, and the address of its empty database; what it holds is gone after it."""
    with tempfile.TemporaryDirectory(prefix="pg-", dir="/tmp") as name:  # a socket's path has 107 characters
        initialise(programs, Path(name))
        with running(programs, Path(name), *FAST) as address:
            yield address


def initialise(programs: Path, folder: Path) -> None:
    """Make what a server needs in an empty folder."""
    person = _person()
    if person:
        os.chown(folder, NOBODY, NOBODY)
    data = str(folder / "data")
    options = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
    command = [str(programs / "initdb"), "-D", data, "--no-instructions", *options]
    subprocess.run(command, cwd="/", check=True, stdout=subprocess.DEVNULL, **person)
    (folder / "data" / "pg_hba.conf").write_text(HBA)


@contextmanager
def running(programs: Path, folder: Path, *settings: str) -> Iterator[str]:
    """A server on such a folder while the block runs, and the address of its database."""
    flags = [flag for setting in ("listen_addresses=", "max_connections=20", *settings) for flag in ("-c", setting)]
    command = [str(programs / "postgres"), "-D", str(folder / "data"), "-k", str(folder), *flags]
    with subprocess.Popen(command, cwd="/", stderr=subprocess.PIPE, **_person()) as server:
        assert server.stderr is not None
        said = []
        for line in server.stderr:
            said.append(line)
            if READY in line:
                break
        else:
            raise AssertionError(b"".join(said).decode())
        reader = Thread(target=server.stderr.read)  # or the server would wait for somebody to read what it says
        reader.start()
        try:
            yield f"postgresql://postgres@/postgres?host={folder}"
        finally:
            server.send_signal(signal.SIGINT)
            reader.join()


def _person() -> dict[str, Any]:
    """As whom the programs run: they refuse the superuser."""
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
