"""The transport that leads nowhere: browser and session get the answers that were recorded."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from http.client import HTTPMessage
from pathlib import Path
from typing import TYPE_CHECKING, Any

from requests import ConnectionError as NoConnection
from requests.adapters import BaseAdapter, HTTPAdapter
from urllib3 import HTTPHeaderDict, HTTPResponse

from toolkit.transport.determinism import init_script
from toolkit.transport.har import Har, HarEntry
from toolkit.transport.matching import Tape
from toolkit.transport.miss import Miss
from toolkit.transport.replay_server import ReplayServer
from toolkit.transport.request import Req
from toolkit.transport.take import HAR_NAME, Take

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page
    from requests import PreparedRequest, Response

__all__ = ["Replay"]

# Bodies are kept unpacked, and the length is told anew.
OF_THE_WIRE = {"content-encoding", "transfer-encoding", "content-length", "connection", "keep-alive"}
CLOSED = ("--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",)


class Replay:
    """Replays one take, offline. `misses` are the requests that were asked for and not recorded."""

    def __init__(self, folder: Path, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.take = Take.load(folder)
        self.misses: list[Miss] = []
        self._age = now() - self.take.clock
        entries = Har.load(folder / HAR_NAME).entries
        self._reels = {name: _Reel([e for e in entries if e.client == name], self.take) for name in CLIENTS}
        self._server: ReplayServer | None = None

    def browser_options(self) -> dict[str, Any]:
        """A proxy that answers from the take."""
        if self._server is None:
            self._server = ReplayServer(lambda request: self._answer(request, "browser"))
        return {
            "proxy": {"server": self._server.url, "bypass": "<-loopback>"},
            "ignore_https_errors": True,
            "service_workers": "block",
            "user_agent": self.take.user_agent or None,
        }

    def launch_args(self) -> tuple[str, ...]:
        """No host has an address: what does not go through the proxy goes nowhere."""
        return CLOSED

    def attach(self, context: BrowserContext) -> None:
        """Give the pages the clock and the chance of the take."""
        context.add_init_script(init_script(self.take.clock, self.take.seed))

    def prepare(self, page: Page) -> None:
        """Do nothing."""

    def adapter(self) -> BaseAdapter:
        """An adapter that answers from the take."""
        return _ReplayAdapter(lambda request: self._answer(request, "session"))

    def close(self) -> None:
        """Stop the proxy."""
        if self._server is not None:
            self._server.close()

    def unused(self) -> list[str]:
        """The recorded requests that were never asked for."""
        return [entry.where for reel in self._reels.values() for entry in reel.unused()]

    def _answer(self, request: Req, client: str) -> HarEntry:
        """The recorded answer: of the same half, else of the other. Raises Miss."""
        own, other = sorted(self._reels.items(), key=lambda item: item[0] != client)
        try:
            entry = own[1].find(request)
        except Miss as miss:
            try:
                entry = other[1].find(request)
            except Miss:
                if not request.url.endswith("/favicon.ico"):  # a browser asks for it by itself
                    self.misses.append(miss)
                raise miss from None
        return _aged(entry, self._age)


CLIENTS = ("browser", "session")


class _Reel:
    """The recorded requests of one half."""

    def __init__(self, entries: list[HarEntry], take: Take) -> None:
        self._entries = entries
        requests = [Req(e.method, e.url, e.request_headers, e.request_body()) for e in entries]
        self._tape = Tape(requests, ignore=take.ignore)

    def find(self, request: Req) -> HarEntry:
        return self._entries[self._tape.find(request)]

    def unused(self) -> list[HarEntry]:
        return [self._entries[index] for index in self._tape.unused()]


def _aged(entry: HarEntry, age: timedelta) -> HarEntry:
    """The answer with headers for the wire of today: a cookie of a year lives a year from now, not from then."""
    headers = [(name, value) for name, value in entry.response_headers if name.lower() not in OF_THE_WIRE]
    headers = [(name, _shifted(value, age) if name.lower() == "set-cookie" else value) for name, value in headers]
    aged = HarEntry({**entry.raw, "response": {**entry.raw["response"]}}, number=entry.number, files=entry.files)
    aged.response_headers = headers
    return aged


def _shifted(cookie: str, age: timedelta) -> str:
    parts = cookie.split(";")
    for place, part in enumerate(parts):
        name, _, value = part.strip().partition("=")
        if name.lower() == "expires":
            try:
                parts[place] = f" Expires={format_datetime(parsedate_to_datetime(value) + age, usegmt=True)}"
            except (ValueError, OverflowError, TypeError):
                continue  # a date that no one can read stays as it is
    return ";".join(parts)


class _ReplayAdapter(BaseAdapter):
    """Answers a requests session. What got no answer when it was recorded gets none now."""

    def __init__(self, answer: Callable[[Req], HarEntry]) -> None:
        super().__init__()
        self._answer = answer
        self._builder = HTTPAdapter()

    def send(self, request: PreparedRequest, *_args: Any, **_kwargs: Any) -> Response:
        """Answer one request. Raises Miss when it was not recorded."""
        body = request.body.encode() if isinstance(request.body, str) else request.body
        headers = [(name, str(value)) for name, value in request.headers.items()]
        entry = self._answer(
            Req(str(request.method), str(request.url), headers, body if isinstance(body, bytes) else None)
        )
        if entry.error is not None:
            raise NoConnection(entry.error, request=request)
        return self._builder.build_response(request, _urllib3(entry))

    def close(self) -> None:
        """Nothing is open."""


class _Original:
    """What requests reads cookies from."""

    def __init__(self, headers: list[tuple[str, str]]) -> None:
        self.msg = HTTPMessage()
        for name, value in headers:
            self.msg[name] = value

    def isclosed(self) -> bool:
        return True

    def close(self) -> None:
        """Nothing is open."""


def _urllib3(entry: HarEntry) -> HTTPResponse:
    body, headers = entry.body(), HTTPHeaderDict()
    pairs = [*entry.response_headers, ("Content-Length", str(len(body)))]
    for name, value in pairs:
        headers.add(name, value)
    return HTTPResponse(
        body=io.BytesIO(body),
        headers=headers,
        status=entry.status,
        reason=entry.status_text,
        preload_content=False,
        original_response=_Original(pairs),  # type: ignore[arg-type]  # requests reads its msg and nothing else
        request_method=entry.method,
        enforce_content_length=entry.method != "HEAD",
    )
