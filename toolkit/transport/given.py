"""Values that the site gives and the client gives back: signed links, identifiers of one session."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime

from toolkit.transport.canonical import place_of
from toolkit.transport.encodings import from_base64, is_text
from toolkit.transport.fresh import RANDOM, Answers, runs_in, said_in, values_in
from toolkit.transport.har_entry import HarEntry
from toolkit.transport.learning import Found
from toolkit.transport.request import Req

__all__ = ["given_back"]

CODE = ("javascript", "css")
SIGN = re.compile(rb"[\"'<>\n]")


def given_back(entries: Iterable[HarEntry]) -> Iterator[Found]:
    """Random values that stand in an answer and then in a later request, in the order in which they were given.

    Whoever has such a value may stand for the session, and it is another one in each take. One that was asked before
    it was given is known to the connector, and one in a script to the site: both stay. So does what says something in
    base64. The name says where it was given: what stands for it shall not depend on what else was found.
    """
    ordered = sorted(entries, key=lambda entry: entry.started)
    code = Answers(entry for entry in ordered if entry.mime.endswith(CODE))
    asked = {text: moment for text, moment in _asked(ordered).items() if not code.hold(text)}
    by_run = {max(runs_in(text.encode()), key=len, default=b""): text for text in asked}
    count: Counter[str] = Counter()
    for entry in ordered if asked else ():
        place, said = " ".join(place_of(Req.of(entry))), said_in(entry)
        count[place] += 1
        for run in runs_in(said):
            text = by_run.get(run)
            if text in asked and entry.started < asked.pop(text):
                yield Found(f"given by {place} {count[place]}, {_leaf(said, run)}", text)


def _leaf(said: bytes, run: bytes) -> int:
    """Where in an answer a value stands, however long the values before it are."""
    return len(SIGN.findall(said, 0, said.index(run)))


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
