"""Keypads whose keys are found by what they mean, in a real browser."""

from collections.abc import Iterator
from contextlib import closing

import pytest
from playwright.sync_api import Page

from toolkit.errors import LoginFailed, UnknownError
from toolkit.jobs import SharedBrowser
from toolkit.login.keypad import is_keypad, press

KEYS = """<script>const pressed = []; onclick = (event) => pressed.push(event.target.closest(".key").id)</script>
<button class=key id=0>7</button>
<div class=key id=1>8</div>
<b class=key id=2 role=button aria-label="Key 9">#</b>
<input class=key id=3 type=button value=4>
<a class=key id=4 href="#5"><img alt=3></a>
<button class=key id=5><svg width=9 height=9><title>5</title></svg></button>
<li class=key id=6>6</li>
<h2 class=key id=7>A</h2>
<button class=key id=8>2 ABC</button>
<button class=key id=9>10</button>
<button class=key id=10><img width=9 height=9></button>"""


@pytest.fixture(scope="module")
def tab(shared_pages: SharedBrowser) -> Iterator[Page]:
    """A page for all of them."""
    with closing(shared_pages.browser().new_context()) as context:
        yield context.new_page()


def test_keys_are_found_by_what_they_say(tab: Page) -> None:
    """In text, label, value, alternative text or title; a number of two digits is none."""
    tab.set_content(KEYS)
    press(tab.locator(".key").all, "7894356A2")

    assert tab.evaluate("pressed.map(Number)") == list(range(9))
    with pytest.raises(LoginFailed, match="a character that"):
        press(tab.locator(".key").all, "1")


def test_keys_that_say_nothing_are_told(tab: Page) -> None:
    """Nobody guesses."""
    tab.set_content("<button class=key></button><canvas class=key></canvas>")
    with pytest.raises(UnknownError, match="cannot be read"):
        press(tab.locator(".key").all, "1")


def test_fields_are_no_keypad(tab: Page) -> None:
    """Nor is one element alone."""
    tab.set_content("<input><input><button>1</button><button>2</button><input type=button value=3>")

    assert not is_keypad(tab.locator("input").all())
    assert not is_keypad(tab.locator("button").first.all())
    assert is_keypad(tab.locator("button, [type=button]").all())
