"""A running site, and two ways into it: a browser, and plain requests."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
import requests
from playwright.sync_api import Page

from toolkit.demo.site import EMAIL, PASSWORD, Site
from toolkit.jobs import SharedBrowser
from toolkit.web import Browser


@pytest.fixture(scope="session")
def browser(shared_pages: SharedBrowser) -> Browser:
    """One for all."""
    return shared_pages.browser()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page without a past."""
    context = browser.new_context()
    yield context.new_page()
    context.close()


@pytest.fixture
def site() -> Iterator[Site]:
    """The site as it should be."""
    with Site() as running:
        yield running


@pytest.fixture
def anyone() -> Iterator[requests.Session]:
    """A visitor with nothing in hand."""
    with requests.Session() as session:
        session.trust_env = False
        yield session


@pytest.fixture
def sign_in() -> Iterator[Callable[[Site], requests.Session]]:
    """Signs in to a site and returns a session with both halves: the cookie and the token."""
    with ExitStack() as closing:

        def sign_in(site: Site) -> requests.Session:
            session = closing.enter_context(requests.Session())
            session.trust_env = False
            session.get(f"{site.url}/api/csrf")
            csrf = {"X-CSRF-Token": session.cookies["csrf"]}
            answer = session.post(f"{site.url}/api/login", json={"email": EMAIL, "password": PASSWORD}, headers=csrf)
            session.headers["Authorization"] = f"Bearer {answer.json()['token']}"
            return session

        yield sign_in
