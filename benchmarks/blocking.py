"""The demo's page loaded and logged in, with pictures, fonts and third parties blocked, and as it is.

Blocked by Playwright's routes, which hold each request until the driver has answered, and by Chromium's own switches,
which ask nobody. The page has a logo, and nothing of third parties or fonts: it is what a site's own login costs.
"""

from collections.abc import Callable
from functools import partial
from urllib.parse import urlsplit

from playwright.sync_api import Page, Route, expect

from benchmarks import turns
from benchmarks.logins import prepare
from benchmarks.measure import CPU, WALL, Measured, cost_of
from benchmarks.turns import Benchmark
from toolkit.demo.site import EMAIL, PASSWORD
from toolkit.web import open_browser
from toolkit.web.browser import QUIET

VISITS = 10
NOTHING, ROUTES, SWITCHES = "nothing blocked", "blocked by routes", "blocked by switches"
NEEDLESS = {"image", "font", "media"}
BLOCKING = ("--blink-settings=imagesEnabled=false", "--disable-remote-fonts")


def leave(page: Page) -> None:
    """Change nothing."""


def block(page: Page, *, host: str) -> None:
    """Abort what a login does not need."""

    def decide(route: Route) -> None:
        needless = route.request.resource_type in NEEDLESS or urlsplit(route.request.url).netloc != host
        (route.abort if needless else route.continue_)()

    page.route("**/*", decide)


def visits(site: str, prepare_page: Callable[[Page], None], args: tuple[str, ...] = ()) -> Measured:
    """Log in so often, each time in a context of its own."""
    with open_browser(args=[*QUIET, *args]) as browser:
        browser.new_context().close()

        def phase() -> None:
            for _ in range(VISITS):
                page = browser.new_context().new_page()
                prepare_page(page)
                page.goto(site)
                page.fill("#email", EMAIL)
                page.fill("#password", PASSWORD)
                page.click("button[type=submit]")
                expect(page.locator("#bills")).to_be_visible()
                page.context.close()

        return cost_of(phase)


BENCHMARK = Benchmark(
    title=f"{VISITS} logins at the demo's site in one browser",
    ways={
        NOTHING: lambda site: visits(site, leave),
        ROUTES: lambda site: visits(site, partial(block, host=urlsplit(site).netloc)),
        SWITCHES: lambda site: visits(site, leave, BLOCKING),
    },
    prepare=prepare,
    ratios=(WALL, CPU),
)


def main() -> None:
    """Compare the ways."""
    turns.main(BENCHMARK, __doc__)


if __name__ == "__main__":
    main()
