"""A journey through a strict site, recorded, and replayed when the site is gone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from tests.strict.content import Site
from toolkit.jobs import SharedBrowser
from toolkit.transport.har import Har, HarEntry
from toolkit.transport.record import Record
from toolkit.transport.replay import Replay
from toolkit.transport.take import HAR_NAME, Take
from toolkit.web import Browser

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

    from toolkit.transport import Transport

Journey = Callable[["Page"], Any]

NOON = datetime(2025, 3, 9, 12, tzinfo=UTC)
LIMITED = """(site) => Promise.race([(%s)(site), new Promise((_, fail) => {
    setTimeout(() => fail(new Error('The script did not come to its end.')), 20_000);
})])"""


@pytest.fixture
def site() -> Iterator[Site]:
    """The strict site, running."""
    with Site() as site:
        yield site


@pytest.fixture(scope="session")
def trusting_browser(shared_pages: SharedBrowser) -> Browser:
    """A browser that takes the certificate of the strict site for a real one; service workers need that."""
    return shared_pages.browser(("--ignore-certificate-errors",))


class Twice:
    """Does a journey on the site, then once more on what was recorded of it, with the site gone."""

    def __init__(self, live: Browser, closed: Browser, site: Site, folder: Path) -> None:
        self.live, self.closed, self.site, self.folder = live, closed, site, folder

    def __call__(self, journey: Journey | str, start: str = "") -> Any:
        """What the journey saw, which is the same both times: of a script, what it gives, called with the addresses."""
        start = start or self.site.http
        steps = self._script(journey) if isinstance(journey, str) else journey
        seen = self.record(steps, start)
        self.site.close()
        assert self.replay(steps, start) == seen
        return seen

    def record(self, journey: Journey, start: str) -> Any:
        """What a journey sees that is recorded."""
        record = Record(Take(clock=NOON, seed=7, toolkit="1"))
        try:
            seen = travel(record, self.live, journey, start)
            record.write(self.folder, {}, frozenset())
        finally:
            record.close()
            record.forget()
        return seen

    def replay(self, journey: Journey, start: str) -> Any:
        """What it sees in the recording; nothing is asked for that was not recorded."""
        replay = Replay(self.folder)
        try:
            seen = travel(replay, self.closed, journey, start)
            assert replay.misses == []
        finally:
            replay.close()
        return seen

    @property
    def entries(self) -> list[HarEntry]:
        """What was recorded."""
        return Har.load(self.folder / HAR_NAME).entries

    def _script(self, script: str) -> Journey:
        return lambda page: page.evaluate(LIMITED % script, self.site.addresses())


def travel(transport: Transport, browser: Browser, journey: Journey, start: str) -> Any:
    """Go through a journey in a new context."""
    with page_of(transport, browser) as page:
        page.goto(start)
        return journey(page)


@contextmanager
def page_of(transport: Transport, browser: Browser) -> Iterator[Page]:
    """A page in a new context, whose close writes down what was recorded."""
    context = browser.new_context(**{**transport.browser_options(), "ignore_https_errors": True})
    transport.attach(context)
    context.set_default_timeout(20_000)
    try:
        page = context.new_page()
        transport.prepare(page)
        yield page
    finally:
        context.close()


@pytest.fixture
def twice(trusting_browser: Browser, closed_browser: Browser, site: Site, tmp_path: Path) -> Twice:
    """`twice(journey)`: what a page sees on the strict site, and again without it."""
    return Twice(trusting_browser, closed_browser, site, tmp_path)
