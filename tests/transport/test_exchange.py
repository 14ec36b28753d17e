"""What a browser held for a moment, as the entry of a HAR."""

from base64 import b64decode, b64encode

import pytest

from tests.transport.conftest import NOON
from toolkit.transport.exchange import Exchange
from toolkit.transport.har import make_entry

URL = "http://a.test/x"


def held(**more: object) -> Exchange:
    """An answer as Chromium's `Fetch.requestPaused` tells of it."""
    parts = [{"bytes": b64encode(b"sent").decode()}, {}]
    request = {"method": "POST", "url": f"{URL}#top", "headers": {"X-A": "1"}, "postDataEntries": parts}
    headers = [{"name": "Content-Type", "value": "text/javascript"}, {"name": "Content-Length", "value": "3"}]
    return Exchange.of({"request": request, "responseStatusCode": 200, "responseHeaders": headers, **more})


def test_what_is_held_is_read() -> None:
    """Bodies in pieces, of which a file is none; an answer that failed has no status."""
    exchange = held(responseStatusText="Fine")

    assert (exchange.method, exchange.url, exchange.status, exchange.words) == ("POST", URL, 200, "Fine")
    assert (exchange.sent, exchange.asked) == ([b"sent", None], [("X-A", "1")])
    assert exchange.is_script()
    assert Exchange.of({"request": {"method": "GET", "url": URL, "headers": {}}}).status == 0


def test_a_text_goes_before_an_answer() -> None:
    """Without what told how the answer was packed."""
    exchange = held()
    exchange.got += b"got"

    assert exchange.after(b"first;") == {
        "responseCode": 200,
        "responseHeaders": [{"name": "Content-Type", "value": "text/javascript"}],
        "body": b64encode(b"first;got").decode(),
    }
    assert b64decode(exchange.after(b"")["body"]) == b"got"


@pytest.mark.parametrize(
    ("status", "kind", "length", "own"),
    [(200, "fetch", "4", True), (200, "fetch", "5", False), (404, "fetch", "4", False), (-1, "ping", "4", True),
     (-1, "fetch", "4", False)],
)  # fmt: skip
def test_an_entry_is_known(status: int, kind: str, length: str, own: bool) -> None:
    """By address, status and length of what was sent; the answer to a beacon came when its page had gone."""
    headers = [("Content-Length", length)]
    entry = make_entry("POST", URL, started=NOON, status=status, request_headers=headers, resource_type=kind)

    assert Exchange("POST", URL, 200, [b"sent"]).is_of(entry) is own


def test_a_stream_stays_open() -> None:
    """The entry says so, and has what came so far; a beacon's entry gets the answer."""
    exchange = Exchange("POST", URL, 204, [b"sent"], answered=[("X-B", "2")], words="None", open=True)
    exchange.got += b"data: 1\n\n"
    entry = make_entry("POST", URL, started=NOON, status=-1, error="net::ERR_ABORTED", resource_type="ping")
    exchange.complete(entry)

    assert (entry.status, entry.status_text, entry.error, entry.still_open) == (204, "None", None, True)
    assert (entry.response_headers, entry.request_body(), entry.body()) == ([("X-B", "2")], b"sent", b"data: 1\n\n")
