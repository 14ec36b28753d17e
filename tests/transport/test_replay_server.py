"""What a browser gets from a recording: a real one, offline."""

import socket
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page

from toolkit.transport.har import HarEntry, make_entry
from toolkit.transport.replay import CLOSED, Replay
from toolkit.web import Browser
from toolkit.web.browser import QUIET

NOON = datetime(2025, 3, 9, 12, tzinfo=UTC)
SITE = "https://acme.example"
HTML = [("Content-Type", "text/html")]

Written = Callable[..., Replay]


def entry(path: str, body: bytes = b"", method: str = "GET", **more: Any) -> HarEntry:
    """One exchange of the browser; a path is one of the site."""
    url = path if "://" in path else SITE + path
    return make_entry(method, url, **{"started": NOON, "status": 200, "client": "browser", "body": body, **more})


HOME = entry("/", b"<title>home</title>", response_headers=HTML)


@contextmanager
def home(browser: Browser, replay: Replay, url: str = SITE) -> Iterator[Page]:
    """The start page of the site, replayed; an error of its script fails the test."""
    context = browser.new_context(**replay.browser_options())
    replay.attach(context)
    try:
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.goto(url)
        yield page
    finally:
        context.close()


ASK = """([url, options]) => fetch(url, options).then(
    async (answer) => [answer.status, answer.statusText, await answer.text(), answer.headers.get('content-length')],
    (error) => error.name)"""


def ask(page: Page, url: str, **options: Any) -> Any:
    """Status, its words, text and length of what a page fetches, or the name of its error."""
    return page.evaluate(ASK, [url, options])


def test_answers_come_whole_and_in_order(closed_browser: Browser, written: Written) -> None:
    """A poll, two bodies of PUT, the words of a status, no content, and the length that HEAD tells."""
    polls = [entry("/poll", body) for body in (b"pending", b"done")]
    sent = [entry("/put", body, "PUT", request_body=body) for body in (b'{"a": 1}', b'{"a": 2}')]
    replay = written(
        HOME,
        *polls,
        *sent,
        entry("/words", status=418, status_text="Short and stout"),
        entry("/none", status=204),
        entry("/head", method="HEAD", response_headers=[("Content-Length", "4321")]),
    )
    with home(closed_browser, replay) as page:
        assert [ask(page, "/poll")[2] for _ in range(3)] == ["pending", "done", "done"]
        assert ask(page, "/put", method="PUT", body='{"a":2}')[2] == '{"a": 2}'
        assert ask(page, "/put", method="PUT", body='{"a":1}')[2] == '{"a": 1}'
        assert ask(page, "/words")[:2] == [418, "Short and stout"]
        assert ask(page, "/none")[0] == 204
        assert ask(page, "/head", method="HEAD")[3] == "4321"
    assert replay.misses == []
    assert replay.tiers == {"exact": 7, "by shape": 2}


def test_cookies_of_redirects_are_kept(closed_browser: Browser, written: Written) -> None:
    """Each Set-Cookie of a hop, by name; also when the recording is years old, with the server's date and without."""
    day = "Wed, 12 Mar 2025 12:00:00 GMT"
    hop = [
        ("Location", "/"),
        ("Set-Cookie", f"one=1; HttpOnly; Expires={day}"),
        ("Set-Cookie", f"two=2; Expires={day}"),
    ]
    dated = [*hop[:1], ("Set-Cookie", f"three=3; Expires={day}"), ("Date", "Sun, 09 Mar 2025 12:00:00 GMT")]
    gone = ("Set-Cookie", "two=; Expires=Thu, 01 Jan 1970 00:00:00 GMT")
    start, then = entry("/start", status=302, response_headers=hop), entry("/then", status=303, response_headers=dated)
    replay = written(HOME, start, then, entry("/out", response_headers=[gone]), days=(datetime.now(UTC) - NOON).days)
    with home(closed_browser, replay, f"{SITE}/start") as page:
        page.goto(f"{SITE}/then")
        before = {cookie["name"]: cookie["expires"] for cookie in page.context.cookies()}
        page.goto(f"{SITE}/out")
        after = {cookie["name"] for cookie in page.context.cookies()}

    assert sorted(before) == ["one", "three", "two"]
    days_left = [(expires - datetime.now(UTC).timestamp()) / 86_400 for expires in before.values()]
    assert all(1.9 < days < 3.1 for days in days_left), days_left
    assert after == {"one", "three"}


