"""The last requests of a run, the page's and the session's, in the order in which they were sent."""

from __future__ import annotations

import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable

    import requests
    from playwright.sync_api import BrowserContext, Request
    from requests import PreparedRequest

__all__ = ["Asked", "Trail"]

LAST = 30
SHOWN = frozenset({"document", "fetch", "xhr", "eventsource", "websocket", "ping", "other"})
"""Kinds of requests that tell something although they went well; a picture is none of them."""
LARGEST = 1 << 18  # bytes of an answer that are held
READABLE = ("json", "html", "text", "xml", "javascript", "urlencoded")
REFUSED = 400

Headers = list[tuple[str, str]]


@dataclass
class Asked:
    """One request and what came of it; `began` and `seconds` count from the first request of the trail.

    `status` is None while nothing has come, and `failure` says why nothing will. `kind` is what the browser calls it,
    such as "document" or "fetch". `got` is the body as text, where it is short and readable. `request` is the
    page's own, which tells the rest for as long as the page is open.
    """

    by: Literal["page", "session"]
    method: str
    url: str
    kind: str
    began: float
    status: int | None = None
    failure: str = ""
    seconds: float | None = None
    sent_headers: Headers = field(default_factory=list, repr=False)
    got_headers: Headers = field(default_factory=list, repr=False)
    sent: str = field(default="", repr=False)
    got: str = field(default="", repr=False)
    request: Request | None = field(default=None, repr=False)

    @property
    def is_open(self) -> bool:
        """Whether the site has not answered yet."""
        return self.status is None and not self.failure

    @property
    def went_wrong(self) -> bool:
        """Whether the answer is an error, or none came."""
        return bool(self.failure) or (self.status or 0) >= REFUSED


class Trail:
    """Notes what a page and a session ask; holds the last thirty that tell something, and no more.

    It only looks at what the browser tells anyway.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._start = clock()
        self._asked: deque[Asked] = deque(maxlen=LAST)
        self._pending: dict[Request, Asked] = {}

    def attach(self, context: BrowserContext) -> None:
        """Begin to note what all pages of a context ask."""
        context.on("request", self._on_request)
        context.on("requestfinished", lambda request: self._on_end(request, ""))
        context.on("requestfailed", lambda request: self._on_end(request, request.failure or "failed"))

    def of_session(
        self, request: PreparedRequest, answer: requests.Response | None, seconds: float, failure: str = ""
    ) -> None:
        """Note what a session has asked, and what was answered."""
        began = self._clock() - self._start - seconds
        asked = Asked("session", request.method or "", request.url or "", "session", began, seconds=seconds)
        asked.failure = failure
        asked.sent_headers = [(str(name), _text(value)) for name, value in request.headers.items()]
        asked.sent = _text(request.body)[:LARGEST] if isinstance(request.body, str | bytes) else ""
        if answer is not None:
            asked.status = answer.status_code
            asked.got_headers = list(answer.headers.items())
            if getattr(answer, "_content_consumed", False) and _is_readable(asked.got_headers, len(answer.content)):
                asked.got = _text(answer.content)
        self._asked.append(asked)

    def last(self) -> list[Asked]:
        """The last requests, oldest first, those of an open page with their headers and what was answered."""
        if not self.is_between:
            self._fill()
        return sorted(self._asked, key=lambda asked: asked.began)

    def keep(self) -> None:
        """Hold what pages and their calls were answered with, as the browser is about to close."""
        if not self.is_between:
            self._fill()
        for asked in [*self._asked, *self._pending.values()]:
            if asked.request is not None and asked.seconds is None:
                asked.failure = "the page was closed"
            asked.request = None
        self._pending.clear()

    @property
    def is_between(self) -> bool:
        """Whether a page waits for the one that follows it: until then it answers nothing that it is asked."""
        return any(asked.is_open and asked.kind == "document" for asked in list(self._asked))

    def _fill(self) -> None:
        for asked in list(self._asked):  # more may come meanwhile
            if asked.request is not None:
                _fill_in(asked, asked.request)

    @property
    def now(self) -> float:
        """The seconds since the trail began."""
        return self._clock() - self._start

    def _on_request(self, request: Request) -> None:
        began = self._clock() - self._start
        asked = Asked("page", request.method, request.url, request.resource_type, began, request=request)
        self._pending[request] = asked
        if asked.kind in SHOWN:
            self._asked.append(asked)

    def _on_end(self, request: Request, failure: str) -> None:
        asked = self._pending.pop(request, None)
        if asked is None:
            return
        asked.seconds = self._clock() - self._start - asked.began
        asked.failure = failure
        answer = request.existing_response
        asked.status = answer.status if answer is not None else None
        if asked.went_wrong and asked.kind not in SHOWN:
            self._asked.append(asked)


def _fill_in(asked: Asked, request: Request) -> None:
    from playwright.sync_api import Error  # noqa: PLC0415 - slow to import

    if asked.seconds is None:  # the browser tells the rest of it only with the answer
        asked.sent_headers = list(request.headers.items())
        return
    with suppress(Error):  # the page has gone; what was noted while it was there stays
        asked.sent_headers = [(pair["name"], pair["value"]) for pair in request.headers_array()]
        asked.sent = (request.post_data or "")[:LARGEST]
        answer = request.existing_response
        if answer is None:
            return
        asked.status = answer.status
        asked.got_headers = [(pair["name"], pair["value"]) for pair in answer.headers_array()]
        if _is_readable(asked.got_headers, 0):
            body = answer.body()
            asked.got = _text(body) if len(body) <= LARGEST else ""


def _is_readable(headers: Headers, size: int) -> bool:
    kind = next((value for name, value in headers if name.lower() == "content-type"), "").lower()
    return size <= LARGEST and any(word in kind for word in READABLE)


def _text(value: str | bytes | None) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value or "")
