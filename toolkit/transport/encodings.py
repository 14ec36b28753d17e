"""The disguises a value wears on the wire: escapes (percent, JSON, JavaScript, HTML, quoted cookies) and base64.

An edit is a map from a position in some bytes to what stands there instead. Edits found in a decoded view are carried
back through the encoding in the style the original used, so a scrubbed body differs only where a secret stood.
"""

import binascii
import html
import re
from bisect import bisect_right
from functools import lru_cache
from html.entities import codepoint2name

__all__ = [
    "BASE64",
    "HEX",
    "Edits",
    "Layer",
    "apply",
    "decoded",
    "difference",
    "from_base64",
    "from_hex",
    "is_text",
    "to_base64",
    "to_hex",
]

Edits = dict[int, bytes]

ESCAPE = re.compile(
    rb"%[0-9A-Fa-f]{2}"
    rb"|\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|[\"\\/bfnrt']"
    rb"|[0-3][0-7]{2})"
    rb"|&(?:\#[0-9]{1,7}|\#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});"
)
SINGLE = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
TEXT = re.compile(rb"(?:[\t\n\r -~]++|[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3})*+")

BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{8,}")
HEX = re.compile(rb"(?:[0-9a-f]{2}){8,}|(?:[0-9A-F]{2}){8,}")
TO_STANDARD = bytes.maketrans(b"-_", b"+/")
TO_URL_SAFE = bytes.maketrans(b"+/", b"-_")
JSON_START = b"eyJ"  # base64 of a JSON object

ONE_BYTE = 0xFF


def apply(data: bytes, edits: Edits) -> bytes:
    """The bytes with the edits made: each edited byte is replaced by its new bytes, of any length."""
    pieces: list[bytes] = []
    last = 0
    for position in sorted(edits):
        pieces += (data[last:position], edits[position])
        last = position + 1
    return b"".join([*pieces, data[last:]])


def difference(start: int, old: bytes, new: bytes) -> Edits:
    """The edits that turn `old`, which stands at `start`, into `new`; `old` is not empty."""
    if len(old) == len(new):
        return {start + i: new[i : i + 1] for i in range(len(old)) if old[i] != new[i]}
    same = 0
    while same < min(len(old), len(new)) - 1 and old[same] == new[same]:
        same += 1
    edits = {start + i: new[i : i + 1] for i in range(same, len(old) - 1)}
    return edits | {start + len(old) - 1: new[max(same, len(old) - 1) :]}


class Layer:
    """One level of escapes taken off: `text` is what it says, `carry` brings edits of the text back to the data."""

    def __init__(self, data: bytes) -> None:
        pieces: list[bytes] = []
        self._data = data
        self._starts: list[int] = []  # where each escape's meaning stands in the text
        self._units: list[tuple[int, int, int]] = []  # how long that is, and the escape's own span in the data
        last = position = 0
        for found in ESCAPE.finditer(data):
            meaning = unescape(found.group())
            if meaning is None:
                continue
            start, end = found.span()
            position += start - last
            pieces += (data[last:start], meaning)
            self._starts.append(position)
            self._units.append((len(meaning), start, end))
            position += len(meaning)
            last = end
        self.text = b"".join([*pieces, data[last:]])

    def __bool__(self) -> bool:
        return bool(self._units)

    def carry(self, edits: Edits) -> Edits:
        """Edits of the text, as edits of the data: what was escaped stays escaped in the same style."""
        carried: Edits = {}
        inside: dict[int, Edits] = {}
        for position, new in edits.items():
            unit = bisect_right(self._starts, position) - 1
            offset = position - self._starts[unit] if unit >= 0 else position
            length, _, end = self._units[unit] if unit >= 0 else (0, 0, 0)
            if offset < length:
                inside.setdefault(unit, {})[offset] = new
            else:
                carried[end + offset - length] = new
        for unit, inner in inside.items():
            carried |= self._carry_unit(unit, inner)
        return carried

    def _carry_unit(self, unit: int, inner: Edits) -> Edits:
        length, start, end = self._units[unit]
        position = self._starts[unit]
        raw = self._data[start:end]
        return difference(start, raw, escape_like(raw, apply(self.text[position : position + length], inner)))


