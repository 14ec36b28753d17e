"""Requests from inside the page: the interface of requests, the browser's own cookies and bytes."""

import hashlib
import io
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests
from playwright.sync_api import BrowserContext, Page

from tests.sites import server
from tests.sites.app import Api
from tests.web.conftest import Answer, Site
from toolkit.transport import Live
from toolkit.web import InPageAdapter, Learned, Session, download, in_page

LARGE = bytes(range(256)) * 20_000  # 5 MB


@pytest.fixture
def page(context: BrowserContext, site: Site) -> Page:
    """A page of the site, which has a cookie that no script sees."""
    page = context.new_page()
    page.goto(
        site.page(
            "/", b"<link rel=icon href=data:,><p>bills", Content_Type="text/html", Set_Cookie="sid=s3cret; HttpOnly"
        )
    )
    site.asked.clear()
    return page


@pytest.fixture
def session(page: Page, site: Site) -> Iterator[Session]:
    """A session that asks through the page."""
    with Session(Live(), base_url=site.url("/")) as session:
        session.mount("http://", InPageAdapter(page))
        yield session


def test_a_request_is_the_browsers(session: Session, page: Page, site: Site) -> None:
    """With its cookie and its name; status, headers and JSON come as from requests."""
    site.page("/api", b'{"bills": 3}', status=201, Content_Type="application/json", X_Page="1")
    answer = session.get("/api", params={"page": 1}, headers={"X-App": "web", "User-Agent": "mine"})
    (asked,) = site.asked

    assert (answer.status_code, answer.json(), answer.headers["X-Page"]) == (201, {"bills": 3}, "1")
    assert asked.path == "/api?page=1"
    assert asked.headers["Cookie"] == "sid=s3cret"
    assert asked.headers["User-Agent"] == page.evaluate("navigator.userAgent")
    assert asked.headers["X-App"] == "web"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"data": {"a": "é&"}}, b"a=%C3%A9%26"),
        ({"json": {"a": [1]}}, b'{"a": [1]}'),
        ({"data": bytes(range(256))}, bytes(range(256))),
        ({"data": io.BytesIO(b"stream")}, b"stream"),
    ],
)
def test_what_is_sent_arrives_byte_by_byte(session: Session, site: Site, body: Any, expected: bytes) -> None:
    """Forms, JSON, bytes, files."""
    site.page("/api")
    session.post("/api", **body)

    assert site.asked[0].body == expected


