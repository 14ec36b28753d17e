"""A recorded answer as it goes over the wire of today."""

from __future__ import annotations

from dataclasses import dataclass, replace
from email.utils import format_datetime, parsedate_to_datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta

    from toolkit.transport.har import HarEntry, Headers, WebSocketMessage

__all__ = ["Answer"]

# Bodies are kept unpacked, and the length is told anew.
OF_THE_WIRE = {"connection", "content-encoding", "content-length", "keep-alive", "transfer-encoding"}
BODILESS = {101, 204, 304}


@dataclass(frozen=True)
class Answer:
    """What to answer: `error` says why nothing came, None when something did; `messages` are those of a WebSocket.

    `still_open` says that the answer goes on, though nothing comes any more, until the page leaves.
    """

    status: int
    reason: str = ""
    headers: Sequence[tuple[str, str]] = ()
    body: bytes = b""
    error: str | None = None
    messages: Sequence[WebSocketMessage] = ()
    still_open: bool = False

    @classmethod
    def of(cls, entry: HarEntry, age: timedelta) -> Answer:
        """The answer of an entry recorded `age` ago. Raises HarError when its body cannot be read."""
        body = b"" if entry.status in BODILESS or entry.method == "HEAD" else entry.body()
        head = entry.status, entry.status_text, _headers(entry, body, age)
        return cls(*head, body, entry.error, entry.messages, entry.still_open)

    def after(self, text: bytes) -> Answer:
        """The answer with a text before its body, once: the browser does not keep it."""
        body = text + self.body
        headers = [pair for pair in self.headers if pair[0].lower() not in {"content-length", "cache-control"}]
        told = [("Content-Length", str(len(body))), ("Cache-Control", "no-store")]
        return replace(self, body=body, headers=[*headers, *told])

    def header(self, name: str) -> str | None:
        """The first header of this name, in small letters."""
        return next((value for key, value in self.headers if key.lower() == name), None)


def _headers(entry: HarEntry, body: bytes, age: timedelta) -> Headers:
    dated = entry.header("date") is not None
    pairs = [(name, value) for name, value in entry.response_headers if name.lower() not in OF_THE_WIRE]
    if not dated:  # a browser takes the server's date for now, so that such a cookie's end moves by itself
        pairs = [(name, _moved(value, age) if name.lower() == "set-cookie" else value) for name, value in pairs]
    length = _length(entry, body)
    return pairs if length is None else [*pairs, ("Content-Length", length)]


def _length(entry: HarEntry, body: bytes) -> str | None:
    """An answer to HEAD tells the length of what it does not send."""
    if entry.method == "HEAD":
        return None if entry.header("content-encoding") else entry.header("content-length")
    return None if entry.status in BODILESS or entry.still_open else str(len(body))


def _moved(cookie: str, age: timedelta) -> str:
    """The cookie with its end moved: one of a year lives a year from now, not from then."""
    parts = cookie.split(";")
    for place, part in enumerate(parts):
        name, _, value = part.strip().partition("=")
        if place and name.lower() == "expires":
            try:
                parts[place] = f" Expires={format_datetime(parsedate_to_datetime(value) + age, usegmt=True)}"
            except (ValueError, OverflowError):
                continue  # a date that no one can read stays as it is
    return ";".join(parts)
