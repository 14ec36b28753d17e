"""33. A session pinned to the user agent: one request with another ends it, for the browser too, with status 200."""

from collections.abc import Iterator
from email.message import Message

import pytest

import toolkit
from tests.sites.conftest import MakeClient, Story, good_story
from tests.sites.server import Answer, Ask, as_json
from tests.sites.test_cookie_session import CookieSite
from toolkit import Bill, Run
from toolkit.transport import Live

FACE = ("user-agent", "sec-ch-ua")
YESTERDAY = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"


def face_of(headers: Message) -> dict[str, str]:
    """What a browser tells of itself with each request."""
    return {name.lower(): value for name, value in headers.items() if name.lower().startswith(FACE)}


class Pinned(CookieSite):
    """Forgets a session whose cookie comes from another browser, and treats who is not known as a guest."""

    def __init__(self) -> None:
        super().__init__()
        self.faces: dict[str, dict[str, str]] = {}
        self.torn = 0

    def answer(self, ask: Ask) -> Answer:
        """The first request of a session says whose it is."""
        sid = ask.cookies.get("sid", "")
        if sid in self.sessions and self.faces.setdefault(sid, face_of(ask.headers)) != face_of(ask.headers):
            self.torn += 1
            del self.sessions[sid]
        answer = super().answer(ask)
        return answer if answer.status < 400 else as_json({"guest": True})


@pytest.fixture
def site() -> Iterator[Pinned]:
    """The site, running."""
    with Pinned() as running:
        yield running


CARRIED = "cookie sid"


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
    logged_out=lambda response: "guest" in response.json(),
    fetch_operations=[
        log_in,
        toolkit.hand_over,
        bills,
        toolkit.filter_existing(Bill),
        toolkit.save_data_and_file(Bill),
    ],
)
# end


@pytest.mark.usefixtures("as_users_have_it")
def test_it_works(site: Pinned, client: MakeClient) -> None:
    """Browser and session look the same to the site, to the last client hint."""
    ada, eve = client(site.url()), client(site.url(), password="wrong")

    assert Story.of(ada, eve, connector) == good_story(CARRIED)
    assert (site.logins, site.torn) == (2, 0)


def test_a_browser_opened_again_looks_as_the_one_that_logged_in(
    site: Pinned, client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though it is of another version by then."""
    pages: list[str] = []

    def look(run: Run) -> None:
        page = run.reopen()
        page.goto("/")
        pages.append(page.locator("h1").inner_text())

    ada = client(site.url())
    looking = toolkit.create_new(name="acme", models=[Bill], fetch_operations=[log_in, toolkit.hand_over, look])
    with monkeypatch.context() as before:
        before.setattr(Live, "browser_options", lambda _: {"user_agent": YESTERDAY})
        ada.run(looking)
    ada.run(looking)

    assert (pages, site.logins, site.torn) == (["Welcome"] * 2, 1, 0)
    assert [face["user-agent"] for face in site.faces.values()] == [YESTERDAY]


def test_a_session_that_the_site_forgot_is_won_anew(site: Pinned, client: MakeClient) -> None:
    """Somebody used its cookie elsewhere: the answers are those for a guest, with status 200."""
    ada = client(site.url())
    ada.run(connector)
    site.faces = {sid: {"user-agent": "curl/8"} for sid in site.faces}
    second = ada.run(connector)

    assert (second.verdict, ada.browsers, site.torn) == ("3 bills, all already there", 2, 1)
