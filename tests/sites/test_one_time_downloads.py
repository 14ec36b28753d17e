"""22. A download by POST from an address that is good once; by a form; and in a tab that a viewer opens.

The site counts what it makes: asking for a document whose bill is known already would cost a ticket.
"""

from collections.abc import Callable, Iterator
from secrets import token_urlsafe

import pytest
import requests

import toolkit
from tests.sites.conftest import MakeClient, Story, good_story
from tests.sites.server import BILLS, Answer, Ask, Site, as_json, only, page, pdf, redirect, refused
from toolkit import Bill, Connector, Run, SaveOptions

FORM = """<form method=post action=/login>
<input name=login id=login><input name=password id=password type=password><button>Log in</button></form>"""
HOME = """<h1 id=in>Welcome</h1>
<button id=A1>1</button><button id=A2>2</button><button id=A3>3</button>
<script>
for (const button of document.querySelectorAll("button")) button.onclick = async () => {
  const tab = open("about:blank");
  const answer = await fetch(`/bills/${button.id}/ticket`, {method: "POST"});
  tab.location = (await answer.json()).url;
};
</script>"""


class TicketSite(Site):
    """Logs in by a cookie; makes an address for each document that is asked for, good for one GET."""

    def __init__(self) -> None:
        super().__init__()
        self.sessions: set[str] = set()
        self.logins = 0
        self.tickets: dict[str, str] = {}
        self.made: list[str] = []
        self.routes = {
            "GET /": lambda ask: page(HOME if self.knows(ask) else FORM),
            "POST /login": self.log_in,
            "GET /bills": only(self.knows, lambda _: as_json(BILLS)),
            "POST /bills/*": only(self.knows, self.make),
            "GET /once/*": only(self.knows, self.give),
            "POST /pdf": only(
                self.knows, lambda ask: pdf(ask.form["id"]) if ask.form.get("as") == "pdf" else refused(400)
            ),
        }

    def knows(self, ask: Ask) -> bool:
        """Whether somebody is logged in."""
        return ask.cookies.get("sid") in self.sessions

    def log_in(self, ask: Ask) -> Answer:
        """Let in who has the password."""
        self.logins += 1
        if ask.form.get("password") != "correct horse":
            return page(f"{FORM}<p class=error>Wrong password</p>")
        sid = token_urlsafe(16)
        self.sessions.add(sid)
        return redirect("/", cookies=[f"sid={sid}; HttpOnly; Path=/"])

    def make(self, ask: Ask) -> Answer:
        """An address."""
        name = ask.name.removesuffix("/ticket")
        ticket = token_urlsafe(16)
        self.tickets[ticket] = name
        self.made.append(name)
        return as_json({"url": f"/once/{ticket}"})

    def give(self, ask: Ask) -> Answer:
        """What the address leads to, the first time."""
        name = self.tickets.pop(ask.name, "")
        return pdf(name) if name else refused(410)


@pytest.fixture
def site() -> Iterator[TicketSite]:
    """The site, running."""
    with TicketSite() as running:
        yield running


CARRIED = "cookie sid"


# connector
def document(number: str) -> Callable[[Run], requests.Response]:
    """What gets the document of one bill, from an address made for that."""
    return lambda run: run.session.get(run.session.post(f"/bills/{number}/ticket").json()["url"])


def bills(run: Run) -> Iterator[Bill]:
    """All there are."""
    for row in run.session.get("/bills").json():
        yield Bill(number=row["id"], date=row["day"], amount=row["total"], fetch=document(row["id"]))


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


def with_bills(how: Callable[[str], dict[str, object]], options: SaveOptions | None = None) -> Connector:
    """The same connector, whose bills have another way to their document."""

    def bills(run: Run) -> Iterator[Bill]:
        for row in run.session.get("/bills").json():
            yield Bill(number=row["id"], date=row["day"], amount=row["total"], **how(row["id"]))

    save = toolkit.save_data_and_file(Bill, options=options)
    steps = [log_in, toolkit.hand_over, bills, toolkit.filter_existing(Bill), save]
    return toolkit.create_new(name="acme", models=[Bill], fetch_operations=steps)


def test_it_works(site: TicketSite, client: MakeClient) -> None:
    """An address is made for each bill that is new, and used once."""
    ada, eve = client(site.url()), client(site.url(), password="wrong")

    assert Story.of(ada, eve, connector) == good_story(CARRIED)
    assert site.logins == 2
    assert (sorted(site.made), site.tickets) == (["A1", "A2", "A3"], {})


def test_an_address_that_was_used_costs_its_bill_alone(site: TicketSite, client: MakeClient) -> None:
    """The next run makes a new one."""
    ada = client(site.url())
    make = site.routes["POST /bills/*"]
    site.routes = {"POST /bills/A2/ticket": lambda _: as_json({"url": "/once/used"}), **site.routes}
    first = ada.run(connector)
    site.routes["POST /bills/A2/ticket"] = lambda ask: make(Ask(ask.method, ask.url, ask.headers, name="A2/ticket"))

    assert [one.reason for one in first.entries if one.reason] == ["HTTP 410"]
    assert ada.run(connector).counts() == {"already there": 2, "completed": 1}
    assert sorted(site.made) == ["A1", "A2", "A3"]


def test_by_a_form(site: TicketSite, client: MakeClient) -> None:
    """How to ask is said once for all bills."""
    options = SaveOptions(requestoptions=lambda bill: {"method": "POST", "data": {"id": bill.number, "as": "pdf"}})
    ada, eve = client(site.url()), client(site.url(), password="wrong")

    assert Story.of(ada, eve, with_bills(lambda _: {"pdfurl": "/pdf"}, options)) == good_story(CARRIED)


def test_in_a_tab_that_a_viewer_opens(site: TicketSite, client: MakeClient) -> None:
    """The tab has the only address there is; a page is opened for what is new, and none when nothing is."""

    def document(number: str) -> Callable[[Run], bytes]:
        def fetch(run: Run) -> bytes:
            run.page.goto("/")
            return toolkit.click_for_file(run.page, f"#{number}")

        return fetch

    ada, eve = client(site.url()), client(site.url(), password="wrong")
    viewing = with_bills(lambda number: {"fetch": document(number)})

    assert Story.of(ada, eve, viewing) == good_story(CARRIED, browsers=2)
    assert (sorted(site.made), site.tickets) == (["A1", "A2", "A3"], {})
