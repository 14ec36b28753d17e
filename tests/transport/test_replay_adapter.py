"""What a session gets from a recording."""

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from toolkit.transport.har import HarEntry, make_entry
from toolkit.transport.miss import Miss
from toolkit.transport.replay import Replay
from toolkit.web import Session

NOON = datetime(2025, 3, 9, 12, tzinfo=UTC)
SITE = "https://acme.example"

Written = Callable[..., Replay]


def entry(path: str, body: bytes = b"", method: str = "GET", **more: Any) -> HarEntry:
    """One exchange of the session."""
    return make_entry(method, SITE + path, **{"started": NOON, "status": 200, "body": body, **more})


def test_bytes_come_as_they_were(written: Written) -> None:
    """Whole or in pieces; what was compressed is told with the length it has now; each repeated header is there."""
    body = bytes(range(256)) * 800
    headers = [("Content-Encoding", "gzip"), ("Content-Length", "99"), ("X-One", "a"), ("X-One", "b")]
    with Session(written(entry("/pdf", body, response_headers=headers))) as session:
        whole = session.get(f"{SITE}/pdf")
        with session.get(f"{SITE}/pdf", stream=True) as streamed:
            pieces = list(streamed.iter_content(10_000))

    assert whole.content == body == b"".join(pieces)
    assert len(pieces) == 21
    assert whole.headers["Content-Length"] == str(len(body))
    assert whole.raw.headers.getlist("x-one") == ["a", "b"]
    assert "Content-Encoding" not in whole.headers


def test_cookies_come_and_go(written: Written) -> None:
    """Set on a redirect, sent on, and deleted."""
    start = [("Location", "/home"), ("Set-Cookie", "a=1; Path=/"), ("Set-Cookie", "b=2; Path=/")]
    gone = [("Set-Cookie", "a=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT")]
    replay = written(
        entry("/", status=302, response_headers=start), entry("/home", b"in"), entry("/out", response_headers=gone)
    )
    with Session(replay) as session:
        home = session.get(SITE)
        cookies = dict(session.cookies)
        session.get(f"{SITE}/out")

        assert (home.text, home.request.headers["Cookie"], cookies) == ("in", "a=1; b=2", {"a": "1", "b": "2"})
        assert dict(session.cookies) == {"b": "2"}


def test_head_tells_a_length_and_sends_nothing(written: Written) -> None:
    """The length is that of the body that GET would bring."""
    with Session(written(entry("/pdf", method="HEAD", response_headers=[("Content-Length", "200000")]))) as session:
        answer = session.head(f"{SITE}/pdf")

    assert (answer.headers["Content-Length"], answer.content) == ("200000", b"")


def test_a_pool_gets_its_own_answers(written: Written) -> None:
    """Eight at once, in any order, each by its address or by its body; every answer is used."""
    numbers = range(64)
    replay = written(
        *(entry(f"/bills/{n}.pdf", b"%%PDF %d" % n) for n in numbers),
        *(entry("/pdf", b"post %d" % n, "POST", request_body=b'{"id": %d}' % n) for n in numbers),
    )
    with Session(replay, base_url=SITE) as session, ThreadPoolExecutor(8) as pool:
        got = list(pool.map(lambda n: session.get(f"/bills/{n}.pdf").content, reversed(numbers)))
        posted = list(pool.map(lambda n: session.post("/pdf", json={"id": n}).content, reversed(numbers)))

    assert got == [b"%%PDF %d" % n for n in reversed(numbers)]
    assert posted == [b"post %d" % n for n in reversed(numbers)]
    assert replay.unused() == []


@pytest.mark.parametrize("upload", [io.BytesIO(b"abc"), iter([b"a", b"bc"]), io.StringIO("abc"), "abc"])
def test_uploads_match_by_what_they_send(written: Written, upload: Any) -> None:
    """From a file, in pieces or as text."""
    replay = written(
        entry("/up", b"other", "POST", request_body=b"xyz"), entry("/up", b"got", "POST", request_body=b"abc")
    )
    with Session(replay) as session:
        assert session.post(f"{SITE}/up", data=upload).content == b"got"


@pytest.mark.parametrize("name", ["ReadTimeout", "SSLError", "ChunkedEncodingError"])
def test_what_failed_fails_in_the_same_way(written: Written, name: str) -> None:
    """With the exception that was recorded."""
    kind = getattr(requests.exceptions, name)
    with Session(written(entry("/", status=0, error=name))) as session, pytest.raises(kind) as failed:
        session.get(SITE)
    assert failed.value.request is not None


def test_an_unknown_failure_is_a_broken_connection(written: Written) -> None:
    """As a browser's is."""
    with (
        Session(written(entry("/", status=0, error="net::ERR_FAILED"))) as session,
        pytest.raises(requests.ConnectionError),
    ):
        session.get(SITE)


def test_work_that_moved_to_the_session_finds_the_browsers_answers(written: Written) -> None:
    """Its own first; a request that neither half made is a miss, told once."""
    replay = written(
        entry("/list", b"browser", client="browser"),
        entry("/a", b"browser", client="browser"),
        entry("/list", b"session"),
    )
    with Session(replay, base_url=SITE) as session:
        assert [session.get(path).content for path in ("/list", "/a")] == [b"session", b"browser"]
        with pytest.raises(Miss, match=r"/lists was not recorded\. Nearest is GET https://acme\.example/list"):
            session.get("/lists")
    assert len(replay.misses) == 1
    assert [entry.number for entry in replay.unused()] == [1]
