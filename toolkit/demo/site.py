"""The portal on a loopback port: `with Site() as site: browse(site.url)`."""

from __future__ import annotations

import secrets
import socket
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from typing import Any, Self

from toolkit.demo.door import EMAIL, PASSWORD
from toolkit.demo.portal import Broken, Faults, Portal, Reply, Request

__all__ = ["EMAIL", "PASSWORD", "Broken", "Faults", "Site"]

GUARDS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'self'; frame-src blob:; form-action 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
}


class Site:
    """The portal, served while the `with` block lasts, on `port` of 127.0.0.1 (0: any free one).

    A session of an earlier one is good if that had the same port and the same `key`, by default a new one.

    url        where it is, without a slash at the end; `port` is its own from then on
    requests   what was asked for, in order: "GET /api/bills?page=1"
    downloads  the ids of the bills whose PDF was answered, broken ones too, in order
    is_down    set once the site no longer answers
    halfway    set when half of a `slow` PDF is out
    go_on      set it to let the other half follow; leaving the block sets it too
    """

    def __init__(
        self,
        *,
        port: int = 0,
        key: bytes | None = None,
        faults: Faults | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.url, self.port = "", port
        self.requests: list[str] = []
        self.downloads: list[str] = []
        self.is_down, self.halfway, self.go_on = Event(), Event(), Event()
        self._faults = faults or Faults()
        self._portal = Portal(self._faults, clock, key or secrets.token_bytes(32))
        self._lock = Lock()
        self._delivered = 0

    def __enter__(self) -> Self:
        self._server = _Server(self, self.port)
        self.port = self._server.server_port
        self.url = f"http://127.0.0.1:{self.port}"
        self._accepting = Thread(target=self._server.serve_forever, args=(0.02,), name="demo-site", daemon=True)
        self._accepting.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.go_on.set()
        self.go_down()
        self._server.join_threads()
        self._accepting.join()

    def go_down(self) -> None:
        """Pull the plug: close the port and every open connection."""
        self.is_down.set()
        self._server.shutdown()
        self._server.hang_up()

    def reply(self, request: Request) -> Reply | None:
        """The answer to one request, counted; None when the site is down."""
        if self.is_down.is_set():
            return None
        reply = self._portal.reply(request)
        with self._lock:
            self.requests.append(f"{request.method} {request.url}")
            if reply.bill is None:
                return reply
            if len(self.downloads) == self._faults.down_after:
                return None
            self.downloads.append(reply.bill)
            return reply

    def delivered(self) -> None:
        """One more PDF is out; perhaps it was the last before the site goes down."""
        with self._lock:
            self._delivered += 1
            is_last = self._delivered == self._faults.down_after
        if is_last:
            self.go_down()


class _Server(ThreadingHTTPServer):
    """A server that can hang up. Its threads are waited for, so that no socket is left to the garbage collector."""

    daemon_threads = False
    request_queue_size = 64

    def __init__(self, site: Site, port: int) -> None:
        self.site = site
        self._connections: set[socket.socket] = set()
        super().__init__(("127.0.0.1", port), _Handler)

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, address = super().get_request()
        self._connections.add(connection)
        return connection, address

    def shutdown_request(self, request: Any) -> None:
        self._connections.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        """Refuse new connections and end those that are open."""
        self.socket.close()
        for connection in list(self._connections):
            with suppress(OSError):  # its visitor was faster
                connection.shutdown(socket.SHUT_RDWR)

    def join_threads(self) -> None:
        """Wait until every connection is over."""
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), ConnectionError):  # a visitor may leave at any time
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    """Bytes in, bytes out; the portal decides what."""

    server: _Server
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "Orma", ""
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        """Answer a GET."""
        self._answer()

    def do_POST(self) -> None:
        """Answer a POST."""
        self._answer()

    def log_message(self, *_: Any) -> None:
        """Nothing: the site counts, it does not print."""

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        reply = self.server.site.reply(Request(self.command, self.path, self.headers, body))
        if reply is None:
            self.close_connection = True
            return
        self._send_head(reply)
        self._send_body(reply)
        if reply.bill is not None:
            self.server.site.delivered()

    def _send_head(self, reply: Reply) -> None:
        self.send_response(reply.status)
        if reply.status != HTTPStatus.NO_CONTENT:
            self.send_header("Content-Type", reply.type)
            self.send_header("Content-Length", str(len(reply.body)))
        for cookie in reply.cookies:
            self.send_header("Set-Cookie", cookie)
        for name, value in GUARDS.items():
            self.send_header(name, value)
        self.end_headers()

    def _send_body(self, reply: Reply) -> None:
        half = len(reply.body) // 2
        self.wfile.write(reply.body[:half])
        if reply.halfway == "cut":
            self.close_connection = True
            return
        if reply.halfway == "wait":
            self.server.site.halfway.set()
            self.server.site.go_on.wait()
        self.wfile.write(reply.body[half:])
