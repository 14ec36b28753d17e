"""A site of routes on a loopback port, and the words in which its handlers speak."""

from __future__ import annotations

import json
import socket
import sys
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from email.message import Message
from functools import cached_property
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import parse_qsl, urlsplit

if TYPE_CHECKING:
    import ssl

__all__ = ["BILLS", "Answer", "Ask", "Handler", "Site", "as_json", "only", "page", "pdf", "redirect", "refused"]

HOST = "127.0.0.1"
BILLS = [{"id": f"A{n}", "day": f"2025-0{n}-01", "total": f"{n}0.50"} for n in (3, 2, 1)]
"""What most sites list, the newest first."""


@dataclass(frozen=True)
class Ask:
    """One request. `name` is the part of the path that a route leaves open: `/pdf/*`.

    Over TLS, `hello` is what the client said first, and `certificate` the name on its certificate.
    """

    method: str
    url: str
    headers: Message
    body: bytes = b""
    name: str = ""
    hello: bytes = b""
    certificate: str = ""

    @property
    def path(self) -> str:
        """The path without the query."""
        return urlsplit(self.url).path

    @cached_property
    def query(self) -> dict[str, str]:
        """The fields of the query."""
        return dict(parse_qsl(urlsplit(self.url).query, keep_blank_values=True))

    @cached_property
    def form(self) -> dict[str, str]:
        """The fields of a form."""
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))

    @cached_property
    def json(self) -> Any:
        """The body as JSON; {} when it is none."""
        with suppress(ValueError):
            return json.loads(self.body)
        return {}

    @cached_property
    def cookies(self) -> dict[str, str]:
        """The cookies by name; of one name that comes twice, the first."""
        found: dict[str, str] = {}
        for part in self.headers.get("Cookie", "").split(";"):
            for name, morsel in SimpleCookie(part.strip()).items():
                found.setdefault(name, morsel.value)
        return found

    @property
    def bearer(self) -> str:
        """The bearer token; "" when there is none."""
        kind, _, token = self.headers.get("Authorization", "").partition(" ")
        return token if kind == "Bearer" else ""


@dataclass(frozen=True)
class Answer:
    """What goes back."""

    body: bytes = b""
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()

    def adding(self, name: str, value: str) -> Answer:
        """The same with one more header, such as Set-Cookie."""
        return Answer(self.body, self.status, (*self.headers, (name, value)))


Handler = Callable[[Ask], Answer]


def page(html: str, *, status: int = 200) -> Answer:
    """A page; it asks for no icon."""
    text = f"<!doctype html><meta charset=utf-8><link rel=icon href=data:,>{html}"
    return Answer(text.encode(), status, (("Content-Type", "text/html; charset=utf-8"),))


def as_json(value: Any, *, status: int = 200, cookies: Iterable[str] = ()) -> Answer:
    """JSON, and the cookies that come with it."""
    headers = [("Content-Type", "application/json"), *(("Set-Cookie", cookie) for cookie in cookies)]
    return Answer(json.dumps(value).encode(), status, tuple(headers))


def redirect(to: str, *, cookies: Iterable[str] = (), status: int = 303) -> Answer:
    """The way to another page."""
    return Answer(b"", status, (("Location", to), *(("Set-Cookie", cookie) for cookie in cookies)))


def refused(status: int = 401) -> Answer:
    """No."""
    return as_json({"error": "no"}, status=status)


def only(knows: Callable[[Ask], bool], handler: Handler, *, status: int = 401) -> Handler:
    """A handler that answers only whom the site knows; any other gets the status."""
    return lambda ask: handler(ask) if knows(ask) else refused(status)


def pdf(number: str) -> Answer:
    """A PDF with a text of its own."""
    text = f"%PDF-1.4\n1 0 obj << /Type /Catalog >> endobj\n% {number}\ntrailer << /Root 1 0 R >>\n%%EOF\n"
    return Answer(text.encode(), 200, (("Content-Type", "application/pdf"),))


@dataclass
class Site:
    """Routes on a port of its own while the `with` block lasts; `asked` holds what was asked, in order.

    `site.routes["GET /pdf/*"] = handler`; what has no route answers 404. Every loopback host name leads here.
    """

    routes: dict[str, Handler] = field(default_factory=dict)
    tls: ssl.SSLContext | None = None
    asked: list[Ask] = field(default_factory=list)
    headers: Mapping[str, str] = field(default_factory=dict)

    def __enter__(self) -> Self:
        handler = type("Answers", (_Answers,), {"site": self})
        self.server = _Server((HOST, 0), handler)
        self.server.daemon_threads = True
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    def url(self, path: str = "", *, host: str = HOST) -> str:
        """The address of a path."""
        return f"{'https' if self.tls else 'http'}://{host}:{self.port}{path}"

    def answer(self, ask: Ask) -> Answer:
        """What the route of a request answers."""
        for route, handler in self.routes.items():
            method, _, path = route.partition(" ")
            if method == ask.method and path == ask.path:
                return handler(ask)
            if method == ask.method and path.endswith("*") and ask.path.startswith(path[:-1]):
                return handler(replace(ask, name=ask.path[len(path) - 1 :]))
        return Answer(b"nothing here", 404, (("Content-Type", "text/plain"),))

    def paths(self) -> list[str]:
        """What was asked, as "GET /path"."""
        return [f"{ask.method} {ask.path}" for ask in self.asked]


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), OSError):  # a handshake that failed is the client's affair
            super().handle_error(request, client_address)


def _hello(connection: socket.socket) -> bytes:
    """The ClientHello, which stays there to be read by TLS."""
    head = connection.recv(5, socket.MSG_PEEK | socket.MSG_WAITALL)
    length = 5 + int.from_bytes(head[3:5], "big")
    return connection.recv(length, socket.MSG_PEEK | socket.MSG_WAITALL)[5:]


class _Answers(BaseHTTPRequestHandler):
    site: Site
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def setup(self) -> None:
        self.hello, self.certificate = b"", ""
        if self.site.tls is not None:  # here and not where connections come in: a silent one would hold up the others
            self.hello = _hello(self.request)
            self.request = self.site.tls.wrap_socket(self.request, server_side=True, do_handshake_on_connect=False)
            self._shake_hands()
            names = (self.request.getpeercert() or {}).get("subject", ())
            self.certificate = next((value for ((_, value),) in names), "")
        super().setup()

    def _shake_hands(self) -> None:
        try:
            self.request.do_handshake()
        except OSError:
            # Who hung up at once would take the word of refusal with it, so the client does that.
            with closing(socket.socket(fileno=self.request.detach())) as plain, suppress(OSError):
                plain.settimeout(10)
                while plain.recv(1 << 16):
                    pass
            raise

    def finish(self) -> None:
        super().finish()
        self.request.close()

    def handle_one_request(self) -> None:
        self.raw_requestline = self.rfile.readline(65537)
        if not self.raw_requestline or not self.parse_request():
            self.close_connection = True
            return
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        ask = Ask(self.command, self.path, self.headers, body, hello=self.hello, certificate=self.certificate)
        self.site.asked.append(ask)
        try:
            self._send(self.site.answer(ask))
        except ConnectionError:  # who asked may be gone; a handler that raises it hangs up
            self.close_connection = True

    def _send(self, answer: Answer) -> None:
        self.send_response_only(answer.status)
        for name, value in [*self.site.headers.items(), *answer.headers]:
            self.send_header(name, value)
        if answer.status not in {204, 304}:
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    def handle(self) -> None:
        with suppress(ConnectionError):
            super().handle()
