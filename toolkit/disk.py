"""Files that are whole and last, in folders of their owner's, and folders that nothing outlives."""

import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["in_memory", "make_private", "sync_folder", "write_atomically"]

MEMORY = Path("/dev/shm")  # noqa: S108 - the folders there are their owner's
ROOM = 1 << 28  # bytes; a container may have less than a browser itself needs there
SCRATCH = re.compile(r"toolkit-(\d+)-\w+")


def make_private(folder: Path) -> None:
    """Make a folder and those above it that are missing, each for its owner only. Raises OSError."""
    missing = [each for each in (folder, *folder.parents) if not each.is_dir()]
    for each in reversed(missing):  # `parents=True` would open those to everybody
        each.mkdir(mode=0o700, exist_ok=True)


def write_atomically(path: Path, pieces: Iterable[bytes], *, lasting: bool = False, anew: bool = False) -> None:
    """Write beside the place and rename, readable by the owner alone: no moment shows half a file.

    A `lasting` file is on the disk, whatever happens, once this returns. One that is written `anew` replaces none:
    raises FileExistsError when there is one.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.writelines(pieces)
            if lasting:
                file.flush()
                os.fsync(file.fileno())
        if anew:
            path.hardlink_to(temporary)
            temporary.unlink()
        else:
            temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    if lasting:
        sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder last; Windows, where a folder cannot be opened, does so itself."""
    if sys.platform == "win32":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def in_memory() -> Iterator[Path]:
    """A folder of the owner's for what holds secrets and must reach no disk, where the system has such; else a
    temporary one. Gone after the block; what killed processes left is swept away.
    """
    has_room = os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM
    root = MEMORY if has_room else Path(tempfile.gettempdir())
    for left in root.glob("toolkit-*-*"):
        _sweep(left)
    with tempfile.TemporaryDirectory(prefix=f"toolkit-{os.getpid()}-", dir=root, ignore_cleanup_errors=True) as name:
        yield Path(name)


def _sweep(folder: Path) -> None:
    found = SCRATCH.fullmatch(folder.name)
    if found and not _lives(int(found[1])):
        shutil.rmtree(folder, ignore_errors=True)


def _lives(process: int) -> bool:
    if sys.platform == "win32":  # there, asking would end it
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