def test_a_large_document_is_streamed(session: Session, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """In pieces, of which one at a time is here, exactly as it is."""
    url = site.page("/document.bin", LARGE, Content_Type="application/octet-stream")
    read, pieces, sink = in_page._Body._next, [], io.BytesIO()

    def noted(body: in_page._Body) -> bytes:
        piece = read(body)
        pieces.append(len(piece))
        return piece

    monkeypatch.setattr(in_page._Body, "_next", noted)
    facts = download(session, url, sink, name="document.bin")

    assert facts.sha256 == hashlib.sha256(LARGE).hexdigest()
    assert sink.getvalue() == LARGE
    assert max(pieces) < 3 * in_page.PIECE


def test_a_redirect_is_told(session: Session, site: Site) -> None:
    """Step by step: a session that is over shows by it."""
    site.page("/bills", status=302, Location="/home?x=1", Set_Cookie="seen=1; Path=/")
    site.page("/home", status=307, Location="/login")
    site.page("/login", b"who are you?", Content_Type="text/plain")
    answer = session.get("/bills#top")

    assert (answer.url.partition("#")[0], answer.text) == (site.url("/login"), "who are you?")
    assert [step.status_code for step in answer.history] == [302, 307]
    assert site.asked[-1].headers["Cookie"] == "sid=s3cret; seen=1"


def test_a_hostile_redirect_gets_no_token(session: Session, site: Site) -> None:
    """A browser would take along what the app adds, to whoever allows it."""
    home = site.url()[:-1]
    with Api() as thief:
        thief.for_scripts_of(home, "x-token", "x-own")
        thief.routes["GET /"] = lambda _: server.Answer(b"got you")
        site.page("/bills", status=302, Location=thief.url("/"))
        session.adopt(learned=[Learned(home, "x-token", "s3cret")])
        answer = session.get("/bills", headers={"X-Own": "s3cret"})

    assert answer.text == "got you"
    assert [site.asked[0].headers[name] for name in ("X-Token", "X-Own")] == ["s3cret"] * 2
    assert [(ask.headers["X-Token"], ask.headers["X-Own"]) for ask in thief.asked] == [(None, None)]


def test_what_does_not_answer_is_an_error_of_requests(session: Session, page: Page, site: Site) -> None:
    """A refused connection, an answer that takes too long, a page that is gone."""
    with pytest.raises(requests.ConnectionError, match="Failed to fetch"):
        session.get("http://127.0.0.1:1/")

    released = threading.Event()
    site.pages["/slow"] = lambda _: Answer(b"late" if released.wait(10) else b"")
    with pytest.raises(requests.Timeout):
        session.get("/slow", timeout=0.05)
    released.set()

    page.close()
    with pytest.raises(requests.ConnectionError):
        session.get("/")


def test_another_origin_decides_who_may_read(session: Session, site: Site) -> None:
    """As for the page's own script; the page's cookie stays at home."""
    url = site.page("/other", b"ok").replace("127.0.0.1", "localhost")
    with pytest.raises(requests.ConnectionError):  # it allows all origins, which is not enough where cookies go along
        session.get(url)

    assert site.asked[-1].headers["Cookie"] is None


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that were to be waited between tries; nobody waits for them."""
    waits: list[float] = []
    monkeypatch.setattr("urllib3.util.retry.time.sleep", waits.append)
    return waits


@pytest.fixture
def patient(page: Page, site: Site) -> Iterator[Session]:
    """A session that asks through the page, as often as one without a page would."""
    live = Live(backoff=1.0)
    with Session(live, base_url=site.url("/")) as session:
        session.mount("http://", InPageAdapter(page, live.retries()))
        yield session


@pytest.mark.parametrize(("method", "asked"), [("GET", 3), ("POST", 1)])
def test_a_site_in_trouble_is_asked_again(
    patient: Session, site: Site, waits: list[float], method: str, asked: int
) -> None:
    """After the time that it asks for, where that does no harm; the last answer says how often."""
    site.page("/busy", b"soon", status=503, Retry_After="7")
    answer = patient.request(method, "/busy")

    assert (answer.status_code, answer.text, len(site.asked)) == (503, "soon", asked)
    assert waits == [7] * (asked - 1)
    assert answer.raw.retries is not None
    assert len(answer.raw.retries.history) == asked - 1


def test_a_connection_that_broke_is_tried_again(patient: Session, site: Site, waits: list[float]) -> None:
    """Until it works, or for the third time in vain."""
    answers = iter([Answer(b"half", cut=99), Answer(b"whole")])
    site.pages["/bills"] = lambda _: next(answers)
    refused = "http://127.0.0.1:1/"

    with pytest.raises(requests.ConnectionError, match="Failed to fetch"):
        patient.get(refused)
    assert len(waits) == 1
    assert 2 <= waits[0] <= 3
    with pytest.raises(requests.ConnectionError):
        patient.post(refused)


def test_a_document_that_stands_still_is_given_up(session: Session, page: Page) -> None:
    """The time for an answer is that for each piece of it, for a large one may take long."""
    origin = page.evaluate("location.origin").encode()
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\nAccess-Control-Allow-Credentials: true\r\n"
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> socket.socket:
            connection, _ = server.accept()
            connection.recv(1 << 16)
            connection.sendall(head + b"Access-Control-Allow-Origin: " + origin + b"\r\n\r\nhalf a document")
            return connection

        with ThreadPoolExecutor(1) as thread:
            connection = thread.submit(answer)
            response = session.get(f"http://127.0.0.1:{server.getsockname()[1]}/", stream=True, timeout=1)
            with connection.result(), pytest.raises(requests.ConnectionError, match="timed out"):
                _ = response.content
