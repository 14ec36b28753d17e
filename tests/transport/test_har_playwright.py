"""Playwright opens what is saved, and what Playwright records gives the bytes that were sent."""

import gzip
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser

from toolkit.transport.har import Har, lint, make_entry

NOW = datetime(2025, 3, 1, 12, tzinfo=UTC)
PDF = b"%PDF-1.7\n" + bytes(range(256)) * 800
PAGES = {
    "/": (b"<meta charset=utf-8><title>start</title>", "text/html"),
    "/latin": (b"<p>caf\xe9</p>", "text/html; charset=iso-8859-1"),
    "/bill.pdf": (PDF, "application/pdf"),
    "/small.json": ('{"é": 1}'.encode(), "application/json"),
    "/large.json": (json.dumps(["é" * 10] * 500, ensure_ascii=False).encode(), "application/json"),
    "/data": (b"plain ascii", "application/octet-stream"),
    "/utf16": ("hé".encode("utf-16-le"), "text/plain; charset=utf-16"),
    "/replacement": ("a\ufffdb".encode(), "text/plain; charset=utf-8"),
    "/empty": (b"", "text/plain"),
    "/unnamed.css": ("p { content: 'é' }".encode(), "text/css"),
    "/unnamed-latin.txt": (b"caf\xe9", "text/plain"),
    "/mislabelled.json": ('"é"'.encode(), "application/json; charset=iso-8859-1"),
}
VISITED = [*PAGES, *(f"{path}?gzip" for path in PAGES)]
SENT = b"\x00\xff\xfe"


def har_of_pages(site: str = "http://site.test") -> Har:
    """Build the HAR of a visit to every page, and of a binary upload."""
    har = Har()
    for path, (body, kind) in PAGES.items():
        headers = [("Content-Type", kind), ("Date", "now"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")]
        har.append(make_entry("GET", site + path, started=NOW, status=200, response_headers=headers, body=body))
    kind_sent = [("Content-Type", "application/octet-stream"), ("X-Request-Id", "7"), (":path", "/upload")]
    upload: dict[str, Any] = {"request_headers": kind_sent, "request_body": SENT, "body": b"got it"}
    har.append(make_entry("POST", site + "/upload", started=NOW, status=200, **upload))
    return har


def bodies(har: Har) -> dict[str, tuple[bytes, bytes | None]]:
    """Give both bodies of every entry by URL path."""
    return {e.url.partition("//")[2].partition("/")[2]: (e.body(), e.request_body()) for e in har.entries}


@pytest.mark.parametrize("form", ["normal", "whole", "export"])
def test_playwright_serves_what_was_saved(browser: Browser, tmp_path: Path, form: str) -> None:
    """Playwright's own replay opens every form as it is and gives the page the same bytes."""
    har, path = har_of_pages(), tmp_path / "session.har"
    har.export(path) if form == "export" else har.save(path, normal=form == "normal")
    context = browser.new_context()
    context.route_from_har(path)
    page = context.new_page()

    page.goto("http://site.test/")

    for name, (body, _) in PAGES.items():
        fetched = page.evaluate("async url => [...new Uint8Array(await (await fetch(url)).arrayBuffer())]", name)
        assert bytes(fetched) == body, name
    sent = "async () => (await fetch('/upload', {method: 'POST', body: new Uint8Array([0, 255, 254])})).text()"
    assert page.evaluate(sent) == "got it"
    context.close()


class Site(BaseHTTPRequestHandler):
    """The pages, over HTTP."""

    def do_GET(self) -> None:
        """Answer with a page, compressed when the query asks for it."""
        path, _, coding = self.path.partition("?")
        body, kind = PAGES.get(path, (b"", "text/plain"))
        self._answer(gzip.compress(body) if coding else body, kind, coding)

    def do_POST(self) -> None:
        """Take an upload."""
        self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(b"got it", "text/plain")

    def _answer(self, body: bytes, kind: str, coding: str = "") -> None:
        self.send_response(200)
        if coding:
            self.send_header("Content-Encoding", coding)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def serving() -> Iterator[str]:
    """Serve the pages while the block runs; give the origin."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.mark.parametrize(
    ("name", "content"),
    [("take.har", "attach"), ("take.har", "embed"), ("take.zip", "attach"), ("take.har", "minimal")],
)
def test_reads_what_playwright_recorded(
    browser: Browser, tmp_path: Path, name: str, content: Literal["attach", "embed", "minimal"]
) -> None:
    """A real recording gives the bytes that the server sent, in every form that Playwright writes."""
    with serving() as site:
        how: dict[str, Any] = (
            {"record_har_mode": "minimal"} if content == "minimal" else {"record_har_content": content}
        )
        context = browser.new_context(record_har_path=tmp_path / name, **how)
        page = context.new_page()
        page.goto(site)
        for path in VISITED:
            page.evaluate("async url => (await fetch(url)).arrayBuffer()", path)
        page.evaluate(
            "async () => (await fetch('/upload', {method: 'POST', body: new Uint8Array([0, 255, 254])})).text()"
        )
        context.close()

    har = Har.load(tmp_path / name)
    recorded = bodies(har)
    assert {f"/{path}": both[0] for path, both in recorded.items() if path not in ("upload", "favicon.ico")} == {
        path: PAGES[path.removesuffix("?gzip")][0] for path in VISITED
    }
    assert recorded["upload"][0] == b"got it"
    if content == "attach":  # `embed` loses the bytes of a binary upload
        assert recorded["upload"][1] == SENT
        assert lint(har) == []
