"""One browser for the runs of several accounts."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from threading import get_ident
from typing import TYPE_CHECKING, Any, Self

from toolkit.run import BrowserOptions, open_page_of
from toolkit.web import open_browser
from toolkit.web.browser import QUIET

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from playwright.sync_api import Page

    from toolkit.transport import Transport
    from toolkit.web import Browser, SessionState

__all__ = ["SharedBrowser"]


class SharedBrowser:
    """A browser that starts with the first page of any run, and closes at the end of its `with` statement.

    `RunOptions(browser=shared)` has a run open its page there, in a context of its own, which is as private as a
    browser of its own, and costs a fraction. Replays share one too, which reaches nothing but their recordings. It is
    driven by the thread that made it; a run in another thread has a browser of its own. `switches` are more of
    Chromium's.
    """

    def __init__(self, *, headed: bool = False, slow_mo: float = 0, switches: Sequence[str] = ()) -> None:
        self._own = BrowserOptions(headed=headed, slow_mo=slow_mo)
        self._switches = switches
        self._open = partial(open_browser, headed=headed, slow_mo=slow_mo)
        self._browsers: dict[tuple[str, ...], Browser] = {}
        self._thread = get_ident()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with ExitStack() as closing:
            for browser in self._browsers.values():
                closing.callback(browser.close)
        self._browsers = {}

    @contextmanager
    def open_page(
        self, transport: Transport, options: Mapping[str, Any], state: SessionState | None = None
    ) -> Iterator[Page]:
        """Open a page whose context closes with the block."""
        from playwright.sync_api import Error  # noqa: PLC0415 - slow to import

        if get_ident() != self._thread:
            with self._own.open_page(transport, options, state) as page:
                yield page
            return
        page = open_page_of(self.browser(transport.launch_args()), transport, options, state)
        try:
            yield page
        finally:
            with suppress(Error):  # it is gone already
                page.context.close()

    def browser(self, switches: tuple[str, ...] = ()) -> Browser:
        """The browser that has these switches of Chromium beside the usual ones."""
        if switches not in self._browsers:
            self._browsers[switches] = self._open(
                args=[*QUIET, *self._switches, *switches]
            )  # the last of two equal ones counts
        return self._browsers[switches]