@lru_cache(maxsize=4096)
def unescape(unit: bytes) -> bytes | None:
    """What one escape stands for, in UTF-8 (one raw byte for percent and octal ones); None when it is no escape."""
    if unit[:1] == b"%":
        return binascii.unhexlify(unit[1:])
    if is_octal(unit):
        return bytes([int(unit[1:], 8)])
    text = unit.decode("ascii")
    meaning = html.unescape(text) if text[0] == "&" else from_backslash(text)
    return None if meaning == text else meaning.encode("utf-8", "surrogatepass")


def is_octal(unit: bytes) -> bool:
    """Whether an escape is of the kind in which cookies quote a byte: `\\303`."""
    return unit[:1] == b"\\" and unit[1:2].isdigit()


def from_backslash(text: str) -> str:
    """What a backslash escape of JSON or JavaScript stands for."""
    if text[1] not in "ux":
        return SINGLE.get(text[1], text[1])
    units = [int(digits, 16) for digits in re.findall(r"[ux]([0-9a-fA-F]+)", text)]
    return b"".join(unit.to_bytes(2, "big") for unit in units).decode("utf-16-be", "surrogatepass")


def escape_like(unit: bytes, new: bytes) -> bytes:
    """`new`, escaped in the style of `unit`."""
    # Where the original has no letter to tell, percent escapes come in capitals and the others small, by habit.
    upper = not re.search(rb"[a-f]", unit[1:]) if unit[:1] == b"%" else bool(re.search(rb"[A-F]", unit))
    if unit[:1] == b"%":
        return b"".join((b"%%%02X" if upper else b"%%%02x") % byte for byte in new)
    if is_octal(unit):
        return b"".join(b"\\%03o" % byte for byte in new)
    text = new.decode("utf-8", "replace")
    if unit[:1] == b"&":
        return "".join(entity(unit, char) for char in text).encode("ascii")
    short = unit[1:2] == b"x" and all(ord(char) <= ONE_BYTE for char in text)
    return "".join(backslashed(char, short=short, upper=upper) for char in text).encode("ascii")


def entity(unit: bytes, char: str) -> str:
    """One character as an HTML reference: named, decimal or hexadecimal, as the one it replaces."""
    if unit[1:2] != b"#":
        return f"&{codepoint2name.get(ord(char), f'#{ord(char)}')};"
    return f"&#{unit[2:3].decode()}{ord(char):x};" if unit[2:3] in b"xX" else f"&#{ord(char)};"


def backslashed(char: str, *, short: bool, upper: bool) -> str:
    """One character as `\\xHH` or `\\uHHHH`, two of these beyond the first plane."""
    if short:
        return f"\\x{ord(char):02X}" if upper else f"\\x{ord(char):02x}"
    pair = char.encode("utf-16-be", "surrogatepass").hex()
    pair = pair.upper() if upper else pair
    return "".join(f"\\u{pair[i : i + 4]}" for i in range(0, len(pair), 4))


def from_base64(token: bytes) -> bytes | None:
    """What a run of base64 characters (either alphabet, no padding) stands for; None when it cannot."""
    if len(token) % 4 == 1:
        return None
    return binascii.a2b_base64(token.translate(TO_STANDARD) + b"=" * (-len(token) % 4))


def to_base64(raw: bytes, like: bytes) -> bytes:
    """Base64 without padding, in the alphabet of `like`; where that cannot be told, JSON is taken for a JWT's part."""
    token = binascii.b2a_base64(raw, newline=False).rstrip(b"=")
    url_safe = b"-" in like or b"_" in like or (like.startswith(JSON_START) and not {*b"+/"} & {*like})
    return token.translate(TO_URL_SAFE) if url_safe else token


def from_hex(token: bytes) -> bytes | None:
    """What a run of hex digits stands for; None when it is none, or a short one."""
    return binascii.unhexlify(token) if HEX.fullmatch(token) else None


def to_hex(raw: bytes, like: bytes) -> bytes:
    """Hex digits, in capitals if those of `like` are."""
    digits = raw.hex().encode()
    return digits.upper() if like != like.lower() else digits


def decoded(data: bytes) -> str:
    """The text of some bytes: UTF-8, or else Latin-1, in which every byte is a character."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def is_text(data: bytes) -> bool:
    """Whether the bytes are UTF-8 without control characters."""
    return TEXT.fullmatch(data) is not None
