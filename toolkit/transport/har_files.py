"""Files around a HAR: the bodies beside it, in its folder or its zip."""

import gzip
import hashlib
import posixpath
import zipfile
import zlib
from pathlib import Path

from toolkit.disk import write_atomically
from toolkit.transport.har_bodies import BODIES, extension
from toolkit.transport.har_charsets import Unreadable
from toolkit.transport.har_parts import HarError

__all__ = ["BODIES", "Folder", "Zip", "write_body"]

CODE = {"css", "js"}
LONG_CODE = 1 << 16
"""A site's code beyond so many bytes is kept compressed: it is most of a recording, and nobody reviews it."""


class Folder:
    """The folder of a HAR. A name that leads out of it is refused: a HAR may come from anyone."""

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        self.recoded = False

    def read(self, name: str) -> bytes:
        """Give the bytes of a file in it; raises Unreadable."""
        try:
            file = (self.path / name).resolve()
            if file.is_relative_to(self.path):
                return file.read_bytes()
        except (OSError, ValueError):
            raise Unreadable(f"is in the file {name[:100]}, which cannot be read") from None
        raise Unreadable(f"is in the file {name[:100]}, which lies outside the folder of the HAR")


class Zip:
    """A HAR and its bodies in one zip, as Playwright writes it."""

    def __init__(self, path: Path) -> None:
        try:
            self._zip = zipfile.ZipFile(path)
        except zipfile.BadZipFile:
            raise HarError(f"{path.name} is not a zip file.") from None
        self._name = path.name
        self._folder = ""
        self.recoded = False

    def read_har(self) -> bytes:
        """Give the HAR in it: the .har file that lies highest; raises HarError."""
        names = [name for name in self._zip.namelist() if name.lower().endswith(".har")]
        if not names:
            raise HarError(f"{self._name} holds no .har file.")
        name = min(names, key=lambda each: (each.count("/"), each))
        self._folder = posixpath.dirname(name)
        try:
            return self.read(posixpath.basename(name))
        except Unreadable:
            raise HarError(f"{self._name}: {name} in it cannot be read.") from None

    def read(self, name: str) -> bytes:
        """Give the bytes of a file in it; raises Unreadable."""
        try:
            return self._zip.read(posixpath.join(self._folder, name))
        except (KeyError, ValueError, OSError, RuntimeError, zipfile.BadZipFile, zlib.error):
            raise Unreadable(f"is in the file {name[:100]}, which cannot be read") from None


def write_body(folder: Path, data: bytes, mime: str) -> str:
    """Write a body into the folder of bodies of a HAR's folder, once, and give its name for `_file`.

    Long scripts and style sheets become `.js.gz` and `.css.gz`, named after what they hold.
    """
    kind = extension(mime)
    name = f"{BODIES}/{hashlib.sha1(data, usedforsecurity=False).hexdigest()}.{kind}"
    if kind in CODE and len(data) > LONG_CODE:
        name, data = f"{name}.gz", gzip.compress(data, mtime=0)
    path = folder / name
    if not (path.is_file() and path.read_bytes() == data):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, [data])
    return name
