"""3. A token in sessionStorage, which is gone with the tab."""

from collections.abc import Iterator

import pytest

import toolkit
from tests.sites.app import Api, app
from tests.sites.conftest import MakeClient, Story, good_story
from toolkit import Bill, Run

SCRIPT = """
const logIn = async (login, password) => {
  const answer = await fetch("/login", posted({login, password}));
  if (answer.ok) sessionStorage.setItem("token", (await answer.json()).token);
  return answer.ok;
};
const isIn = async () => {
  const token = sessionStorage.getItem("token");
  if (!token) return false;
  const answer = await fetch("/me", {headers: {Authorization: "Bearer " + token}});
  if (answer.ok) return true;
  sessionStorage.clear();
  %s;
  return new Promise(() => {});
};"""


class Tab(Api):
    """Its page lets go of a token that is over, and starts `again`."""

    again = "location.reload()"

    def __init__(self) -> None:
        super().__init__()
        self.routes["GET /"] = lambda _: app(SCRIPT % self.again)


@pytest.fixture
def site() -> Iterator[Tab]:
    """The site, running."""
    with Tab() as running:
        yield running


CARRIED = "authorization from sessionStorage token"


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


def test_it_works(site: Tab, client: MakeClient) -> None:
    """The token is read before the tab closes."""
    ada, eve = client(site.url()), client(site.url(), password="wrong")

    assert Story.of(ada, eve, connector) == good_story(CARRIED)
    assert site.tried == 2


def test_a_browser_opened_again_has_what_the_tab_had(site: Tab, client: MakeClient) -> None:
    """And is logged in, without a login."""

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


@pytest.mark.parametrize("again", ["location.reload()", "location.href = '/?again'", "location.replace('/?again')"])
def test_what_the_page_let_go_of_does_not_come_back(site: Tab, client: MakeClient, again: str) -> None:
    """The token is over: the page clears its storage and starts anew, and finds it empty."""
    site.again = again
    ada = client(site.url())
    ada.run(connector)
    site.live.clear()
    second = ada.run(connector)

    assert second.verdict == "3 bills, all already there"
    assert (site.tried, ada.browsers) == (2, 2)
