"""Recording and replaying by hand: a page and a session, the site gone."""

from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests

from toolkit.jobs import SharedBrowser
from toolkit.transport import Transport
from toolkit.transport.har import Har, make_entry
from toolkit.transport.miss import Miss
from toolkit.transport.record import Record
from toolkit.transport.replay import Replay
from toolkit.transport.take import Take, TakeError
from toolkit.web import Browser, Session

Serve = Callable[[Mapping[str, object]], str]

NOON = datetime(2025, 3, 9, 12, tzinfo=UTC)
PAGE = """<!doctype html><title>first</title><script>
  fetch('/api/login', {method: 'POST', body: JSON.stringify({nonce: crypto.randomUUID(), at: Date.now()})})
    .then((answer) => answer.json()).then((body) => { location = '/home?name=' + body.name; });
</script>"""
HOME = """<!doctype html><title>home</title><script>
  document.title = new URLSearchParams(location.search).get('name') + ' ' + new Date().toISOString() + ' '
    + document.cookie;
</script>"""
SITE: dict[str, object] = {
    "/": PAGE,
    "/home": HOME,
    "/api/login": (200, {"Content-Type": "application/json", "Set-Cookie": "seen=yes; Path=/"}, b'{"name": "Ada"}'),
    "/pdf": (200, {"Content-Type": "application/pdf", "Set-Cookie": "one=1"}, b"%PDF-1.4\x00\xff%%EOF"),
    "/away": (302, {"Location": "/pdf", "Set-Cookie": "hop=1"}, b""),
}


def visit(shared: SharedBrowser, transport: Transport, url: str) -> str:
    """What the page's title says after its login."""
    browser = shared.browser(transport.launch_args())
    with closing(browser.new_context(**transport.browser_options())) as context:
        transport.attach(context)
        page = context.new_page()
        transport.prepare(page)
        page.set_default_timeout(10_000)
        page.goto(url)
        page.wait_for_function("document.title.includes('seen=yes')")
        return page.title()


@pytest.fixture
def recorded(serve: Serve, tmp_path: Path, shared_pages: SharedBrowser) -> tuple[Path, str, str]:
    """A take of a page that navigates right after its login and of a session; its folder, its site and its title."""
    url = serve(SITE)
    record = Record(Take(clock=NOON, seed=7))
    try:
        title = visit(shared_pages, record, url)
        with Session(record, base_url=url) as session:
            assert session.get("/away").content.startswith(b"%PDF")
        record.write(tmp_path, {}, frozenset())
    finally:
        record.close()
        record.forget()
    return tmp_path, url, title


def test_a_page_replays_with_its_clock_and_its_chance(
    recorded: tuple[Path, str, str], shared_pages: SharedBrowser
) -> None:
    """The body of a login whose page goes at once is there; the same title, at the same time, years later."""
    folder, url, title = recorded
    replay = Replay(folder)
    try:
        assert visit(shared_pages, replay, url) == title == "Ada 2025-03-09T12:00:00.000Z seen=yes"
        assert replay.misses == []
    finally:
        replay.close()


def test_a_session_replays_bytes_redirects_and_cookies(recorded: tuple[Path, str, str]) -> None:
    """Cookies of a hop among them."""
    folder, url, _ = recorded
    with Session(Replay(folder), base_url=url) as session:
        answer = session.get("/away")

        assert answer.content == b"%PDF-1.4\x00\xff%%EOF"
        assert [hop.status_code for hop in answer.history] == [302]
        assert sorted(session.cookies.keys()) == ["hop", "one"]


def test_what_was_not_recorded_is_a_miss(recorded: tuple[Path, str, str]) -> None:
    """It names the nearest."""
    folder, url, _ = recorded
    replay = Replay(folder)
    with (
        Session(replay, base_url=url) as session,
        pytest.raises(Miss, match=r"/pdfs was not recorded\. Nearest is GET"),
    ):
        session.get("/pdfs")
    assert len(replay.misses) == 1


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Replay]:
    """A replay of entries made by hand, so many days after they were recorded."""

    def write(*entries: object, days: int = 0) -> Replay:
        Har(entries).save(tmp_path / "session.har")  # type: ignore[arg-type]  # entries of make_entry
        Take(clock=NOON, seed=1).save(tmp_path)
        return Replay(tmp_path, now=lambda: NOON + timedelta(days=days))

    return write


def test_a_cookie_lives_as_long_as_it_did(written: Callable[..., Replay]) -> None:
    """Its date moves with the age of the recording."""
    cookie = ("Set-Cookie", "a=1; Expires=Mon, 10 Mar 2025 12:00:00 GMT; Path=/")
    entry = make_entry("GET", "https://acme.example/", started=NOON, status=200, response_headers=[cookie])
    with Session(written(entry, days=365 * 5 + 1)) as session:
        answer = session.get("https://acme.example/")

    assert "Expires=Sun, 10 Mar 2030 12:00:00 GMT" in answer.headers["Set-Cookie"]


def test_a_request_that_got_no_answer_gets_none(written: Callable[..., Replay]) -> None:
    """As when it was recorded."""
    entry = make_entry("GET", "https://acme.example/", started=NOON, status=0, error="ConnectionError")
    with Session(written(entry)) as session, pytest.raises(requests.ConnectionError):
        session.get("https://acme.example/")


def test_a_secure_site_replays_in_the_browser_and_nothing_else_is_reached(
    written: Callable[..., Replay], serve: Serve, closed_browser: Browser
) -> None:
    """TLS, a call across origins that asks first, and a host that was not recorded."""
    outside = serve({"/": "<title>leak</title>"})
    page = f"""<!doctype html><title>wait</title><script>
      fetch('https://api.acme.example/a', {{headers: {{'X-Token': 't'}}}}).then((answer) => answer.text())
        .then((text) => fetch('{outside}/').then(() => 'out', () => 'refused').then((end) => {{
          document.title = text + ' ' + end;
        }}));
    </script>"""
    html, plain = [("Content-Type", "text/html")], [("Access-Control-Allow-Origin", "*")]
    replay = written(
        make_entry("GET", "https://acme.example/", started=NOON, status=200, response_headers=html, body=page.encode(),
                   client="browser"),
        make_entry("GET", "https://api.acme.example/a", started=NOON, status=200, response_headers=plain, body=b"got",
                   client="browser"),
    )  # fmt: skip
    with closing(closed_browser.new_context(**replay.browser_options())) as context:
        opened = context.new_page()
        opened.set_default_timeout(10_000)
        opened.goto("https://acme.example/")
        opened.wait_for_function("document.title !== 'wait'")
        title = opened.title()
    replay.close()

    assert title == "got refused"
    assert any(outside in miss.message for miss in replay.misses)


def test_a_take_without_its_clock_is_refused(tmp_path: Path) -> None:
    """A sentence with the path."""
    (tmp_path / "take.json").write_text("{}")
    with pytest.raises(TakeError, match=r"take\.json"):
        Replay(tmp_path)
