"""What became of the selectors that a login tried: how many elements each finds, in which frame, and in what state."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from toolkit.debug.scene import script
from toolkit.web import seen

if TYPE_CHECKING:
    from playwright.sync_api import Frame, Locator, Page

__all__ = ["Probed", "Tried", "finder", "is_locator", "probe", "tried_in"]

WAITING = re.compile(r"waiting for ((?:locator|get_by_\w+|frame_locator)\(.*?)(?: to be \w+)?$", re.MULTILINE)
FINDERS = "locator get_by_role get_by_label get_by_text get_by_placeholder get_by_test_id get_by_alt_text get_by_title"
NARROWERS = "frame_locator filter nth first last visible content_frame and_ or_ describe"
CHAIN = frozenset(f"{FINDERS} {NARROWERS}".split())


@dataclass(frozen=True)
class Tried:
    """A selector that was looked for, and what for: the name of an outcome, "form", "submit", "code", or "wait"."""

    purpose: str
    selector: str


@dataclass(frozen=True)
class Probed:
    """A selector on the page as it is: how many it finds in all frames and how many of them a person sees.

    `frame` is the address of the frame that has the first, empty for the page itself. Of that first one: why it is
    `hidden`, whether it is `disabled`, what lies `over` it, with the `words` and `buttons` of that, as (selector,
    text). `wrong` says what is wrong with the selector itself.
    """

    tried: Tried
    count: int = 0
    visible: int = 0
    frame: str = ""
    hidden: str = ""
    disabled: bool = False
    over: str = ""
    words: str = ""
    buttons: list[tuple[str, str]] = field(default_factory=list)
    wrong: str = ""

    @property
    def is_usable(self) -> bool:
        """Whether a person could use it."""
        return bool(self.visible) and not (self.over or self.disabled)

    @property
    def state(self) -> str:
        """The same in words."""
        if self.wrong or not self.count:
            return self.wrong or "matches nothing"
        if not self.visible:
            return self.hidden or "cannot be seen"
        return "disabled" if self.disabled else f"covered by {self.over}" if self.over else "can be seen"


def tried_in(message: str) -> list[Tried]:
    """The locators that an error of Playwright tells of, such as `get_by_role("button", name="Log in")`."""
    return [Tried("wait", found) for found in dict.fromkeys(map(_plain, WAITING.findall(message)))]


def _plain(locator: str) -> str:
    """The selector alone of `locator("#go").first`, as it was written; any other locator as it is."""
    try:
        (name, arguments, _), *rest = _steps(ast.parse(locator, mode="eval").body)
    except (SyntaxError, ValueError):
        return locator
    alone = name == "locator" and all(step[0] in {"visible", "first", "nth"} for step in rest)
    return str(arguments[0]) if alone else locator


def is_locator(text: str) -> bool:
    """Whether a text is a locator as Playwright writes it, and no other code."""
    try:
        return bool(list(_steps(ast.parse(text, mode="eval").body)))
    except (SyntaxError, ValueError):
        return False


def probe(page: Page, tried: Sequence[Tried]) -> list[Probed]:
    """Look for each selector in every frame."""
    return [_probe(page, one) for one in tried]


def _probe(page: Page, tried: Tried) -> Probed:
    from playwright.sync_api import Error  # noqa: PLC0415 - slow to import

    find, frames = finder(tried.selector), page.frames
    count, first = 0, None
    for frame in frames:
        try:
            here = find(frame).count()
        except Error as error:
            if "selector" in error.message.lower():
                return Probed(tried, wrong=error.message.splitlines()[0])
            continue  # it is on its way elsewhere
        count += here
        first = first if first or not here else frame
    if first is None:
        return Probed(tried)
    return _stand(page, tried, count, first, find)


def _stand(page: Page, tried: Tried, count: int, frame: Frame, find: Callable[[Frame], Locator]) -> Probed:
    from playwright.sync_api import Error  # noqa: PLC0415 - slow to import

    place = "" if frame.parent_frame is None else frame.url
    try:
        shown = seen(page, find(frame))
        one: Locator = shown[0] if shown else find(frame).first
        found: dict[str, Any] = one.evaluate(script("stands.js"), timeout=1000)
    except Error:
        return Probed(tried, count, 0, place)
    buttons = [(button["selector"], button["text"]) for button in found.pop("buttons")]
    hidden = found.pop("hidden") or ("" if shown else "it is out of sight")
    return Probed(tried, count, len(shown), place, hidden="" if shown else hidden, buttons=buttons, **found)


def finder(selector: str) -> Callable[[Frame], Locator]:
    """How to find in a frame what a selector means, or a locator as Playwright writes it."""
    if not re.match(r"(?:locator|get_by_\w+|frame_locator)\(", selector):
        return lambda frame: frame.locator(selector)
    try:
        steps = list(_steps(ast.parse(selector, mode="eval").body))
    except (SyntaxError, ValueError):
        return lambda frame: frame.locator(selector)

    def find(frame: Frame) -> Any:
        found: Any = frame
        for name, arguments, named in steps:
            attribute = getattr(found, name)
            found = attribute(*arguments, **named) if callable(attribute) else attribute
        return found

    return find


def _steps(node: ast.expr) -> Iterator[tuple[str, list[Any], dict[str, Any]]]:
    """A chain of calls, from its start. Raises ValueError for anything else: an error's text is not to be run."""
    arguments: list[Any] = []
    named: dict[str, Any] = {}
    if isinstance(node, ast.Call):
        arguments = [ast.literal_eval(argument) for argument in node.args]
        named = {str(one.arg): ast.literal_eval(one.value) for one in node.keywords}
        node = node.func
    if isinstance(node, ast.Attribute):
        yield from _steps(node.value)
        name = node.attr
    elif isinstance(node, ast.Name):
        name = node.id
    else:
        name = ""
    if name not in CHAIN:
        raise ValueError(ast.dump(node))
    yield name, arguments, named
