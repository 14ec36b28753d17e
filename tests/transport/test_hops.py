"""What a session sends and gets, hop by hop."""

import gzip
import io
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
import requests
from requests.adapters import HTTPAdapter

from toolkit.transport.har import Har, HarEntry, lint
from toolkit.transport.hops import RecordingAdapter
from toolkit.transport.steady import POOLED

BYTES = bytes(range(256)) * 1000
TEXT = b"<p>caf\xe9</p>"


class Site(BaseHTTPRequestHandler):
    """Redirects, packs, sets cookies, breaks off, and echoes what it is sent."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        """Answer by path."""
        match self.path.partition("?")[0]:
            case "/away":
                self._answer(302, b"", ("Location", "/bytes"), ("Set-Cookie", "hop=1"))
            case "/packed":
                self._answer(200, gzip.compress(TEXT), ("Content-Encoding", "gzip"), ("Content-Type", "text/html"))
            case "/cookies":
                self._answer(200, b"ok", ("Set-Cookie", "a=1; Path=/"), ("Set-Cookie", "b=2"))
            case "/broken":
                self.close_connection = True
                self._answer(200, b"half", ("Content-Length", "8"))
            case _:
                self._answer(200, BYTES, ("Content-Type", "application/octet-stream"))

    def do_POST(self) -> None:
        """Echo, or send elsewhere."""
        body = self._body()
        if self.path == "/elsewhere":
            self._answer(307, b"", ("Location", "/echo"))
        else:
            self._answer(200, body, ("Content-Type", "application/octet-stream"))

    def _body(self) -> bytes:
        if "Content-Length" in self.headers:
            return self.rfile.read(int(self.headers["Content-Length"]))
        chunks = []
        while size := int(self.rfile.readline(), 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(chunks)

    def _answer(self, status: int, body: bytes, *headers: tuple[str, str]) -> None:
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        if "Content-Length" not in dict(headers):
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def site() -> Iterator[str]:
    """A site that is running."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def entries() -> list[HarEntry]:
    """What was kept."""
    return []


@pytest.fixture
def session(entries: list[HarEntry]) -> Iterator[requests.Session]:
    """A session that is recorded."""
    with requests.Session() as session:
        session.trust_env = False
        session.mount("http://", RecordingAdapter(HTTPAdapter(), entries.append))
        yield session


def test_every_hop_is_kept(site: str, session: requests.Session, entries: list[HarEntry]) -> None:
    """The redirect with its cookie, then the answer, as the session's."""
    session.get(f"{site}/away")

    assert [(entry.url, entry.status, entry.client) for entry in entries] == [
        (f"{site}/away", 302, "session"),
        (f"{site}/bytes", 200, "session"),
    ]
    assert entries[0].header("set-cookie") == "hop=1"
    assert entries[1].request_header("cookie") == "hop=1"
    assert entries[1].body() == BYTES
    assert lint(Har(entries)) == []


def test_streamed_bytes_reach_the_caller(site: str, session: requests.Session, entries: list[HarEntry]) -> None:
    """In the chunks that were asked for, and kept as well."""
    with session.get(f"{site}/bytes", stream=True) as response:
        chunks = list(response.iter_content(1000))

    assert b"".join(chunks) == entries[0].body() == BYTES
    assert max(map(len, chunks)) == 1000


def test_a_packed_page_is_kept_unpacked(site: str, session: requests.Session, entries: list[HarEntry]) -> None:
    """The very bytes, whatever charset they are in; the headers say how they came."""
    assert session.get(f"{site}/packed").content == entries[0].body() == TEXT
    assert entries[0].header("content-encoding") == "gzip"
    assert lint(Har(entries)) == []


def test_repeated_headers_stay_apart(site: str, session: requests.Session, entries: list[HarEntry]) -> None:
    """One Set-Cookie each."""
    session.get(f"{site}/cookies")

    assert [value for name, value in entries[0].response_headers if name == "Set-Cookie"] == ["a=1; Path=/", "b=2"]


@pytest.mark.parametrize(
    "body",
    [
        lambda: BYTES,
        lambda: "caf\xe9",
        lambda: iter([b"one", BYTES, b"two"]),
        lambda: io.BytesIO(BYTES),
        lambda: {"a": "1", "b": "é"},
    ],
    ids=["bytes", "text", "generator", "file", "form"],
)
def test_what_is_sent_is_kept(
    body: Callable[[], object], site: str, session: requests.Session, entries: list[HarEntry]
) -> None:
    """Every byte that reached the site, however it was given."""
    echoed = session.post(f"{site}/echo", data=body()).content  # type: ignore[arg-type]  # any body that requests takes

    assert entries[0].request_body() == echoed != b""


def test_a_file_is_sent_again_after_a_redirect(
    site: str, session: requests.Session, entries: list[HarEntry], tmp_path: Path
) -> None:
    """From where it stood, both times."""
    path = tmp_path / "upload"
    path.write_bytes(b"skip" + BYTES)
    with path.open("rb") as file:
        file.seek(4)
        answer = session.post(f"{site}/elsewhere", data=file)

    assert answer.content == BYTES
    assert [entry.request_body() for entry in entries] == [BYTES, BYTES]


@pytest.mark.parametrize(
    ("path", "why"), [("/broken", "ChunkedEncodingError"), ("//closed", "ConnectionError")], ids=["broken", "refused"]
)
def test_no_answer_is_kept_too(
    path: str, why: str, *, site: str, closed: str, session: requests.Session, entries: list[HarEntry]
) -> None:
    """With the name of the reason, which holds no address and no secret."""
    with pytest.raises(requests.RequestException):
        session.get(closed if path == "//closed" else site + path, stream=True)

    assert [(entry.status, entry.error) for entry in entries] == [(-1, why)]
    assert lint(Har(entries)) == []


def test_a_pool_keeps_everything(site: str, session: requests.Session, entries: list[HarEntry]) -> None:
    """Eight threads at once lose nothing; what they sent is marked, for its order is chance."""
    session.get(f"{site}/first")
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: session.get(f"{site}/bytes?{number}"), range(40)))

    assert {entry.url for entry in entries[1:]} == {f"{site}/bytes?{number}" for number in range(40)}
    assert [entry.raw[POOLED] for entry in entries] == [False] + [True] * 40
