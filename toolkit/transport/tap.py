"""What crosses the network while a browser is recorded, held for a moment and written down on the side.

Playwright's recorder loses bodies that go with their page, downloads, uploads of blobs, answers that no script reads,
and all that a shared or a service worker asks.
"""

from __future__ import annotations

from base64 import b64decode
from contextlib import AbstractContextManager, suppress
from typing import TYPE_CHECKING, Any

from toolkit.transport.exchange import Exchange
from toolkit.transport.har_parts import bare_type, find_header
from toolkit.transport.witness import Witness

if TYPE_CHECKING:
    from collections.abc import Iterable

    from playwright.sync_api import BrowserContext, CDPSession, Page, Response

    from toolkit.transport.determinism import WorkerScripts
    from toolkit.transport.har_entry import HarEntry

__all__ = ["Tap"]

KINDS = ("Document", "Stylesheet", "Font", "Script", "XHR", "Fetch", "Ping", "Other")
HELD = [{"resourceType": kind, "requestStage": "Response"} for kind in KINDS]  # not what people only look at
KEPT = {"maxTotalBufferSize": 1 << 28, "maxResourceBufferSize": 1 << 28}
"""How much of that the browser keeps for the recorder although its page has gone, in bytes."""
EVENTS = "text/event-stream"
ENDLESS = {EVENTS, "application/stream+json", "application/x-ndjson", "multipart/x-mixed-replace"}
"""Types of answers that are read while they come: waiting for the end of events is in vain."""
BODILESS = {204, 205, 301, 302, 303, 304, 307, 308}


class Tap:
    """Watches the browser of a recording, then completes its HAR. `workers` is put before the scripts of workers."""

    def __init__(self, workers: WorkerScripts | None = None) -> None:
        self._workers = workers
        self._exchanges: list[Exchange] = []
        self._witness = Witness()
        self._streams: dict[str, Exchange] = {}
        self._pages: list[CDPSession] = []
        self._by_worker: set[tuple[str, str]] = set()

    def watch(self, context: BrowserContext) -> None:
        """Watch the browser of a context that has no page yet, workers included, until the context closes."""
        if context.browser is None:
            return
        self._witness.watch(context)
        side = context.browser.new_browser_cdp_session()
        side.on("Fetch.requestPaused", lambda paused: self._pass(side, paused))
        side.send("Fetch.enable", {"patterns": HELD})
        context.on("page", self._join)
        context.on("response", self._note_worker)
        context.on("close", lambda _: leave(side))

    def complete(self, entries: Iterable[HarEntry]) -> list[HarEntry]:
        """The entries with all their bodies, without what never left the browser, and with what the recorder missed."""
        entries = list(entries)
        self._witness.complete(entries)
        kept = [entry for entry in entries if self._completed(entry) or not self._is_by_worker(entry)]
        missed = [exchange.entry() for exchange in self._exchanges if exchange.method != "OPTIONS"]
        self._exchanges.clear()
        sent = {(entry.method, entry.url) for entry in kept if not is_cached(entry)}
        return [entry for entry in kept if not is_cached(entry) or (entry.method, entry.url) not in sent] + missed

    def _completed(self, entry: HarEntry) -> bool:
        """Whether an exchange was there for the entry; it is used up then."""
        exchange = next((each for each in self._exchanges if each.is_of(entry)), None)
        if exchange:
            self._exchanges.remove(exchange)
            exchange.complete(entry)
        return exchange is not None

    def _is_by_worker(self, entry: HarEntry) -> bool:
        """Whether a service worker gave the answer; what it asked for that is an entry of its own."""
        return (entry.method, entry.url) in self._by_worker

    def _note_worker(self, response: Response) -> None:
        if response.from_service_worker:
            self._by_worker.add((response.request.method, response.url))

    def _join(self, page: Page) -> None:
        """Be ready to read what comes to a page piece by piece."""
        with unless_gone():
            side = page.context.new_cdp_session(page)
            side.on("Network.dataReceived", self._keep_piece)
            side.on("Network.loadingFinished", self._end)
            side.send("Network.enable")
            side.send("Network.configureDurableMessages", KEPT)
            self._pages.append(side)

    def _keep_piece(self, piece: dict[str, Any]) -> None:
        if "data" in piece and (exchange := self._streams.get(piece["requestId"])):
            exchange.got += b64decode(piece["data"])

    def _end(self, finished: dict[str, Any]) -> None:
        if exchange := self._streams.pop(finished["requestId"], None):
            exchange.open = False

    def _pass(self, side: CDPSession, paused: dict[str, Any]) -> None:
        exchange = Exchange.of(paused)
        if exchange.status:
            self._exchanges.append(exchange)
            if not self._read(exchange, side, paused):
                self._exchanges.remove(exchange)
        self._witness.when_read(lambda: self._let_go(exchange, side, paused))

    def _let_go(self, exchange: Exchange, side: CDPSession, paused: dict[str, Any]) -> None:
        exchange.files = tuple(self._witness.files)
        request = {"requestId": paused["requestId"]}
        with unless_gone():
            if self._workers and exchange.is_script() and is_for_worker(paused):
                service = find_header(exchange.asked, "service-worker") is not None
                completed = exchange.after(self._workers.before(exchange.url, service=service))
                side.send("Fetch.fulfillRequest", request | completed)
            else:
                side.send("Fetch.continueRequest", request)

    def _read(self, exchange: Exchange, side: CDPSession, paused: dict[str, Any]) -> bool:
        """Whether the answer came whole, or is still coming."""
        if exchange.status in BODILESS:
            return True
        kind = bare_type(find_header(exchange.answered, "content-type") or "")
        if kind in ENDLESS and (self._follow(exchange, paused) or kind == EVENTS):
            return True
        with unless_gone():
            body = side.send("Fetch.getResponseBody", {"requestId": paused["requestId"]})
            exchange.got += b64decode(body["body"]) if body["base64Encoded"] else body["body"].encode()
            return True
        return False

    def _follow(self, exchange: Exchange, paused: dict[str, Any]) -> bool:
        """Read on while the answer comes, unless it comes to a worker; whose it is, only trying tells."""
        request = paused.get("networkId", "")
        self._streams[request] = exchange
        for page in self._pages:
            with unless_gone():
                page.send("Network.streamResourceContent", {"requestId": request})
                exchange.open = True
        return exchange.open


def is_for_worker(paused: dict[str, Any]) -> bool:
    """Whether a worker begins with what is asked for: the browser asks then, in the name of the worker to be."""
    return paused["resourceType"] == "Other" and "." not in paused.get("networkId", ".")


def is_cached(entry: HarEntry) -> bool:
    """Whether the browser had the answer already, so that none was sent."""
    return bool(entry.raw["response"].get("_transferSize") == 0)


def leave(side: CDPSession) -> None:
    """Let go of the browser."""
    with unless_gone():
        side.detach()


def unless_gone() -> AbstractContextManager[None]:
    """The page or its browser may close at any moment."""
    from playwright.sync_api import Error  # noqa: PLC0415 - slow to import

    return suppress(Error)
