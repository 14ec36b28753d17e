"""The page of a run, seen and used from another machine's browser: served on loopback, to who has the token."""

from __future__ import annotations

import hmac
import json
import secrets
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import parse_qs, urlsplit

from toolkit.debug.scene import script

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

__all__ = ["RemoteView"]

PATIENCE = 10.0  # seconds until a viewer that waits for news is told that there are none
SMALLEST = 0.25  # seconds between two pictures
LONGEST = 10_000  # bytes of what a viewer may send
BUTTONS = frozenset({"Enter", "Tab", "Escape", "Backspace", "ArrowDown", "ArrowUp"})
# A path of tags, from which Playwright finds the locator that a person would write.
PATH = """([x, y]) => {
  const path = [];
  for (let one = document.elementFromPoint(x, y); one && one.parentElement; one = one.parentElement) {
    const alike = [...one.parentElement.children].filter((other) => other.tagName === one.tagName);
    path.unshift(`${one.tagName.toLowerCase()}:nth-of-type(${alike.indexOf(one) + 1})`);
  }
  return path.length ? "html > " + path.join(" > ") : "";
}"""


@dataclass
class _News:
    """What a viewer is shown: a picture, its number, and what was said."""

    picture: bytes = b""
    number: int = 0
    said: list[str] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)


class RemoteView:
    """Serves the view on loopback while its `with` block lasts; `url` has the token in it.

    Only the thread that may touch the page does so, in `tend`. `clock` tells seconds that only go forward.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._token = secrets.token_urlsafe(24)
        self._acts: SimpleQueue[dict[str, Any]] = SimpleQueue()
        self._lines: SimpleQueue[str] = SimpleQueue()
        self._news = _News()
        self._clock = clock
        self._pictured = float("-inf")
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self._server.server_port}/?token={self._token}"

    def say(self, text: str) -> None:
        """Show what the prompt says."""
        with self._news.changed:
            self._news.said.append(text)
            self._news.changed.notify_all()

    def line(self) -> str | None:
        """A line that a viewer has typed at the prompt, if any."""
        with suppress(Empty):
            return self._lines.get_nowait()
        return None

    def tend(self, page: Page | None) -> None:
        """Do in the page what viewers want, and show it as it is."""
        from playwright.sync_api import Error  # noqa: PLC0415 - slow to import

        with suppress(Empty):
            while True:
                act = self._acts.get_nowait()
                if page is not None:
                    try:
                        self._do(page, act)
                    except Error as error:
                        self.say(error.message.splitlines()[0])
                    self._pictured = float("-inf")
        if page is not None and self._clock() - self._pictured >= SMALLEST:
            with suppress(Error):
                self._show(page.screenshot(type="jpeg", quality=70, timeout=3000))
            self._pictured = self._clock()

    def _do(self, page: Page, act: dict[str, Any]) -> None:
        at = (float(act.get("x", 0)), float(act.get("y", 0)))
        match act.get("kind"):
            case "click":
                page.mouse.click(*at)
            case "scroll":
                page.mouse.wheel(0, float(act.get("by", 0)))
            case "text":
                page.keyboard.insert_text(str(act.get("text", "")))
            case "key" if act.get("key") in BUTTONS:
                page.keyboard.press(str(act["key"]))
            case "pick":
                path = page.evaluate(PATH, list(at))
                self.say(str(page.locator(path).normalize()) if path else "there is nothing")

    def _show(self, picture: bytes) -> None:
        with self._news.changed:
            if picture != self._news.picture:
                self._news.picture = picture
                self._news.number += 1
                self._news.changed.notify_all()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        view = self

        class Handler(BaseHTTPRequestHandler):
            """Answers who has the token."""

            def do_GET(self) -> None:
                """The view, a picture, or what is new."""
                query = parse_qs(urlsplit(self.path).query)
                if view.lets_in(query):
                    view.answer(self, urlsplit(self.path).path, query)
                else:
                    self.send_error(403)

            def do_POST(self) -> None:
                """Something to do."""
                length = int(self.headers.get("Content-Length") or 0)
                if view.lets_in(parse_qs(urlsplit(self.path).query)) and 0 < length < LONGEST:
                    self.send_response(204 if view.takes(self.rfile.read(length)) else 400)
                    self.end_headers()
                else:
                    self.send_error(403)

            def log_message(self, *_: object) -> None:
                """Write nothing: addresses have the token in them."""

        return Handler

    def lets_in(self, query: dict[str, list[str]]) -> bool:
        """Whether somebody has the token."""
        return hmac.compare_digest("".join(query.get("token", ())).encode(), self._token.encode())

    def takes(self, body: bytes) -> bool:
        """Take what a viewer wants done; whether it can be read."""
        try:
            act = json.loads(body)
        except ValueError:
            return False
        if not isinstance(act, dict):
            return False
        if "line" in act:
            self._lines.put(str(act["line"]))
        else:
            self._acts.put(act)
        return True

    def answer(self, handler: BaseHTTPRequestHandler, path: str, query: dict[str, list[str]]) -> None:
        """Answer a viewer who has the token."""
        kinds = {"/": "text/html; charset=utf-8", "/picture": "image/jpeg", "/news": "application/json"}
        if path not in kinds:
            handler.send_error(404)
            return
        if path == "/":
            body = script("remote.html").encode()
        elif path == "/picture":
            body = self._news.picture
        else:
            body = self._wait("".join(query.get("after", ())))
        handler.send_response(200)
        for name, value in (("Content-Type", kinds[path]), ("Content-Length", str(len(body)))):
            handler.send_header(name, value)
        handler.send_header("Cache-Control", "no-store")
        handler.send_header("Referrer-Policy", "no-referrer")
        handler.end_headers()
        with suppress(OSError):  # the viewer has gone
            handler.wfile.write(body)

    def _wait(self, after: str) -> bytes:
        """What is new since a viewer's last news, which said "number of picture,number of words"."""
        news = self._news
        with news.changed:
            news.changed.wait_for(lambda: f"{news.number},{len(news.said)}" != after, PATIENCE)
            told = {"at": f"{news.number},{len(news.said)}", "said": "\n".join(news.said[-200:])}
        return json.dumps(told).encode()
