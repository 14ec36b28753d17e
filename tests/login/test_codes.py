"""Codes are typed in a real browser; whole logins with them are in tests/sites."""

from collections.abc import Callable, Iterator
from contextlib import closing
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.sync_api import Page

from toolkit.errors import UnknownError, WrongTwoFaCode
from toolkit.jobs import SharedBrowser
from toolkit.login.codes import enter_code

FIELD = "<form onsubmit='return false'><label>Your code, Ada <input></label><button onclick='n++'>Go</button></form>"
SCRIPT = "<script>var n = 0, keys = []; onkeydown = (event) => keys.push(event.key)</script>"


@pytest.fixture(scope="module")
def tab(shared_pages: SharedBrowser) -> Iterator[Page]:
    """A page for all of them."""
    with closing(shared_pages.browser().new_context()) as context:
        yield context.new_page()


@pytest.fixture
def make_run(tab: Page) -> Callable[[str, str], Any]:
    """`make_run(html, code)`: as much of a Run as it takes, whose person gives this code."""

    def make_run(html: str, code: str) -> Any:
        tab.set_content(SCRIPT + html)
        asked: list[tuple[Any, ...]] = []

        def ask(kind: str, message: str, *, deadline: float) -> str:
            asked.append((kind, message, deadline))
            return code

        return SimpleNamespace(page=tab, ask=ask, asked=asked)

    return make_run


def test_each_key_is_pressed_and_then_the_button(make_run: Callable[..., Any]) -> None:
    """The person is told what the page says; spaces are not typed."""
    run = make_run(FIELD, "123 456")
    enter_code(run, "sms", "input", submit="button", deadline=9)

    assert run.asked == [("sms", "Your code, Ada Go", 9)]
    assert run.page.evaluate("[keys.join(''), document.querySelector('input').value, n]") == ["123456", "123456", 1]


def test_boxes_get_a_digit_each(make_run: Callable[..., Any]) -> None:
    """Whether the focus moves by itself or not; without a button to click there is none."""
    run = make_run("<input class=box>" * 3, "123")
    enter_code(run, "sms", ".box", message="Code")

    assert run.page.eval_on_selector_all(".box", "(all) => all.map((box) => box.value)") == ["1", "2", "3"]


@pytest.mark.parametrize("reaction", ["fetch('%s').catch(() => 0)", "document.querySelector('form').remove()"])
def test_a_page_that_goes_on_by_itself_is_left_alone(make_run: Callable[..., Any], closed: str, reaction: str) -> None:
    """It sends something after the last digit, or shows something else; the button stays."""
    script = f"<script>oninput = (event) => event.target.value.length == 3 && {reaction.replace('%s', closed)}</script>"
    run = make_run(f"{FIELD}{script}<button onclick='n++'>Again</button>", "123")
    enter_code(run, "sms", "input", submit="button")

    assert run.page.evaluate("n") == 0


def test_another_number_of_digits_is_not_typed(make_run: Callable[..., Any]) -> None:
    """It can only be wrong."""
    run = make_run("<input class=box>" * 3, "12")
    with pytest.raises(WrongTwoFaCode, match="a code of 3 digits, and was given one of 2"):
        enter_code(run, "sms", ".box")

    assert run.page.evaluate("keys") == []


def test_a_field_that_does_not_show_is_said(make_run: Callable[..., Any]) -> None:
    """Before anybody is asked."""
    run = make_run("<input hidden>", "123")
    with pytest.raises(UnknownError, match=r"shows no field `input` for a code \(sms\)"):
        enter_code(run, "sms", "input")

    assert run.asked == []
