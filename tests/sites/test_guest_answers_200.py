"""36. A guest gets status 200, who somebody is as well as an empty list: what is said counts, not the status."""

from collections.abc import Iterator

import pytest

import toolkit
from tests.sites.conftest import MakeClient, Story, good_story
from tests.sites.server import BILLS, Answer, Ask, as_json, page, pdf, refused
from tests.sites.test_cookie_session import CookieSite
from toolkit import Bill, Run


class Polite(CookieSite):
    """Tells guests that they are guests, and that they have no bills."""

    def __init__(self) -> None:
        super().__init__()
        self.routes |= {
            "GET /me": lambda ask: as_json({"user": {"name": "Ada"} if self.knows(ask) else None}),
            "GET /bills": lambda ask: as_json(
                {"guest": not self.knows(ask), "bills": BILLS if self.knows(ask) else []}
            ),
            "GET /pdf/*": lambda ask: pdf(ask.name) if self.knows(ask) else page("<p>Please log in to see this.</p>"),
        }

    def answer(self, ask: Ask) -> Answer:
        """As usual, unless there is trouble."""
        return self.trouble if self.trouble and ask.path == "/me" else super().answer(ask)


@pytest.fixture
def site() -> Iterator[Polite]:
    """The site, running."""
    with Polite() as running:
        yield running


CARRIED = "cookie sid"


# connector
def bills(run: Run) -> Iterator[Bill]:
    """All there are."""
    for row in run.session.get("/bills").json()["bills"]:
        yield Bill(number=row["id"], date=row["day"], amount=row["total"], pdfurl=f"/pdf/{row['id']}")


log_in = toolkit.login_form(
    "/", fields={"login": "#login", "password": "#password"}, submit="button", ok="#in", wrong=".error"
)
connector = toolkit.create_new(
    name="acme",
    models=[Bill],
    check=("/me", lambda response: response.json()["user"] is not None),
    fetch_operations=[
        log_in,
        toolkit.hand_over,
        bills,
        toolkit.filter_existing(Bill),
        toolkit.save_data_and_file(Bill),
    ],
)
# end


def test_it_works(site: Polite, client: MakeClient) -> None:
    """The kept session is judged by what it is told."""
    ada, eve = client(site.url()), client(site.url(), password="wrong")

    assert Story.of(ada, eve, connector) == good_story(CARRIED)
    assert site.logins == 2


def test_a_session_that_became_a_guests_is_won_anew(site: Polite, client: MakeClient) -> None:
    """Before anything is listed: an empty list with status 200 would have looked like a good run."""
    ada = client(site.url())
    ada.run(connector)
    site.sessions.clear()
    second = ada.run(connector)

    assert second.operations[0].did.startswith("logged in no more")
    assert (second.verdict, ada.browsers, site.paths().count("GET /bills")) == ("3 bills, all already there", 2, 2)


@pytest.mark.parametrize("trouble", [page("<h1>Back soon</h1>"), refused(503)])
def test_a_site_in_trouble_says_nothing_of_the_session(site: Polite, client: MakeClient, trouble: Answer) -> None:
    """Not even with status 200: a page where JSON was expected."""
    ada = client(site.url())
    ada.run(connector)
    site.trouble = trouble
    second = ada.run(connector)

    assert (second.verdict, ada.browsers) == ("3 bills, all already there", 1)
