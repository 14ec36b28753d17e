"""What becomes of a login, by what the page shows first, in a real browser."""

from collections.abc import Iterator
from contextlib import closing
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.sync_api import Page

from toolkit.errors import LoginFailed, UnknownError, VendorDown
from toolkit.jobs import SharedBrowser
from toolkit.login.outcome import MEANT, outcome
from toolkit.web import Watch


@pytest.fixture(scope="module")
def tab(shared_pages: SharedBrowser) -> Iterator[Page]:
    """A page for all of them."""
    with closing(shared_pages.browser().new_context()) as context:
        yield context.new_page()


@pytest.fixture
def run(tab: Page) -> Any:
    """As much of a Run as it takes."""
    return SimpleNamespace(page=tab, watch=Watch())


def test_what_goes_on_is_named(run: Any) -> None:
    """A login, or a site that wants a code."""
    run.page.set_content("<p id=in>Welcome")
    assert outcome(run, ok="#in", code="#code") == "ok"

    run.page.set_content("<input id=code>")
    assert outcome(run, ok="#in", code="#code") == "code"


@pytest.mark.parametrize("name", MEANT)
def test_each_other_outcome_raises_what_it_means(run: Any, name: str) -> None:
    """With the words of the page."""
    named: dict[str, Any] = {name: ".shown"}
    run.page.set_content("<p id=in hidden>Welcome</p><p class=shown>Sorry,\n  Ada")
    with pytest.raises(MEANT[name], match='The site says: "Sorry, Ada"'):
        outcome(run, ok="#in", **named)


def test_what_shows_later_and_in_a_frame_counts(run: Any) -> None:
    """By a selector in any frame, or by a locator."""
    for wrong in (".error", run.page.frame_locator("iframe").get_by_text("no such user")):
        run.page.set_content("<body>")
        run.page.evaluate("setTimeout(() => document.body.innerHTML = `<iframe srcdoc='<b class=error>No such user'>`)")
        with pytest.raises(LoginFailed, match="No such user"):
            outcome(run, ok="#in", wrong=wrong)


def test_what_stands_in_the_way_is_clicked_away(run: Any) -> None:
    """A survey in place of the page that was expected."""
    run.page.set_content("""<button onclick="document.body.innerHTML = '<p id=in>Welcome'">Not now</button>""")

    assert outcome(run, ok="#in", dismiss=["text=Not now"]) == "ok"


def test_a_page_that_shows_none_of_it_is_unknown(run: Any) -> None:
    """The error names what was waited for and how often it was there: a wrong password it is not."""
    run.page.set_content("<p class=error hidden>Wrong password")
    with pytest.raises(UnknownError, match=r"ok `#in` \(0\), wrong `.error` \(1\) matched nothing visible"):
        outcome(run, ok="#in", wrong=".error", timeout=0)


def test_a_page_whose_request_failed_is_down(run: Any) -> None:
    """Nothing shows because the site did not answer its script."""
    run.watch.attach(run.page.context)
    run.page.route("http://acme.example/", lambda route: route.fulfill(body="<body>"))
    run.page.route("http://acme.example/api", lambda route: route.fulfill(status=503))
    run.page.goto("http://acme.example/")
    run.page.evaluate("fetch('/api').then((answer) => answer.status)")
    with pytest.raises(VendorDown, match=r"HTTP 503 from http://acme\.example/api"):
        outcome(run, ok="#in", timeout=0)


def test_what_stands_in_the_way_may_stand_in_a_frame(run: Any) -> None:
    """As banners of consent services do."""
    button = "<button onclick='parent.document.body.innerHTML = `<p id=in>Welcome`'>Refuse</button>"
    run.page.set_content(f'<iframe srcdoc="{button}"></iframe>')

    assert outcome(run, ok="#in", dismiss=["text=Refuse"]) == "ok"
