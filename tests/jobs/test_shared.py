"""One browser for several accounts."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Page

from toolkit.account import Account
from toolkit.demo.site import EMAIL, PASSWORD, Site
from toolkit.jobs import RunOptions, SharedBrowser, Workspace, find_connector, run_connector
from toolkit.transport import Live, Transport


@pytest.fixture
def shared() -> Iterator[SharedBrowser]:
    """A browser that is shared."""
    with SharedBrowser() as shared:
        yield shared


def all_browsers() -> set[int]:
    """The browsers that this process has started, not their helpers."""
    found: set[int] = set()
    for one in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):  # it has gone meanwhile
            found |= {child.pid for child in one.children()} if "node" in one.name() else set()
    return found


Browsers = Callable[[], set[int]]


@pytest.fixture
def browsers() -> Browsers:
    """Those that have started since the test began; other tests may share one of their own."""
    before = all_browsers()
    return lambda: all_browsers() - before


def test_runs_share_it_one_after_the_other(shared: SharedBrowser, browsers: Browsers, tmp_path: Path) -> None:
    """Two accounts log in with one browser; it is still there after both."""
    seen: list[set[int]] = []
    with Site() as site:
        fields = {"url": site.url, "login": EMAIL, "password": PASSWORD}
        for name in ("ada", "eve"):
            options, place = RunOptions(browser=shared), Workspace(tmp_path / name)
            report = run_connector(find_connector("demo", tmp_path), Account(name, fields), place, options)
            assert report.verdict == "24 listed: 24 saved"
            seen.append(browsers())

    assert len(seen[0]) == 1
    assert seen[0] == seen[1]


def test_each_page_has_a_context_of_its_own(shared: SharedBrowser, browsers: Browsers) -> None:
    """What one account has won, no other sees; leaving the block closes the one and not the other."""
    with ExitStack() as stack, Site() as site:
        first, second = (stack.enter_context(shared.open_page(Live(), {"base_url": site.url})) for _ in range(2))
        first.goto("/")
        first.context.add_cookies([{"name": "sid", "value": "1", "url": site.url}])
        with shared.open_page(Live(), {}) as third:
            assert third.context.cookies() == second.context.cookies() == []
        assert third.is_closed()
        assert [cookie["name"] for cookie in first.context.cookies()] == ["sid"]
        assert len(browsers()) == 1


class Particular(Live):
    """A transport that wants a switch of its own."""

    def launch_args(self) -> tuple[str, ...]:
        """Return one that does nothing."""
        return ("--no-first-run",)


def test_other_threads_and_other_switches_have_a_browser_of_their_own(
    shared: SharedBrowser, browsers: Browsers
) -> None:
    """That of another thread goes with its run; that of a transport's switches is shared like the first."""

    def agent(page: Page) -> str:
        return str(page.evaluate("navigator.userAgent"))

    def elsewhere(transport: Transport) -> tuple[str, int]:
        with shared.open_page(transport, {}) as page:
            return agent(page), len(browsers())

    with shared.open_page(Live(), {}) as page, ThreadPoolExecutor(1) as pool:
        assert pool.submit(elsewhere, Live()).result() == (agent(page), 2)
        assert [elsewhere(Particular()) for _ in range(2)] == [(agent(page), 2)] * 2
    assert len(browsers()) == 2
