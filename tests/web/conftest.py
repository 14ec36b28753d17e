"""A real HTTP server, a real session and a real browser, all on this machine."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext
from requests.adapters import BaseAdapter, HTTPAdapter

from toolkit.transport import Live
from toolkit.web import Browser, Session

# Every name leads to this machine, and no other host can be reached.
NAMES = ", ".join(f"MAP {name} 127.0.0.1" for name in ("localhost", "*.localhost", "*.test"))
LOOPBACK = f"--host-resolver-rules={NAMES}, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
# Scripts of any page may ask, with any header.
FOR_ALL_SCRIPTS = [(f"Access-Control-Allow-{what}", "*") for what in ("Origin", "Methods")] + [
    ("Access-Control-Allow-Headers", "*, Authorization")
]


@dataclass(frozen=True)
class Asked:
    """A request as the server saw it."""

    method: str
    path: str
    headers: Message
    body: bytes


@dataclass(frozen=True)
class Answer:
    """What the server answers. `cut` bytes are held back from the end of the body before the connection is closed."""

    body: bytes = b""
    status: int = 200
    headers: list[tuple[str, str]] = field(default_factory=list)
    cut: int = 0


Handler = Callable[[Asked], Answer]


def not_found(asked: Asked) -> Answer:
    """The page of a path that has none, and the answer to scripts that ask whether they may ask."""
    return Answer(status=204 if asked.method == "OPTIONS" else 404)


class Site:
    """A threaded server whose pages are functions by path; `asked` holds each request, in order.

    With a `certificate`, a file that holds it and its key, it is served over https.
    """

    def __init__(self, certificate: Path | None = None) -> None:
        self.scheme = "https" if certificate else "http"
        self.pages: dict[str, Handler] = {}
        self.asked: list[Asked] = []
        self.connections: set[socket.socket] = set()
        site = self

        class Answers(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def setup(self) -> None:
                super().setup()
                site.connections.add(self.connection)

            def finish(self) -> None:
                super().finish()
                site.connections.discard(self.connection)

            def handle(self) -> None:
                with suppress(ssl.SSLError):  # who does not trust the certificate leaves, and may come again
                    super().handle()

            def handle_one_request(self) -> None:
                self.raw_requestline = self.rfile.readline(65537)
                if not self.raw_requestline or not self.parse_request():
                    self.close_connection = True
                    return
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                asked = Asked(self.command, self.path, self.headers, body)
                site.asked.append(asked)
                page = not_found if self.command == "OPTIONS" else site.pages.get(urlsplit(self.path).path, not_found)
                with suppress(ConnectionError):  # who asked may be gone
                    self.answer(page(asked))

            def answer(self, answer: Answer) -> None:
                self.send_response_only(answer.status)
                for name, value in [*FOR_ALL_SCRIPTS, *answer.headers]:
                    self.send_header(name, value)
                if "Transfer-Encoding" not in dict(answer.headers):
                    self.send_header("Content-Length", str(len(answer.body)))
                self.end_headers()
                self.wfile.write(answer.body[: len(answer.body) - answer.cut])
                self.close_connection = self.close_connection or bool(answer.cut)

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        self.server.daemon_threads = True
        if certificate is not None:
            tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            tls.load_cert_chain(certificate)
            self.server.socket = tls.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def page(self, path: str, body: bytes = b"", *, status: int = 200, **headers: str) -> str:
        """Answer a path always with the same, and return its URL; a header's name has _ for -."""
        named = [(name.replace("_", "-"), value) for name, value in headers.items()]
        self.pages[path] = lambda _: Answer(body, status, named)
        return self.url(path)

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        """The URL of a path."""
        return f"{self.scheme}://{host}:{self.port}{path}"

    def close(self) -> None:
        """Break all connections and refuse new ones from now on."""
        self.server.shutdown()
        self.server.server_close()
        for connection in list(self.connections):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def new_site() -> Iterator[Callable[[], Site]]:
    """Make as many sites as a test needs."""
    with ExitStack() as stack:

        def make() -> Site:
            site = Site()
            stack.callback(site.close)
            return site

        yield make


@pytest.fixture
def site(new_site: Callable[[], Site]) -> Site:
    """A site with no pages yet."""
    return new_site()


class Everywhere(Live):
    """The live transport, with every host name leading to this machine, as LOOPBACK does for the browser."""

    def __init__(self) -> None:
        super().__init__(backoff=0)

    def adapter(self) -> BaseAdapter:
        """Carry each request to 127.0.0.1 under its own name."""
        return ToLoopback(max_retries=self.retry)


class ToLoopback(HTTPAdapter):
    """Connects to 127.0.0.1, whatever host the URL names."""

    def get_connection_with_tls_context(self, request: Any, *_args: Any, **_options: Any) -> Any:
        """Return the pool of the port that the URL names."""
        parts = urlsplit(request.url)
        return self.poolmanager.connection_from_host("127.0.0.1", parts.port, parts.scheme)

    def send(self, request: Any, *args: Any, **options: Any) -> Any:
        """Name the host that is meant, on the wire only."""
        sent = request.copy()
        sent.headers["Host"] = urlsplit(request.url).netloc
        response = super().send(sent, *args, **options)
        response.request = request
        return response


@pytest.fixture
def session() -> Iterator[Session]:
    """A session that waits between tries for no time at all."""
    with Session(Everywhere()) as session:
        yield session


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Our own browser, started once for all tests."""
    with Browser(args=[LOOPBACK]) as browser:
        yield browser


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A context of its own."""
    context = browser.new_context()
    yield context
    context.close()
