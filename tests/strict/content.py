"""A strict site for what HTTP can carry: it answers what it is asked rightly, and refuses everything else.

`http` is its address, `other` one of another site that is the same server, `tls` the one under TLS, `ws` and `wss`
those of its sockets.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import threading
import zlib
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, ClassVar, NamedTuple, Self
from urllib.parse import urlsplit

import brotli  # type: ignore[import-untyped]
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection
from websockets.sync.server import serve as serve_sockets

from toolkit.transport.replay_server import _tls

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from websockets.typing import Subprotocol

PAGE = "<!doctype html><meta charset=utf-8><link rel=icon href=data:,><title>strict</title>"
TEXT = "Straße, 3 €\n" * 3
LARGE = hashlib.shake_256(b"large").digest(5_000_000)
ETAG = '"v1"'


class Asked(NamedTuple):
    """What the site was asked; the names of the headers are in small letters."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Reply:
    """What it answers; with `pieces`, the body comes piece by piece and ends with them."""

    body: bytes | str = b""
    kind: str = "text/plain; charset=utf-8"
    status: int = 200
    headers: list[tuple[str, str]] = field(default_factory=list)
    pieces: Iterable[bytes] | None = None


def refused(why: str, status: int = 400) -> Reply:
    """The site's word for what it does not want."""
    return Reply(why, status=status)


def data(value: object) -> Reply:
    """JSON."""
    return Reply(json.dumps(value), "application/json")


def echo(asked: Asked) -> Reply:
    """What came, part by part when it has parts, as digests that fit only the very bytes."""
    if int(asked.headers.get("content-length", "-1")) != len(asked.body):
        return refused("no length", 411)
    kind = asked.headers.get("content-type", "")
    return data({"kind": kind.partition(";")[0], "size": len(asked.body), "parts": list(parts(kind, asked.body))})


def parts(kind: str, body: bytes) -> Iterator[list[str | None]]:
    """Name, file name, type and digest of each part of a form; of another body, its digest."""
    if not kind.startswith("multipart/form-data"):
        yield [hashlib.sha256(body).hexdigest()]
        return
    form = BytesParser(policy=HTTP).parsebytes(f"Content-Type: {kind}\r\n\r\n".encode() + body)
    for part in form.iter_parts():
        told = part["content-disposition"].params.get("name")
        content: bytes = part.get_payload(decode=True)  # type: ignore[assignment]  # of a part without parts
        yield [told, part.get_filename(), part.get_content_type(), hashlib.sha256(content).hexdigest()]


def zstd(raw: bytes) -> bytes:
    """A frame of one block that is kept as it is (RFC 8878), for at most 255 bytes."""
    return b"\x28\xb5\x2f\xfd\x20" + bytes([len(raw)]) + ((len(raw) << 3) | 1).to_bytes(3, "little") + raw


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstd,
}


def packed(asked: Asked) -> Reply:
    """A text, compressed as the path says, if the browser takes that."""
    coding = asked.path.rpartition("/")[2]
    if coding not in asked.headers.get("accept-encoding", "").split(", "):
        return refused(f"{coding} is not accepted", 406)
    return Reply(PACKERS[coding](TEXT.encode()), headers=[("Content-Encoding", coding)])


def tagged(asked: Asked) -> Reply:
    """An answer that is fresh for no moment and has a tag."""
    headers = [("ETag", ETAG), ("Cache-Control", "no-cache")]
    if asked.headers.get("if-none-match") == ETAG:
        return Reply(status=304, headers=headers)
    return Reply("tagged", headers=headers)


def ranged(asked: Asked) -> Reply:
    """The bytes that are asked for, and no others."""
    unit, _, span = asked.headers.get("range", "").partition("=")
    first, _, last = span.partition("-")
    if unit != "bytes" or not first.isdigit() or int(first) >= len(LARGE):
        return Reply(status=416, headers=[("Content-Range", f"bytes */{len(LARGE)}")])
    end = min(int(last or len(LARGE)) + 1, len(LARGE))
    told = ("Content-Range", f"bytes {first}-{end - 1}/{len(LARGE)}")
    return Reply(LARGE[int(first) : end], "application/octet-stream", 206, [told])


def repeated(_: Asked) -> Reply:
    """Headers that come more than once."""
    cookies = [("Set-Cookie", "one=1; Path=/"), ("Set-Cookie", "two=2; Path=/")]
    links = [("Link", "</a>; rel=next"), ("Link", "</b>; rel=prev")]
    return Reply("x", headers=[*cookies, *links, ("Vary", "Accept"), ("Vary", "Origin"), ("X-Twice", "a, b")])


def counted(count: int, end: bytes = b"") -> Iterator[bytes]:
    """Pieces of a stream."""
    for number in range(count):
        yield b'{"piece": %d, "text": "\xc3\xa9"}\n' % number
    yield end


