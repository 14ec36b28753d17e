"""Compressed bodies."""

import gzip
import zlib

import pytest

from toolkit.transport import packing
from toolkit.transport.packing import unpack


@pytest.mark.parametrize(
    ("packed", "encoding"),
    [
        (gzip.compress(b"hello"), ""),
        (gzip.compress(b"hel") + gzip.compress(b"lo"), "gzip"),
        (zlib.compress(b"hello"), ""),
        (zlib.compress(b"hello")[2:-4], "deflate"),
    ],
)
def test_a_compressed_body_opens_and_packs_again(packed: bytes, encoding: str) -> None:
    """And packing the same content gives the same bytes each time."""
    opened = unpack(packed, encoding)

    assert opened is not None
    assert opened.plain == b"hello"
    again = unpack(opened.repack(b"other"), encoding)
    assert again is not None
    assert again.plain == b"other"
    assert opened.repack(b"other") == opened.repack(b"other")


@pytest.mark.parametrize(
    "data",
    [b"", b"plain", gzip.compress(b"hello")[:-6], b"\x1f\x8b\x08junk", b"x\x9cjunk", zlib.compress(b"hello") + b"tail"],
)
@pytest.mark.parametrize("encoding", ["", "gzip", "deflate", "br", "identity"])
def test_what_is_not_compressed_or_broken_stays_closed(data: bytes, encoding: str) -> None:
    """No error: the body is scrubbed as it is, and the scan says what it cannot read."""
    opened = unpack(data, encoding)

    assert opened is None or (encoding, data) == ("deflate", b"plain")


def test_a_bomb_stays_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A body that unpacks to more than the limit is not unpacked."""
    monkeypatch.setattr(packing, "LARGEST", 1000)

    assert unpack(gzip.compress(b"a" * 1001)) is None
    assert unpack(zlib.compress(b"a" * 1001)) is None
    assert unpack(gzip.compress(b"a" * 1000)) is not None
