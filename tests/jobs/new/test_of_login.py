"""From one login by hand to a connector whose recording replays: on kinds of sites, the person played."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.sites.app import Api
from tests.sites.server import Site
from tests.sites.test_cookie_session import CookieSite
from tests.sites.test_graphql import HASH, GraphSite
from tests.sites.test_guest_answers_200 import Polite
from tests.sites.test_jwt_in_local_storage import Pages
from tests.sites.test_login_in_iframe import Framing, Identity
from tests.sites.test_shadow_dom import Shadows
from tests.sites.test_signed_links import FileStore, SigningSite
from tests.sites.test_token_in_memory import Memory
from tests.sites.test_token_in_session_storage import Tab
from tests.sites.test_token_under_a_house_name import House
from toolkit.jobs import RunOptions, SharedBrowser, find_connector
from toolkit.jobs.new import Places, Plan
from toolkit.jobs.new.of_har import Made
from toolkit.jobs.new.of_login import new_of_login
from toolkit.jobs.recordings import replay_connector

PASSWORD = "correct horse"
PLAIN = "await fetch('/bills'); await fetch('/pdf/A3');"
WITH = "const sent = {headers: %s}; await fetch('/bills', sent); await fetch('/pdf/A3', sent);"
BEARER = "{Authorization: 'Bearer ' + %s}"


@dataclass(frozen=True)
class Kind:
    """A kind of site: how to run it, and how its page asks for the list and for one document."""

    runs: Callable[[], AbstractContextManager[Site]]
    asks: str = PLAIN
    frame: bool = False
    listed: int = 3


@contextmanager
def _other_origin() -> Iterator[Site]:
    with Api() as api, Pages(api) as pages:
        api.for_scripts_of(pages.url(), "authorization")
        yield pages


@contextmanager
def _framing() -> Iterator[Site]:
    with Identity() as identity, Framing(identity) as framing:
        identity.portal = framing.url()
        yield framing


@contextmanager
def _signing() -> Iterator[Site]:
    with FileStore() as files, SigningSite(files) as site:
        yield site


KINDS = {
    "a cookie": Kind(CookieSite),
    "guests get 200 too": Kind(Polite),
    "a form in shadow roots": Kind(Shadows),
    "a form in an iframe": Kind(_framing, frame=True),
    "a token in sessionStorage": Kind(Tab, WITH % (BEARER % "sessionStorage.token")),
    "a token in localStorage, an API elsewhere": Kind(
        _other_origin,
        f"const sent = {{headers: {BEARER % 'localStorage.token'}}};"
        "await fetch(api + '/bills', sent); await fetch(api + '/pdf/A3', sent);",
    ),
    "a token in memory, a key beside it": Kind(Memory, WITH % ("{...key, " + (BEARER % "token")[1:])),
    "a token under a name of the house": Kind(House, WITH % "{'X-Acme-Token': kept().state.auth.current}"),
    "signed links at another origin": Kind(_signing, "await fetch('/bills');"),
    "GraphQL": Kind(
        GraphSite,
        "const asked = {operationName: 'Bills', variables: {first: 2, after: null},"
        f"extensions: {{persistedQuery: {{version: 1, sha256Hash: '{HASH}'}}}}}};"
        "const headers = {'content-type': 'application/json', 'apollographql-client-name': 'web',"
        "authorization: 'Bearer ' + token};"
        "await fetch('/graphql', {method: 'POST', headers, body: JSON.stringify(asked)});"
        "await fetch('/pdf/A3', {headers});",
        listed=2,
    ),
}


@dataclass
class Person:
    """Logs in, lets the page list the bills, and opens one."""

    kind: Kind

    def __call__(self, page: Page) -> None:
        """What she does."""
        form = page.frame_locator("iframe") if self.kind.frame else page
        form.locator("input:not([type=password])").first.fill("ada@acme.example")
        form.locator("input[type=password]").fill(PASSWORD)
        form.locator("button").last.click()
        page.locator("#in").wait_for()
        page.evaluate(f"async () => {{ {self.kind.asks} }}")


@pytest.fixture
def places(tmp_path: Path) -> Places:
    """Empty folders."""
    return Places(tmp_path / "connectors", tmp_path / "recordings", tmp_path / "tests")


Make = Callable[[Kind], Made]


@pytest.fixture
def make(places: Places, shared_pages: SharedBrowser) -> Iterator[Make]:
    """Make a connector of a login at a site."""
    with ExitStack() as running:

        def make(kind: Kind) -> Made:
            site = running.enter_context(kind.runs())
            options = RunOptions(browser=shared_pages)
            return new_of_login(Plan("acme", "Acme", site.url()), places, shared_pages, options, person=Person(kind))

        yield make


@pytest.mark.parametrize("name", KINDS)
def test_what_was_recorded_is_a_connector_that_replays(
    name: str, make: Make, places: Places, shared_pages: SharedBrowser
) -> None:
    """The login is repeated, the list read, each bill's document fetched where it is known how; no secret is left."""
    kind = KINDS[name]
    made = make(kind)
    assert made.lacks == []
    found = find_connector("acme", places.connectors)
    replayed = replay_connector(found, places.recordings / "acme" / "good", RunOptions(browser=shared_pages))
    written = [path.read_bytes() for path in places.connectors.parent.rglob("*") if path.is_file()]

    assert replayed.differences == []
    assert replayed.report.counts().keys() <= {"saved", "incomplete"}
    assert len(replayed.report.entries) == kind.listed
    assert not [data for data in written if PASSWORD.encode() in data or b"ada@acme.example" in data]


@pytest.mark.parametrize(
    ("name", "step"),
    [
        ("a form in shadow roots", 'page.get_by_role("button", name="Log in").click()'),
        ("a form in an iframe", 'page.locator("iframe").content_frame.locator("#password").fill('),
    ],
)
def test_steps_lead_into_frames_and_shadow_roots(name: str, step: str, make: Make, places: Places) -> None:
    """Although the page goes elsewhere before the answer to the login has been read."""
    make(KINDS[name])

    assert step in (places.connectors / "acme" / "connector.py").read_text()


def test_guesses_are_named_in_the_code(make: Make, places: Places) -> None:
    """And what is sure is not."""
    make(KINDS["a cookie"])
    code = (places.connectors / "acme" / "connector.py").read_text()

    assert "pdfurl=f'/pdf/{row[\"id\"]}',  # guessed from the document that was opened" in code
    assert 'wrong="[role=alert]",  # guessed: no refusal was recorded' in code
    assert 'date=row["day"],\n' in code
    assert 'amount=row["total"],\n' in code


def test_expected_is_what_the_site_listed(make: Make, places: Places) -> None:
    """Day, amount and number of each."""
    make(KINDS["a cookie"])
    expected = json.loads((places.recordings / "acme" / "good" / "expected.json").read_text())
    entries = [(one["number"], one["date"], one["amount"]) for one in expected["entries"]]

    assert entries == [(f"A{n}", f"2025-0{n}-01", f"{n}0.50") for n in (3, 2, 1)]