def test_what_was_not_recorded_is_told(closed_browser: Browser, written: Written) -> None:
    """The page gets a 502 that says why; an icon, a question across origins and a prefetch are no misses."""
    replay = written(
        HOME, entry("https://api.acme.example/a", b"a", response_headers=[("Access-Control-Allow-Origin", "*")])
    )
    with home(closed_browser, replay) as page:
        assert ask(page, "/favicon.ico")[0] == 404
        assert ask(page, "https://api.acme.example/a", headers={"X-Token": "t"})[2] == "a"
        assert replay.misses == []
        status, _, text, _ = ask(page, "/bills")

    assert (status, [miss.message for miss in replay.misses]) == (502, [text])
    assert text.startswith(f"GET {SITE}/bills was not recorded. Nearest is GET {SITE}/")


@pytest.mark.parametrize(
    ("site", "mode", "status"),
    [("none", "no-cors", 404), ("none", "navigate", 502), ("same-origin", "no-cors", 502), ("cross-site", "cors", 502)],
)
def test_what_chromium_asks_by_itself_is_no_miss(written: Written, site: str, mode: str, status: int) -> None:
    """As it does about forms: it goes through the proxy of the page, and no page has to do with it."""
    replay = written(HOME)
    proxy = urlsplit(replay.browser_options()["proxy"]["server"])
    with closing(HTTPConnection(proxy.hostname or "", proxy.port)) as connection:
        connection.request("GET", f"{SITE}/forms", headers={"Sec-Fetch-Site": site, "Sec-Fetch-Mode": mode})
        assert connection.getresponse().status == status
    assert len(replay.misses) == (status == 502)


def test_requests_that_failed_fail_again(closed_browser: Browser, written: Written) -> None:
    """Once each: the browser does not ask again, and the answer after it is still there."""
    refused = entry("/a", status=0, error="net::ERR_CONNECTION_REFUSED")
    replay = written(HOME, refused, entry("/a", b"now"))
    with home(closed_browser, replay) as page:
        assert ask(page, "/a") == "TypeError"
        assert ask(page, "/a")[2] == "now"


def test_a_page_that_gave_up_gives_up_again(closed_browser: Browser, written: Written) -> None:
    """What was aborted is not answered: the page's own AbortController ends it."""
    replay = written(HOME, entry("/slow", status=0, error="net::ERR_ABORTED"), entry("/next", b"next"))
    script = """async () => {
        const stop = new AbortController();
        const slow = fetch('/slow', {signal: stop.signal}).catch((error) => error.name);
        const next = await (await fetch('/next')).text();
        stop.abort();
        return [await slow, next];
    }"""
    with home(closed_browser, replay) as page:
        assert page.evaluate(script) == ["AbortError", "next"]


def test_a_body_that_cannot_be_read_is_told(closed_browser: Browser, written: Written, tmp_path: Any) -> None:
    """Its file is gone from the recording."""
    replay = written(
        HOME, entry("/pdf", b"%PDF" + bytes(range(256)), response_headers=[("Content-Type", "application/pdf")])
    )
    for file in (tmp_path / "bodies").iterdir():
        file.unlink()
    with home(closed_browser, replay) as page:
        assert ask(page, "/pdf")[0] == 502
    assert "cannot be read" in replay.misses[0].message or "missing" in replay.misses[0].message


