"""Files that only a page can give: it makes them, opens them in a tab, or is itself what is wanted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from toolkit.errors import FileDownloadFailed

if TYPE_CHECKING:
    from playwright.sync_api import CDPSession, Page, Response

__all__ = ["NO_DIALOG", "Rendered", "click_for_file", "print_page"]

SECOND = 1000
OK = 200
ATTACHMENT = {"name": "Content-Disposition", "value": "attachment"}
DATES = re.compile(rb"(/(?:Creation|Mod)Date \(D:)\d{14}(?=\+00)")
PAGES = ("text/html", "application/xhtml+xml")

NO_DIALOG = "window.print = () => {};"
"""For pages that print themselves as they open: nobody answers the dialog, and no page can be printed meanwhile."""

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

    target, clicked = page.locator(selector), False
    try:
        with _as_downloads(page), page.context.expect_event("download", timeout=timeout * SECOND) as coming:
            target.click(timeout=timeout * SECOND)
            clicked = True
        return Path(coming.value.path()).read_bytes()
    except TimeoutError as error:
        what = "no file came of a click on" if clicked else "there was nothing to click on at"
        raise FileDownloadFailed(f"{what} `{selector}` within {timeout:g} seconds") from error
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
        today = page.evaluate("() => document.fonts.ready.then(() => new Date().toISOString())")
        return _dated(page.pdf(prefer_css_page_size=True, print_background=True), today)
    except Error as error:
        raise FileDownloadFailed(f"the page cannot be printed: {error.message.splitlines()[0]}") from error


def _dated(pdf: bytes, iso: str) -> Rendered:
    """By the clock of the page, as all that is on it: a page that is replayed prints the same."""
    digits = "".join(filter(str.isdigit, iso))[:14].encode()
    return Rendered(DATES.sub(lambda found: found[1] + digits, pdf, count=2))


@contextmanager
def _as_downloads(page: Page) -> Iterator[None]:
    """Let what the browser would show in its viewer become a download; tabs that open meanwhile are closed."""
    from playwright.sync_api import Error  # noqa: PLC0415 - slow to import

    context, tabs = page.context, list(page.context.pages)

    def on_response(response: Response) -> None:
        if response.url.startswith("blob:") and not response.headers.get("content-type", "").startswith(PAGES):
            page.evaluate(DOWNLOAD, response.url)

    page.evaluate(LASTING)
    side = context.browser.new_browser_cdp_session() if context.browser else context.new_cdp_session(page)
    side.on("Fetch.requestPaused", lambda paused: _attach(side, paused))
    side.send("Fetch.enable", {"patterns": [{"resourceType": "Document", "requestStage": "Response"}]})
    context.on("response", on_response)
    try:
        yield
    finally:
        with suppress(Error):  # it may be gone
            context.remove_listener("response", on_response)
            side.detach()
            for tab in context.pages:
                if tab not in tabs:
                    tab.close()


def _attach(side: CDPSession, paused: dict[str, Any]) -> None:
    """Have a file that a tab or a frame is led to downloaded; it comes over the browser's own connection."""
    from playwright.sync_api import Error  # noqa: PLC0415 - slow to import

    request = {"requestId": paused["requestId"]}
    headers = {header["name"].lower(): header["value"] for header in paused.get("responseHeaders", ())}
    with suppress(Error):  # its tab may be gone
        if paused.get("responseStatusCode") != OK or headers.get("content-type", "").startswith(PAGES):
            side.send("Fetch.continueRequest", request)
        else:
            kept = [one for one in paused["responseHeaders"] if one["name"].lower() != "content-disposition"]
            attached = {"responseCode": OK, "responseHeaders": [*kept, ATTACHMENT]}
            side.send("Fetch.continueResponse", request | attached)
