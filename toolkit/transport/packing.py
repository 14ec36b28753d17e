"""Bodies that are compressed or in UTF-16: take them apart and pack them again, the same bytes for the same content."""

import gzip
import importlib
import io
import zipfile
import zlib
from collections.abc import Callable
from types import ModuleType
from typing import NamedTuple

__all__ = ["ZIP", "Packed", "load_brotli", "rezipped", "unpack"]

LARGEST = 256 * 1024 * 1024  # a body that unpacks to more than this is a bomb, not a bill
GZIP = b"\x1f\x8b\x08"
ZIP = b"PK\x03\x04"
MARKS = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
FEW = 16  # of the characters of a text in UTF-16, one in so many may be none of Latin-1


class Packed(NamedTuple):
    """What a body holds, and how to pack it again (deterministically)."""

    plain: bytes
    repack: Callable[[bytes], bytes]


def unpack(data: bytes, encoding: str = "") -> Packed | None:
    """The inside of a compressed body: gzip and zlib tell themselves, `deflate` and `br` need the content encoding.

    That of a text in UTF-16 is the same text in UTF-8. None when the bytes are not packed, are broken, or unpack to
    more than 256 MB.
    """
    if codec := wide(data):
        return rewritten(data, codec)
    if not encoding and data[:1] not in (b"\x1f", b"\x78"):
        return None
    try:
        return _unpack(data, encoding.strip().lower())
    except (OSError, EOFError, ValueError, zlib.error):
        return None


def _unpack(data: bytes, encoding: str) -> Packed | None:
    if data[:3] == GZIP:
        return _within(
            gzip.GzipFile(fileobj=io.BytesIO(data)).read(LARGEST + 1), lambda new: gzip.compress(new, mtime=0)
        )
    if data[:1] == b"\x78" and int.from_bytes(data[:2], "big") % 31 == 0:
        return _within(inflate(data, zlib.MAX_WBITS), zlib.compress)
    if encoding == "deflate" and data:
        return _within(inflate(data, -zlib.MAX_WBITS), raw_deflate)
    return _unpack_brotli(data) if encoding == "br" and data else None


def wide(data: bytes) -> str:
    """Which kind of UTF-16 a text is in, by its mark or by every other byte being zero; empty when in none."""
    if codec := MARKS.get(data[:2]):
        return codec
    if len(data) < FEW or len(data) % 2 or b"\0" not in data[:2]:
        return ""
    zeros = data[::2].count(0), data[1::2].count(0)
    most, least = max(zeros), min(zeros)
    few = len(data) // 2 // FEW
    return ("utf-16-le" if zeros[1] == most else "utf-16-be") if least == 0 and most >= len(data) // 2 - few else ""


def rewritten(data: bytes, codec: str) -> Packed | None:
    """A text in UTF-16 as one in UTF-8."""
    try:
        return Packed(data.decode(codec).encode("utf-8"), lambda new: new.decode("utf-8").encode(codec))
    except UnicodeError:
        return None


def rezipped(data: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """A ZIP archive with each of its files changed; the very bytes when none changes, or when it cannot be read."""
    packed = io.BytesIO()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
            files = [(info, old.read(info)) for info in old.infolist() if info.file_size <= LARGEST]
            if len(files) < len(old.infolist()):
                return data
            changed = [(info, change(content)) for info, content in files]
            for info, content in changed:
                new.writestr(zipfile.ZipInfo(info.filename), content, zipfile.ZIP_DEFLATED)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, zlib.error):
        return data
    return data if changed == files else packed.getvalue()


def _within(plain: bytes, repack: Callable[[bytes], bytes]) -> Packed | None:
    return Packed(plain, repack) if len(plain) <= LARGEST else None


def inflate(data: bytes, window: int) -> bytes:
    """The inside of one whole stream; a ValueError when it is cut, or followed by what would be lost."""
    stream = zlib.decompressobj(window)
    plain = stream.decompress(data, LARGEST + 1)
    if stream.unused_data or not (stream.eof or len(plain) > LARGEST):
        raise ValueError("not one whole stream")
    return plain


def raw_deflate(data: bytes) -> bytes:
    """Deflate without a zlib header, as some servers send it."""
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


def load_brotli() -> ModuleType | None:
    """The brotli module when it is installed: nothing else of the toolkit needs it."""
    try:
        return importlib.import_module("brotli")
    except ImportError:
        return None


def _unpack_brotli(data: bytes) -> Packed | None:
    brotli = load_brotli()
    if brotli is None:
        return None
    try:
        return _within(brotli.decompress(data), brotli.compress)
    except brotli.error:
        return None
