"""The clock and the chance of every page and iframe, in a real browser."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from toolkit.transport.determinism import WorkerScripts, init_script, milliseconds

Serve = Callable[[Mapping[str, object]], str]

CLOCK = datetime(2020, 2, 29, 23, 59, 59, 999_000, tzinfo=UTC)
EARLY = "<!doctype html><script>window.early = [Date.now(), Math.random(), crypto.randomUUID()]</script>"
FRAMED = "<!doctype html><iframe src=/frame></iframe><iframe src=/frame></iframe>"
MADE = """<!doctype html><body><script>
  const frame = document.createElement("iframe");
  frame.src = "/frame";
  document.body.append(frame);
  %s
</script>"""
TOKENS = ["0b0e7a52-1111-4222-8333-444455556666", "99999999-aaaa-4bbb-8ccc-dddddddddddd"]
CHANCE = "() => [Math.random(), ...crypto.getRandomValues(new Uint16Array(4)), crypto.randomUUID()]"


@pytest.fixture
def site(serve: Serve) -> str:
    """Pages that look at the clock and throw dice as the first thing they do."""
    pages = {"/": EARLY, "/other": EARLY, "/frame": EARLY, "/framed": FRAMED}
    tokens = {f"/{token}": EARLY for token in TOKENS}
    return serve({**pages, **tokens, "/early": MADE % "frame.contentWindow.Math", "/late": MADE % ""})


@contextmanager
def page_with(browser: Browser, seed: int = 7) -> Iterator[Page]:
    """A page of a new context with the clock and a seed."""
    context = browser.new_context()
    context.add_init_script(init_script(CLOCK, seed))
    yield context.new_page()
    context.close()


def test_milliseconds_are_those_of_javascript() -> None:
    """Exact, also where floats are not, and cut off, not rounded."""
    assert milliseconds(datetime(1970, 1, 1, 0, 0, 1, 1_999, tzinfo=UTC)) == 1001
    assert milliseconds(datetime(2255, 6, 5, 23, 47, 34, 741_000, tzinfo=UTC)) == 9_007_199_254_741


def test_every_way_to_ask_the_time_gives_the_clock(browser: Browser, site: str) -> None:
    """Before the site's own code runs, and for everything that makes a date out of nothing."""
    with page_with(browser) as page:
        page.goto(site)
        times = page.evaluate(
            "() => [early[0], Date.now(), +new Date(), Date.parse(Date()), +new Date().constructor()]"
        )

    assert times[:3] == [milliseconds(CLOCK)] * 3
    assert times[3] == milliseconds(CLOCK) // 1000 * 1000


def test_dates_are_dates(browser: Browser, site: str) -> None:
    """A date of a given moment, its class, subclasses, methods of the class: as ever."""
    with page_with(browser) as page:
        page.goto(site)
        found = page.evaluate("""() => {
          class Day extends Date { name() { return "day"; } }
          const date = new Date(2020, 0, 31);
          return [date instanceof Date, new Day(5).getTime(), new Day(5).name(), new Day() instanceof Day,
            Date.UTC(1970, 0, 2), new Date("1970-01-01T00:00:01Z").getTime(), date.constructor === Date, Date.length];
        }""")

    assert found == [True, 5, "day", True, 86_400_000, 1000, True, 7]


def test_timers_run(browser: Browser, site: str) -> None:
    """A page that waits goes on."""
    with page_with(browser) as page:
        page.goto(site)

        assert page.evaluate("() => new Promise((done) => setTimeout(() => done('over'), 5))") == "over"


def journey(browser: Browser, site: str, seed: int = 7) -> list[Any]:
    """What a page throws early and late, then its neighbour, then two iframes, then the page once more."""
    with page_with(browser, seed) as page:
        thrown = []
        for path in ("/", "/other", "/framed", "/"):
            page.goto(site + path)
            frames = page.frames[1:] or page.frames
            thrown += [[frame.evaluate("() => early[2]"), *frame.evaluate(CHANCE)] for frame in frames]
    return thrown


