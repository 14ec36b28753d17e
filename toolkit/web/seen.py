"""What a person sees of a page: in any of its frames, in open shadow roots, and not what is hidden to trap robots."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Frame, Locator, Page

__all__ = ["seen"]

# Playwright calls visible what has a box. A person also does not see what is transparent, a pixel small, moved out of
# the page, or in a box without a size that clips it. The way up goes through slots and shadow roots.
SEEN = """(elements) => {
  const above = (node) => node.assignedSlot ?? node.parentElement ?? node.getRootNode().host;
  const tiny = (box) => Math.min(box.width, box.height) <= 1;
  const seen = (element) => {
    if (getComputedStyle(element).display === 'contents') return [...element.children].some(seen);
    const box = element.getBoundingClientRect();
    let [right, bottom, escapes] = [box.right, box.bottom, false];
    for (let node = element; node; node = above(node)) {
      const style = getComputedStyle(node);
      if (style.opacity === '0') return false;
      const clips = style.overflow !== 'visible' && !escapes && node !== document.body;
      if (clips && node !== document.documentElement && tiny(node.getBoundingClientRect())) return false;
      escapes ||= style.position === 'fixed' || style.position === 'absolute';
      [right, bottom] = [right + node.scrollLeft, bottom + node.scrollTop];
    }
    return !tiny(box) && right > 0 && bottom > 0;
  };
  return elements.flatMap((element, place) => seen(element) ? [place] : []);
}"""
CLOSED = "has been closed"
GONE = ("context was destroyed", "detached")  # what Playwright says of a frame that navigates or leaves


def seen(page: Page, wanted: str | Locator, *, near: Locator | None = None) -> list[Locator]:
    """What a person sees of a selector, in the first frame of the page that shows any of it; or of a locator.

    The frame of `near` is looked at first, then the page itself, then its other frames. Raises Playwright's Error for a
    selector that is none, and when the page is closed.
    """
    if not isinstance(wanted, str):
        return _seen(wanted)
    for frame in dict.fromkeys([*_frame_of(near), *page.frames]):
        found = _seen(frame.locator(wanted))
        if found and _is_seen(frame):
            return found
    return []


def _frame_of(locator: Locator | None) -> list[Frame]:
    """The frame of what a locator finds now; it may be gone."""
    from playwright.sync_api import Error  # noqa: PLC0415 - slow to import

    if locator is None:
        return []
    try:
        frames = [handle.owner_frame() for handle in locator.element_handles()]
    except Error as error:
        if _is_gone(error.message, locator.page):
            return []
        raise
    return [frame for frame in frames[:1] if frame is not None]


def _seen(locator: Locator) -> list[Locator]:
    from playwright.sync_api import Error  # noqa: PLC0415 - slow to import

    visible = locator.filter(visible=True)
    try:
        return [visible.nth(place) for place in visible.evaluate_all(SEEN)]
    except Error as error:
        if _is_gone(error.message, locator.page):
            return []
        raise


def _is_seen(frame: Frame) -> bool:
    """Whether a person sees the frame, and those around it: some sites keep one out of sight for their own talk."""
    from playwright.sync_api import Error  # noqa: PLC0415 - slow to import

    if frame.parent_frame is None:
        return True
    try:
        element = frame.frame_element()
        return bool(element.is_visible() and element.evaluate(f"(frame) => ({SEEN})([frame]).length"))
    except Error as error:
        if _is_gone(error.message, frame.page):
            return False
        raise


def _is_gone(message: str, page: Page) -> bool:
    """Whether an error tells of a frame that is no more; one of another site takes its process along."""
    return any(words in message for words in GONE) or (CLOSED in message and not page.is_closed())
