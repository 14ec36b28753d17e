"""Causes that can be seen in the page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from toolkit.debug.facts import Cause
from toolkit.debug.nearest import meant_by, nearest, nearest_other

if TYPE_CHECKING:
    from collections.abc import Iterator

    from toolkit.debug.facts import Facts
    from toolkit.debug.probe import Probed, Tried
    from toolkit.debug.scene import Control, FrameScene, Scene

__all__ = [
    "asks_for_a_code",
    "does_not_answer",
    "is_covered",
    "is_disabled",
    "is_hidden",
    "is_in_a_frame",
    "is_slow",
    "matches_nothing",
    "shows_none_of_it",
    "shows_something_else",
    "wrong_selector",
]

CODE = re.compile(
    r"\b(?:code|otp|one.time|verification|sms|2fa|two.factor|einmal\w*|authenticator|codigo|código|codice)\b",
    re.IGNORECASE,
)
BOXES = 4  # fields for one digit each
SERVER_ERROR = 500
# What a login cannot do without comes first: an outcome that does not show may just not have come about.
PURPOSES = {"form": 0, "submit": 1, "wait": 2, "code": 3, "ok": 4}


def does_not_answer(facts: Facts) -> Cause | None:
    """The page itself, or a call that it cannot do without, ended in an error of the server or of the network."""
    failed = [one for one in facts.asked if one.by == "page" and one.kind in {"document", "fetch", "xhr"}]
    last = next((one for one in reversed(failed) if one.went_wrong), None)
    if last is None or (last.status is not None and last.status < SERVER_ERROR):
        return None
    if any(probed.visible for probed in facts.probed):
        return None
    what = last.failure or f"HTTP {last.status}"
    return Cause(
        f"`{last.method} {_bare(last.url)}` was answered with {what}: the site is in trouble, not the connector.",
        "Run it again later.",
    )


def asks_for_a_code(facts: Facts) -> Cause | None:
    """A field for a code shows, and the connector does not know it."""
    scene = facts.scene
    if scene is None or any(probed.tried.purpose == "code" and probed.visible for probed in facts.probed):
        return None
    known = {probed.tried.selector for probed in facts.probed if probed.visible}
    found = next(((frame, one) for frame, one in _codes(scene) if one.selector not in known), None)
    if found is None:
        return None
    frame, control = found
    said = next((words for words in scene.told if CODE.search(words)), control.caption)
    return Cause(
        f'The site asks for a code: "{said}", in `{control.selector}`{frame.place}.',
        f"Tell the login where it goes: login_form(…, codes={{\"sms\": '{control.selector}'}}); kinds are sms, email "
        "and totp.",
    )


def _codes(scene: Scene) -> Iterator[tuple[FrameScene, Control]]:
    for frame in scene.frames:
        fields = [one for one in frame.controls if one.is_field and one.visible and one.type != "password"]
        boxes = [one for one in fields if one.maxlength == 1]
        if len(boxes) >= BOXES:
            yield frame, boxes[0]
        for one in fields:
            says = f"{one.label} {one.name} {one.id} {one.placeholder} {one.autocomplete}"
            if one.autocomplete == "one-time-code" or (CODE.search(says.replace("_", " ")) and not scene.passwords):
                yield frame, one


def wrong_selector(facts: Facts) -> Cause | None:
    """A selector is none."""
    bad = next((probed for probed in facts.probed if probed.wrong), None)
    if bad is None:
        return None
    return Cause(f"`{bad.tried.selector}` is no selector: {bad.wrong}.", "Write it as Playwright's selectors are.")


def is_covered(facts: Facts) -> Cause | None:
    """What is to be clicked lies under something else."""
    covered = next((probed for probed in facts.probed if probed.over and probed.visible), None)
    if covered is None or not _was_to_be_used(covered, facts):
        return None
    says = f' ("{covered.words}")' if covered.words else ""
    advice = "Click it away first."
    if covered.buttons:
        buttons = ", ".join(f'`{selector}` "{text}"' for selector, text in covered.buttons)
        advice = f"Have it clicked away: login_form(…, dismiss=['{covered.buttons[-1][0]}']). Its buttons: {buttons}."
    return Cause(f"`{covered.tried.selector}` is covered by `{covered.over}`{says}.", advice)


def _was_to_be_used(probed: Probed, facts: Facts) -> bool:
    return probed.tried.purpose in {"form", "submit", "wait", "code"} or probed.tried.selector in facts.error.message


def is_in_a_frame(facts: Facts) -> Cause | None:
    """What was looked for in the page is there, but in a frame."""
    inside = next((one for one in facts.probed if one.frame and one.visible and one.tried.purpose == "wait"), None)
    if inside is None:
        return None
    return Cause(
        f"`{inside.tried.selector}` is not in the page itself but in the frame {_bare(inside.frame)}.",
        'Look for it there: run.page.frame_locator("iframe[src*=…]").locator(…); `login_form` and `toolkit.seen` look '
        "into frames by themselves.",
    )


def is_disabled(facts: Facts) -> Cause | None:
    """A button cannot be clicked yet."""
    off = next((one for one in facts.probed if one.disabled and one.visible and _was_to_be_used(one, facts)), None)
    if off is None:
        return None
    return Cause(
        f"`{off.tried.selector}` is there but disabled: the page wants something more before it can be clicked.",
        "See in the picture what is still empty, or unticked.",
    )


def is_slow(facts: Facts) -> Cause | None:
    """The site has not answered yet."""
    waiting = [one for one in facts.asked if one.by == "page" and one.is_open and one.kind != "websocket"]
    calls = [one for one in waiting if one.kind in {"document", "fetch", "xhr"}]
    if not calls:
        return None
    slow = calls[-1]
    since = facts.waited - slow.began
    return Cause(
        f"The page still waits for the answer to `{slow.method} {_bare(slow.url)}`, for {since:.0f} seconds now.",
        "Give it longer, login_form(…, timeout=120), or run it again later.",
    )


def shows_something_else(facts: Facts) -> Cause | None:
    """A page came between: neither the login form nor any outcome, but words and buttons of its own."""
    scene = facts.scene
    if scene is None or scene.passwords or any(probed.visible for probed in facts.probed) or not scene.told:
        return None
    if any(_renamed(probed.tried, facts) for probed in facts.probed):
        return None
    buttons = [(frame, one) for frame, one in scene.controls() if one.visible and not one.is_field and one.text]
    if not buttons:
        return None
    shown = ", ".join(f'`{one.selector}` "{one.text}"' for _, one in buttons[:4])
    return Cause(
        f'The site shows a page that the connector does not know: "{scene.told[0]}" at {_bare(scene.url)}.',
        f"If it may be clicked away: login_form(…, dismiss=['{buttons[-1][1].selector}']); if you must decide: "
        f"terms=… or action=…. Its buttons: {shown}.",
    )


def matches_nothing(facts: Facts) -> Cause | None:
    """A selector finds nothing any more; something else is what it meant."""
    lost = [probed for probed in facts.probed if not probed.count]
    order = sorted(lost, key=lambda probed: PURPOSES.get(probed.tried.purpose, 9))
    for probed in order:
        if renamed := _renamed(probed.tried, facts):
            return renamed
    return None


def _renamed(tried: Tried, facts: Facts) -> Cause | None:
    scene = facts.scene
    if scene is None or tried.purpose not in PURPOSES:
        return None
    known = [probed.tried.selector for probed in facts.probed if probed.count]
    if tried.purpose == "ok":
        other = nearest_other(tried, scene) if not scene.passwords else None
        return other and _is_now(tried, other[0], other[1], "element")
    found = nearest(tried, scene, besides=known)
    if found is None:
        return None
    kind = {"field": "input", "button": "button"}.get(meant_by(tried), "element")
    return _is_now(tried, found[0], found[1].selector, kind, found[1].caption)


def _is_now(tried: Tried, frame: FrameScene, selector: str, kind: str, caption: str = "") -> Cause:
    called = f' ("{caption}")' if caption else ""
    return Cause(
        f"`{tried.selector}` matches nothing; the nearest {kind} is `{selector}`{called}{frame.place}.",
        f"If that is it, write `{selector}` in its place.",
    )


def is_hidden(facts: Facts) -> Cause | None:
    """A selector finds something that nobody can see."""
    hidden = next((one for one in facts.probed if one.count and not one.visible and one.hidden), None)
    if hidden is None or hidden.tried.purpose not in PURPOSES:
        return None
    return Cause(
        f"`{hidden.tried.selector}` finds {hidden.count}, but no person sees it: {hidden.hidden}.",
        "The page may show it only after another step; see the picture.",
    )


def shows_none_of_it(facts: Facts) -> Cause | None:
    """The page shows nothing that was expected, and nothing tells why."""
    scene = facts.scene
    if scene is None or not facts.probed or any(probed.visible for probed in facts.probed):
        return None
    says = scene.told[0] if scene.told else scene.main.text or scene.main.title
    looks = f'It says "{says}".' if says else "It is empty."
    tried = ", ".join(f"`{probed.tried.selector}`" for probed in facts.probed)
    return Cause(
        f"The page at {_bare(scene.url)} shows none of {tried}. {looks}",
        "See the picture and the page's HTML in the report.",
    )


def _bare(url: str) -> str:
    return url.partition("?")[0].partition("#")[0]
