"""40. Soft failures: a link that is missing, and every address answered with 200 while the server starts."""

from collections.abc import Iterator

import pytest

import toolkit
from tests.sites.conftest import MakeClient, Story, good_story
from tests.sites.portal import Portal
from tests.sites.server import BILLS, Answer, Ask, as_json, only, page
from toolkit import Bill, Run

FORM = """<form method=post action=/login>
<input name=login id=login><input name=password id=password type=password><button>Log in</button></form>"""
STARTING = "<title>Acme is starting</title><meta http-equiv=refresh content=0><p class=starting>One moment please"


class Starting(Portal):
    """Makes its documents late, and says OK to every request while it starts, which takes so many of them."""

    def __init__(self) -> None:
        super().__init__()
        self.starts_for = 0
        self.late: set[str] = set()
        self.routes["GET /bills"] = only(self.knows, lambda _: as_json([self.row(row["id"], row) for row in BILLS]))

    def front(self, _: Ask) -> Answer:
        """The form."""
        return page(FORM)

    def row(self, number: str, row: dict[str, str]) -> dict[str, str]:
        """A bill, with a link to its document when there is one."""
        return row if number in self.late else {**row, "link": f"/pdf/{number}"}

    def answer(self, ask: Ask) -> Answer:
        """The same page whatever was asked."""
        if self.starts_for:
            self.starts_for -= 1
            return page(STARTING)
        return super().answer(ask)


@pytest.fixture
def site() -> Iterator[Starting]:
    """The site, running."""
    with Starting() as running:
        yield running


CARRIED = "cookie sid"


# connector
def bills(run: Run) -> Iterator[Bill]:
    """All there are."""
    for row in run.session.get("/bills").json():
        yield Bill(number=row["id"], date=row["day"], amount=row["total"], pdfurl=row.get("link"))


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


def test_it_works(site: Starting, client: MakeClient) -> None:
    """As long as nothing is soft."""
    ada, eve = client(site.url()), client(site.url(), password="wrong")

    assert Story.of(ada, eve, connector) == good_story(CARRIED)
    assert site.tried == 2


def test_a_link_that_is_missing_is_a_failure_until_it_is_there(site: Starting, client: MakeClient) -> None:
    """Each run says so, with the reason; the bill is stored, and completed later."""
    site.late = {"A2"}
    ada = client(site.url())
    reports = [ada.run(connector), ada.run(connector)]
    site.late.clear()
    third = ada.run(connector)

    assert [report.counts() for report in reports] == [{"saved": 2, "failed": 1}, {"already there": 2, "failed": 1}]
    assert {line.reason for report in reports for line in report.entries} == {"", "the site gave no link to it"}
    assert third.counts() == {"already there": 2, "completed": 1}
    assert ada.browsers == 1


def test_a_login_waits_until_the_server_has_started(site: Starting, client: MakeClient) -> None:
    """Its page comes back by itself: no password is sent before."""
    site.starts_for = 3

    assert client(site.url()).run(connector).verdict == "3 listed: 3 saved"
    assert site.tried == 1


def test_a_server_that_starts_ends_no_session(site: Starting, client: MakeClient) -> None:
    """A page in place of the list is the site's trouble: no login, no lost session, and a sentence that says it."""
    ada = client(site.url())
    ada.run(connector)
    site.starts_for = 1
    error = ada.run(connector).error

    assert error is not None
    assert error.code == "VENDOR_DOWN"
    assert 'a page where data was expected ("Acme is starting")' in error.message
    assert ada.run(connector).verdict == "3 bills, all already there"
    assert (site.tried, ada.browsers) == (1, 1)


def test_a_page_in_place_of_a_document_is_not_saved(site: Starting, client: MakeClient) -> None:
    """The server restarts in the middle; the next run completes what is missing."""

    def restart(_: Ask) -> Answer:
        del site.routes["GET /pdf/A2"]
        return page(STARTING)

    site.routes = {"GET /pdf/A2": restart, **site.routes}
    ada = client(site.url())

    assert ada.run(connector).counts() == {"saved": 2, "failed": 1}
    assert ada.run(connector).counts() == {"already there": 2, "completed": 1}
