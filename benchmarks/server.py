"""A portal for the benchmarks, on loopback and in a process of its own: `with portal() as site: …`.

A login of two redirects, a status to poll, pages of bills, documents of any size behind the cookie, and a page with
scripts, styles, images and fetches. What stands behind `/later/20` is answered after 20 ms.
"""

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from random import Random
from typing import ClassVar
from urllib.parse import urlsplit

PAGES = Path(__file__).parent / "pages"
KINDS = {"html": "text/html", "js": "text/javascript", "json": "application/json", "pdf": "application/pdf"}
KINDS |= {"css": "text/css", "svg": "image/svg+xml"}
PER_PAGE, LAST_PAGE, PENDING = 5, 4, 3
WORDS = (
    "every",
    "month",
    "comes",
    "a",
    "bill",
    "from",
    "somewhere",
    "and",
    "nobody",
    "wants",
    "to",
    "fetch",
    "it",
    "again",
)

Headers = Sequence[tuple[str, str]]


@contextmanager
def portal() -> Iterator[str]:
    """Give the address of a portal that is served meanwhile."""
    command = [sys.executable, "-m", "benchmarks.server"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield server.stdout.readline().strip()
        finally:
            server.kill()


@cache
def document(size: int, number: int) -> bytes:
    """Bytes that look like a PDF of exactly `size` bytes."""
    head, tail = b"%PDF-1.4\n", b"\n%%EOF\n"
    return head + Random(number).randbytes(size - len(head) - len(tail)) + tail


@cache
def filler(kind: str, size: int, number: int) -> bytes:
    """JSON or a picture of exactly `size` bytes."""
    head, tail = {
        "json": (f'{{"id": {number}, "text": "', '"}'),
        "svg": ("<svg xmlns='http://www.w3.org/2000/svg'><!--", "--></svg>"),
    }[kind]
    words = " ".join(Random(number).choices(WORDS, k=size // 5))
    return f"{head}{words[: size - len(head) - len(tail)]}{tail}".encode()


class Handler(BaseHTTPRequestHandler):
    """What stands in `pages/` is open; `/pdf/SIZE/N` wants the cookie that the login ends in."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body leave together
    disable_nagle_algorithm = True
    visits = count(1)
    polls: ClassVar[Counter[str]] = Counter()

    def do_GET(self) -> None:
        """Answer one request."""
        parts = urlsplit(self.path)
        name, *words = parts.path.strip("/").split("/")
        page = PAGES / name
        if page.is_file():
            self._answer(200, page.suffix[1:], page.read_bytes())
        elif "." in name:
            self._answer(404)
        else:
            answers: dict[str, Callable[..., None]] = {
                "hop": self._hop,
                "status": self._status,
                "bills": self._bills,
                "links": self._links,
            }
            answers |= {"json": self._filler, "svg": self._filler, "pdf": self._pdf, "later": self._later}
            answers[name](*words)

    def do_POST(self) -> None:
        """Take the login, whatever it says: to another address, which gives a cookie, and on to a third."""
        self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(303, headers=[("Location", "/hop"), ("Set-Cookie", f"visit={next(self.visits)}; Path=/")])

    def _hop(self) -> None:
        headers = [("Location", "/home.html"), ("Set-Cookie", "session=benchmark-session-0123456789; HttpOnly; Path=/")]
        self._answer(302, headers=headers)

    def _status(self) -> None:
        visit = self._cookies()["visit"].value
        self.polls[visit] += 1
        self._answer(200, "json", {"state": "done" if self.polls[visit] > PENDING else "pending"})

    def _bills(self, size: str, page: str) -> None:
        first, number = (int(page) - 1) * PER_PAGE, int(page)
        rows = [{"id": n, "total": n + 1, "pdf": f"/pdf/{size}/{n}"} for n in range(first, first + PER_PAGE)]
        self._answer(200, "json", {"items": rows, "next": number + 1 if number < LAST_PAGE else None})

    def _links(self, size: str, last: str) -> None:
        links = (f'<a id="d{n}" download href="/pdf/{size}/{n}">{n}</a>\n' for n in range(int(last)))
        cookie = ("Set-Cookie", "session=benchmark-session-0123456789; HttpOnly; Path=/")
        self._answer(200, "html", f"<!doctype html><title>Bills</title>{''.join(links)}".encode(), [cookie])

    def _pdf(self, size: str, number: str) -> None:
        if "session" in self._cookies():
            self._answer(200, "pdf", document(int(size), int(number)))
        else:
            self._answer(401)

    def _later(self, milliseconds: str, *rest: str) -> None:
        time.sleep(int(milliseconds) / 1000)
        self.path = f"/{'/'.join(rest)}"
        self.do_GET()

    def _filler(self, size: str, number: str) -> None:
        kind = self.path.split("/")[1]
        self._answer(200, kind, filler(kind, int(size), int(number)))

    def _cookies(self) -> SimpleCookie:
        return SimpleCookie(self.headers.get("Cookie", ""))

    def _answer(self, status: int, kind: str = "html", content: object = b"", headers: Headers = ()) -> None:
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.send_response(status)
        told = [("Content-Type", KINDS[kind]), ("Content-Length", str(len(body))), ("Cache-Control", "no-store")]
        for name, value in [*told, *headers]:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


class Server(ThreadingHTTPServer):
    """A server that turns nobody away."""

    request_queue_size = 128

    def handle_error(self, request: object, client_address: object) -> None:
        """A visitor who hangs up is no news."""


def main() -> None:
    """Serve until killed."""
    server = Server(("127.0.0.1", 0), Handler)
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
