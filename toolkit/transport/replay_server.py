"""A proxy on loopback that answers the browser from a recording; it opens no connection of its own."""

import ssl
import tempfile
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from toolkit.errors import ToolkitError
from toolkit.transport.har import HarEntry
from toolkit.transport.request import Req

__all__ = ["ReplayServer"]

Answer = Callable[[Req], HarEntry]

NOT_RECORDED = 502
BODILESS = {204, 304}


class ReplayServer:
    """Answers plain and TLS requests, for every host, with what `answer` gives; in threads that end with it."""

    def __init__(self, answer: Answer) -> None:
        handler = type("Handler", (_Handler,), {"answer": staticmethod(answer)})
        self._server = _Server(("127.0.0.1", 0), handler)
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

    def handle_error(self, request: object, client_address: object) -> None:
        """A browser that hangs up is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    answer: Answer
    origin = ""

    def do_CONNECT(self) -> None:
        """Play the host that the browser wants a tunnel to."""
        self.origin = f"https://{self.path.removesuffix(':443')}"
        self.send_response(200)
        self.end_headers()
        self.connection = _tls().wrap_socket(self.connection, server_side=True)
        self.rfile = self.connection.makefile("rb", -1)
        self.wfile = self.connection.makefile("wb", 0)
        self.close_connection = False

    def finish(self) -> None:
        """Close the tunnel too: the server knows only of the connection below it."""
        with suppress(OSError):
            super().finish()
        self.connection.close()

    def _reply(self) -> None:
        url = self.path if "://" in self.path else self.origin + self.path
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length) if length else None
        try:
            entry = self.answer(Req(self.command, url, list(self.headers.items()), body))
        except ToolkitError as miss:
            self._send(*self._unrecorded(miss))
            return
        if entry.error is not None:
            self.close_connection = True
            return
        self._send(entry.status, entry.response_headers, entry.body())

    def _unrecorded(self, miss: ToolkitError) -> tuple[int, list[tuple[str, str]], bytes]:
        """Browsers ask before they send across origins, and recorders do not see it: such a question is answered."""
        asked = self.headers.get("Access-Control-Request-Method")
        if self.command == "OPTIONS" and asked:
            names = {"Origin": self.headers.get("Origin", "*"), "Credentials": "true", "Methods": asked}
            names["Headers"] = self.headers.get("Access-Control-Request-Headers", "")
            return 204, [(f"Access-Control-Allow-{name}", value) for name, value in names.items()], b""
        return NOT_RECORDED, [("Content-Type", "text/plain; charset=utf-8")], miss.message.encode()

    def _send(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers:
            self.send_header(name, value)
        if status not in BODILESS:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD" and status not in BODILESS:
            self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = _reply  # noqa: N815 - http.server's names

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


@cache
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
