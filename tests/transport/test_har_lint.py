"""What keeps a HAR from being replayed is said in sentences."""

from datetime import UTC, datetime
from typing import Any

import pytest

from toolkit.transport.har import Har, lint, make_entry
from toolkit.transport.har_parts import write_headers

LENGTH = [("Content-Length", "5"), ("Content-Type", "text/plain")]


def problems(method: str = "GET", status: int = 200, raw: dict[str, Any] | None = None, **known: Any) -> list[str]:
    """Lint a HAR of one entry."""
    entry = make_entry(method, "https://a.test/x", started=datetime.now(UTC), status=status, **known)
    entry.raw.update(raw or {})
    return [line.removeprefix(f"{entry.where}: ") for line in lint(Har([entry]))]


@pytest.mark.parametrize("status", [200, 206, 401, 500])
def test_lost_body(status: int) -> None:
    """A body that its length promises and that is not there: also of a refused login."""
    assert problems(status=status, response_headers=LENGTH) == ["has no response body, although it had 5 bytes."]
    assert problems(status=status, response_headers=LENGTH, body=b"hello") == []


@pytest.mark.parametrize(
    ("method", "status"), [("HEAD", 200), ("GET", 204), ("GET", 304), ("GET", 302), ("CONNECT", 200)]
)
def test_answers_without_body(method: str, status: int) -> None:
    """Some answers have a length and no body by rule; a redirect's is never read."""
    assert problems(method, status, response_headers=LENGTH) == []


def test_nothing_compressed_is_no_lost_body() -> None:
    """An empty answer has 20 bytes when it comes as gzip."""
    headers = [("Content-Length", "20"), ("Content-Encoding", "gzip")]

    assert problems(response_headers=headers) == []
    assert problems(response_headers=[("Content-Length", "21"), headers[1]]) != []


def test_lost_body_without_length_header() -> None:
    """A chunked answer tells its size in the HAR."""
    raw = {"response": {"status": 200, "content": {"size": 9}}}

    assert problems(raw=raw) == ["has no response body, although it had 9 bytes."]


def test_cut_body() -> None:
    """Some tools keep only the beginning."""
    raw = {"response": {"status": 200, "content": {"size": 9, "text": "hello"}}}

    assert problems(raw=raw) == ["has 5 bytes of response body, although it had 9."]


def test_body_of_another_length() -> None:
    """A recorder may keep other bytes than were sent; compressed ones have another length anyway."""
    raw: dict[str, Any] = {
        "status": 200,
        "content": {"size": 8, "text": "ï¿½bb"},
        "headers": [{"name": "Content-Length", "value": "5"}],
    }
    coded = {"name": "Content-Encoding", "value": "gzip"}

    assert problems(raw={"response": raw}) == ["has 8 bytes of response body, although 5 were sent."]
    assert problems(raw={"response": {**raw, "headers": [coded, *raw["headers"]]}}) == []


def test_lost_upload() -> None:
    """A multipart body with a file is lost by Playwright's recorder."""
    sent = [("Content-Length", "5")]

    assert problems("POST", request_headers=sent) == ["has no request body, although it had 5 bytes."]
    assert problems("POST", request_headers=sent, request_body=b"hello") == []


def test_unreadable_bodies() -> None:
    """Both sides are looked at."""
    raw = {
        "request": {"method": "POST", "url": "https://a.test/x", "postData": {"text": "!", "encoding": "base64"}},
        "response": {"status": 200, "content": {"text": "!", "encoding": "base64"}},
    }

    assert problems("POST", raw=raw) == [
        "the response body is not valid base64.",
        "the request body is not valid base64.",
    ]


def test_no_status() -> None:
    """An aborted request is fine when it says so; one without an end is not."""
    assert problems(status=-1) == ["has neither a status nor a reason for having none."]
    assert problems(status=-1, error="net::ERR_ABORTED") == []


def test_event_stream() -> None:
    """Server-sent events that a tool did not keep are said, once; a stream may also be open without any yet."""
    kind = [("Content-Type", "text/event-stream; charset=utf-8")]
    lost = [*kind, ("Content-Length", "5")]

    assert problems(response_headers=lost) == ["is a stream of server-sent events, of which none was recorded."]
    assert problems(response_headers=kind, body=b"data: x\n\n") == []
    assert problems(raw={"response": {"status": 200, "headers": write_headers(kind), "_stillOpen": True}}) == []


@pytest.mark.parametrize(
    "raw",
    [
        {"_serviceWorkerRef": "service-worker@1"},
        {"_fetchedViaServiceWorker": True},
        {"response": {"status": 200, "_fetchedViaServiceWorker": True}},
    ],
)
def test_service_worker(raw: dict[str, Any]) -> None:
    """Playwright and Chrome each have their mark for it."""
    assert problems(raw=raw) == ["went through a service worker, which cannot be replayed."]
    assert problems(raw={"_fetchedViaServiceWorker": False}) == []
