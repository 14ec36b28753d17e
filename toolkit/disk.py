"""Files that are whole and last, in folders of their owner's."""

import os
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

__all__ = ["make_private", "sync_folder", "write_atomically"]


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
