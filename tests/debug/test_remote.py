"""The page of a run in a browser elsewhere: who has the token sees it and uses it, and nobody else."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
import requests
from playwright.sync_api import BrowserContext, Page

from toolkit.debug.remote import RemoteView

HTML = """<title>Acme</title><label>Login <input id=login></label>
<button onclick="document.title = login.value">Go</button>
<div style="height: 3000px"></div>"""


@pytest.fixture
def view() -> Iterator[RemoteView]:
    """The view of a run."""
    with RemoteView() as view:
        yield view


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """The page of the run."""
    page = context.new_page()
    page.set_content(HTML)
    return page


@pytest.fixture
def act(view: RemoteView, page: Page) -> Callable[..., None]:
    """`act(kind="key", key="Enter")` does what a viewer does, and has it done."""
    url = urlsplit(view.url)

    def act(**what: object) -> None:
        answer = requests.post(f"http://{url.netloc}/act?{url.query}", json=what, timeout=5)
        assert answer.status_code == 204
        view.tend(page)

    return act


def news(view: RemoteView) -> dict[str, str]:
    """What is said so far."""
    url = urlsplit(view.url)
    told: dict[str, str] = requests.get(f"http://{url.netloc}/news?{url.query}", timeout=5).json()
    return told


def test_a_viewer_clicks_types_and_scrolls(act: Callable[..., None], page: Page) -> None:
    """In the page itself, where the picture was clicked."""
    box, go = page.locator("#login").bounding_box(), page.locator("button").bounding_box()
    assert box is not None
    assert go is not None
    act(kind="click", x=box["x"] + 5, y=box["y"] + 5)
    act(kind="text", text="ada")
    act(kind="key", key="Backspace")
    act(kind="click", x=go["x"] + 5, y=go["y"] + 5)
    act(kind="scroll", by=400)
    page.wait_for_function("scrollY > 0")

    assert page.title() == "ad"


def test_a_viewer_picks_a_locator_as_a_person_writes_it(act: Callable[..., None], page: Page, view: RemoteView) -> None:
    """Of what is under the point."""
    box = page.locator("#login").bounding_box()
    assert box is not None
    act(kind="pick", x=box["x"] + 5, y=box["y"] + 5)

    assert news(view)["said"] == 'get_by_role("textbox", name="Login")'


def test_lines_come_in_order_and_words_are_shown(act: Callable[..., None], view: RemoteView) -> None:
    """What a viewer types at the prompt is for the prompt."""
    act(line="s #login")
    act(line="n")
    view.say("Before log_in")

    assert [view.line(), view.line(), view.line()] == ["s #login", "n", None]
    assert news(view)["said"] == "Before log_in"


@pytest.mark.parametrize("token", ["", "?token=", "?token=wrong"])
@pytest.mark.parametrize("path", ["/", "/picture", "/news", "/act"])
def test_without_the_token_there_is_nothing(view: RemoteView, token: str, path: str) -> None:
    """No page, no picture, no word, and nothing is done."""
    url = f"http://{urlsplit(view.url).netloc}{path}{token}"
    answers = [requests.get(url, timeout=5), requests.post(url, json={"line": "q"}, timeout=5)]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert view.line() is None


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"q"', b"1", b"x" * 20_000])
def test_what_cannot_be_read_is_refused(view: RemoteView, body: bytes) -> None:
    """And does no harm."""
    url = urlsplit(view.url)
    answer = requests.post(f"http://{url.netloc}/act?{url.query}", data=body, timeout=5)

    assert answer.status_code in {400, 403}
    assert view.line() is None


def test_an_unknown_key_is_not_pressed(act: Callable[..., None], page: Page) -> None:
    """Nor is an unknown kind done."""
    act(kind="key", key="F5")
    act(kind="navigate", url="about:blank")

    assert page.title() == "Acme"


def test_the_view_shows_the_picture_and_the_words(view: RemoteView, page: Page, context: BrowserContext) -> None:
    """In a real browser; its buttons are the words of the prompt."""
    viewer = context.new_page()
    viewer.goto(view.url)
    view.say("Before log_in (1 of 5)")
    view.tend(page)
    viewer.get_by_text("Before log_in (1 of 5)").wait_for()
    viewer.wait_for_function("document.getElementById('picture').naturalWidth > 0")
    with viewer.expect_request("**/act?*") as sent:
        viewer.get_by_role("button", name="next").click()

    assert json.loads(sent.value.post_data or "") == {"line": "n"}
    assert viewer.page_errors() == []
