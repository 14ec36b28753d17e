"""The real network: what is tried again, and what is not."""

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests

from tests.authority import Authority
from tests.sites.server import Site, page
from toolkit.errors import UsageError
from toolkit.transport import Live, Transport


class Server:
    """Answers each request with the next of `answers`: a status and headers, or None to break the connection."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, dict[str, str]] | None] = []
        self.asked: list[str] = []
        self.silence = threading.Event()
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def handle_one_request(self) -> None:
                self.raw_requestline = self.rfile.readline(65537)
                self.close_connection = not self.raw_requestline or not self.parse_request()
                if not self.close_connection:
                    server.asked.append(self.command)
                    server.answer(self)

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.http.server_port}/"
        threading.Thread(target=self.http.serve_forever, args=(0.01,), daemon=True).start()

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        """Give the next answer; when there is none left, be silent."""
        if not self.answers:
            self.silence.wait(30)
        answer = self.answers.pop(0) if self.answers else None
        handler.close_connection = answer is None
        if answer is not None:
            handler.send_response_only(answer[0])
            for name, value in answer[1].items():
                handler.send_header(name, value)
            handler.send_header("Content-Length", "4")
            handler.end_headers()
            handler.wfile.write(b"body")

    def close(self) -> None:
        """Stop."""
        self.silence.set()
        self.http.shutdown()
        self.http.server_close()


@pytest.fixture
def server() -> Iterator[Server]:
    """A server of its own."""
    server = Server()
    yield server
    server.close()


@pytest.fixture
def ask() -> Iterator[Callable[..., requests.Response]]:
    """Sends a request through the transport, which waits for no time between tries."""
    with requests.Session() as session:
        session.trust_env = False
        session.mount("http://", Live(backoff=0).adapter())
        yield session.request


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that were to be waited between tries; nobody waits for them."""
    waits: list[float] = []
    monkeypatch.setattr("urllib3.util.retry.time.sleep", waits.append)
    return waits


def test_is_a_transport() -> None:
    """It leaves the browser as it is, and can be closed."""
    transport: Transport = Live()

    assert transport.browser_options() == {}
    transport.close()


@pytest.mark.parametrize("status", [429, 503])
def test_tries_three_times(status: int, server: Server, ask: Callable[..., requests.Response]) -> None:
    """The last answer can be read, and tells how often it was tried."""
    server.answers = [(status, {})] * 4
    response = ask("GET", server.url)

    assert (response.status_code, response.text) == (status, "body")
    assert server.asked == ["GET"] * 3
    assert response.raw.retries is not None
    assert len(response.raw.retries.history) == 2


def test_a_later_try_that_works_is_the_answer(server: Server, ask: Callable[..., requests.Response]) -> None:
    """Nothing is left of the tries before."""
    server.answers = [(503, {}), None, (200, {})]

    assert ask("GET", server.url).status_code == 200


@pytest.mark.parametrize("status", [500, 502, 403])
def test_other_answers_are_final(status: int, server: Server, ask: Callable[..., requests.Response]) -> None:
    """A refusal or a bug does not go away by asking again."""
    server.answers = [(status, {}), (200, {})]

    assert ask("GET", server.url).status_code == status


def test_what_may_not_be_repeated_is_not(server: Server, ask: Callable[..., requests.Response]) -> None:
    """A POST that was answered, or may have been heard, is sent once."""
    server.answers = [(503, {}), None, (200, {})]

    assert ask("POST", server.url).status_code == 503
    with pytest.raises(requests.ConnectionError):
        ask("POST", server.url)
    assert server.asked == ["POST", "POST"]


def test_silence_is_waited_for_once(server: Server, ask: Callable[..., requests.Response]) -> None:
    """A timeout is not followed by two more."""
    with pytest.raises(requests.ReadTimeout):
        ask("GET", server.url, timeout=0.05)
    assert server.asked == ["GET"]


def test_a_refused_connection_is_tried_again(server: Server, waits: list[float]) -> None:
    """Whatever the method, for nobody heard it: at once, and once more after a wait."""
    server.close()
    with requests.Session() as session:
        session.mount("http://", Live(backoff=1.0).adapter())
        with pytest.raises(requests.ConnectionError, match="refused"):
            session.post(server.url)
    assert len(waits) == 1


def test_waits_as_long_as_it_is_told(server: Server, waits: list[float]) -> None:
    """Retry-After is honoured up to the longest wait; when it makes no sense, the usual wait takes its place."""
    with requests.Session() as session:
        session.mount("http://", Live(backoff=1.0, longest_wait=30).adapter())
        server.answers = [(503, {"Retry-After": "7"}), (429, {"Retry-After": "86400"}), (200, {})]
        session.get(server.url)
        server.answers = [(503, {"Retry-After": "soon"}), (503, {"Retry-After": "soon"}), (200, {})]
        session.get(server.url)

    assert waits[:2] == [7, 30]
    assert len(waits) == 3
    assert 2 <= waits[2] <= 3


def test_a_file_may_vouch_for_servers(authority: Authority, tmp_path: Path) -> None:
    """TOOLKIT_CA_FILE: without it the site is refused, with it all others are still; one that is none is told."""
    site = Site({"GET /": lambda _: page("hello")}, tls=authority.tls())

    def ask(ca_file: str) -> int:
        with requests.Session() as session:
            session.trust_env = False
            session.mount("https://", Live(tries=1, environ={"TOOLKIT_CA_FILE": ca_file}).adapter())
            return session.get(site.url()).status_code

    with site:
        assert ask(str(authority.ca_file)) == 200
        for distrustful in ("", str(Authority(tmp_path).ca_file)):
            with pytest.raises(requests.exceptions.SSLError, match=r"unable to get local issuer|self-signed"):
                ask(distrustful)
        with pytest.raises(UsageError, match="TOOLKIT_CA_FILE"):
            ask("/nowhere.pem")
