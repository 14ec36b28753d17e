"""20 logins of different accounts, all of them open at the same time: contexts of one browser, and a browser for each.

The same login of the demo's connector, in the same thread; each page stays open, logged in, until the last one is.
Memory is what the whole tree of processes then holds, shared pages shared out (PSS), over what this process held at
first. The site is a process of its own.
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from playwright.sync_api import expect

from benchmarks import turns
from benchmarks.measure import CPU, MEMORY, WALL, Measured, cost_of, memory_of_tree
from benchmarks.turns import Benchmark, Goal
from toolkit.demo.site import EMAIL, PASSWORD
from toolkit.jobs import SharedBrowser
from toolkit.run import BrowserOptions, OpensPages
from toolkit.transport import Live

COUNT = 20
SHARED, EACH = "one browser, a context for each", "a browser for each"
SITE = "from toolkit.demo.site import Site\nwith Site() as site:\n    print(site.url, flush=True)\n    input()\n"


@contextmanager
def prepare() -> Iterator[str]:
    """The address of the demo's site."""
    command = [sys.executable, "-c", SITE]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        yield server.stdout.readline().strip()
        server.communicate("\n")


def log_in(stack: ExitStack, opens: OpensPages, site: str) -> None:
    """Log in as a connector does, on a page that stays open."""
    page = stack.enter_context(opens.open_page(Live(), {"base_url": site}))
    page.goto("/")
    page.fill("#email", EMAIL)
    page.fill("#password", PASSWORD)
    page.click("button[type=submit]")
    expect(page.locator("#bills")).to_be_visible()


def logins(opens: OpensPages, site: str) -> Measured:
    """All of them, and what they hold in the end."""
    before = memory_of_tree()
    with ExitStack() as stack:

        def phase() -> None:
            for _ in range(COUNT):
                log_in(stack, opens, site)

        return cost_of(phase) | {MEMORY: memory_of_tree() - before}


def shared(site: str) -> Measured:
    """In one browser."""
    with SharedBrowser() as browser:
        return logins(browser, site)


BENCHMARK = Benchmark(
    title=f"{COUNT} accounts logged in at the same time",
    ways={SHARED: shared, EACH: lambda site: logins(BrowserOptions(), site)},
    prepare=prepare,
    ratios=(MEMORY, WALL, CPU),
    goals=(
        Goal("One browser takes, of the memory of one for each", SHARED, MEMORY, 0.6, by=EACH),
        Goal("and of the time", SHARED, WALL, 0.8, by=EACH),
    ),
    rounds=3,
)


def main() -> None:
    """Compare both ways."""
    turns.main(BENCHMARK, __doc__)


if __name__ == "__main__":
    main()
