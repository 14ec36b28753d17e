"""Values that the site gives and the client gives back: signed links, identifiers of one session."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from urllib.parse import quote

from toolkit.transport.encodings import from_base64, is_text
from toolkit.transport.fresh import RANDOM, Answers, said_in, values_in
from toolkit.transport.har_entry import HarEntry
from toolkit.transport.learning import Found

__all__ = ["given_back"]

CODE = ("javascript", "css")


def given_back(entries: Iterable[HarEntry]) -> Iterator[Found]:
    """Random values that stand in an answer and then in a later request, in the order in which they were given.

    Whoever has such a value may stand for the session, and it is another one in each take. One that was asked before
    it was given is known to the connector, and one in a script to the site: both stay. So does what says something in
    base64.
    """
    ordered = sorted(entries, key=lambda entry: entry.started)
    code = Answers(entry for entry in ordered if entry.mime.endswith(CODE))
    asked = {text: moment for text, moment in _asked(ordered).items() if not code.hold(text)}
    for entry in ordered:
        said = b"\n".join(said_in(entry)) if asked else b""
        places = {_place(text, said): text for text, moment in asked.items() if entry.started < moment}
        for _, text in sorted(place for place in places.items() if place[0] >= 0):
            del asked[text]
            yield Found("given", text)


def _asked(entries: Iterable[HarEntry]) -> dict[str, datetime]:
    """The random values of the requests, and when each was first asked."""
    asked: dict[str, datetime] = {}
    for entry in entries:
        for value in values_in(entry):
            if value.shape in RANDOM and not _says_something(value.text):
                asked.setdefault(value.text, entry.started)
    return asked


def _says_something(text: str) -> bool:
    raw = from_base64(text.rstrip("=").encode())
    return raw is not None and is_text(raw)


def _place(text: str, said: bytes) -> int:
    """Where a value stands in an answer, -1 for nowhere."""
    plain = said.find(text.encode())
    return plain if plain >= 0 else said.find(quote(text, safe="").encode())
