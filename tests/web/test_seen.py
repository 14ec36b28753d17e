"""What a person sees of a page, in a real browser."""

from collections.abc import Iterator
from contextlib import closing

import pytest
from playwright.sync_api import Error, Locator, Page

from toolkit.jobs import SharedBrowser
from toolkit.web import seen

NOTHING_TO_SEE = [
    "<input hidden>",
    "<input type=hidden>",
    "<input style='visibility: hidden'>",
    "<input style='opacity: 0'>",
    "<div style='opacity: 0'><p><input></div>",
    "<input style='position: absolute; left: -9999px'>",
    "<div style='position: absolute; top: -9999px'><input></div>",
    "<input style='width: 1px; height: 1px; padding: 0; border: 0'>",
    "<div style='height: 0; overflow: hidden'><input></div>",
    "<iframe hidden srcdoc='<input>'></iframe>",
    "<iframe style='opacity: 0' srcdoc='<input>'></iframe>",
    "<iframe style='position: absolute; left: -9999px' srcdoc='<input>'></iframe>",
    "<div><template shadowrootmode=open><div style='opacity: 0'><slot></slot></div></template><input></div>",
]
SEEN = [
    "<input>",
    "<div style='height: 5000px'></div><input>",
    "<div style='height: 0'><input></div>",
    "<div style='height: 0; overflow: hidden'><div style='position: fixed; top: 0'><input></div></div>",
    "<div style='opacity: 0.5'><input></div>",
    "<iframe srcdoc='<input>'></iframe>",
    "<iframe srcdoc=\"<iframe srcdoc='<input>'></iframe>\"></iframe>",
    "<div><template shadowrootmode=open><input></template></div>",
]


@pytest.fixture(scope="module")
def tab(shared_pages: SharedBrowser) -> Iterator[Page]:
    """A page for all of them."""
    with closing(shared_pages.browser().new_context()) as context:
        yield context.new_page()


@pytest.mark.parametrize("html", NOTHING_TO_SEE)
def test_what_is_hidden_is_not_seen(tab: Page, html: str) -> None:
    """However it is hidden."""
    tab.set_content(html)

    assert seen(tab, "input") == []


@pytest.mark.parametrize("html", SEEN)
def test_what_a_person_sees_is_seen(tab: Page, html: str) -> None:
    """Below the fold, in a frame, in an open shadow root; and it can be filled."""
    tab.set_content(html)
    (field,) = seen(tab, "input")
    field.fill("Ada")

    assert field.input_value() == "Ada"


def test_a_box_that_was_scrolled_still_shows_its_beginning(tab: Page) -> None:
    """What is above the lower end of a box that scrolls is not outside of the page."""
    tab.set_content("<div style='height: 99px; overflow: auto'><input><p style='height: 9999px'></div>")
    tab.evaluate("document.querySelector('div').scrollTop = 9000")

    assert len(seen(tab, "input")) == 1


def test_an_element_without_a_box_is_seen_by_what_it_holds(tab: Page) -> None:
    """As custom elements with `display: contents`."""
    tab.set_content("<b style='display: contents'><input></b><b style='display: contents'></b>")

    assert len(seen(tab, "b")) == 1


def test_the_frame_of_what_is_near_comes_first(tab: Page) -> None:
    """Then the page itself, then the other frames: a button of the form is no button of the page around it."""
    tab.set_content("<button>Menu</button><iframe srcdoc='<input><button>Log in</button>'></iframe>")
    (field,) = seen(tab, "input")

    assert [button.inner_text() for button in seen(tab, "button", near=field)] == ["Log in"]
    assert [button.inner_text() for button in seen(tab, "button")] == ["Menu"]


def test_a_frame_may_go_while_it_is_looked_at(tab: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    """One of another site takes its process along; what Playwright says then reads as if the page were closed."""

    def ended(*_: object) -> None:
        raise Error("Locator.evaluate_all: Target page, context or browser has been closed")

    tab.set_content("<iframe srcdoc='<input>'></iframe>")
    monkeypatch.setattr(Locator, "evaluate_all", ended)

    assert seen(tab, "input") == []


def test_a_page_that_is_closed_is_no_page_that_shows_nothing(tab: Page) -> None:
    """Whoever waits for something to show there would wait in vain."""
    gone = tab.context.new_page()
    gone.close()
    with pytest.raises(Error, match="closed"):
        seen(gone, "input")


def test_a_locator_is_looked_at_as_it_is(tab: Page) -> None:
    """Such as one in a certain frame, which may not be there."""
    tab.set_content("<input><iframe srcdoc='<input><input>'></iframe>")

    assert len(seen(tab, "input")) == 1
    assert len(seen(tab, tab.frame_locator("iframe").locator("input"))) == 2
    assert seen(tab, tab.frame_locator("#another").locator("input")) == []


def test_what_is_no_selector_is_refused(tab: Page) -> None:
    """At once, not after a timeout."""
    with pytest.raises(Error, match="while parsing"):
        seen(tab, "input[")
