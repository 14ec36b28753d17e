"""Escapes and base64: what they say, and edits brought back through them."""

import base64
import json
from html import escape
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.transport.encodings import Layer, apply, difference, from_base64, is_text, to_base64


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (rb"a%20b%C3%A9", "a bé"),
        (rb"a\u00e9\/\"\n", 'aé/"\n'),
        (rb"\ud83d\ude00", "😀"),
        (rb"\x41\xe9", "Aé"),
        (rb"l\303\251a\073\"", 'léa;"'),
        (b"&eacute;&#233;&#xE9;&lt;", "ééé<"),
        (b"100% &nosuch; \\q &copy", "100% &nosuch; \\q &copy"),
    ],
)
def test_one_level_of_escapes_is_taken_off(data: bytes, text: str) -> None:
    """Percent, JSON, JavaScript, HTML and quoted cookies at once; what only looks like an escape stays."""
    assert Layer(data).text == text.encode()


def test_plain_bytes_have_no_layer() -> None:
    """There is nothing to take off."""
    assert not Layer(b"plain")


@pytest.mark.parametrize(
    ("data", "edited"),
    [
        (b"x%61y", b"x%62y"),
        (b"x%C3%A9", b"x%C3%AA"),
        (b"x%c3%a9", b"x%c3%aa"),
        (rb"\u0061\u00E9", rb"\u0062\u00EA"),
        (rb"\x61\xe9", rb"\x62\xea"),
        (rb"\141\303\251", rb"\142\303\252"),
        (b"&#97;&#xe9;", b"&#98;&#xea;"),
        (b"&eacute;", b"&ecirc;"),
        (b"a%5Cu0061", b"b%5Cu0062"),
    ],
)
def test_edits_keep_the_style_of_the_escape(data: bytes, edited: bytes) -> None:
    """An escaped a becomes an escaped b, an escaped é an escaped ê, spelt as it was."""

    def scrubbed(data: bytes) -> bytes:
        layer = Layer(data)
        changed = layer.text.replace(b"a", b"b").replace("é".encode(), "ê".encode()) if layer else data
        inner = scrubbed(layer.text) if Layer(layer.text) else changed
        return apply(data, layer.carry(difference(0, layer.text, inner)))

    assert scrubbed(data).replace(b"a%5C", b"b%5C") == edited


def test_a_reference_may_grow() -> None:
    """`&#97;` to `&#122;` is one digit more."""
    layer = Layer(b"<&#97;>")

    assert apply(b"<&#97;>", layer.carry({1: b"z"})) == b"<&#122;>"


@given(st.text(), st.sampled_from([lambda v: quote(v, safe=""), json.dumps, escape]))
@settings(deadline=None)
def test_a_layer_is_what_the_encoder_was_given(text: str, encode: object) -> None:
    """Whatever was encoded comes out, and no edit is no change."""
    assert callable(encode)
    try:
        data = encode(text.replace("%", "").replace("&", "").replace("\\", "")).encode()
    except UnicodeEncodeError:
        return
    wanted = text.replace("%", "").replace("&", "").replace("\\", "")

    assert Layer(data).text.decode("utf-8", "surrogatepass").strip('"') == wanted.strip('"')
    assert apply(data, Layer(data).carry({})) == data


@given(st.binary(min_size=1, max_size=20), st.binary(max_size=20))
@settings(deadline=None)
def test_a_difference_applied_is_the_new(old: bytes, new: bytes) -> None:
    """For any two byte strings, whatever their lengths."""
    assert apply(b"<" + old + b">", difference(1, old, new)) == b"<" + new + b">"


@given(st.binary(max_size=50))
@settings(deadline=None)
def test_base64_there_and_back(raw: bytes) -> None:
    """In both alphabets; a length that no base64 has is none."""
    for token in (base64.b64encode(raw).rstrip(b"="), base64.urlsafe_b64encode(raw).rstrip(b"=")):
        assert from_base64(token) == raw
        if {*b"+/-_"} & {*token}:
            assert to_base64(raw, token) == token
    assert from_base64(b"A" * 9) is None


def test_json_in_base64_is_taken_for_a_part_of_a_jwt() -> None:
    """Where the alphabet cannot be told, a JWT must stay one."""
    assert to_base64(b'{"a":"~~~"}', b"eyJhIjoiYWFhIn0") == b"eyJhIjoifn5-In0"


@pytest.mark.parametrize(
    ("data", "text"), [(b"a\tb\n", True), ("é😀".encode(), True), (b"a\0", False), (b"\xff", False)]
)
def test_text_is_utf8_without_control_characters(data: bytes, text: bool) -> None:
    """Which is what tells decoded base64 from chance."""
    assert is_text(data) is text
