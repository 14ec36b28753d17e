"""Files on disk: written beside their place, and put into it whole, never over another file."""

import errno
import hashlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path, PurePath, PureWindowsPath
from typing import BinaryIO
from uuid import uuid4

from toolkit.disk import make_private, sync_folder
from toolkit.errors import InvalidEntry, StoreError
from toolkit.models import File

__all__ = ["Draft", "Files"]

PREFIX = ".unfinished-"

# What systems say of a filesystem that has no hard links (FAT, some network shares), or no more for this file.
NO_LINKS = {errno.EPERM, errno.EACCES, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EXDEV}


class Files:
    """The files below one folder, which is made, for its owner only, when it is missing.

    A draft that a killed run left is removed at the start; those of runs that live are theirs. Safe to use from
    several threads. Files that are not `lasting` will be thrown away: nothing waits for the disk. Raises StoreError,
    with the path, when a folder or file cannot be read or written.
    """

    def __init__(self, root: Path, *, lasting: bool = True) -> None:
        self.root = root
        self._lasting = lasting
        with _sentences(root):
            make_private(root)
            Draft(root, root).discard()  # trying is the only sure way to know
        _sweep(root.rglob(f"{PREFIX}*"))

    @contextmanager
    def draft(self, folder: str = "") -> Iterator["Draft"]:
        """A new file to be written in a folder below the root, made when missing; gone at the end unless saved.

        An absolute `folder` is one elsewhere that the caller chose.
        """
        place = self._place(folder)
        with _sentences(place):
            make_private(place)
            if not place.is_relative_to(self.root):
                _sweep(place.glob(f"{PREFIX}*"))
            draft = Draft(self.root, place, lasting=self._lasting)
        try:
            yield draft
        finally:
            draft.discard()

    def path(self, file: File) -> Path:
        """Where a stored file is on disk. Raises StoreError for a path that leaves the root."""
        return self._place(file.path)

    def is_there(self, file: File) -> bool:
        """Whether a stored file is on disk with the size that it had."""
        path = self.path(file)
        try:
            return path.is_file() and path.stat().st_size == file.size
        except OSError:
            return False

    def holds(self, file: File) -> bool:
        """Whether a stored file is on disk with the content that it had."""
        path = self.path(file)
        try:
            return _holds(path, file.sha256, file.size)
        except OSError:
            return False

    def _place(self, path: str) -> Path:
        place = self.root / path
        leaves = not PurePath(path).is_absolute() and not place.resolve().is_relative_to(self.root.resolve())
        if leaves or ".." in PurePath(path).parts:
            raise StoreError(f"The path {path} leaves the folder of files {self.root}.")
        return place


class Draft:
    """A file being written under a name of its own, until `save` gives it its name; of one thread at a time."""

    def __init__(self, root: Path, folder: Path, *, lasting: bool = True) -> None:
        self._root = root
        self._lasting = lasting
        self._folder = folder
        self._path, self._file = _new_file(folder)

    def write(self, data: bytes) -> int:
        """Append bytes, and return how many."""
        with _sentences(self._path):
            return self._file.write(data)

    def seek(self, place: int) -> None:
        """Go to a place, in bytes from the start."""
        with _sentences(self._path):
            self._file.seek(place)

    def truncate(self) -> None:
        """Cut off what was written from this place on."""
        with _sentences(self._path):
            self._file.truncate()

    @contextmanager
    def reading(self) -> Iterator[BinaryIO]:
        """What was written so far, from its beginning; writing goes on at the end."""
        with _sentences(self._path):
            self._file.flush()
            self._file.seek(0)
        yield self._file
        with _sentences(self._path):
            self._file.seek(0, os.SEEK_END)

    def save(self, name: str, *, sha256: str, size: int, mime: str) -> File:
        """Put the file in place and return its description.

        A name that another file has becomes "name (2).pdf"; a file of that name with the same content is used
        instead. Once this returns, the file is on the disk whatever happens. Raises StoreError when what was
        written is not `size` bytes, or `name` is not the name of a file.
        """
        _check_name(name)
        with _sentences(self._folder / name):
            self._flush(name, size)
            place = self._settle(name, sha256, size)
            if self._lasting:
                sync_folder(self._folder)
        self.discard()
        below = place.relative_to(self._root) if place.is_relative_to(self._root) else place
        return File(name=place.name, path=below.as_posix(), sha256=sha256, size=size, mime=mime)

    def discard(self) -> None:
        """Remove what was written; nothing happens after `save`."""
        with suppress(OSError):  # closing writes what is left, for which the disk may have no room
            self._file.close()
        with suppress(OSError):
            self._path.unlink()

    def _flush(self, name: str, size: int) -> None:
        self._file.flush()
        if self._lasting:
            os.fsync(self._file.fileno())
        if self._file.tell() != size:
            raise StoreError(f"The file {name} has {self._file.tell()} bytes instead of {size}.")

    def _settle(self, name: str, sha256: str, size: int) -> Path:
        for place in _places(self._folder, name):
            if _put(self._path, place) or _holds(place, sha256, size):
                return place
        raise AssertionError  # names never end


def _check_name(name: str) -> None:
    plain = PureWindowsPath(name).name == name and "\0" not in name
    if not plain or name in {"", ".", ".."} or name.startswith(PREFIX):
        raise InvalidEntry(f"{name!r} cannot be the name of a file.")


def _places(folder: Path, name: str) -> Iterator[Path]:
    yield folder / name
    for number in count(2):
        yield folder / f"{Path(name).stem} ({number}){Path(name).suffix}"


def _holds(path: Path, sha256: str, size: int) -> bool:
    if not path.is_file() or path.stat().st_size != size:
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == sha256


def _put(draft: Path, place: Path) -> bool:
    """Give a draft its name, unless another file has it."""
    try:
        os.link(draft, place)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in NO_LINKS:
            raise
        return _put_by_renaming(draft, place)
    return True


def _put_by_renaming(draft: Path, place: Path) -> bool:
    """The same where there are no hard links. Renaming would replace a file, so one at a time looks and renames."""
    with _folder_locked(place.parent):
        if os.path.lexists(place):
            return False
        draft.rename(place)
        return True


@contextmanager
def _sentences(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreError(f"{path} cannot be written: {error.strerror or error}.") from error


def _new_file(folder: Path) -> tuple[Path, BinaryIO]:
    """A new file, locked for as long as this process lives: that is how others know that it is not left over."""
    while True:
        path = folder / f"{PREFIX}{uuid4().hex}"
        file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b")
        _lock(file.fileno())
        if os.fstat(file.fileno()).st_nlink:
            return path, file
        file.close()  # removed by another process in the moment before it was locked


def _sweep(drafts: Iterator[Path]) -> None:
    for path in drafts:
        with suppress(OSError), path.open("rb") as file:
            _lock(file.fileno(), wait=False)
            path.unlink()


if sys.platform == "win32":
    # Windows neither removes a file that is open nor renames one over another, so nothing is left to be locked.

    def _lock(descriptor: int, *, wait: bool = True) -> None: ...

    @contextmanager
    def _folder_locked(_folder: Path) -> Iterator[None]:
        yield

else:
    import fcntl

    def _lock(descriptor: int, *, wait: bool = True) -> None:
        """Lock a file or folder until it is closed. Raises BlockingIOError instead of waiting."""
        fcntl.flock(descriptor, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)

    @contextmanager
    def _folder_locked(folder: Path) -> Iterator[None]:
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            _lock(descriptor)
            yield
        finally:
            os.close(descriptor)
