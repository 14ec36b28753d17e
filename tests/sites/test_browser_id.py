"""34. A session bound to a browser id: without it each call gets 401, and that 401 deletes the cookie."""

from collections.abc import Iterator
from secrets import token_urlsafe

import pytest

import toolkit
from tests.sites.app import Api, app
from tests.sites.conftest import MakeClient, Story, good_story
from tests.sites.server import Answer, Ask, as_json, refused
from toolkit import Bill, Run

SCRIPT = """
localStorage.browser ||= crypto.randomUUID();
const headers = {"X-Browser-Id": localStorage.browser};
const logIn = async (login, password) => {
  const sent = posted({login, password});
  return (await fetch("/login", {...sent, headers: {...sent.headers, ...headers}})).ok;
};
const isIn = async () => (await fetch("/me", {headers})).ok;"""
DELETES = ("Set-Cookie", "sid=; Max-Age=0; Path=/")


class Bound(Api):
    """Remembers the browser of each session, and all that were ever logged in from."""

    def __init__(self) -> None:
        super().__init__()
        self.sessions: dict[str, str] = {}
        self.browsers: list[str] = []
        self.routes["GET /"] = lambda _: app(SCRIPT)

    def let_in(self, ask: Ask) -> Answer:
        """A cookie that is good with this id."""
        browser, sid = ask.headers["X-Browser-Id"], token_urlsafe(16)
        self.browsers.append(browser)
        self.sessions[sid] = browser
        return as_json({"ok": True}, cookies=[f"sid={sid}; HttpOnly; Path=/"])

    def knows(self, ask: Ask) -> bool:
        """Whether the id is that of the session."""
        return self.sessions.get(ask.cookies.get("sid", "")) == ask.headers.get("X-Browser-Id", "none")

    def answer(self, ask: Ask) -> Answer:
        """Whoever is not known loses the cookie."""
        answer = super().answer(ask)
        return answer.adding(*DELETES) if answer.status == refused().status else answer


@pytest.fixture
def site() -> Iterator[Bound]:
    """The site, running."""
    with Bound() as running:
        yield running


CARRIED = "cookie sid, x-browser-id from localStorage browser"


# connector
def bills(run: Run) -> Iterator[Bill]:
    """All there are."""
    for row in run.session.get("/bills").json():
        yield Bill(number=row["id"], date=row["day"], amount=row["total"], pdfurl=f"/pdf/{row['id']}")


log_in = toolkit.login_form(
    "/", fields={"login": "#login", "password": "#password"}, submit="button", ok="#in", wrong=".error"
)
connector = toolkit.create_new(
    name="acme",
    models=[Bill],
    check="/me",
    fetch_operations=[
        log_in,
        toolkit.hand_over,
        bills,
        toolkit.filter_existing(Bill),
        toolkit.save_data_and_file(Bill),
    ],
)
# end


def test_it_works(site: Bound, client: MakeClient) -> None:
    """The id goes along with each request: a single one without it would have cost the session."""
    ada, eve = client(site.url()), client(site.url(), password="wrong")

    assert Story.of(ada, eve, connector) == good_story(CARRIED)
    assert (site.tried, len(site.sessions)) == (2, 1)


def test_the_id_outlives_the_login(site: Bound, client: MakeClient) -> None:
    """The session is forgotten, not the browser: the site sees the one that it knows."""
    ada = client(site.url())
    ada.run(connector)
    ada.shelf.forget()
    ada.run(connector)

    first, second = site.browsers
    assert first == second


def test_a_session_that_the_site_ends_is_won_anew_by_the_same_browser(site: Bound, client: MakeClient) -> None:
    """In the middle of the listing; the cookie is deleted, the id is not."""
    ada = client(site.url())
    ada.run(connector)
    site.sessions.clear()
    second = ada.run(connector)

    assert (second.verdict, ada.browsers) == ("3 bills, all already there", 2)
    assert len(set(site.browsers)) == 1
