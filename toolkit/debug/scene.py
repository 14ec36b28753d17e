"""What a page showed at one moment: its controls in every frame, its words, its HTML, its console, a picture."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from playwright.sync_api import Frame, Locator, Page

    from toolkit.account import Mask

__all__ = ["Control", "FrameScene", "Scene", "look_at", "script"]

LONGEST = 300_000  # characters of HTML
CONSOLE_LINES = 40
MASK_COLOR = "#94a3b8"


@dataclass(frozen=True)
class Control:
    """Something that a person can fill or click, and a selector that means it alone."""

    selector: str
    tag: str
    type: str = ""
    id: str = ""
    name: str = ""
    autocomplete: str = ""
    label: str = ""
    placeholder: str = ""
    text: str = ""
    classes: str = ""
    maxlength: int = 0
    numeric: bool = False
    visible: bool = True
    disabled: bool = False

    @property
    def is_field(self) -> bool:
        """Whether it is to be filled."""
        return self.tag in {"input", "textarea", "select"} and self.type not in {"submit", "button", "image", "reset"}

    @property
    def caption(self) -> str:
        """What a person would call it."""
        return self.label or self.text or self.placeholder or self.name or self.type


@dataclass(frozen=True)
class FrameScene:
    """One frame: `told` are its headings and alerts, `others` the elements that have an id, as (selector, text)."""

    url: str
    is_main: bool
    title: str = ""
    loading: bool = False
    told: list[str] = field(default_factory=list)
    text: str = ""
    controls: list[Control] = field(default_factory=list)
    others: list[tuple[str, str]] = field(default_factory=list)
    html: str = field(default="", repr=False)

    @property
    def place(self) -> str:
        """Where it is, for a sentence; empty for the page itself."""
        return "" if self.is_main else f" in the frame {self.url}"


@dataclass(frozen=True)
class Scene:
    """All of a page. `picture` is a PNG of what could be seen, `size` its width and height in CSS pixels."""

    url: str
    frames: list[FrameScene] = field(default_factory=list)
    console: list[str] = field(default_factory=list)
    picture: bytes = field(default=b"", repr=False)
    size: tuple[int, int] = (0, 0)

    @property
    def main(self) -> FrameScene:
        """The page itself."""
        return next((frame for frame in self.frames if frame.is_main), FrameScene(self.url, is_main=True))

    @property
    def told(self) -> list[str]:
        """The headings and alerts of all frames."""
        return [words for frame in self.frames for words in frame.told]

    def controls(self) -> Iterator[tuple[FrameScene, Control]]:
        """Every control, with its frame."""
        for frame in self.frames:
            yield from ((frame, control) for control in frame.controls)

    @property
    def passwords(self) -> list[Control]:
        """The password fields that can be seen."""
        return [control for _, control in self.controls() if control.type == "password" and control.visible]


def look_at(page: Page, mask: Mask) -> Scene:
    """Look at a page as it is now. What is masked is so in the picture too."""
    from playwright.sync_api import Error  # noqa: PLC0415 - slow to import

    frames = [scene for frame in page.frames if (scene := _frame(frame)) is not None]
    console: list[str] = []
    picture, size = b"", (0, 0)
    with suppress(Error):
        console = list(_console(page))[-CONSOLE_LINES:]
    with suppress(Error):
        picture = _picture(page, mask)
        box = page.viewport_size or {"width": 0, "height": 0}
        size = (box["width"], box["height"])
    return Scene(page.url, frames, console, picture, size)


@cache
def script(name: str) -> str:
    """A script of this room."""
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _frame(frame: Frame) -> FrameScene | None:
    from playwright.sync_api import Error  # noqa: PLC0415 - slow to import

    try:
        found: dict[str, Any] = frame.evaluate(script("look.js"))
        html = frame.content()[:LONGEST]
    except Error:  # it is on its way elsewhere
        return None
    others = [(other["selector"], other["text"]) for other in found.pop("others") if other["visible"]]
    controls = [Control(**control) for control in found.pop("controls")]
    return FrameScene(
        frame.url, is_main=frame.parent_frame is None, controls=controls, others=others, html=html, **found
    )


def _console(page: Page) -> Iterator[str]:
    for message in page.console_messages():
        place = message.location
        yield f"{message.type}: {message.text} ({place['url']}:{place['lineNumber'] + 1})"
    for error in page.page_errors():
        yield f"uncaught: {error.name}: {error.message}"


def _picture(page: Page, mask: Mask) -> bytes:
    hidden = [place for frame in page.frames for place in _secret_places(frame, mask)]
    return page.screenshot(mask=hidden, mask_color=MASK_COLOR, animations="disabled", caret="initial", timeout=5000)


def _secret_places(frame: Frame, mask: Mask) -> Iterable[Locator]:
    """The fields that hold a password or something else that is to be hidden, and what shows such a thing."""
    from playwright.sync_api import Error  # noqa: PLC0415 - slow to import

    yield frame.locator("input[type=password]")
    with suppress(Error):
        fields = frame.locator("input, textarea")
        for place, value in enumerate(fields.evaluate_all("(all) => all.map((one) => one.value)")):
            if value and mask(value) != value:
                yield fields.nth(place)
        shown = frame.locator("body").inner_text(timeout=1000)
        if mask(shown) != shown:
            yield from (frame.get_by_text(secret) for secret in mask.secrets if len(secret) > 3 and secret in shown)  # noqa: PLR2004
