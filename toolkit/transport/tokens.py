"""Runs of base64 and hex: what they say, and how to say something else in the same way and length."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from toolkit.transport.encodings import Edits, difference, from_base64, from_hex, is_text, to_base64, to_hex
from toolkit.transport.packing import unpack
from toolkit.transport.shapes import stand_in

__all__ = ["Part", "folded_in", "parts_of"]

SEPARATED = re.compile(rb"[/_-]|eyJ|H4sI")
INNER = re.compile(rb"eyJ[A-Za-z0-9_-]{5,}|H4sI[A-Za-z0-9+/_-]{12,}|[A-Za-z0-9]{8,}")
FOLDED = re.compile(rb"(?:[A-Za-z0-9+/]{60,100}\r?\n)+[A-Za-z0-9+/]{2,100}")
PDF = b"%PDF-"


@dataclass(frozen=True)
class Part:
    """A token, or one in it: the place of each of its characters, what it says, and how to say something else."""

    places: Sequence[int]
    token: bytes
    raw: bytes
    wrap: Callable[[bytes, bytes], bytes]

    def edits(self, raw: bytes) -> Edits:
        """The edits that let it say `raw`. What has another length, which nothing around allows for, becomes noise."""
        if raw == self.raw:
            return {}
        new = self.wrap(raw, self.token)
        if len(new) != len(self.token):
            new = stand_in(self.token.decode(), "noise").encode()
        return {self.places[position]: byte for position, byte in difference(0, self.token, new).items()}


def parts_of(token: bytes) -> Iterator[Part]:
    """The token when it reads as text, as compressed data or a PDF, else those of its parts that do."""
    if whole := opened(0, token):
        yield whole
    elif SEPARATED.search(token, 1):
        for found in INNER.finditer(token):
            if part := opened(found.start(), found.group()):
                yield part


def folded_in(data: bytes) -> Iterator[Part]:
    """Base64 that is broken into lines, as in mails."""
    for found in FOLDED.finditer(data):
        places = [found.start() + i for i, byte in enumerate(found.group()) if byte not in b"\r\n"]
        token = bytes(data[place] for place in places)
        if raw := from_base64(token):
            yield Part(places, token, raw, to_base64)


def opened(start: int, token: bytes) -> Part | None:
    """What a token says in hex or else in base64, if that is something."""
    places = range(start, start + len(token))
    raw = from_hex(token)
    if raw and is_text(raw):
        return Part(places, token, raw, to_hex)
    raw = from_base64(token)
    says = raw and (is_text(raw) or raw.startswith(PDF) or unpack(raw))
    return Part(places, token, raw, to_base64) if raw and says else None
