"""What Playwright's recorder loses is brought back."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import ClassVar

import pytest
from playwright.sync_api import Browser, Page

from toolkit.transport.exchange import Exchange
from toolkit.transport.har import Har, HarEntry, lint, make_entry
from toolkit.transport.tap import Tap

NOON = datetime(2025, 3, 9, 12, tzinfo=UTC)
PDF = b"%PDF-1.7\n" + bytes(range(256)) * 800
START = b"""<!doctype html><link rel=icon href=data:,><a id=here href=/bill.pdf#top>bill</a>
<a id=window href=/window.pdf target=_blank>bill</a><a id=moved href=/moved>bill</a>
<form method=post action=/posted.pdf><input name=q value=1><button>bill</button></form>"""


class Site(BaseHTTPRequestHandler):
    """Sends every PDF as an attachment and remembers what it was sent."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    uploads: ClassVar[list[bytes]] = []

    def do_GET(self) -> None:
        """Answer with a PDF, a redirect to one, or the page."""
        if self.path == "/moved":
            self._answer(302, b"", {"Location": "/bill.pdf"})
        elif ".pdf" in self.path:
            self._answer(200, PDF, {"Content-Type": "application/pdf", "Content-Disposition": "attachment"})
        else:
            self._answer(200, START, {"Content-Type": "text/html"})

    def do_POST(self) -> None:
        """Take what is sent."""
        self.uploads.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.do_GET()

    def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def site() -> Iterator[str]:
    """A site that is running."""
    Site.uploads = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def record(browser: Browser, site: str, tmp_path: Path) -> Callable[[Callable[[Page], object]], list[HarEntry]]:
    """`record(journey)` gives the entries of a journey that starts at the site, without the start."""

    def record(journey: Callable[[Page], object]) -> list[HarEntry]:
        tap = Tap()
        context = browser.new_context(record_har_path=tmp_path / "take.har", record_har_content="attach")
        tap.watch(context)
        page = context.new_page()
        page.goto(site)
        journey(page)
        context.close()
        har = Har(tap.complete(Har.load(tmp_path / "take.har").entries))
        assert lint(har) == []
        return har.entries[1:]

    return record


@pytest.mark.parametrize("what", ["#here", "#moved", "button"])
def test_downloads_are_kept(what: str, record: Callable[[Callable[[Page], object]], list[HarEntry]]) -> None:
    """By click, after a redirect and by POST: the very bytes, and no word of a failure."""

    def journey(page: Page) -> None:
        with page.expect_download() as download:
            page.click(what)
        download.value.path()

    entry = record(journey)[-1]

    assert (entry.status, entry.body()) == (200, PDF)
    assert "_failureText" not in entry.raw["response"]


def test_a_download_in_a_window_of_its_own_is_kept(
    record: Callable[[Callable[[Page], object]], list[HarEntry]],
) -> None:
    """The window is gone before anyone can look at it."""

    def journey(page: Page) -> None:
        with page.context.expect_event("page"):
            page.click("#window")
        page.goto(page.url)

    entries = record(journey)

    assert [entry.body() for entry in entries if "window.pdf" in entry.url] == [PDF]


def test_a_window_is_watched_too(record: Callable[[Callable[[Page], object]], list[HarEntry]]) -> None:
    """What it sends from a blob is kept, as for the page that opened it."""

    def journey(page: Page) -> None:
        with page.expect_popup() as popup:
            page.evaluate("() => { window.open('/window') }")
        popup.value.wait_for_url("**/window")
        popup.value.evaluate("async () => { await fetch('/upload', {method: 'POST', body: new Blob(['sent'])}) }")

    assert record(journey)[-1].request_body() == b"sent"


def test_bodies_find_their_entries_by_length() -> None:
    """Two uploads to one URL may be answered in another order than they were sent in."""
    tap, entries = Tap(), []
    for sent in (b"first one", b"second"):
        headers = [("Content-Length", str(len(sent)))]
        entries.append(make_entry("PUT", "http://site.test/#top", started=NOON, status=200, request_headers=headers))
        got = bytearray(b"got " + sent)
        tap._exchanges.insert(0, Exchange("PUT", "http://site.test/", 200, [sent], got=got))
    tap.complete(entries)

    assert [entry.request_body() for entry in entries] == [b"first one", b"second"]
    assert [entry.body() for entry in entries] == [b"got first one", b"got second"]


def test_what_the_recorder_missed_becomes_an_entry() -> None:
    """But not the question before a call across origins; what the browser had in its cache is left out."""
    tap, entries = Tap(), []
    for size in (9, 0):
        entries.append(make_entry("GET", "http://site.test/", started=NOON, status=200, body=b"x"))
        entries[-1].raw["response"]["_transferSize"] = size
    exchanges = [Exchange("GET", "http://site.test/", 200), Exchange("OPTIONS", "http://site.test/b", 204)]
    tap._exchanges += [*exchanges, Exchange("POST", "http://site.test/b", 201, [b"sent"], got=bytearray(b"got"))]
    found = tap.complete(entries)

    assert [(entry.method, entry.status) for entry in found] == [("GET", 200), ("POST", 201)]
    assert (found[1].request_body(), found[1].body(), found[1].client) == (b"sent", b"got", "browser")


@pytest.mark.parametrize(
    "body",
    [
        "new Blob([new Uint8Array([0, 255, 254])])",
        "(() => { const f = new FormData(); f.append('a', 'é'); f.append('f', new Blob(['\\0x']), 'x'); return f; })()",
    ],
)
def test_what_is_sent_from_a_blob_is_kept(
    body: str, record: Callable[[Callable[[Page], object]], list[HarEntry]]
) -> None:
    """Alone and as a part of a form, every byte, each request its own."""

    def journey(page: Page) -> None:
        page.evaluate(
            f"async () => {{ for (const _ of [1, 2]) await fetch('/upload', {{method: 'POST', body: {body}}}) }}"
        )

    entries = record(journey)

    assert [entry.request_body() for entry in entries] == Site.uploads
    assert len(Site.uploads) == 2
