"""Bodies: text in any charset, base64, forms, what is still compressed."""

import base64
import gzip
import zlib
from typing import Any

import pytest

from toolkit.transport.har_bodies import extension, put_body, read_body
from toolkit.transport.har_charsets import BodyContext, Unreadable


def read(holder: dict[str, Any], mime: str = "text/html", declared: str = "", **known: Any) -> bytes | None:
    """Read a body of an entry that says this about it."""
    return read_body(holder, BodyContext(mime, (declared or mime,), **known), None)


def encoded(data: bytes) -> dict[str, str]:
    """Give a body as proxies store it."""
    return {"text": base64.b64encode(data).decode(), "encoding": "base64"}


@pytest.mark.parametrize("text", ["AAEC/w==", "AAEC/w", "AAEC\r\n/w==\n"])
def test_base64_as_tools_write_it(text: str) -> None:
    """Line breaks and missing padding are fine."""
    assert read({"text": text, "encoding": "BASE64"}) == b"\x00\x01\x02\xff"


@pytest.mark.parametrize("holder", [{"text": "!", "encoding": "base64"}, {"text": "A", "encoding": "base64"}])
def test_bad_base64_is_unreadable(holder: dict[str, str]) -> None:
    """Bytes are never guessed."""
    with pytest.raises(Unreadable, match="is not valid base64"):
        read(holder)


@pytest.mark.parametrize(
    ("holder", "reason"),
    [
        ({"text": "x", "encoding": "rot13"}, "unknown encoding"),
        ({"text": {"a": 1}}, "is not stored as text"),
        ({"text": "\ud800"}, "no charset can hold"),
        ({"_file": "x.bin"}, "is in the file x.bin"),
    ],
)
def test_what_no_bytes_can_be_told_from_is_unreadable(holder: dict[str, Any], reason: str) -> None:
    """Each reason is named."""
    with pytest.raises(Unreadable, match=reason):
        read(holder)


def test_text_in_a_named_codec() -> None:
    """Some tools name a charset as the encoding."""
    assert read({"text": "é", "encoding": "latin-1"}) == b"\xe9"


@pytest.mark.parametrize(
    ("coding", "data"),
    [
        ("gzip", gzip.compress(b"<p>hello", mtime=0)),
        ("deflate", zlib.compress(b"<p>hello")),
    ],
)
def test_wire_bytes_are_decompressed(coding: str, data: bytes) -> None:
    """What a tool kept as it came over the wire is decompressed."""
    assert read(encoded(data), coding=coding) == b"<p>hello"


def test_downloaded_archive_is_left_alone() -> None:
    """A .gz that was sent compressed once more is the file itself, unless its length is the one of the wire."""
    data = gzip.compress(b"archive", mtime=0)

    assert read(encoded(data), "application/octet-stream", coding="gzip") == data
    assert read(encoded(data), "application/octet-stream") == data
    assert read(encoded(data), "application/octet-stream", coding="gzip", wire_sizes=[len(data)]) == b"archive"


@pytest.mark.parametrize(
    ("coding", "data", "reason"),
    [
        ("gzip", b"\x1f\x8bnonsense", "does not decompress"),
        ("deflate", b"\x78\x9cnonsense", "does not decompress"),
        ("br", b"\x8b\x03\x80hello\x03", "is still compressed with br"),
        ("zstd", b"\x28\xb5\x2f\xfd\x04", "is still compressed with zstd"),
    ],
)
def test_what_does_not_decompress_is_unreadable(coding: str, data: bytes, reason: str) -> None:
    """Broken data, and codings that Python does not know, are named instead of passed on."""
    with pytest.raises(Unreadable, match=reason):
        read(encoded(data), coding=coding, wire_sizes=[len(data)])


def test_page_in_another_charset_is_not_taken_for_compressed() -> None:
    """A latin-1 page that came compressed and was stored decoded is what it is."""
    for coding in ("br", "gzip", "deflate", "zstd"):
        assert read(encoded(b"caf\xe9"), coding=coding, wire_sizes=[3]) == b"caf\xe9"
    assert read(encoded(b"x^2"), coding="deflate") == b"x^2"


def test_form_fields_without_text() -> None:
    """A form is put together again; its length tells whether the fields were stored decoded."""
    params = {"params": [{"name": "a b", "value": "é&"}, {"name": "c"}]}
    raw = {"params": [{"name": "a+b", "value": "%C3%A9"}]}

    assert read(params, "application/x-www-form-urlencoded") == b"a+b=%C3%A9%26&c="
    assert read(raw, "application/x-www-form-urlencoded", sizes=[10]) == b"a+b=%C3%A9"


def test_multipart_without_text() -> None:
    """A multipart form is put together with the boundary of its header."""
    params = [
        {"name": "a", "value": "1"},
        {"name": "f", "fileName": "x.txt", "contentType": "text/plain", "value": "hi"},
    ]

    body = read({"params": params}, "multipart/form-data", "multipart/form-data; boundary=B")

    assert body == (
        b'--B\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n'
        b'--B\r\nContent-Disposition: form-data; name="f"; filename="x.txt"\r\nContent-Type: text/plain\r\n\r\nhi\r\n'
        b"--B--\r\n"
    )


@pytest.mark.parametrize(
    ("declared", "param", "reason"),
    [
        ("multipart/form-data; boundary=B", {"name": "f", "fileName": "x.pdf"}, "uploaded file .x.pdf. that was not"),
        ("multipart/form-data", {"name": "a", "value": "1"}, "boundary was not stored"),
    ],
)
def test_multipart_that_lacks_something(declared: str, param: dict[str, str], reason: str) -> None:
    """A lost file or boundary is named."""
    with pytest.raises(Unreadable, match=reason):
        read({"params": [param]}, "multipart/form-data", declared)


def test_no_body_is_none() -> None:
    """Nothing stored is None, an empty text is empty."""
    assert read({}) is None
    assert read({"text": None, "params": []}) is None
    assert read({"text": ""}) == b""


def test_putting_a_body_replaces_every_form_of_it() -> None:
    """Nothing of the old one stays."""
    holder: dict[str, Any] = {"_file": "x", "encoding": "base64", "compression": 3, "params": [], "mimeType": "a/b"}

    put_body(holder, b"new", "text/plain")

    assert holder == {"text": "new", "mimeType": "a/b"}


@pytest.mark.parametrize(
    ("mime", "expected"),
    [
        ("application/pdf", "pdf"),
        ("application/vnd.api+json", "json"),
        ("application/atom+xml", "xml"),
        ("text/x-unheard-of", "txt"),
        ("application/x-unheard-of", "bin"),
        ("", "bin"),
    ],
)
def test_endings_of_body_files(mime: str, expected: str) -> None:
    """A type always gives the same ending."""
    assert extension(mime) == expected
