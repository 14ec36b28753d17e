"""`enter_code`: a code is asked for, and typed as a person types it into a page that may go on by itself."""

from __future__ import annotations

from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING

from toolkit.errors import UnknownError, WrongTwoFaCode
from toolkit.login.outcome import PAUSE
from toolkit.run import DEADLINE
from toolkit.web import seen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Locator, Page, Request

    from toolkit.run import Run

__all__ = ["enter_code"]

MOMENT = 1.0  # seconds in which a page that needs no click goes on after the last digit
SENDS = {"document", "fetch", "xhr"}
LONGEST = 100
# A page that moves the focus by itself does so a moment after the key: the next key must not come in between.
TURN = "() => new Promise((done) => setTimeout(done))"
AROUND = "(box) => (box.closest('form') || box.parentElement || box).innerText"


def enter_code(
    run: Run,
    kind: str,
    where: str | Locator,
    *,
    message: str = "",
    submit: str | Locator | None = None,
    deadline: float = DEADLINE,
) -> None:
    """Ask for a code of a kind, as `run.ask` does, and type it into what shows of `where` on `run.page`.

    That is one field, or a box for each digit; the keys are really pressed, since boxes may listen to nothing else.
    Then `submit` is clicked, unless the page has sent the code by itself: what is sent twice may be refused. `message`
    is what the person is told; by default the words of the page around the field.

    Raises TwoFaExpired and TwoFaCancelled as `run.ask` does, WrongTwoFaCode when there is another number of boxes than
    of digits, and UnknownError when nothing of `where` shows.
    """
    boxes = seen(run.page, where)
    if not boxes:
        raise UnknownError(f"The page shows no field `{where}` for a code ({kind}).")
    told = message or " ".join(str(boxes[0].evaluate(AROUND)).split())[:LONGEST]
    code = "".join(run.ask(kind, told, deadline=deadline).split())
    if len(boxes) not in {1, len(code)}:
        raise WrongTwoFaCode(f"The site wants a code of {len(boxes)} digits, and was given one of {len(code)}.")
    _type(boxes, code[:-1])
    boxes[-1].evaluate(TURN)
    with _sends(run.page) as sent:
        _type(boxes[-1:], code[-1:])
        if submit is None or _goes_on(run.page, where, sent):
            return
    for button in seen(run.page, submit, near=boxes[0])[:1]:
        button.click()


def _type(boxes: list[Locator], digits: str) -> None:
    if len(boxes) == 1:
        boxes[0].press_sequentially(digits)
        return
    for box, digit in zip(boxes, digits, strict=False):
        if box is not boxes[0]:
            box.evaluate(TURN)
        box.press(digit)


@contextmanager
def _sends(page: Page) -> Iterator[list[Request]]:
    """What the page sends while the block lasts."""
    sent: list[Request] = []

    def note(request: Request) -> None:
        if request.resource_type in SENDS:
            sent.append(request)

    page.on("request", note)
    try:
        yield sent
    finally:
        page.remove_listener("request", note)


def _goes_on(page: Page, where: str | Locator, sent: list[Request]) -> bool:
    """Whether the page sends something, or has no field for the code any more."""
    end = monotonic() + MOMENT
    while monotonic() < end:
        if sent or not seen(page, where):
            return True
        page.wait_for_timeout(PAUSE)
    return False
