"""What Playwright's recorder loses, kept on the side: bodies that go with their page, downloads, uploads of blobs,
answers that no script reads."""

from __future__ import annotations

from base64 import b64decode
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from toolkit.transport.har_parts import to_number

if TYPE_CHECKING:
    from collections.abc import Iterable

    from playwright.sync_api import CDPSession, Download, Page

    from toolkit.transport.har_entry import HarEntry

__all__ = ["Tap"]

BUFFER = 1 << 28  # bytes of bodies that the browser keeps although their page has gone
DURABLE = {"maxTotalBufferSize": BUFFER, "maxResourceBufferSize": BUFFER}
HELD = [{"resourceType": kind, "requestStage": "Response"} for kind in ("Document", "XHR", "Fetch", "Ping", "Other")]


class Exchange(NamedTuple):
    """One request and its answer, as far as they have bodies."""

    method: str
    url: str
    status: int
    sent: bytes
    got: bytes


class Tap:
    """Watches the pages of a recording, then fills the gaps of its HAR.

    What it cannot bring back are uploads of files on disk (`<input type=file>`): the browser sends those by name only.
    """

    def __init__(self) -> None:
        self._exchanges: list[Exchange] = []
        self._downloads: list[Exchange] = []

    def watch(self, page: Page) -> None:
        """Watch a page that has not gone anywhere yet, and the windows that it will open."""
        page.on("popup", self.watch)
        page.on("download", self._keep_download)
        with _unless_gone():  # a window that only starts a download is gone already; the download is not
            self._join(page.context.new_cdp_session(page))

    def fill(self, entries: Iterable[HarEntry]) -> None:
        """Give the entries the bodies that they lack, each body once, in order."""
        for entry in entries:
            exchange = self._exchange_of(entry)
            if exchange:
                _fill(entry, exchange)
            if not entry.has_body and (download := self._download_of(entry)):
                _fill(entry, download)

    def _join(self, side: CDPSession) -> None:
        """Bodies live in the page's process and go with its document, that of a login above all, unless told to stay.

        What a page sends from a blob, and what it gets and never reads, shows only while the answer is held.
        """
        side.send("Network.enable")
        side.send("Network.configureDurableMessages", DURABLE)
        side.on("Fetch.requestPaused", lambda paused: self._keep_exchange(side, paused))
        side.send("Fetch.enable", {"patterns": HELD})

    def _keep_exchange(self, side: CDPSession, paused: dict[str, Any]) -> None:
        request, status = paused["request"], paused.get("responseStatusCode", 0)
        sent = b"".join(b64decode(part.get("bytes", "")) for part in request.get("postDataEntries", ()))
        got = _held_body(side, paused)
        with _unless_gone():
            side.send("Fetch.continueRequest", {"requestId": paused["requestId"]})
        self._exchanges.append(Exchange(request["method"], request["url"], status, sent, got))

    def _keep_download(self, download: Download) -> None:
        with _unless_gone():  # it may also be broken off
            data = Path(download.path()).read_bytes()
            self._downloads.append(Exchange("", bare(download.url), 0, b"", data))

    def _exchange_of(self, entry: HarEntry) -> Exchange | None:
        """The first one alike, which is then used up."""
        key = (entry.method, bare(entry.url), entry.status)
        length = to_number(entry.request_header("content-length"))
        for exchange in self._exchanges:
            if exchange[:3] == key and len(exchange.sent) in (length, 0):
                self._exchanges.remove(exchange)
                return exchange
        return None

    def _download_of(self, entry: HarEntry) -> Exchange | None:
        for download in self._downloads:
            if download.url == bare(entry.url) and entry.status > 0:
                self._downloads.remove(download)
                return download
        return None


def _fill(entry: HarEntry, exchange: Exchange) -> None:
    if exchange.sent and not entry.request_body():
        entry.store_request_body(exchange.sent)
    if exchange.got and not entry.has_body:
        entry.store_body(exchange.got)
        entry.raw["response"].pop("_failureText", None)  # a download leaves the page, which calls that a failure


def _held_body(side: CDPSession, paused: dict[str, Any]) -> bytes:
    """The body of an answer that is held; empty when it has none, or none that ends."""
    headers = {header["name"].lower(): header["value"] for header in paused.get("responseHeaders", ())}
    if headers.get("content-type", "").startswith("text/event-stream") or paused.get("responseErrorReason"):
        return b""
    with _unless_gone():  # the answer may also be a redirect, which has no body
        body = side.send("Fetch.getResponseBody", {"requestId": paused["requestId"]})
        return b64decode(body["body"]) if body["base64Encoded"] else body["body"].encode()
    return b""


def _unless_gone() -> AbstractContextManager[None]:
    """The page or its browser may close at any moment."""
    from playwright.sync_api import Error  # noqa: PLC0415 - slow to import

    return suppress(Error)


def bare(url: str) -> str:
    """The URL without its fragment, which is not sent."""
    return url.partition("#")[0]
