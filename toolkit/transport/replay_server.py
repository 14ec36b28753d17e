"""A proxy on loopback that answers the browser from a recording; it opens no connection of its own."""

import socket
import ssl
import tempfile
import threading
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from toolkit.errors import ToolkitError
from toolkit.transport.miss import Miss
from toolkit.transport.replay_answer import Answer
from toolkit.transport.replay_socket import accept, play
from toolkit.transport.request import Req

__all__ = ["ReplayServer"]

Find = Callable[[Req], Answer]
Missed = Callable[[ToolkitError], object]

SWITCHED = 101
NOT_FOUND = 404
NOT_RECORDED = 502
GIVEN_UP = "ERR_ABORTED"
TLS_HANDSHAKE = b"\x16"
BROKEN = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nContent-Length: 1\r\n\r\n"


class ReplayServer:
    """Answers plain and TLS requests, for every host, with what `find` gives; in threads that end with it.

    `find` raises Miss for what was not recorded. The browser gets status 502 then, and `missed` is told, unless the
    browser asked by itself: before it sends across origins (which is allowed), for an icon, ahead of time, or to
    report.
    """

    def __init__(self, find: Find, missed: Missed, ignore: Collection[str] = ()) -> None:
        parts = {"find": staticmethod(find), "missed": staticmethod(missed), "ignore": ignore}
        self._server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), parts))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        """Stop."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False  # a browser keeps connections open
    request_queue_size = 128  # a page opens many at once; one that is turned away waits a second

    def handle_error(self, request: object, client_address: object) -> None:
        """A browser that hangs up is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body leave together
    disable_nagle_algorithm = True
    find: Find
    missed: Missed
    ignore: Collection[str] = ()
    origin = ""

    def do_CONNECT(self) -> None:
        """Play the host that the browser wants a tunnel to: for TLS, and for a WebSocket without."""
        self.send_response_only(200)
        self.end_headers()
        self.wfile.flush()
        secure = self.connection.recv(1, socket.MSG_PEEK) == TLS_HANDSHAKE
        if secure:
            self.connection = _tls().wrap_socket(self.connection, server_side=True)
            self.rfile = self.connection.makefile("rb", -1)
            self.wfile = self.connection.makefile("wb", -1)
        self.origin = f"{'https' if secure else 'http'}://{self.path.removesuffix(':443' if secure else ':80')}"
        self.close_connection = False

    def finish(self) -> None:
        """Close what TLS was put around, too."""
        try:
            super().finish()
        finally:  # what is left to be written may find nobody
            self.connection.close()

    def _reply(self) -> None:
        url = self.path if "://" in self.path else self.origin + self.path
        length = int(self.headers.get("Content-Length") or 0)
        request = Req(self.command, url, list(self.headers.items()), self.rfile.read(length) if length else None)
        try:
            if self.headers.get("Upgrade", "").lower() == "websocket":
                self._open_socket(request)
            else:
                self._answer(self.find(request))
        except ToolkitError as error:
            if isinstance(error, Miss):
                error.certain = is_navigation(request)
            self._answer(self._unrecorded(error))

    def _answer(self, answer: Answer) -> None:
        if answer.error is None:
            self._head(answer.status, answer.reason, answer.headers)
            self.wfile.write(answer.body)
            if answer.still_open:
                self._wait()
        elif GIVEN_UP in answer.error:
            self._wait()  # the page gave up by itself: so it does again
        else:
            self.close_connection = True
            self.wfile.write(BROKEN)  # were nothing sent, the browser would ask again

    def _wait(self) -> None:
        """Until the browser hangs up."""
        self.close_connection = True
        self.wfile.flush()
        self.rfile.read(1)

    def _head(self, status: int, reason: str, headers: Sequence[tuple[str, str]]) -> None:
        lines = [f"{self.protocol_version} {status} {reason}", *(f"{name}: {value}" for name, value in headers)]
        self.wfile.write("\r\n".join([*lines, "", ""]).encode("latin-1", "replace"))

    def _open_socket(self, request: Req) -> None:
        url = request.url.replace("http", "ws", 1)
        answer = self.find(Req("GET", url))
        if answer.status != SWITCHED:
            self._answer(answer)
            return
        self.close_connection = True
        wanted = self.headers.get("Sec-WebSocket-Protocol", "").partition(",")[0].strip()
        protocol = answer.header("sec-websocket-protocol") or wanted
        agreed = accept(self.headers.get("Sec-WebSocket-Key", ""), protocol)
        self._head(SWITCHED, "Switching Protocols", agreed)
        try:
            play(url, answer.messages, self.rfile, self.wfile, self.ignore)
        except ToolkitError as error:
            self.missed(error)

    def _unrecorded(self, error: ToolkitError) -> Answer:
        asked = self.headers.get("Access-Control-Request-Method")
        if self.command == "OPTIONS" and asked:
            return _allowed(asked, self.headers.get("Origin", "*"), self.headers.get("Access-Control-Request-Headers"))
        if self._is_own_idea():
            return _text(NOT_FOUND, "")
        self.missed(error)
        return _text(NOT_RECORDED, error.message)

    def _is_own_idea(self) -> bool:
        """Whether the browser asks by itself; no recorder sees these."""
        site, mode, dest = (self.headers.get(f"Sec-Fetch-{name}") for name in ("Site", "Mode", "Dest"))
        unasked = site == "none" and mode != "navigate"  # no page has to do with it
        ahead = "Sec-Purpose" in self.headers
        return unasked or ahead or dest == "report" or self.path.partition("?")[0].endswith("/favicon.ico")

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = _reply  # noqa: N815 - http.server's names

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


def is_navigation(request: Req) -> bool:
    """Whether a page or the connector leads the browser elsewhere; what frames and scripts ask may be by chance."""
    in_frame = request.header("sec-fetch-dest") not in {"", "document"}
    return request.header("upgrade-insecure-requests") == "1" and not in_frame


def _allowed(method: str, origin: str, headers: str | None) -> Answer:
    """Yes to a question before a call across origins, which recorders do not see; the call itself is looked up."""
    names = {"Origin": origin, "Credentials": "true", "Methods": method, "Headers": headers or ""}
    return Answer(204, "", [(f"Access-Control-Allow-{name}", value) for name, value in names.items()])


def _text(status: int, text: str) -> Answer:
    body = text.encode()
    return Answer(status, "", [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body)))], body)


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    """A certificate for whatever host; the browser of a replay does not look at it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "replay")])
    today = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    certificate = builder.not_valid_before(today - timedelta(1)).not_valid_after(today + timedelta(7))
    signed = certificate.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:  # only its owner may look into it
        path = Path(folder) / "replay.pem"
        path.write_bytes(private + signed)
        context.load_cert_chain(path)
    return context
