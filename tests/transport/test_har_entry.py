"""One entry of a HAR: what it says, and changing it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from toolkit.transport.har import make_entry
from toolkit.transport.har_charsets import Unreadable
from toolkit.transport.har_entry import HarEntry
from toolkit.transport.har_parts import HarError, WebSocketMessage

FRAME = {"type": "receive", "time": 1.0, "opcode": 1, "data": "hi"}


class Given:
    """Files beside a HAR, by name."""

    recoded = False

    def __init__(self, **files: bytes) -> None:
        self.files = files

    def read(self, name: str) -> bytes:
        """Give one of them."""
        if name not in self.files:
            raise Unreadable("is not there")
        return self.files[name]


def entry(request: dict[str, Any] | None = None, response: dict[str, Any] | None = None, **raw: Any) -> HarEntry:
    """Build an entry of a GET."""
    return HarEntry({"request": {"url": "https://a.test/x", **(request or {})}, "response": response, **raw}, number=7)


def test_what_an_entry_says() -> None:
    """Method, headers and types come as a caller wants them."""
    it = entry(
        {"method": "post", "headers": [{"name": "content-type", "value": "Application/JSON; charset=utf-8"}]},
        {"status": "201", "statusText": "Created", "content": {"mimeType": "text/HTML; charset=x"}},
        _resourceType="XHR",
        _client="session",
    )

    assert (it.method, it.url, it.status, it.status_text) == ("POST", "https://a.test/x", 201, "Created")
    assert (it.request_mime, it.mime, it.resource_type, it.client) == (
        "application/json", "text/html", "xhr", "session",
    )  # fmt: skip
    assert it.request_header("CONTENT-TYPE") == "Application/JSON; charset=utf-8"
    assert it.header("content-type") is None


def test_everything_may_be_missing() -> None:
    """An entry with nothing in it answers every question."""
    it = HarEntry({})

    assert (it.method, it.url, it.status, it.status_text, it.mime, it.client) == ("GET", "", 0, "", "", "browser")
    assert (it.body(), it.request_body(), it.messages, it.has_body) == (b"", None, [], False)
    assert it.started == datetime.fromtimestamp(0, UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-07-09T23:00:16.456Z", "2024-07-09T23:00:16.456000+00:00"),
        ("2023-03-30T04:39:18.1234567+02:00", "2023-03-30T04:39:18.123456+02:00"),
        ("2023-03-30T04:39:18", "2023-03-30T04:39:18+00:00"),
        ("yesterday", "1970-01-01T00:00:00+00:00"),
    ],
)
def test_started_always_has_a_zone(text: str, expected: str) -> None:
    """Times of every tool are read; one without a zone is UTC."""
    assert entry(startedDateTime=text).started.isoformat() == expected


@pytest.mark.parametrize(
    ("response", "raw", "expected"),
    [
        ({"status": 200, "_error": "odd"}, {}, None),
        ({"status": 0, "_error": "net::ERR_FAILED"}, {}, "net::ERR_FAILED"),
        ({"status": -1, "_failureText": "net::ERR_ABORTED"}, {}, "net::ERR_ABORTED"),
        ({"status": 0, "_error": None}, {"_error": "refused"}, "refused"),
        (None, {}, "no answer"),
    ],
)
def test_error_says_why_no_answer_came(response: dict[str, Any] | None, raw: dict[str, Any], expected: str) -> None:
    """Chrome, Playwright and mitmproxy each have their field for it."""
    assert entry({}, response, **raw).error == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://me:pass@a.test/x?token=s3cret#f", "https://a.test/x"),
        ("https://[broken/x?token=s3cret", "https://[broken/x"),
        ("", "no URL"),
    ],
)
def test_message_names_the_entry_without_secrets(url: str, expected: str) -> None:
    """A query or a password in the URL reaches no message."""
    it = HarEntry({"request": {"url": url}}, number=3, source="a.har")

    assert it.where == f"a.har: entry 3 (GET {expected})"
    assert repr(it) == f"<HarEntry {it.where}>"


def test_mitmproxy_counts_the_wire() -> None:
    """Its size is the compressed one; with its `compression` the decoded length is known all the same."""
    content = {"size": 3, "compression": 1, "text": "café", "mimeType": "text/html; charset=utf-8"}
    headers = [{"name": "Content-Encoding", "value": "gzip"}, {"name": "Content-Type", "value": "text/html; charset=x"}]

    assert entry({}, {"status": 200, "content": content, "headers": headers}).body() == "café".encode()
    content["mimeType"] = "text/html; charset=latin-1"
    assert entry({}, {"status": 200, "content": content, "headers": headers}).body() == b"caf\xe9"


def test_unreadable_bodies_name_the_entry() -> None:
    """Each side says which body it is."""
    it = entry({"postData": {"text": "!", "encoding": "base64"}}, {"content": {"text": "!", "encoding": "base64"}})

    with pytest.raises(HarError, match=r"^entry 7 \(GET https://a.test/x\): the request body is not valid base64.$"):
        it.request_body()
    with pytest.raises(HarError, match=r"^entry 7 \(GET https://a.test/x\): the response body is not valid base64.$"):
        it.body()


@pytest.mark.parametrize("data", [b"", b"{}", "é".encode(), b"caf\xe9", b"\x00\x01", b"\xff" * 5000])
def test_bodies_that_are_set_come_back(data: bytes) -> None:
    """Whatever charset the headers claim, the bytes are the bytes."""
    it = entry({"headers": [{"name": "Content-Type", "value": "text/plain; charset=latin-1"}]}, None)
    it.response_headers = [("Content-Type", "text/plain; charset=utf-16")]

    it.set_body(data)
    it.set_request_body(data)

    assert (it.body(), it.request_body()) == (data, data)
    assert it.raw["response"]["content"]["size"] == len(data)


def test_length_follows_the_body() -> None:
    """A new body has a true Content-Length; the one of compressed bytes is left alone."""
    it = entry({"headers": [{"name": "content-length", "value": "1"}]}, {"headers": {"Content-Length": "1"}})
    it.set_body(b"12345")
    it.set_request_body(b"12")

    assert (it.header("content-length"), it.request_header("content-length")) == ("5", "2")

    it.response_headers = [("Content-Encoding", "gzip"), ("Content-Length", "1")]
    it.set_body(b"123")

    assert it.header("content-length") == "1"


def test_headers_and_url_that_are_set_come_back() -> None:
    """Order and repeats are kept."""
    it = entry()
    it.url = "https://b.test/"
    it.request_headers = [("A", "1"), ("B", "2"), ("A", "3")]

    assert it.url == "https://b.test/"
    assert it.request_headers == [("A", "1"), ("B", "2"), ("A", "3")]


def test_frames_in_a_file_of_playwright() -> None:
    """The file is read when asked for; the answer itself has no body."""
    raw = {"request": {}, "response": {"content": {"_file": "a.jsonl"}}, "_resourceType": "websocket"}
    it = HarEntry(raw, files=Given(**{"a.jsonl": b'{"type":"send","time":1000000000500,"opcode":1,"data":"x"}\n'}))

    assert it.messages == [WebSocketMessage(sent=True, time=1000000000.5, data="x")]
    assert (it.body(), it.has_body) == (b"", False)

    it.messages = [WebSocketMessage(sent=False, time=2, data="y")]

    assert it.messages == [WebSocketMessage(sent=False, time=2, data="y")]


@pytest.mark.parametrize("files", [Given(), Given(**{"a.jsonl": b"{"})])
def test_frames_that_cannot_be_read(files: Given) -> None:
    """A missing or broken file of frames is one sentence."""
    raw = {"request": {}, "response": {"content": {"_file": "a.jsonl"}}, "_resourceType": "websocket"}

    with pytest.raises(HarError, match="the WebSocket messages in"):
        _ = HarEntry(raw, files=files).messages


@pytest.mark.parametrize("frames", [["text"], [{**FRAME, "opcode": 2, "data": "!"}]])
def test_frame_that_cannot_be_read(frames: list[Any]) -> None:
    """So is a frame that is no object, or no base64."""
    with pytest.raises(HarError, match="a WebSocket message cannot be read"):
        _ = entry(_webSocketMessages=frames).messages


def test_made_entry_says_what_it_was_given() -> None:
    """The recording side builds what the reading side reads."""
    moment = datetime(2025, 3, 1, 12, 0, 0, 250000, tzinfo=UTC)
    it = make_entry(
        "PUT",
        "https://a.test/",
        started=moment,
        status=200,
        status_text="OK",
        request_headers=[("Content-Type", "application/octet-stream")],
        request_body=b"\xff",
        response_headers=[("Content-Type", "text/html; charset=latin-1"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")],
        body=b"caf\xe9",
        resource_type="fetch",
    )

    assert (it.method, it.url, it.started, it.status) == ("PUT", "https://a.test/", moment, 200)
    assert (it.request_body(), it.body(), it.mime) == (b"\xff", b"caf\xe9", "text/html")
    assert it.response_headers[1:] == [("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")]
    assert (it.client, it.resource_type, it.error) == ("session", "fetch", None)


def test_made_entry_without_an_answer() -> None:
    """An aborted request keeps why."""
    it = make_entry("GET", "https://a.test/", started=datetime.now(UTC), status=-1, error="net::ERR_ABORTED")

    assert (it.status, it.error, it.request_body()) == (-1, "net::ERR_ABORTED", None)
