"""Files that only a page can give: it makes them, opens them in a tab, or is itself what is wanted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from toolkit.errors import FileDownloadFailed

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page, Response, Route

__all__ = ["Rendered", "click_for_file", "print_page"]

SECOND = 1000
PAGES = ("text/html", "application/xhtml+xml")

# The address of what a page makes ends when its script says so, which may be before it is taken.
LASTING = "() => { URL.revokeObjectURL = () => {}; }"
DOWNLOAD = """\
(url) => {
  const link = Object.assign(document.createElement("a"), {href: url, download: ""});
  document.body.append(link);
  link.click();
  link.remove();
}"""


class Rendered(bytes):
    """A page that was printed."""


def click_for_file(page: Page, selector: str, *, timeout: float = 30) -> bytes:
    """Click on what gives a file, and return the file.

    Whether the page downloads it, from an address or as a `blob:` or `data:` that its script makes, or shows it in a
    new tab or a frame, does not matter; such a tab is closed. An address that is good once is asked once. Raises
    FileDownloadFailed when none comes within `timeout` seconds.
    """
    from playwright.sync_api import Error, TimeoutError  # noqa: A004, PLC0415 - slow to import

    try:
        with _as_downloads(page), page.context.expect_event("download", timeout=timeout * SECOND) as coming:
            page.locator(selector).click(timeout=timeout * SECOND)
        return Path(coming.value.path()).read_bytes()
    except TimeoutError as error:
        raise FileDownloadFailed(f"no file came within {timeout:g} seconds of a click on `{selector}`") from error
    except Error as error:
        raise FileDownloadFailed(f"a click on `{selector}` gave no file: {error.message.splitlines()[0]}") from error


def print_page(page: Page, url: str | None = None) -> bytes:
    """Return a page as a PDF, printed as it asks to be; the stored file is marked as `rendered`.

    With a `url` the page goes there first; without one it is printed as it stands. Raises FileDownloadFailed when the
    site has no such page, when it is a login page, or when the browser cannot print, as some cannot in a window.
    """
    from playwright.sync_api import Error  # noqa: PLC0415 - slow to import

    try:
        answer = None if url is None else page.goto(url)
        if answer is not None and not answer.ok:
            raise FileDownloadFailed(f"HTTP {answer.status} in place of the page to print")
        if page.locator("input[type=password]").count():
            raise FileDownloadFailed("the page to print asks for a password")
        page.evaluate("() => document.fonts.ready.then(() => undefined)")
        return Rendered(page.pdf(prefer_css_page_size=True, print_background=True))
    except Error as error:
        raise FileDownloadFailed(f"the page cannot be printed: {error.message.splitlines()[0]}") from error


@contextmanager
def _as_downloads(page: Page) -> Iterator[None]:
    """Let what the browser would show in its viewer become a download; tabs that open meanwhile are closed."""
    context, tabs = page.context, list(page.context.pages)

    def on_response(response: Response) -> None:
        if response.url.startswith("blob:") and not response.headers.get("content-type", "").startswith(PAGES):
            page.evaluate(DOWNLOAD, response.url)

    page.evaluate(LASTING)
    context.route("**/*", _attach)
    context.on("response", on_response)
    try:
        yield
    finally:
        _undo(context, on_response, tabs)


def _undo(context: BrowserContext, on_response: object, tabs: list[Page]) -> None:
    from playwright.sync_api import Error  # noqa: PLC0415 - slow to import

    with suppress(Error):  # it may be gone
        context.remove_listener("response", on_response)
        context.unroute("**/*", _attach)
        for tab in context.pages:
            if tab not in tabs:
                tab.close()


def _attach(route: Route) -> None:
    """Have a file that a tab or frame is led to downloaded."""
    if not route.request.is_navigation_request():
        route.fallback()
        return
    answer = route.fetch()
    shown = answer.headers.get("content-type", "").startswith(PAGES)
    route.fulfill(response=answer, headers=None if shown else {**answer.headers, "content-disposition": "attachment"})
