"""Answers that come little by little, some without an end, come back when the site is gone."""

import json

import pytest
from playwright.sync_api import Page

from tests.strict.conftest import Twice
from tests.strict.content import Asked, Reply
from toolkit.transport.take import TakeError

EVENTS = [
    b": a comment\nretry: 20\n\n",
    b'id: 1\nevent: bill\ndata: {"total": "3 \xe2\x82\xac"}\n\n',
    b"data: two\ndata: lines\n\n",
    b"id: 2\nevent: bill\ndata: last\n\n",
]
LISTEN = """(url) => new Promise((done) => {
    const source = new EventSource(url), heard = [];
    const hear = ({type, data, lastEventId}) => {
        heard.push([type, data, lastEventId]);
        if (data === 'last') done({heard, state: source.readyState});
    };
    for (const type of ['bill', 'message']) source.addEventListener(type, hear);
    source.onerror = () => heard.push(['error', source.readyState, '']);
    window.source = source;
})"""


def events(pieces: object) -> Reply:
    """A stream of the site."""
    return Reply(kind="text/event-stream", pieces=pieces)  # type: ignore[arg-type]  # an iterable of bytes


def test_events_of_a_stream_without_end(twice: Twice) -> None:
    """Types, ids and data as sent; the stream stays open, so that the page does not ask again."""
    twice.site.more["/events"] = lambda _: events(twice.site.endless(EVENTS))

    def journey(page: Page) -> object:
        told = page.evaluate(LISTEN, "/events")
        page.evaluate("() => fetch('/hop/end').then((answer) => answer.json())")
        return told, page.evaluate("() => source.readyState")

    told, state = twice(journey)

    assert told["heard"] == [["bill", '{"total": "3 €"}', "1"], ["message", "two\nlines", "1"], ["bill", "last", "2"]]
    assert (told["state"], state) == (1, 1)
    assert [asked.path for asked in twice.site.asked].count("/events") == 1
    entry = twice.entries[1]
    assert (entry.mime, entry.body()) == ("text/event-stream", b"".join(EVENTS))


def test_a_stream_that_ends_is_asked_for_again(twice: Twice) -> None:
    """With the last id, and each answer comes in its turn."""

    def reply(asked: Asked) -> Reply:
        again = asked.headers.get("last-event-id")
        return events(twice.site.endless(EVENTS[3:]) if again else EVENTS[:3])

    twice.site.more["/events"] = reply
    seen = twice(lambda page: page.evaluate(LISTEN, "/events"))

    assert [each[:2] for each in seen["heard"]] == [
        ["bill", '{"total": "3 €"}'],
        ["message", "two\nlines"],
        ["error", 0],
        ["bill", "last"],
    ]


def test_streams_that_fetch_reads(twice: Twice) -> None:
    """Events and lines of JSON, read piece by piece from a stream that never ends, until the page lets go."""
    lines = [json.dumps({"line": number}).encode() + b"\n" for number in range(3)]
    twice.site.more |= {
        "/events": lambda _: events(twice.site.endless(EVENTS)),
        "/lines": lambda _: Reply(kind="application/x-ndjson", pieces=twice.site.endless(lines)),
    }
    seen = twice("""async () => {
        const read = async (url, end) => {
            const stop = new AbortController();
            const answer = await fetch(url, {signal: stop.signal});
            const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
            let text = '';
            while (!text.endsWith(end)) text += (await reader.read()).value;
            stop.abort();
            return [text, await reader.read().catch((error) => error.name)];
        };
        return [await read('/events', 'last\\n\\n'), await read('/lines', '{"line": 2}\\n')];
    }""")

    assert seen == [[b"".join(EVENTS).decode(), "AbortError"], [b"".join(lines).decode(), "AbortError"]]


def test_events_of_a_worker_are_refused(twice: Twice) -> None:
    """No one reads them while they come; the sentence names the stream."""
    twice.site.more["/events"] = lambda _: events(twice.site.endless(EVENTS))
    listen = """() => new Promise((done) => {
        const text = `new EventSource('${origin}/events').addEventListener('bill', () => postMessage(1));`;
        new Worker(URL.createObjectURL(new Blob([text]))).onmessage = done;
    })"""

    with pytest.raises(TakeError, match=r"/events\): is a stream of server-sent events, of which none was recorded"):
        twice.record(lambda page: page.evaluate(listen), twice.site.http)
