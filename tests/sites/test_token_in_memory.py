"""4. A token in memory only, which a page gets anew for a cookie that no script can read; and a key in the script."""

from collections.abc import Iterator
from secrets import token_urlsafe

import pytest

import toolkit
from tests.sites.app import Api, app
from tests.sites.conftest import MakeClient, Story, good_story
from tests.sites.server import Answer, Ask, as_json, refused
from toolkit import Bill, Run

SCRIPT = """
const key = {"X-Api-Key": "web-4f1c9a77"};
let token = null;
const logIn = async (login, password) => {
  const answer = await fetch("/login", posted({login, password}));
  if (answer.ok) token = (await answer.json()).token;
  return answer.ok;
};
const isIn = async () => {
  if (!token) token = (await (await fetch("/token", posted({}))).json()).token;
  return token && (await fetch("/me", {headers: {...key, Authorization: "Bearer " + token}})).ok;
};"""


class Memory(Api):
    """Gives tokens for the password, and then for its cookie; the API wants the key of the app with each."""

    def __init__(self) -> None:
        super().__init__()
        self.refreshes: set[str] = set()
        self.routes |= {"GET /": lambda _: app(SCRIPT), "POST /token": self.refresh}

    def let_in(self, _: Ask) -> Answer:
        """A token, and the cookie for the next ones."""
        cookie = token_urlsafe(16)
        self.refreshes.add(cookie)
        return as_json({"token": self.new_token()}, cookies=[f"rt={cookie}; HttpOnly; SameSite=Strict; Path=/token"])

    def refresh(self, ask: Ask) -> Answer:
        """Another token."""
        return as_json({"token": self.new_token()}) if ask.cookies.get("rt") in self.refreshes else refused()

    def knows(self, ask: Ask) -> bool:
        """Whether a request brings a good token and the key."""
        return super().knows(ask) and ask.headers.get("X-Api-Key") == "web-4f1c9a77"


@pytest.fixture
def site() -> Iterator[Memory]:
    """The site, running."""
    with Memory() as running:
        yield running


CARRIED = "cookie rt, authorization from answer of /login, x-api-key from page"


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


def test_it_works(site: Memory, client: MakeClient) -> None:
    """The token is seen on its way: it stands nowhere that a browser could be asked for."""
    ada, eve = client(site.url()), client(site.url(), password="wrong")

    assert Story.of(ada, eve, connector) == good_story(CARRIED)
    assert site.tried == 2


def test_a_token_that_is_over_costs_no_password(site: Memory, client: MakeClient) -> None:
    """The browser has its cookie still, and the page gets a token for it by itself."""
    ada = client(site.url())
    ada.run(connector)
    site.live.clear()
    second = ada.run(connector)

    assert (second.verdict, ada.carried) == (
        "3 bills, all already there",
        "cookie rt, authorization from answer of /token, x-api-key from page",
    )
    assert (site.tried, ada.browsers) == (1, 2)
