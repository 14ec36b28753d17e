"""The browser that logs in: found on this machine, started when first needed, closed whatever happens."""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Any

from toolkit.disk import in_memory
from toolkit.errors import BrowserMissing, UsageError
from toolkit.web.driver import open_driver
from toolkit.web.find import FoundBrowser, does_not_start, find_browser

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import TracebackType
    from typing import Self

    import playwright.sync_api as pw

__all__ = ["QUIET", "Browser", "FoundBrowser", "check_display", "find_browser", "open_browser"]

# Playwright already turns most of Chromium's own traffic off. What is left goes to hosts that no site needs; the list
# of signed-in accounts is asked from a port that is never open.
OWN_HOSTS = (
    "update.googleapis.com",
    "clients2.google.com",
    "optimizationguide-pa.googleapis.com",
    "content-autofill.googleapis.com",
    "passwordsleakcheck-pa.googleapis.com",
    "*.gvt1.com",
)
QUIET = (
    "--host-resolver-rules=" + ", ".join(f"MAP {host} ~NOTFOUND" for host in OWN_HOSTS),
    "--gaia-url=http://127.0.0.1:1",
)
UNSEEN = ("--disable-print-preview",)  # a page that prints itself would wait for ever for who looks at it


def open_browser(*, headed: bool = False, slow_mo: float = 0, args: Sequence[str] = QUIET) -> Browser:
    """Return a browser to use in a `with` statement.

    `headed` shows its window; `slow_mo` waits so many milliseconds before each action; `args` are Chromium's switches.
    """
    return Browser(headed=headed, slow_mo=slow_mo, args=args)


class Browser:
    """A browser that starts with its first context and closes at the end of its `with` statement.

    Raises, when it starts: BrowserMissing when there is none or it does not start; UsageError when it is to show its
    window and there is no display.
    """

    def __init__(
        self,
        *,
        headed: bool = False,
        slow_mo: float = 0,
        args: Sequence[str] = QUIET,
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        self._headed = headed
        self._slow_mo = slow_mo
        self.args = args
        self._environ = environ
        self._browser: pw.Browser | None = None
        self._closing = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def new_context(self, **options: Any) -> pw.BrowserContext:
        """Return a new context, as private as a new profile; `options` are those of Playwright's `new_context`."""
        if self._browser is None:
            self._browser = self._start()
        return self._browser.new_context(**options)

    def close(self) -> None:
        """Close the browser and all its pages; a new context starts it again."""
        self._browser = None
        self._closing.close()

    def _start(self) -> pw.Browser:
        if self._headed:
            check_display(self._environ)
        chromium = self._closing.enter_context(open_driver()).chromium
        found = find_browser(self._environ, bundled=lambda: chromium.executable_path)
        if found is None:
            raise BrowserMissing
        browser = self._launch(chromium, found)
        self._closing.callback(_close, browser)
        return browser

    def _launch(self, chromium: pw.BrowserType, found: FoundBrowser) -> pw.Browser:
        from playwright.sync_api import Error  # noqa: PLC0415 - slow to import

        try:
            return chromium.launch(
                executable_path=found.path,
                headless=not self._headed,
                slow_mo=self._slow_mo,
                args=[*self.args, *(() if self._headed else UNSEEN)],
                traces_dir=self._closing.enter_context(in_memory()),  # they hold what is typed
                handle_sigint=False,  # Ctrl-C reaches Python alone, which then closes all of it in order
            )
        except Error as error:
            raise BrowserMissing(does_not_start(found, error.message)) from error


def check_display(environ: Mapping[str, str] = os.environ, *, otherwise: str = "leave out --headed") -> None:
    """Raise UsageError unless a browser can show its window; `otherwise` says what may be done instead."""
    displays = {"DISPLAY", "WAYLAND_DISPLAY"}
    if sys.platform == "linux" and not any(environ.get(name) for name in displays):
        raise UsageError(f"There is no display to show the browser on: {otherwise}, or run under xvfb-run.")


def _close(browser: pw.Browser) -> None:
    from playwright.sync_api import Error  # noqa: PLC0415 - slow to import

    with suppress(Error):  # it is gone already
        for context in browser.contexts:  # what a context records is written when it closes
            context.close()
        browser.close()
