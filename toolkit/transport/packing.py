"""Compressed bodies: take them apart and pack them again, the same bytes for the same content."""

import gzip
import importlib
import io
import zlib
from collections.abc import Callable
from types import ModuleType
from typing import NamedTuple

__all__ = ["Packed", "load_brotli", "unpack"]

LARGEST = 256 * 1024 * 1024  # a body that unpacks to more than this is a bomb, not a bill
GZIP = b"\x1f\x8b\x08"


class Packed(NamedTuple):
    """What a compressed body holds, and how to compress it again (deterministically)."""

    plain: bytes
    repack: Callable[[bytes], bytes]


def unpack(data: bytes, encoding: str = "") -> Packed | None:
    """The inside of a compressed body: gzip and zlib tell themselves, `deflate` and `br` need the content encoding.

    None when the bytes are not compressed, are broken, or unpack to more than 256 MB.
    """
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
