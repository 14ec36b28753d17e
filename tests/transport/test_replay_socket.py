"""Recorded WebSockets, played to a real browser."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from toolkit.transport.har import HarEntry, WebSocketMessage, make_entry
from toolkit.transport.replay import Replay
from toolkit.web import Browser

NOON = datetime(2025, 3, 9, 12, tzinfo=UTC)
TALK = """async ([url, protocols, texts, stays]) => {
    const socket = new WebSocket(url, protocols), heard = [];
    socket.binaryType = 'arraybuffer';
    const closed = new Promise((done) => {
        socket.onclose = ({code, reason, wasClean}) => done({code, reason, clean: wasClean});
    });
    const heardLast = new Promise((done) => {
        socket.onmessage = ({data}) => {
            heard.push(typeof data === 'string' ? data.slice(0, 9) + data.length : [...new Uint8Array(data)]);
            if (data === 'bye') done();
        };
    });
    await new Promise((done) => { socket.onopen = socket.onerror = done; });
    for (const text of texts) socket.send(text === 'bytes' ? new Uint8Array([0, 255]) : text);
    await Promise.race([heardLast, closed]);
    if (!stays) socket.close();
    return {heard, ...await closed, protocol: socket.protocol};
}"""


def opened(url: str, *messages: tuple[bool, str | bytes], headers: Any = ()) -> HarEntry:
    """A WebSocket with (sent, data) in order."""
    entry = make_entry(
        "GET", url, started=NOON, status=101, client="browser", resource_type="websocket", response_headers=headers
    )
    entry.messages = [WebSocketMessage(sent, 1.7e9, data) for sent, data in messages]
    return entry


def talk(
    browser: Browser, replay: Replay, url: str, *texts: str, protocols: tuple[str, ...] = (), stays: bool = False
) -> Any:
    """What a page hears, after it sent these texts one after the other, until "bye" or, when it stays, the end."""
    context = browser.new_context(**replay.browser_options())
    try:
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.goto(url.replace("ws", "http", 1).rpartition("/")[0])
        return page.evaluate(TALK, [url, list(protocols), list(texts), stays])
    finally:
        context.close()


def page_of(url: str) -> HarEntry:
    """The page that opens the WebSocket."""
    home = url.replace("ws", "http", 1).rpartition("/")[0]
    return make_entry("GET", home + "/", started=NOON, status=200, client="browser")


@pytest.mark.parametrize("url", ["wss://acme.example/live", "ws://acme.example:8080/live"])
def test_frames_go_both_ways(closed_browser: Browser, written: Callable[..., Replay], url: str) -> None:
    """A greeting, an answer after each message of the page, texts of three sizes of length and bytes."""
    long, longer = "é" * 1000, "x" * 70_000
    socket = opened(
        url,
        (False, "hello"),
        (True, '{"ask": 1, "at": 1741521600000}'),
        (False, long),
        (True, longer),
        (False, longer),
        (True, b"\x00\xff"),
        (False, b"\x01\x02"),
        (False, "bye"),
    )
    replay = written(page_of(url), socket)

    told = talk(closed_browser, replay, url, '{"at":1741529999999,"ask":1}', longer, "bytes", protocols=("v2", "v1"))

    assert told["heard"] == ["hello5", "ééééééééé1000", "xxxxxxxxx70000", [1, 2], "bye3"]
    assert (told["code"], told["protocol"], replay.misses) == (1005, "v2", [])


def test_each_message_is_answered_once(closed_browser: Browser, written: Callable[..., Replay]) -> None:
    """A heartbeat that comes more often than it was recorded brings nothing more; order is the page's own."""
    url = "wss://acme.example/live"
    socket = opened(
        url, (True, "ping"), (False, "pong"), (True, "last"), (False, "news"), (True, "end"), (False, "bye")
    )
    replay = written(page_of(url), socket)

    told = talk(closed_browser, replay, url, "last", "ping", "ping", "end")

    assert told["heard"] == ["news4", "pong4", "bye3"]


def test_a_message_that_was_not_recorded_closes(closed_browser: Browser, written: Callable[..., Replay]) -> None:
    """It is a miss that names the nearest."""
    url = "wss://acme.example/live"
    replay = written(page_of(url), opened(url, (True, '{"page": 1}'), (False, "bye")))

    assert talk(closed_browser, replay, url, '{"page": 2}')["code"] == 1008
    assert "SEND wss://acme.example/live was not recorded" in replay.misses[0].message
    assert "body field `page`: recorded 1, asked 2" in replay.misses[0].message


def test_a_socket_that_was_not_recorded_does_not_open(closed_browser: Browser, written: Callable[..., Replay]) -> None:
    """Nor one that the server refused."""
    url = "wss://acme.example/live"
    refused = make_entry("GET", "wss://acme.example/old", started=NOON, status=403, client="browser")
    replay = written(page_of(url), refused)

    assert talk(closed_browser, replay, url)["code"] == 1006
    assert talk(closed_browser, replay, "wss://acme.example/old")["code"] == 1006
    assert [miss.message.split("\n")[0] for miss in replay.misses] == [
        "GET wss://acme.example/live was not recorded. Nearest is GET wss://acme.example/old (request 2 of 2):"
    ]


@pytest.mark.parametrize(("code", "reason", "clean"), [(4001, "done", True), (1006, "", False)])
def test_the_site_closes_when_it_did(
    closed_browser: Browser, written: Callable[..., Replay], code: int, reason: str, clean: bool
) -> None:
    """After its last word, with its code and its reason; or the connection just breaks."""
    url = "wss://acme.example/live"
    socket = opened(url, (True, "go"), (False, "bye"))
    socket.messages = [*socket.messages, WebSocketMessage.end(code, reason)]
    told = talk(closed_browser, written(page_of(url), socket), url, "go", stays=True)

    assert [told[name] for name in ("code", "reason", "clean")] == [code, reason, clean]
