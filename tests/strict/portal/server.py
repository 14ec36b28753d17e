"""Plumbing of the strict site: loopback servers, what a visitor sent and what goes back."""

import json
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import Message
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

__all__ = ["Answer", "Asked", "Origins", "Refused", "Reply", "Routes", "Server", "as_json", "page", "redirect"]

PAGES = Path(__file__).parent / "pages"
TYPES = {".html": "text/html; charset=utf-8", ".js": "text/javascript"}


class Refused(Exception):
    """The site does not do what it was asked."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


@dataclass(frozen=True)
class Origins:
    """Where the parts of the site are."""

    portal: str
    api: str
    sso: str


@dataclass(frozen=True)
class Asked:
    """A request: `origin` is that of the server it came to."""

    origin: str
    method: str
    target: str
    headers: Message
    body: bytes

    @property
    def path(self) -> str:
        """The address without its query."""
        return urlsplit(self.target).path

    @property
    def last(self) -> str:
        """The last part of the path."""
        return self.path.rpartition("/")[2]

    @property
    def query(self) -> dict[str, str]:
        """The query's fields."""
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))

    @property
    def cookies(self) -> dict[str, str]:
        """The cookies by name."""
        return {name: morsel.value for name, morsel in SimpleCookie(self.headers.get("Cookie", "")).items()}

    @property
    def form(self) -> dict[str, str]:
        """The fields of a form."""
        if self.headers.get_content_type() != "application/x-www-form-urlencoded":
            raise Refused(415, "This is no form.")
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))

    @property
    def json(self) -> Any:
        """The JSON that was sent."""
        if self.headers.get_content_type() != "application/json":
            raise Refused(415, "This is no JSON.")
        return json.loads(self.body)


@dataclass(frozen=True)
class Answer:
    """What goes back."""

    status: int = 200
    body: bytes = b""
    type: str = "text/plain; charset=utf-8"
    headers: list[tuple[str, str]] = field(default_factory=list)


def as_json(content: object) -> Answer:
    """Answer with JSON."""
    return Answer(body=json.dumps(content).encode(), type="application/json")


def page(name: str, *cookies: str, **values: str) -> Answer:
    """Answer with a file of `pages`, in which `{NAME}` stands for a value, and with cookies."""
    path = PAGES / name
    text = path.read_text("utf-8")
    for key, value in values.items():
        text = text.replace(f"{{{key}}}", value)
    return Answer(body=text.encode(), type=TYPES[path.suffix], headers=[("Set-Cookie", cookie) for cookie in cookies])


def redirect(status: int, where: str, *cookies: str) -> Answer:
    """Lead on to another address, with cookies."""
    return Answer(status, headers=[("Location", where), *(("Set-Cookie", cookie) for cookie in cookies)])


Reply = Callable[[Asked], Answer]
Routes = dict[tuple[str, str], Reply]
"""Who answers, by origin, and method with the first part of the path."""


class Server(ThreadingHTTPServer):
    """One origin, in threads that are over when it is closed."""

    daemon_threads = False
    request_queue_size = 64

    def __init__(self, host: str, reply: "Callable[[Asked], Answer]") -> None:
        self.reply = reply
        self._connections: set[socket.socket] = set()
        super().__init__(("127.0.0.1", 0), _Handler)
        self.origin = f"http://{host}:{self.server_port}"
        self._thread = Thread(target=self.serve_forever, args=(0.01,))
        self._thread.start()

    def get_request(self) -> tuple[socket.socket, Any]:
        """Remember each connection."""
        connection, address = super().get_request()
        self._connections.add(connection)
        return connection, address

    def shutdown_request(self, request: Any) -> None:
        """Forget a connection that is over."""
        self._connections.discard(request)
        super().shutdown_request(request)

    def close(self) -> None:
        """Refuse new connections and break those that are open."""
        self.shutdown()
        self._thread.join()
        self.socket.close()
        for connection in list(self._connections):
            with suppress(OSError):  # its visitor was faster
                connection.shutdown(socket.SHUT_RDWR)
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A visitor may leave at any time."""


class _Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        answer = self.server.reply(Asked(self.server.origin, self.command, self.path, self.headers, body))
        self.send_response(answer.status)
        for name, value in [("Content-Type", answer.type), *answer.headers]:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(answer.body)

    do_GET = do_POST = do_PUT = do_OPTIONS = _answer  # noqa: N815 - http.server's names

    def log_message(self, *_: object) -> None:
        """Say nothing."""
