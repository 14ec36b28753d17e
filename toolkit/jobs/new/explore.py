"""Log in on a recording, as a person would, and note the steps: each with a locator of its role, label or text."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

from toolkit.debug.nearest import nearest
from toolkit.debug.probe import Tried, is_locator
from toolkit.debug.scene import Control, look_at
from toolkit.jobs.new.plan import Login, Step

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from playwright.sync_api import Frame, Locator, Page

    from toolkit.debug.scene import FrameScene, Scene

__all__ = ["explore"]

STEPS = 3  # a user name, a password, and what lies between
BEAT = 100
PATIENCE = 10_000  # milliseconds until a page shows what comes next
LANDMARKS = "h1, h2, nav a, [role=heading], button, a"
SHORT = 40  # characters of what tells that somebody is logged in
TEXTS = frozenset({"", "text", "email", "tel"})
USER = Tried("form", "input[name=login] user email username")
SUBMIT = Tried("submit", "button login sign in continue submit")


def explore(page: Page, url: str, fields: Mapping[str, str]) -> Login | None:
    """The steps of a login at `url`, found by doing it with these values; None when no password can be entered.

    What shows only afterwards becomes `ok`.
    """
    from playwright.sync_api import Error  # noqa: PLC0415 - slow to import

    try:
        return _explore(page, url, fields)
    except Error:
        return None


def _explore(page: Page, url: str, fields: Mapping[str, str]) -> Login | None:
    page.set_default_timeout(PATIENCE)
    page.goto(url)
    steps: list[Step] = []
    before: set[str] = set()
    for _ in range(STEPS):
        scene = _form(page)
        before |= set(_landmarks(page))
        password = [(frame, one) for frame, one in scene.controls() if one.type == "password" and one.visible]
        user = None if any(step.field == "login" for step in steps) else _user(scene)
        wanted = [("login", user)] if user is not None else []
        wanted += [("password", password[0])] if password else []
        steps += [_fill(page, *found, name, fields[name]) for name, found in wanted]
        submit = nearest(SUBMIT, scene)
        if submit is None or not wanted:
            return None
        steps.append(_click(page, *submit))
        if not all(step.locator for step in steps):
            return None
        if password:
            return Login(url, steps=tuple(steps), ok=_ok(page, before, password[0][1]))
    return None


def _user(scene: Scene) -> tuple[FrameScene, Control] | None:
    """The field for the user name, by its names; else the first one for a text."""
    texts = ((frame, one) for frame, one in scene.controls() if one.visible and one.is_field and one.type in TEXTS)
    return nearest(USER, scene) or next(texts, None)


def _form(page: Page) -> Scene:
    """The page, once a field of it can be filled, in whichever frame."""
    end = monotonic() + PATIENCE / 1000
    while True:
        scene = look_at(page, str)  # type: ignore[arg-type]
        if monotonic() > end or any(one.is_field and one.visible and not one.disabled for _, one in scene.controls()):
            return scene
        page.wait_for_timeout(BEAT)


def _fill(page: Page, frame: FrameScene, control: Control, name: str, value: str) -> Step:
    one = _locator(page, frame, control)
    step = Step("fill", _code(one), name)
    one.fill(value)
    return step


def _click(page: Page, frame: FrameScene, control: Control) -> Step:
    one = _locator(page, frame, control)
    step = Step("click", _code(one))
    one.click()
    return step


def _locator(page: Page, frame: FrameScene, control: Control) -> Locator:
    place: Page | Frame = page
    if not frame.is_main:
        place = next(one for one in page.frames if one.url == frame.url)
    return place.locator(control.selector).first


def _code(one: Locator) -> str:
    """A locator of the page as a person writes it, by way of its frames; empty unless it is that, and no other code."""
    code = str(one.normalize())
    return code if is_locator(code) else ""


def _ok(page: Page, before: set[str], password: Control) -> str:
    """What shows once somebody is logged in, and did not before."""
    page.locator(password.selector).first.wait_for(state="hidden")
    page.wait_for_function(
        "([selector, known]) => [...document.querySelectorAll(selector)].some("
        "(one) => one.checkVisibility() && one.innerText.trim() && !known.includes(one.innerText.trim()))",
        arg=[LANDMARKS, sorted(before)],
    )
    for text in _landmarks(page):
        if text not in before and len(text) <= SHORT:
            one = page.locator(LANDMARKS).filter(visible=True).get_by_text(text, exact=True)
            candidates = [page.locator(LANDMARKS).filter(visible=True, has_text=text).first, one.first]
            return next((_code(each) for each in candidates if each.count()), "")
    return ""


def _landmarks(page: Page) -> Sequence[str]:
    found: list[str] = page.locator(LANDMARKS).evaluate_all(
        "(all) => all.filter((one) => one.checkVisibility()).map((one) => one.innerText.trim())"
    )
    return [text for text in dict.fromkeys(found) if text and "\n" not in text]
