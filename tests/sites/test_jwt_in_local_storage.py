"""2. A JSON Web Token in localStorage, for an API on another origin."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime

import pytest

import toolkit
from tests.sites.app import Api, app
from tests.sites.conftest import MakeClient, Story, good_story
from tests.sites.server import Answer, Ask, Site, pdf, refused
from toolkit import Bill, Run

SCRIPT = """
const api = "%s";
const logIn = async (login, password) => {
  const answer = await fetch(api + "/login", posted({login, password}));
  if (answer.ok) localStorage.setItem("token", (await answer.json()).token);
  return answer.ok;
};
const isIn = async () => {
  const token = localStorage.getItem("token");
  return token && (await fetch(api + "/me", {headers: {Authorization: "Bearer " + token}})).ok;
};"""


class Pages(Site):
    """Holds the script, and a file in its store, which refuses who comes with a token."""

    def __init__(self, api: Api) -> None:
        super().__init__()
        self.api = api
        self.routes = {"GET /": lambda _: app(SCRIPT % api.url()), "GET /store/*": self.store}

    def store(self, ask: Ask) -> Answer:
        """Links to it are signed: as real stores do, it refuses any other proof beside that."""
        return refused(400) if "Authorization" in ask.headers else pdf(ask.name)


@pytest.fixture
def site() -> Iterator[Pages]:
    """Both origins, running."""
    with ExitStack() as stack:
        pages = stack.enter_context(Pages(stack.enter_context(Api())))
        pages.api.for_scripts_of(pages.url(), "authorization")
        yield pages


CARRIED = "authorization from localStorage token"


# connector
def bills(run: Run) -> Iterator[Bill]:
    """From the API; one of the files lies in the store beside the pages."""
    api = run.fields["api"]
    for row in run.session.get(f"{api}/bills").json():
        pdfurl = "/store/A2" if row["id"] == "A2" else f"{api}/pdf/{row['id']}"
        yield Bill(number=row["id"], date=row["day"], amount=row["total"], pdfurl=pdfurl)


log_in = toolkit.login_form(
    "/", fields={"login": "#login", "password": "#password"}, submit="button", ok="#in", wrong=".error"
)
connector = toolkit.create_new(
    name="acme",
    models=[Bill],
    fetch_operations=[
        log_in,
        toolkit.hand_over,
        bills,
        toolkit.filter_existing(Bill),
        toolkit.save_data_and_file(Bill),
    ],
)
# end


def test_it_works(site: Pages, client: MakeClient) -> None:
    """The token goes to its API and to nobody else, on a kept session too."""
    ada = client(site.url(), api=site.api.url())
    eve = client(site.url(), api=site.api.url(), password="wrong")

    assert Story.of(ada, eve, connector) == good_story(CARRIED)
    assert site.api.tried == 2


def test_it_is_known_when_the_token_ends(site: Pages, client: MakeClient) -> None:
    """As it says itself."""
    ends: list[datetime | None] = []

    def tell(run: Run) -> None:
        ends.extend(one.expires for one in run.session.explain() if one.expires)

    told = toolkit.create_new(name="acme", models=[Bill], fetch_operations=[log_in, toolkit.hand_over, tell])
    client(site.url(), api=site.api.url()).run(told)

    assert ends == [datetime.fromtimestamp(site.api.end, UTC)]


def test_a_token_that_is_revoked_is_won_anew(site: Pages, client: MakeClient) -> None:
    """In the middle of a listing: the one that is over stands in storage still, and the page sees that it is."""
    ada = client(site.url(), api=site.api.url())
    ada.run(connector)
    site.api.live.clear()
    second = ada.run(connector)

    assert second.verdict == "3 bills, all already there"
    assert (site.api.tried, ada.browsers) == (2, 2)
