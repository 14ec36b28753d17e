"""Runs of base64 and hex."""

import base64
import gzip

import pytest

from toolkit.transport.encodings import apply
from toolkit.transport.tokens import folded_in, parts_of


def changed(token: bytes, old: bytes, new: bytes) -> bytes:
    """The token after `old` in what it says became `new`."""
    for part in parts_of(token):
        token = apply(token, part.edits(part.raw.replace(old, new)))
    return token


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        (b"my secret".hex().encode(), b"my hidden".hex().encode()),
        (b"my secret".hex().upper().encode(), b"my hidden".hex().upper().encode()),
        (base64.b64encode(b"my secret?>"), base64.b64encode(b"my hidden?>")),
        (base64.urlsafe_b64encode(b"my secret?>x>"), base64.urlsafe_b64encode(b"my hidden?>x>")),
        (b"prefix-" + b"my secret".hex().encode(), b"prefix-" + b"my hidden".hex().encode()),
        (base64.b64encode(b"%PDF-1.4\0\xff secret"), base64.b64encode(b"%PDF-1.4\0\xff hidden")),
        (base64.b64encode('{"a":"secret ÿ?"}'.encode()), base64.b64encode('{"a":"hidden ÿ?"}'.encode())),
    ],
)
def test_a_token_says_something_else_in_the_same_way(token: bytes, expected: bytes) -> None:
    """Hex in its case, base64 in its alphabet, also as a part of a token; text and a PDF."""
    assert changed(token.rstrip(b"="), b"secret", b"hidden") == expected.rstrip(b"=")


def test_utf_16_in_base64() -> None:
    """As some systems write it."""
    old, new = ("my secret".encode("utf-16-le"), "my hidden".encode("utf-16-le"))

    token, expected = (base64.b64encode(b"\xff\xfe" + text).rstrip(b"=") for text in (old, new))
    assert changed(token, old, new) == expected


def test_what_would_get_longer_becomes_noise() -> None:
    """Nothing around a token allows for another length."""
    token = base64.b64encode(gzip.compress(b"my secret", mtime=0)).rstrip(b"=")
    (part,) = parts_of(token)

    noise = apply(token, part.edits(gzip.compress(b"something else that is long", mtime=0)))
    assert len(noise) == len(token)
    assert noise[:12] != token[:12]


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_base64_in_lines_keeps_its_lines(end: bytes) -> None:
    """A value may go over the end of a line."""
    raw = b"x" * 50 + b"my secret value" + b"\0\xff" * 60
    data = b"before\n" + base64.encodebytes(raw).replace(b"\n", end) + b"after"

    edits = {
        place: byte
        for part in folded_in(data)
        for place, byte in part.edits(part.raw.replace(b"secret", b"hidden")).items()
    }
    assert (
        apply(data, edits)
        == data[:7] + base64.encodebytes(raw.replace(b"secret", b"hidden")).replace(b"\n", end) + b"after"
    )


def test_digests_and_words_say_nothing() -> None:
    """What reads as no text is left alone."""
    for token in (b"da39a3ee5e6b4b0d3255bfef95601890afd80709", b"internationalisation", b"deadbeef"):
        assert list(parts_of(token)) == []
