"""A running site, and the way into it with plain requests."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
import requests

from toolkit.demo.site import EMAIL, PASSWORD, Site


@pytest.fixture(scope="session")
def base_url() -> None:
    """Addresses are spelled out. (Of pytest-playwright's own fixture of this name, pytest 9 disapproves aloud.)"""


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
