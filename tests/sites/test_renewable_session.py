"""38. A short session, renewable only while it lives: renewed before it ends, each time with another cookie.

The page's script renews it when it loads; the cookie before is worth nothing from then on, to browser and session.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import formatdate
from secrets import token_urlsafe

import pytest

import toolkit
from tests.sites.conftest import Clock, MakeClient, Story, good_story
from tests.sites.server import BILLS, Answer, Ask, Site, as_json, only, page, pdf, redirect
from toolkit import Bill, Run

FORM = """<form method=post action=/login>
<input name=login id=login><input name=password id=password type=password><button>Log in</button></form>"""
APP = """<h1 hidden>Your bills</h1><script>
fetch("/renew", {method: "POST"}).then((answer) => { document.querySelector("h1").hidden = !answer.ok })</script>"""
LIFE, DAY = 600, 86_400


class RenewableSite(Site):
    """A session of ten minutes by its clock. Each page of the list takes `slow` seconds; `rotates` renews with each."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock(datetime.now(UTC))
        self.sid, self.end = "", 0.0
        self.slow, self.rotates = 0.0, False
        self.logins = self.renewals = self.late = 0
        self.routes = {
            "GET /": lambda ask: page(APP) if self.knows(ask) else page(FORM),
            "POST /login": self.log_in,
            "POST /renew": only(self.knows, self.renew),
            "GET /bills": only(self.knows, self.list),
            "GET /pdf/*": only(self.knows, lambda ask: pdf(ask.name)),
        }

    def knows(self, ask: Ask) -> bool:
        """Whether this is the newest cookie, and in time."""
        known = bool(self.sid) and ask.cookies.get("sid") == self.sid and self.clock.now().timestamp() < self.end
        self.late += not known and "sid" in ask.cookies
        return known

    def log_in(self, ask: Ask) -> Answer:
        """Count, and let in who has the password."""
        self.logins += 1
        if ask.form.get("password") != "correct horse":
            return page(f"{FORM}<p class=error>Wrong password</p>")
        return redirect("/").adding("Set-Cookie", self.new_cookie())

    def renew(self, _: Ask) -> Answer:
        """Ten minutes more."""
        self.renewals += 1
        return as_json({}, cookies=[self.new_cookie()])

    def new_cookie(self) -> str:
        """Another one, that says when it ends."""
        self.sid, self.end = token_urlsafe(16), self.clock.now().timestamp() + LIFE
        expires = formatdate(self.end, usegmt=True)
        return f"sid={self.sid}; Expires={expires}; HttpOnly; Path=/"

    def list(self, ask: Ask) -> Answer:
        """One bill a page."""
        self.clock.sleep(self.slow)
        return as_json(BILLS[int(ask.query["page"])], cookies=[self.new_cookie()] if self.rotates else [])


@pytest.fixture
def site() -> Iterator[RenewableSite]:
    """The site, running."""
    with RenewableSite() as running:
        yield running


CARRIED = "cookie sid"


# connector
def bills(run: Run) -> Iterator[Bill]:
    """All there are, one a page."""
    for number in range(3):
        row = run.session.get("/bills", params={"page": number}).json()
        yield Bill(number=row["id"], date=row["day"], amount=row["total"], pdfurl=f"/pdf/{row['id']}")


log_in = toolkit.login_form(
    "/", fields={"login": "#login", "password": "#password"}, submit="button", ok="h1", wrong=".error"
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


def test_it_works(site: RenewableSite, client: MakeClient) -> None:
    """Logs in, lists and downloads; a second run needs no browser; a wrong password is told, once."""
    ada, eve = client(site.url()), client(site.url(), password="wrong")

    assert Story.of(ada, eve, connector) == good_story(CARRIED)
    assert site.logins == 2


def test_it_is_renewed_before_it_ends(site: RenewableSite, client: MakeClient) -> None:
    """After nine minutes, and before the tenth: nobody types a password, nor is any request too late."""
    site.slow = 275  # after two pages 50 seconds are left
    ada = client(site.url())
    ada.clock = site.clock
    report = ada.run(connector)

    assert report.verdict == "3 listed: 3 saved"
    assert (site.logins, site.renewals, site.late, ada.browsers) == (1, 2, 0, 2)


def test_a_cookie_that_was_replaced_is_kept(site: RenewableSite, client: MakeClient) -> None:
    """Each answer replaces it: the next run has the last one, and needs no browser."""
    site.rotates = True
    ada = client(site.url())
    reports = [ada.run(connector) for _ in range(3)]

    assert [report.verdict for report in reports] == ["3 listed: 3 saved", *["3 bills, all already there"] * 2]
    assert (site.logins, site.late, ada.browsers) == (1, 0, 1)


def test_what_has_ended_is_logged_in_anew(site: RenewableSite, client: MakeClient) -> None:
    """A day later there is nothing left to renew."""
    ada = client(site.url())
    ada.clock = site.clock
    ada.run(connector)
    site.clock.sleep(DAY)

    assert ada.run(connector).verdict == "3 bills, all already there"
    assert (site.logins, ada.browsers) == (2, 2)
