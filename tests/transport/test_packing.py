"""Compressed bodies."""

import gzip
import io
import zipfile
import zlib

import pytest

from toolkit.transport import packing
from toolkit.transport.packing import rezipped, unpack


@pytest.mark.parametrize(
    ("packed", "encoding"),
    [
        (gzip.compress(b"hello", mtime=0), ""),
        (gzip.compress(b"hel", mtime=0) + gzip.compress(b"lo", mtime=0), "gzip"),
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
    [
        b"",
        b"plain",
        gzip.compress(b"hello", mtime=0)[:-6],
        b"\x1f\x8b\x08junk",
        b"x\x9cjunk",
        zlib.compress(b"hello") + b"tail",
    ],
)
@pytest.mark.parametrize("encoding", ["", "gzip", "deflate", "br", "identity"])
def test_what_is_not_compressed_or_broken_stays_closed(data: bytes, encoding: str) -> None:
    """No error: the body is scrubbed as it is, and the scan says what it cannot read."""
    opened = unpack(data, encoding)

    assert opened is None or (encoding, data) == ("deflate", b"plain")


@pytest.mark.parametrize("mark", [b"", b"\xff\xfe"])
@pytest.mark.parametrize("text", ["Datum;Betrag\n09.03.2025;23,90\n", "Müller; Łódź, 7 rue de l'Église - 75000 Paris"])
def test_a_text_in_utf_16_opens(mark: bytes, text: str) -> None:
    """With a mark or known by its zeros; it goes back into what it was."""
    data = mark + text.encode("utf-16-le")
    opened = unpack(data)

    assert opened is not None
    assert opened.plain.decode().lstrip("\ufeff") == text
    assert opened.repack(opened.plain) == data
    assert (unpack(text.encode("utf-16-be")) or opened).plain.decode().lstrip("\ufeff") == text


@pytest.mark.parametrize(
    "data", [bytes(64), b"\0\1" * 40 + b"\xd8\0" * 3, b"\xff\xfe\0\xd8x", b"a\0b\0", b"\x89PNG\r\n\0\0" * 9]
)
def test_what_is_no_utf_16_stays_closed(data: bytes) -> None:
    """Zeros alone, half a pair, too short, other binary data."""
    assert unpack(data) is None


def archive(**files: bytes) -> bytes:
    """A ZIP archive."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as writing:
        for name, content in files.items():
            writing.writestr(name, content)
    return packed.getvalue()


def test_an_archive_is_changed_file_by_file() -> None:
    """The others stay; twice the same is the same; nothing to change leaves the very bytes."""
    data = archive(a=b"secret", b=b"other")
    changed = rezipped(data, lambda content: content.replace(b"secret", b"hidden"))

    with zipfile.ZipFile(io.BytesIO(changed)) as opened:
        assert {name: opened.read(name) for name in opened.namelist()} == {"a": b"hidden", "b": b"other"}
    assert rezipped(data, lambda content: content.replace(b"secret", b"hidden")) == changed
    assert rezipped(data, lambda content: content) is data


@pytest.mark.parametrize("data", [b"PK\x03\x04junk", archive(a=b"secret")[:-30]], ids=["junk", "cut off"])
def test_a_broken_archive_stays_as_it_is(data: bytes) -> None:
    """The scan will say that it cannot be read."""
    assert rezipped(data, bytes.upper) == data


def test_a_bomb_stays_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A body that unpacks to more than the limit is not unpacked."""
    monkeypatch.setattr(packing, "LARGEST", 1000)

    assert unpack(gzip.compress(b"a" * 1001, mtime=0)) is None
    assert unpack(zlib.compress(b"a" * 1001)) is None
    assert unpack(gzip.compress(b"a" * 1000, mtime=0)) is not None