@dataclass
class Site:
    """The site. `more` are routes of one test; `waiting` is set once something waits for an answer that never comes."""

    more: dict[str, Callable[[Asked], Reply]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    waiting: threading.Event = field(default_factory=threading.Event)
    gone: threading.Event = field(default_factory=threading.Event)
    _running: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> Self:
        http, tls = (self._running.enter_context(serving(self, context)) for context in (None, _tls()))
        ws, wss = (self._running.enter_context(sockets(context)) for context in (None, _tls()))
        self.http, self.other = f"http://127.0.0.1:{http}", f"http://localhost:{http}"
        self.tls, self.other_tls = f"https://127.0.0.1:{tls}", f"https://localhost:{tls}"
        self.ws, self.wss = f"ws://127.0.0.1:{ws}", f"wss://127.0.0.1:{wss}"
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop; whatever waits for an answer waits no more."""
        self.gone.set()
        self._running.close()

    def addresses(self) -> dict[str, str]:
        """Where it is, for the scripts of a page."""
        return {name: getattr(self, name) for name in ("http", "other", "tls", "other_tls", "ws", "wss")}

    def answer(self, asked: Asked) -> Reply | None:
        """The answer to a request; None when none ever comes."""
        self.asked.append(asked)
        if asked.path == "/never":
            self.waiting.set()
            self.gone.wait(30)
            return None
        route = self.more.get(asked.path) or ROUTES.get(asked.path)
        return route(asked) if route else refused("no such page", 404)

    def endless(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """Pieces, and then nothing until the site stops."""
        yield from pieces
        self.gone.wait(30)


ROUTES: dict[str, Callable[[Asked], Reply]] = {
    "/": lambda _: Reply(PAGE, "text/html"),
    "/echo": echo,
    **{f"/packed/{coding}": packed for coding in PACKERS},
    "/latin": lambda _: Reply(f"{PAGE[:15]}<p>Straße né".encode("latin-1"), "text/html; charset=iso-8859-1"),
    "/latin-meta": lambda _: Reply("<meta charset=latin1><p>Straße né".encode("latin-1"), "text/html"),
    "/none": lambda asked: Reply(status=204, headers=[("X-Method", asked.method)]),
    "/tagged": tagged,
    "/large": lambda _: Reply(LARGE, "application/octet-stream"),
    "/range": ranged,
    "/headers": repeated,
    "/hop": lambda _: Reply(status=302, headers=[("Location", "/hop/2"), ("Set-Cookie", "hop=1; Path=/")]),
    "/hop/2": lambda _: Reply(status=307, headers=[("Location", "/hop/end?x=1")]),
    "/hop/end": lambda asked: data([asked.method, asked.headers.get("cookie")]),
    "/pieces": lambda _: Reply(kind="text/plain", pieces=counted(5)),
}


class Handler(BaseHTTPRequestHandler):
    """Speaks HTTP for the site."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True
    site: ClassVar[Site]

    def _serve(self) -> None:
        url = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(headers.get("content-length", "0")))
        reply = self.site.answer(Asked(self.command, url.path, url.query, headers, body))
        if reply is None:
            self.close_connection = True
            return
        self._send(reply)

    def _send(self, reply: Reply) -> None:
        raw = reply.body.encode() if isinstance(reply.body, str) else reply.body
        self.send_response(reply.status)
        if reply.status not in {204, 304}:
            self.send_header("Content-Type", reply.kind)
            length = ("Content-Length", str(len(raw))) if reply.pieces is None else ("Transfer-Encoding", "chunked")
            self.send_header(*length)
        self.send_header("Access-Control-Allow-Origin", self.headers.get("Origin", "*"))
        for name, value in reply.headers:
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self._write(raw, reply.pieces)

    def _write(self, raw: bytes, pieces: Iterable[bytes] | None) -> None:
        for piece in pieces or ():
            self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece) if piece else b"")
            self.wfile.flush()
        self.wfile.write(raw if pieces is None else b"0\r\n\r\n")

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_OPTIONS = _serve  # noqa: N815 - http.server's names

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Quiet(ThreadingHTTPServer):
    """A server whose visitors may hang up."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def handle_error(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def serving(site: Site, tls: ssl.SSLContext | None) -> Iterator[int]:
    """The port of the site, while it runs."""
    with Quiet(("127.0.0.1", 0), type("Bound", (Handler,), {"site": site})) as server:
        if tls:
            server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


@contextmanager
def sockets(tls: ssl.SSLContext | None) -> Iterator[int]:
    """The port of the site's sockets, while they are open."""
    with serve_sockets(talk, "127.0.0.1", 0, ssl=tls, select_subprotocol=first, compression=None) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.socket.getsockname()[1]
        server.shutdown()
        thread.join()


def first(_: ServerConnection, wanted: Sequence[Subprotocol]) -> Subprotocol | None:
    """The protocol that a page likes most, if it names any."""
    return next(iter(wanted), None)


def talk(peer: ServerConnection) -> None:
    """Speak as the path says: first, in echoes, in bytes, or to say goodbye."""
    path = peer.request.path if peer.request else ""
    with suppress(ConnectionClosed):
        if path.startswith("/push"):
            peer.send("welcome")
            peer.send(bytes(range(256)))
        for message in peer:
            if message == "bye":
                peer.close(4001, "as you say")
            elif isinstance(message, str):
                peer.send(f"{message}, said {path} in {peer.subprotocol}")
                peer.send("and more")
            else:
                peer.send(message[::-1])
