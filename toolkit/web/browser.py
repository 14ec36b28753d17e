"""The browser that logs in: found on this machine, started when first needed, closed whatever happens."""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING, Any

from toolkit.disk import in_memory
from toolkit.errors import BrowserMissing, UsageError
from toolkit.web.driver import open_driver
from toolkit.web.find import FoundBrowser, does_not_start, find_browser

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path
    from types import TracebackType
    from typing import Self

    import playwright.sync_api as pw

__all__ = ["QUIET", "Browser", "FoundBrowser", "check_display", "find_browser", "join_browser", "open_browser"]

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

    def open_profile(self, profile: Path, **options: Any) -> pw.BrowserContext:
        """Start with a context that is the browser's own, so that who joins the browser from elsewhere has it too.

        `profile` is an empty folder; `options` as for `new_context`.
        """
        chromium, found = self._found()
        with _told(found):
            context = chromium.launch_persistent_context(profile, **self._launch_options(found), **options)
        self._closing.callback(_close_context, context)
        return context

    def _start(self) -> pw.Browser:
        chromium, found = self._found()
        with _told(found):
            browser = chromium.launch(**self._launch_options(found))
        self._closing.callback(_close, browser)
        return browser

    def _found(self) -> tuple[pw.BrowserType, FoundBrowser]:
        if self._headed:
            check_display(self._environ)
        chromium = self._closing.enter_context(open_driver()).chromium
        found = find_browser(self._environ, bundled=lambda: chromium.executable_path)
        if found is None:
            raise BrowserMissing
        return chromium, found

    def _launch_options(self, found: FoundBrowser) -> dict[str, Any]:
        return {
            "executable_path": found.path,
            "headless": not self._headed,
            "slow_mo": self._slow_mo,
            "args": [*self.args, *(() if self._headed else UNSEEN)],
            "traces_dir": self._closing.enter_context(in_memory()),  # they hold what is typed
            "handle_sigint": False,  # Ctrl-C reaches Python alone, which then closes all of it in order
        }


@contextmanager
def join_browser(port: int) -> Iterator[pw.BrowserContext]:
    """The context of a browser that is open already and listens at a debugging port of this machine; it stays open.

    Raises UsageError when none listens there.
    """
    from playwright.sync_api import Error  # noqa: PLC0415 - slow to import

    with open_driver() as driver:
        try:
            browser = driver.chromium.connect_over_cdp(f"http://127.0.0.1:{port}")
        except Error as error:
            raise UsageError(
                f"No browser listens at port {port} of this machine: start one with "
                f"`chromium --remote-debugging-port={port}`, or leave one open with `toolkit debug … --keep-open`."
            ) from error
        try:
            yield browser.contexts[0]
        finally:
            with suppress(Error):  # it is gone already
                browser.close()  # which only lets go of it


def check_display(environ: Mapping[str, str] = os.environ, *, otherwise: str = "leave out --headed") -> None:
    """Raise UsageError unless a browser can show its window; `otherwise` says what may be done instead."""
    displays = {"DISPLAY", "WAYLAND_DISPLAY"}
    if sys.platform == "linux" and not any(environ.get(name) for name in displays):
        raise UsageError(f"There is no display to show the browser on: {otherwise}, or run under xvfb-run.")


@contextmanager
def _told(found: FoundBrowser) -> Iterator[None]:
    from playwright.sync_api import Error  # noqa: PLC0415 - slow to import

    try:
        yield
    except Error as error:
        raise BrowserMissing(does_not_start(found, error.message)) from error


def _close_context(context: pw.BrowserContext) -> None:
    from playwright.sync_api import Error  # noqa: PLC0415 - slow to import

    with suppress(Error):  # it is gone already
        context.close()


def _close(browser: pw.Browser) -> None:
    from playwright.sync_api import Error  # noqa: PLC0415 - slow to import

    with suppress(Error):  # it is gone already
        for context in browser.contexts:  # what a context records is written when it closes
            context.close()
        browser.close()
