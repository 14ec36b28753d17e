"""Proves that no secret is left in some files, and says which of them it cannot read.

The scan takes encodings off more greedily than the scrubber does: base64 at every offset whether or not the outcome
reads as text, compressed streams and archives inside each other. What it reports, the scrubber did not see.
"""

import binascii
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from toolkit.transport.encodings import BASE64, HEX, Layer, from_base64
from toolkit.transport.forms import Form, Secret, forms_of, place_pattern
from toolkit.transport.packing import LARGEST, ZIP, unpack
from toolkit.transport.shapes import Reach, reach_of

__all__ = ["Leak", "Scan", "scan"]

DEEPEST = 6
BROKEN_LINE = re.compile(rb"(?<=[A-Za-z0-9+/]{60})(?:\r?\n|\\r\\n|\\n)(?=[A-Za-z0-9+/]{4})")


@dataclass(frozen=True)
class Leak:
    """A secret that is still there: in which file (or archive member), its name, and the encodings around it."""

    where: str
    secret: str
    encoding: str


@dataclass(frozen=True)
class Scan:
    """What a scan found. `unread` names the files in which a secret could hide: PDF with compressed text, images."""

    leaks: list[Leak] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)


def scan(source: bytes | Path | Iterable[Path], secrets: Mapping[str, str] | Iterable[Secret]) -> Scan:
    """Look for secrets in bytes, a file, a folder with all below it, or several of these."""
    searcher = Searcher(secrets)
    leaks: dict[Leak, None] = {}
    unread: list[str] = []
    for where, data in read_all(source):
        leaks |= dict.fromkeys(searcher.search(where, where.encode("utf-8", "replace"), ("file name",)))
        leaks |= dict.fromkeys(searcher.search(where, data))
        if is_closed(data):
            unread.append(where)
    return Scan(list(leaks), unread)


def read_all(source: bytes | Path | Iterable[Path]) -> Iterator[tuple[str, bytes]]:
    """Each file as (name, content); names are relative to the folder that was given."""
    if isinstance(source, bytes):
        yield "", source
        return
    for path in [source] if isinstance(source, Path) else source:
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        root = path if path.is_dir() else path.parent
        yield from ((str(file.relative_to(root)), file.read_bytes()) for file in files if file.is_file())


def is_closed(data: bytes) -> bool:
    """Whether a file may hold text that cannot be read here."""
    if data[:5] == b"%PDF-":
        return any(mark in data for mark in (b"/FlateDecode", b"/LZWDecode", b"/ASCII85Decode", b"/Encrypt", b"/Image"))
    return b"\0" in data and data[:4] != ZIP and unpack(data) is None


class Searcher:
    """Looks for every form of some secrets, under every encoding."""

    def __init__(self, secrets: Mapping[str, str] | Iterable[Secret]) -> None:
        if isinstance(secrets, Mapping):
            secrets = [Secret(name, value, reach_of(value)) for name, value in secrets.items()]
        self._forms: dict[bytes, list[Form]] = {}
        self._places: list[Secret] = []
        for secret in secrets:
            if secret.reach is Reach.PLACE:
                self._places.append(secret)
            else:
                for form in forms_of(secret, secret.value):
                    if form.encoding != "base64":  # which is taken off here, at every offset
                        self._forms.setdefault(form.old, []).append(form)
        self._patterns = {form: re.compile(form.pattern) for forms in self._forms.values() for form in forms}

    def search(self, where: str, data: bytes, around: tuple[str, ...] = ()) -> Iterator[Leak]:
        """The leaks in some bytes, which stand inside the encodings named by `around`."""
        yield from self._here(where, data, around)
        if len(around) < DEEPEST:
            for inner_where, inner, encoding in views(where, data):
                yield from self.search(inner_where, inner, (*around, encoding))

    def _here(self, where: str, data: bytes, around: tuple[str, ...]) -> Iterator[Leak]:
        for old in [old for old in self._forms if old in data]:
            for form in self._forms[old]:
                if self._patterns[form].search(data):
                    yield Leak(where, form.secret.name, " > ".join((*around, form.encoding)))
        for secret in self._places:
            value, name = secret.value.encode("utf-8", "surrogatepass"), secret.name.encode()
            if value in data and name in data and place_pattern(secret).search(data):
                yield Leak(where, secret.name, " > ".join((*around, "plain")))


def views(where: str, data: bytes) -> Iterator[tuple[str, bytes, str]]:
    """Some bytes with one encoding taken off, in each way that fits: (where, bytes, encoding)."""
    packed = unpack(data)
    if packed is not None:
        yield where, packed.plain, "compressed"
        return
    if data[:4] == ZIP:
        yield from members(where, data)
        return
    if layer := Layer(data):
        yield where, layer.text, "escaped"
    if runs := set(HEX.findall(data)):
        yield where, b"\n".join(map(binascii.unhexlify, runs)), "hex"
    whole = BROKEN_LINE.sub(b"", data)
    tokens = set(BASE64.findall(whole))
    for offset in range(4) if tokens else ():
        yield where, b"\n".join(from_offset(token, offset) for token in tokens), "base64"
    for token in tokens:
        packed = unpack(from_base64(token) or b"")
        if packed is not None:
            yield where, packed.plain, "base64 > compressed"


def from_offset(token: bytes, offset: int) -> bytes:
    """What base64 says from some character on; a last character that says nothing is left out."""
    rest = token[offset:]
    return from_base64(rest) or from_base64(rest[:-1]) or b""


def members(where: str, data: bytes) -> Iterator[tuple[str, bytes, str]]:
    """The files in a ZIP archive; none when it is broken or encrypted."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for info in archive.infolist():
                if info.file_size <= LARGEST:
                    yield f"{where}!{info.filename}", archive.read(info), "zip"
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError):
        return