def test_chance_follows_from_the_seed(browser: Browser, site: str) -> None:
    """The same seed throws the same, another one does not."""
    first = journey(browser, site)

    assert journey(browser, site) == first
    assert all(one != other for one, other in zip(first, journey(browser, site, seed=8), strict=True))


def test_no_two_documents_throw_the_same(browser: Browser, site: str) -> None:
    """A one-time value that two pages or two iframes sent would be refused by a strict site."""
    uuids = [thrown[0] for thrown in journey(browser, site)]

    assert len(set(uuids)) == len(uuids) == 5


def test_windows_for_two_papers_throw_otherwise(browser: Browser, site: str) -> None:
    """They have the same address but for a number."""
    with page_with(browser) as page:
        page.goto(site)
        thrown = []
        for number in (1, 2):
            with page.expect_popup() as opening:
                page.evaluate("(number) => { window.open(`/other?id=${number}`) }", number)
            opening.value.wait_for_url("**/other?*")  # at first it is empty
            thrown.append(opening.value.evaluate("early[2]"))

    assert thrown[0] != thrown[1]


def test_tokens_in_the_address_are_no_reason_to_throw_otherwise(browser: Browser, site: str) -> None:
    """A recording has stand-ins in their place."""
    thrown = []
    for token in TOKENS:
        with page_with(browser) as page:
            page.goto(f"{site}/{token}?state={token}")
            thrown.append(page.evaluate("early"))

    assert thrown[0] == thrown[1]


def test_a_frame_throws_the_same_whenever_it_is_looked_at(browser: Browser, site: str) -> None:
    """Its window is there before its page, and stays when it was looked at by then: which comes first is a race."""
    thrown = []
    for path in ("/early", "/late"):
        with page_with(browser) as page:
            page.goto(site + path)
            thrown.append(page.frames[1].evaluate("[early, Math.random()]"))

    assert thrown[0] == thrown[1]


def test_a_reloaded_page_throws_anew(browser: Browser, site: str) -> None:
    """Its one-time values have been used."""
    with page_with(browser) as page:
        page.goto(site)
        first = page.evaluate("early[2]")
        page.reload()

        assert page.evaluate("early[2]") != first


def test_what_is_thrown_has_its_form(browser: Browser, site: str) -> None:
    """Numbers from 0 to 1 all over, UUIDs of version 4, and the limits of the real thing."""
    with page_with(browser) as page:
        page.goto(site)
        numbers = page.evaluate("() => Array.from({length: 2000}, Math.random)")
        bytes_ = page.evaluate("() => [...crypto.getRandomValues(new Uint8Array(65536))]")
        uuid = page.evaluate("() => crypto.randomUUID()")
        refused = page.evaluate(
            "() => [new Float32Array(1), new Uint8Array(65537)].map((array) => "
            "{ try { crypto.getRandomValues(array); } catch (error) { return error.name; } })"
        )
        kept = page.evaluate(
            "() => { const all = new Uint8Array(8); crypto.getRandomValues(all.subarray(2, 4)); return [...all]; }"
        )

    assert all(0 <= number < 1 for number in numbers)
    assert 0.45 < sum(numbers) / len(numbers) < 0.55
    assert set(bytes_) == set(range(256))
    assert (uuid[14], uuid[19] in "89ab", len(uuid)) == ("4", True, 36)
    assert refused == ["TypeMismatchError", "QuotaExceededError"]
    assert kept[:2] + kept[4:] == [0] * 6


def test_scripts_of_workers_differ_but_for_service_workers() -> None:
    """Many workers may have one script; a service worker whose script changed would be a new one."""
    first, again = WorkerScripts(CLOCK, 7), WorkerScripts(CLOCK, 7)
    drawn = [first.before("/a.js", service=False), first.before("/b.js", service=False)]
    drawn += [first.before("/a.js", service=False)]

    assert drawn[0] == drawn[1] != drawn[2]
    assert drawn == [again.before(url, service=False) for url in ("/a.js", "/b.js", "/a.js")]
    assert first.before("/s.js", service=True) == first.before("/s.js", service=True)
