"""35. A token under a house name: a JSON Web Token inside a JSON value of localStorage, sent as x-acme-token."""

from collections.abc import Iterator

import pytest

import toolkit
from tests.sites.app import Api, app
from tests.sites.conftest import MakeClient, Story, good_story
from tests.sites.server import Ask
from toolkit import Bill, Run

SCRIPT = """
const kept = () => JSON.parse(localStorage.getItem("acme:session") || "{}");
const logIn = async (login, password) => {
  const answer = await fetch("/login", posted({login, password}));
  const state = {user: {login}, auth: {kind: "house", current: (await answer.json()).token}};
  if (answer.ok) localStorage.setItem("acme:session", JSON.stringify({version: 3, state}));
  return answer.ok;
};
const isIn = async () => {
  const {state} = kept();
  return state && (await fetch("/me", {headers: {"X-Acme-Token": state.auth.current}})).ok;
};"""


class House(Api):
    """Has a header of its own for the token, and turns down who comes with the usual one."""

    def __init__(self) -> None:
        super().__init__()
        self.routes["GET /"] = lambda _: app(SCRIPT)

    def knows(self, ask: Ask) -> bool:
        """Whether a request brings a good token, in the right place only."""
        return ask.headers.get("X-Acme-Token") in self.live and "Authorization" not in ask.headers


@pytest.fixture
def site() -> Iterator[House]:
    """The site, running."""
    with House() as running:
        yield running


CARRIED = "x-acme-token from localStorage acme:session"


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


def test_it_works(site: House, client: MakeClient) -> None:
    """Nobody had to name the header, nor the place of its value."""
    ada, eve = client(site.url()), client(site.url(), password="wrong")

    assert Story.of(ada, eve, connector) == good_story(CARRIED)
    assert site.tried == 2


def test_a_browser_opened_again_is_logged_in(site: House, client: MakeClient) -> None:
    """From a session that was kept, and without a login."""

    def look(run: Run) -> str:
        page = run.reopen()
        page.goto("/")
        page.locator("#in").wait_for()
        return "in"

    ada = client(site.url())
    ada.run(connector)
    looking = toolkit.create_new(name="acme", models=[Bill], fetch_operations=[log_in, toolkit.hand_over, look])

    assert [line.did for line in ada.run(looking).operations][1:] == ["in"]
    assert site.tried == 1
