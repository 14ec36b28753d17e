"""From text back to its bytes."""

from typing import Any

import pytest

from toolkit.transport.har_charsets import BodyContext, Unreadable, as_text, encode


def read(text: str, declared: str = "text/html", **known: Any) -> bytes:
    """Encode a text of an entry that says this about it."""
    return encode(text, BodyContext(declared.partition(";")[0], (declared,), **known))


@pytest.mark.parametrize(
    ("text", "declared", "expected"),
    [
        ("café", "text/html; charset=ISO-8859-1", b"caf\xe9"),
        ("5 €", "text/html; charset=iso-8859-1", b"5 \x80"),
        ("\x81 €", "text/html; charset=latin1", b"\x81 \x80"),
        ("日本", "text/html; charset=Shift_JIS", b"\x93\xfa\x96{"),
        ("한", 'text/html; charset="euc-kr"', b"\xc7\xd1"),
        ("é", "text/plain; charset=utf-16", b"\xe9\x00"),
        ("café", "text/html; charset=no-such-charset", "café".encode()),
        ("café", "text/html", "café".encode()),
        ("日本", "text/html; charset=iso-8859-1", "日本".encode()),
        ('<meta charset="windows-1251">да', "text/html", b'<meta charset="windows-1251">\xe4\xe0'),
        (
            '<?xml version="1.0" encoding="iso-8859-15"?>€',
            "text/xml",
            b'<?xml version="1.0" encoding="iso-8859-15"?>\xa4',
        ),
    ],
)
def test_text_gives_back_its_bytes(text: str, declared: str, expected: bytes) -> None:
    """Text is encoded in the charset in which a browser read it: declared, in the page, or UTF-8."""
    assert read(text, declared=declared) == expected


def test_length_settles_the_charset() -> None:
    """Where the declared charset is wrong, the known length of the bytes says so."""
    declared = "text/html; charset=iso-8859-1"

    assert read("café", declared=declared, sizes=[4]) == b"caf\xe9"
    assert read("café", declared=declared, sizes=[5]) == "café".encode()


def test_length_brings_back_the_byte_order_mark() -> None:
    """Browsers drop the mark from the text; three bytes more than the text has are the mark."""
    assert read("a", sizes=[4]) == b"\xef\xbb\xbfa"


def test_replacement_character_can_be_genuine() -> None:
    """U+FFFD is only lost bytes when the length shows that there were others."""
    assert read("a\ufffd", sizes=[4]) == b"a\xef\xbf\xbd"
    assert read("a\ufffd") == b"a\xef\xbf\xbd"
    with pytest.raises(Unreadable, match="bytes are lost"):
        read("a\ufffd", sizes=[2])


@pytest.mark.parametrize(
    ("text", "declared", "expected"),
    [
        ("café", "text/html; charset=iso-8859-1", b"caf\xe9"),
        ("cafÃ©", "text/css", "café".encode()),
        ("café", "text/css", b"caf\xe9"),
        ("cafÃ©", "application/rss+xml", "café".encode()),
        ("café", "text/html", "café".encode()),
        ("café", "text/javascript", "café".encode()),
        ("café", "application/json", "café".encode()),
        ("cafÃ©", "application/json; charset=iso-8859-1", "café".encode()),
        ("日本", "text/css", "日本".encode()),
    ],
)
def test_text_that_playwright_decoded(text: str, declared: str, expected: bytes) -> None:
    """Its recorder keeps what Chromium made of the bytes: windows-1252 where nothing names a charset."""
    assert read(text, declared, recoded=True) == expected


@pytest.mark.parametrize(
    ("data", "mime", "expected"),
    [
        (b"{}", "application/vnd.api+json", "{}"),
        ("é".encode(), "text/plain", "é"),
        (b"caf\xe9", "text/plain", None),
        (b"a\0b", "text/plain", None),
        (b"%PDF", "application/pdf", None),
        (b"<svg/>", "image/svg+xml", "<svg/>"),
        (b"a=1", "application/x-www-form-urlencoded", "a=1"),
        (b"plain", "", "plain"),
    ],
)
def test_text_is_utf8_of_a_textual_type(data: bytes, mime: str, expected: str | None) -> None:
    """All else is binary."""
    assert as_text(data, mime) == expected
