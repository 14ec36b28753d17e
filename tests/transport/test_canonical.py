"""Requests taken to parts."""

import gzip

import pytest

from toolkit.transport.canonical import parts_of, shape_of
from toolkit.transport.request import Req

URL = "https://Acme.example:443/a%20b?z=1&a=2#top"


def test_an_address_in_parts() -> None:
    """Host in small letters without the usual port, path decoded, query sorted, no fragment."""
    parts = parts_of(Req("get", URL))

    assert (parts.method, parts.host, parts.path) == ("GET", "https://acme.example", "/a b")
    assert parts.query == [("a", "2"), ("z", "1")]


@pytest.mark.parametrize(
    ("content_type", "body", "kind"),
    [
        ("", b"", "none"),
        ("application/json", b'{"a": 1}', "json"),
        ("application/x-www-form-urlencoded", b"a=1&b=2", "form"),
        ("text/plain", b"hello there", "text"),
        ("application/octet-stream", b"\x00\xff\xfe", "bytes"),
    ],
)
def test_a_body_is_read_as_what_it_is(content_type: str, body: bytes, kind: str) -> None:
    """JSON, form, text, and bytes that are none of these; a gzip body is read through."""
    headers = [("Content-Type", content_type)]

    assert parts_of(Req("POST", URL, headers, body)).kind == kind
    if body:
        packed = parts_of(Req("POST", URL, [*headers, ("Content-Encoding", "gzip")], gzip.compress(body)))
        assert packed.kind == kind


def test_fields_cannot_run_into_each_other() -> None:
    """`a=1` and `b` are not `a` and `1b`."""
    one, other = Req("GET", "https://a.example/?a=1&b="), Req("GET", "https://a.example/?a=&1b=")

    assert shape_of(parts_of(one)).key != shape_of(parts_of(other)).key
