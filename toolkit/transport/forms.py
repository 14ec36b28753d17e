"""All the forms in which one secret may stand in bytes, and what to put there instead.

Escapes are not among them: the scrubber takes those off first, so that any mix of them is seen through.
"""

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass

from toolkit.transport.encodings import Layer
from toolkit.transport.shapes import IBAN_SPACES, Reach, compact, is_iban

__all__ = ["Form", "Secret", "forms_of", "place_pattern"]

BASE64_LEAD = (0, 2, 3)  # characters of base64 that the 0, 1 or 2 bytes before a value also touch
IN_BASE64 = 6  # bytes; a shorter value leaves too little of itself in base64 to be told from chance
QUOTE = rb"""(?:\\*["']|%22|&quot;|&\#34;)?"""


@dataclass(frozen=True)
class Secret:
    """A value that must not be kept, the name it was found under, and how far it is replaced."""

    name: str
    value: str
    reach: Reach

    def __repr__(self) -> str:
        return f"Secret({self.name!r}, {self.reach.name})"


@dataclass(frozen=True)
class Form:
    """`old` becomes `new`, of the same length.

    For base64 `offset` counts the bytes before the value in its group of three, and `plain` is the pair underneath.
    """

    secret: Secret
    encoding: str
    old: bytes
    new: bytes
    offset: int = 0
    plain: tuple[bytes, bytes] = (b"", b"")

    @property
    def pattern(self) -> bytes:
        """The regular expression that finds this form, which begins with a literal to be fast."""
        literal = re.escape(self.old)
        if self.encoding != "plain" or self.secret.reach is Reach.ANYWHERE:
            return literal
        edge = b"[0-9]" if self.old.isdigit() else b"[A-Za-z0-9]"
        first = re.escape(self.old[:1])
        return first + b"(?<!" + edge + first + b")" + re.escape(self.old[1:]) + b"(?!" + edge + b")"


def forms_of(secret: Secret, new: str) -> Iterator[Form]:
    """Every form of a secret that is replaced wherever it stands."""
    for old, instead in variants(secret.value, new):
        yield from (form for form in encoded(secret, old, instead) if form.old and len(form.old) == len(form.new))


def variants(old: str, new: str) -> Iterator[tuple[bytes, bytes]]:
    """The value and its stand-in as bytes: as given, in capitals, small, with + for spaces, IBANs in both groupings."""
    pairs = {old: new}
    for change in (str.lower, str.upper):
        if any(map(str.isspace, old)) or "@" in old or old.isalpha():
            pairs.setdefault(change(old), change(new))
    if is_iban(old):
        short, instead = compact(old), compact(new)
        pairs |= {short: instead}
        pairs |= {grouped(short, space): grouped(instead, space) for space in IBAN_SPACES}
    pairs |= {key.replace(" ", "+"): value.replace(" ", "+") for key, value in pairs.items()}
    seen: dict[bytes, bytes] = {}
    for key, value in pairs.items():
        seen |= bared(key.encode("utf-8", "surrogatepass"), value.encode("utf-8", "surrogatepass"))
        if not key.isascii() and latin(key) and latin(value):
            seen[latin(key)] = latin(value)
    yield from ((key, value) for key, value in seen.items() if len(key) == len(value))


def grouped(iban: str, space: str) -> str:
    """An IBAN as printed: groups of four."""
    return space.join(iban[i : i + 4] for i in range(0, len(iban), 4))


def latin(text: str) -> bytes:
    """The text in Latin-1; empty when it does not fit."""
    return text.encode("latin-1", "ignore") if max(text, default="") <= "\u00ff" else b""


def bared(old: bytes, new: bytes) -> dict[bytes, bytes]:
    """The value, and what remains of it when text that only looks like an escape is taken off along with real ones."""
    found = {old: new}
    layer, instead = Layer(old), Layer(new)
    while layer and len(layer.text) == len(instead.text):
        found[layer.text] = instead.text
        layer, instead = Layer(layer.text), Layer(instead.text)
    return found


def encoded(secret: Secret, old: bytes, new: bytes) -> Iterator[Form]:
    """The forms of some bytes: plain, hex, UTF-16, base64 at each of its three offsets."""
    yield Form(secret, "plain", old, new)
    for upper in (False, True):
        yield Form(secret, "hex", hexed(old, upper=upper), hexed(new, upper=upper))
    yield Form(secret, "utf-16", wide(old), wide(new))
    if secret.reach is Reach.ANYWHERE and len(old) >= IN_BASE64:
        for offset in range(3):
            yield from in_base64(secret, old, new, offset)


def hexed(value: bytes, *, upper: bool) -> bytes:
    """Two hex digits a byte."""
    return value.hex().upper().encode() if upper else value.hex().encode()


def wide(value: bytes) -> bytes:
    """UTF-16 of either byte order, without its outer zero bytes."""
    return value.decode("utf-8", "replace").encode("utf-16-le", "surrogatepass").rstrip(b"\0")


def in_base64(secret: Secret, old: bytes, new: bytes, offset: int) -> Iterator[Form]:
    """The characters of base64 that depend on nothing but the value, in both alphabets."""
    core, instead = core_of(old, offset), core_of(new, offset)
    yield Form(secret, "base64", core, instead, offset, (old, new))
    safe = core.replace(b"+", b"-").replace(b"/", b"_")
    if safe != core:
        yield Form(secret, "base64", safe, instead.replace(b"+", b"-").replace(b"/", b"_"), offset, (old, new))


def core_of(value: bytes, offset: int) -> bytes:
    """The middle of the value's base64 when it stands `offset` bytes into a group of three."""
    return binascii.b2a_base64(b"\0" * offset + value)[BASE64_LEAD[offset] : (offset + len(value)) * 8 // 6]


def place_pattern(secret: Secret) -> re.Pattern[bytes]:
    """Finds a value, as its only group, right after its name: in JSON, a form, a cookie, a tag or a multipart body."""
    name, value = re.escape(secret.name.encode()), re.escape(secret.value.encode())
    between = (
        QUOTE + rb"\]?\s*(?::|=|%3[AaDd])\s*" + QUOTE,
        rb"""["'][^<>]{0,200}?\bvalue\s*=\s*["']?""",
        rb"""["'](?![^\r\n]*filename)[^\r\n]*\r\n(?:[^\r\n]+\r\n)*\r\n""",
    )
    return re.compile(rb"(?<![\w-])" + name + b"(?:" + b"|".join(between) + b")(" + value + rb")(?![\w.@-])")