def test_nothing_gets_out(users_own: dict[str, str], written: Written) -> None:
    """Neither a call, an image, a beacon, a socket nor WebRTC reaches a port that listens on this machine."""
    with socket.create_server(("127.0.0.1", 0)) as tcp, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.bind(("127.0.0.1", 0))
        tcp.settimeout(0)
        udp.settimeout(0)
        place, stun = f"127.0.0.1:{tcp.getsockname()[1]}", f"stun:127.0.0.1:{udp.getsockname()[1]}"
        script = """async ([place, stun]) => {
            const wait = (what, ...names) => new Promise((done) => {
                for (const name of names) what['on' + name] = done;
            });
            const image = new Image();
            image.src = `http://${place}/image`;
            await wait(image, 'load', 'error');
            navigator.sendBeacon(`http://${place}/beacon`, 'x');
            await fetch(`http://${place}/`).catch(() => 0);
            await wait(new WebSocket(`ws://${place}/`), 'open', 'error');
            const link = new RTCPeerConnection({iceServers: [{urls: stun}]});
            link.createDataChannel('x');
            await link.setLocalDescription(await link.createOffer());
            while (link.iceGatheringState !== 'complete') await wait(link, 'icegatheringstatechange');
        }"""
        replay = written(HOME)
        own = Browser(args=[*QUIET, *CLOSED], environ=users_own)
        with own as browser, home(browser, replay) as page:
            page.evaluate(script, [place, stun])
        with pytest.raises(BlockingIOError):
            tcp.accept()
        with pytest.raises(BlockingIOError):
            udp.recv(1)
    assert [place in miss.message for miss in replay.misses] == [True] * 4


def test_a_page_that_was_not_recorded_opens_as_a_502(closed_browser: Browser, written: Written) -> None:
    """And a host that no one recorded is not looked up."""
    replay = written(HOME)
    with home(closed_browser, replay) as page:
        answer = page.goto("https://other.example/")
        assert answer is not None
        assert answer.status == 502
    assert "https://other.example/ was not recorded" in replay.misses[0].message


def test_a_cached_answer_is_confirmed(closed_browser: Browser, written: Written) -> None:
    """By its ETag; where the browser did not keep it, it comes again."""
    headers = [("ETag", '"1"'), ("Cache-Control", "no-cache"), ("Date", "Sun, 09 Mar 2025 12:00:00 GMT")]
    same = entry("/data", status=304, response_headers=headers)
    with home(closed_browser, written(HOME, entry("/data", b"data", response_headers=headers), same)) as page:
        assert [ask(page, "/data")[:3:2] for _ in range(3)] == [[200, "data"]] * 3
        assert ask(page, "/data", headers={"If-None-Match": '"1"'})[0] == 304


def test_frames_windows_and_workers_are_replayed(closed_browser: Browser, written: Written) -> None:
    """A frame of another site, a popup and a worker, whose clock is the real one: its request matches by shape."""
    worker = b"fetch('/time?_=' + Date.now()).then((answer) => answer.text()).then(postMessage)"
    replay = written(
        HOME,
        entry("https://frame.example/", b"<p>frame", response_headers=HTML),
        entry("/popup", b"<p>caf\xe9", response_headers=[("Content-Type", "text/html; charset=iso-8859-1")]),
        entry("/worker.js", worker, response_headers=[("Content-Type", "text/javascript")]),
        entry("/time?_=1741521600000", b"time"),
    )
    script = """async () => {
        const frame = document.createElement('iframe');
        frame.src = 'https://frame.example/';
        document.body.append(frame);
        await new Promise((done) => { frame.onload = done; });
        const worker = new Worker('/worker.js');
        return (await new Promise((done) => { worker.onmessage = done; })).data;
    }"""
    with home(closed_browser, replay) as page:
        assert page.evaluate(script) == "time"
        assert page.frames[1].inner_text("p") == "frame"
        with page.expect_popup() as popup:
            page.evaluate("() => { open('/popup'); }")
        assert popup.value.inner_text("p") == "café"
    assert (replay.misses, replay.unused()) == ([], [])


def test_a_click_downloads(closed_browser: Browser, written: Written) -> None:
    """An attachment comes whole; the site insists on TLS, and its certificate is ours."""
    body = b"%PDF" + bytes(range(256)) * 800
    strict = [*HTML, ("Strict-Transport-Security", "max-age=31536000; includeSubDomains")]
    saved = [("Content-Type", "application/pdf"), ("Content-Disposition", 'attachment; filename="bill.pdf"')]
    start = entry("/", b"<a href=/bill>bill</a>", response_headers=strict)
    with home(closed_browser, written(start, entry("/bill", body, response_headers=saved))) as page:
        page.goto(SITE)
        with page.expect_download() as download:
            page.click("a")
        assert download.value.suggested_filename == "bill.pdf"
        assert download.value.path().read_bytes() == body
