"""The browser's half of one HAR: Playwright's route_from_har, and the toolkit's replay, in the same browser.

Five pages with pictures, fetches and two documents of 200 KB each; nothing that route_from_har cannot finish. The
recording is the toolkit's own, which both read as it is. Launching the browser is not measured; a new context, loading
the HAR and the journey are, so often as there are visits. The live site is there to show what the browser itself takes.
"""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Page

from benchmarks import turns
from benchmarks.measure import CPU, WALL, Measured, cost_of
from benchmarks.server import portal
from benchmarks.turns import Benchmark, Goal
from toolkit.transport import Live, Transport
from toolkit.transport.record import Record
from toolkit.transport.replay import Replay
from toolkit.transport.take import HAR_NAME, Take
from toolkit.web import Browser, open_browser
from toolkit.web.browser import QUIET

VISITS, SHELVES = 5, 5
REQUESTS = 23 * SHELVES
TOOLKIT, PLAYWRIGHT = "toolkit.transport.Replay", "Playwright route_from_har"
SECURE = "https://portal.example"

Prepared = dict[str, str]


def journey(page: Page, site: str) -> None:
    """Page after page; each says when all has come, and how many bytes that was."""
    page.goto(f"{site}/links/0/0")
    for shelf in range(SHELVES):
        page.goto(f"{site}/shelf.html?shelf={shelf}")
        assert page.evaluate("shown") == 410_000  # a wait by polling would cost more than the requests


def visit(browser: Browser, transport: Transport, site: str) -> None:
    """A new context over a transport, as a run makes it."""
    context = browser.new_context(**transport.browser_options())
    transport.attach(context)
    page = context.new_page()
    transport.prepare(page)
    journey(page, site)
    context.close()
    transport.close()


@contextmanager
def prepare() -> Iterator[Prepared]:
    """A live portal, a recording of the journey, and the same as if the portal had been one with TLS."""
    with portal() as site, tempfile.TemporaryDirectory() as name:
        plain, secure = Path(name) / "plain", Path(name) / "secure"
        record = Record(Take(clock=datetime.now(UTC), seed=1))
        with open_browser() as browser:
            visit(browser, record, site)
        plain.mkdir()
        record.write(plain, {}, frozenset())
        record.forget()
        shutil.copytree(plain, secure)
        text = (plain / HAR_NAME).read_text("utf-8")
        (secure / HAR_NAME).write_text(text.replace(site, SECURE), "utf-8")
        yield {"site": site, "plain": str(plain), "secure": str(secure)}


def visits(one: Callable[[Browser], None], transport: Transport) -> Measured:
    """So many visits in one browser, after one that warms it up."""
    with open_browser(args=[*QUIET, *transport.launch_args()]) as browser:
        one(browser)

        def phase() -> None:
            for _ in range(VISITS):
                one(browser)

        cost = cost_of(phase)
    return {
        **cost,
        "requests per s": VISITS * REQUESTS / cost[WALL],
        "CPU ms each": 1000 * cost[CPU] / VISITS / REQUESTS,
    }


def replay(prepared: Prepared) -> Measured:
    """Ours."""
    folder = Path(prepared["plain"])
    return visits(lambda browser: visit(browser, Replay(folder), prepared["site"]), Replay(folder))


def replay_secure(prepared: Prepared) -> Measured:
    """Ours, with TLS."""
    folder = Path(prepared["secure"])
    return visits(lambda browser: visit(browser, Replay(folder), SECURE), Replay(folder))


def route_from_har(prepared: Prepared) -> Measured:
    """The peer."""
    return visits(lambda browser: visit_routed(browser, Path(prepared["plain"]), prepared["site"]), Live())


def route_from_har_secure(prepared: Prepared) -> Measured:
    """The peer, with TLS, of which it needs none."""
    return visits(lambda browser: visit_routed(browser, Path(prepared["secure"]), SECURE), Live())


def visit_routed(browser: Browser, folder: Path, site: str) -> None:
    """A new context over Playwright's replay."""
    context = browser.new_context()
    context.route_from_har(folder / HAR_NAME)
    journey(context.new_page(), site)
    context.close()


def live(prepared: Prepared) -> Measured:
    """The live site."""
    return visits(lambda browser: visit(browser, Live(), prepared["site"]), Live())


BENCHMARK = Benchmark(
    title=f"{VISITS} visits of {REQUESTS} requests each from one HAR",
    ways={
        TOOLKIT: replay,
        PLAYWRIGHT: route_from_har,
        f"{TOOLKIT}, https": replay_secure,
        f"{PLAYWRIGHT}, https": route_from_har_secure,
        "live site": live,
    },
    prepare=prepare,
    ratios=(WALL, CPU),
    goals=(
        Goal("The toolkit takes, of route_from_har", TOOLKIT, WALL, 1, by=PLAYWRIGHT),
        Goal("and with https", f"{TOOLKIT}, https", WALL, 1, by=f"{PLAYWRIGHT}, https"),
    ),
)


def main() -> None:
    """Compare all ways."""
    turns.main(BENCHMARK, __doc__)


if __name__ == "__main__":
    main()
