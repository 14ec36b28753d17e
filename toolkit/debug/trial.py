"""Try a selector on the page as it is."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING

from toolkit.debug.nearest import nearest
from toolkit.debug.probe import Tried, finder, probe
from toolkit.debug.scene import look_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

    from toolkit.account import Mask

__all__ = ["highlight", "try_selector"]

SHOWN = 5
LONGEST = 80
ITS_TAG = r"""(one) => {
  const alone = one.cloneNode(false).outerHTML;
  return alone.replace(/ value="[^"]*"| style=""/g, "").replace(/<\/[^>]*>$/, "");
}"""
OF_PAGE = re.compile(r"^(?:run\.)?page\.")


def try_selector(page: Page, selector: str, mask: Mask) -> list[str]:
    """What a selector, or a locator as a connector writes it, finds in all frames: a sentence each.

    How many there are and how many of them are seen, in which frame, in what state the first is, and the texts of the
    first few; when there is none, the control that comes nearest. What is found is highlighted in the page.
    """
    selector = OF_PAGE.sub("", selector.strip())
    tried = Tried("try", selector)
    (found,) = probe(page, [tried])
    if found.wrong:
        return [found.wrong]
    highlight(page, selector)
    if not found.count:
        near = nearest(tried, look_at(page, mask))
        where = f"; the nearest is `{near[1].selector}`{near[0].place}" if near else ""
        return [f"`{selector}` matches nothing{where}."]
    there = f" in the frame {found.frame}" if found.frame else ""
    return [f"{found.count} found{there}, {found.visible} seen; {found.state}.", *_texts(page, selector)]


def highlight(page: Page, selector: str) -> None:
    """Mark in the page what a selector finds, and nothing else; an empty one takes the marks away."""
    from playwright.sync_api import Error  # noqa: PLC0415 - slow to import

    with suppress(Error):
        page.hide_highlight()
    for frame in page.frames if selector else ():
        with suppress(Error):
            finder(selector)(frame).highlight()


def _texts(page: Page, selector: str) -> Iterator[str]:
    """What a person reads in the first few; of a field what it is for, and not what was typed."""
    from playwright.sync_api import Error  # noqa: PLC0415 - slow to import

    left = SHOWN
    for frame in page.frames:
        with suppress(Error):
            for one in finder(selector)(frame).all()[:left]:
                left -= 1
                tag = one.evaluate(ITS_TAG)
                words = " ".join(one.inner_text(timeout=1000).split()) if one.is_visible() else ""
                yield f"  {tag[:LONGEST]}{f'  {words[:LONGEST]}' if words else ''}"
