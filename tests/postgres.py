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

__all__ = ["find_postgres", "postgres"]

READY = b"ready to accept connections"
# The user `locked` alone needs a password.
HBA = "local all locked scram-sha-256\nlocal all all trust\n"
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=32MB", "max_connections=20")


def find_postgres() -> Path | None:
    """The folder of the newest Postgres' programs, which Debian keeps off the PATH; None where there is none."""
    found = [*Path("/usr/lib/postgresql").glob("*/bin/initdb"), *map(Path, filter(None, [shutil.which("initdb")]))]
    return max(found, key=lambda path: (len(path.parts[-3]), path.parts[-3])).parent if found else None


@contextmanager
def postgres(programs: Path, *settings: str) -> Iterator[str]:
    """A server while the block runs, and the address of its empty database; what it holds is gone after it."""
    with tempfile.TemporaryDirectory(prefix="pg-") as name:  # not below pytest's: a socket's path has 107 characters
        folder = Path(name)
        _initialise(programs, folder)
        with _running(programs, folder, settings):
            yield f"postgresql://postgres@/postgres?host={folder}"


def _initialise(programs: Path, folder: Path) -> None:
    person = _person()
    if person:
        shutil.chown(folder, person["user"], person["group"])
    data = str(folder / "data")
    options = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
    command = [str(programs / "initdb"), "-D", data, "--no-instructions", *options]
    subprocess.run(command, cwd="/", check=True, stdout=subprocess.DEVNULL, **person)
    (folder / "data" / "pg_hba.conf").write_text(HBA)


@contextmanager
def _running(programs: Path, folder: Path, settings: tuple[str, ...]) -> Iterator[None]:
    flags = [flag for setting in ("listen_addresses=", *FAST, *settings) for flag in ("-c", setting)]
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
            yield
        finally:
            server.send_signal(signal.SIGQUIT)  # at once, without tidying up
            reader.join()


def _person() -> dict[str, Any]:
    """As whom the programs run: they refuse the superuser."""
    return {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}
