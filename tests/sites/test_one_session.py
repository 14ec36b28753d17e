"""27. One session per user: while one lives its browser sees no form, and any other browser is turned away."""

from collections.abc import Iterator
from secrets import token_urlsafe

import pytest

import toolkit
from tests.sites.conftest import MakeClient, Story, good_story, one_by_one
from tests.sites.server import BILLS, Answer, Ask, Site, as_json, only, page, pdf, redirect
from toolkit import Bill, Run

FORM = """<form method=post action=/login>
<input name=login id=login><input name=password id=password type=password><button>Log in</button></form>"""
APP = """<h1 hidden>Your bills</h1><script>
fetch("/api/token", {method: "POST"}).then((answer) => answer.json()).then(({token}) =>
  fetch("/api/me", {headers: {Authorization: `Bearer ${token}`}})
).then(() => { document.querySelector("h1").hidden = false })</script>"""


class OneSessionSite(Site):
    """Knows one session at a time; its API wants a token that lives for so many requests, and that the app fetches."""

    def __init__(self) -> None:
        super().__init__()
        self.sid = ""
        self.token = ""
        self.left = 0
        self.lives_for = 10**6
        self.logins = 0
        self.routes = {
            "GET /": lambda ask: page(APP) if self.knows(ask) else redirect("/login"),
            "GET /login": lambda ask: redirect("/") if self.knows(ask) else page(FORM),
            "POST /login": self.log_in,
            "POST /api/token": only(self.knows, self.give_token),
            "POST /logout": only(self.knows, self.log_out),
            "GET /api/me": only(self.allows, lambda _: as_json({"name": "Ada"})),
            "GET /api/bills": only(self.allows, lambda _: as_json(BILLS)),
            "GET /api/pdf/*": only(self.allows, lambda ask: pdf(ask.name)),
        }

    def knows(self, ask: Ask) -> bool:
        """Whether this is the browser of the only session."""
        return bool(self.sid) and ask.cookies.get("sid") == self.sid

    def allows(self, ask: Ask) -> bool:
        """Whether the token is the current one; each request uses it up a little."""
        if not (self.knows(ask) and ask.bearer == self.token and self.left):
            return False
        self.left -= 1
        return True

    def log_in(self, ask: Ask) -> Answer:
        """Let in who has the password, unless somebody is in."""
        self.logins += 1
        if ask.form.get("password") != "correct horse":
            return page(f"{FORM}<p class=error>Wrong password</p>")
        if self.sid:
            return page("<p class=elsewhere>You are logged in on another device: log out there first.</p>")
        self.sid = token_urlsafe(16)
        return redirect("/", cookies=[f"sid={self.sid}; HttpOnly; Path=/"])

    def log_out(self, _: Ask) -> Answer:
        """End the session."""
        self.sid = ""
        return as_json({}, cookies=["sid=; Max-Age=0; Path=/"])

    def give_token(self, _: Ask) -> Answer:
        """A new token, in place of the one before."""
        self.token, self.left = token_urlsafe(16), self.lives_for
        return as_json({"token": self.token})


@pytest.fixture
def site() -> Iterator[OneSessionSite]:
    """The site, running."""
    with OneSessionSite() as running:
        yield running


CARRIED = "cookie sid, authorization from answer of /api/token"


# connector
def bills(run: Run) -> Iterator[Bill]:
    """All there are."""
    for row in run.session.get("/api/bills").json():
        yield Bill(number=row["id"], date=row["day"], amount=row["total"], pdfurl=f"/api/pdf/{row['id']}")


log_in = toolkit.login_form(
    "/login",
    fields={"login": "#login", "password": "#password"},
    submit="button",
    ok="h1",
    wrong=".error",
    action=".elsewhere",
)
operations = [
    log_in,
    toolkit.hand_over,
    bills,
    toolkit.filter_existing(Bill),
    toolkit.save_data_and_file(Bill),
]
connector = toolkit.create_new(name="acme", models=[Bill], check="/api/me", fetch_operations=operations)
# end


def log_out(run: Run) -> None:
    """What a polite connector does at last."""
    run.session.post("/logout").raise_for_status()


polite = toolkit.create_new(name="acme", models=[Bill], fetch_operations=[*operations, log_out])


def test_it_works(site: OneSessionSite, client: MakeClient) -> None:
    """Logs in, lists and downloads; a second run needs no browser; a wrong password is told, once."""
    ada, eve = client(site.url()), client(site.url(), password="wrong")

    assert Story.of(ada, eve, connector) == good_story(CARRIED)
    assert site.logins == 2


def test_who_is_still_logged_in_sees_no_form(site: OneSessionSite, client: MakeClient) -> None:
    """The token dies in the middle: the browser comes back with its session, finds itself logged in, and that is it."""
    site.lives_for = 3  # the page's own call, the list and one file; then two more
    ada = client(site.url())
    report = ada.run(one_by_one(connector))

    assert report.verdict == "3 listed: 3 saved"
    assert [line.did for line in report.operations if line.name == "login_form"] == ["logged in", "still logged in"]
    assert (site.logins, ada.browsers) == (1, 2)


def test_a_token_that_died_between_runs_needs_no_password(site: OneSessionSite, client: MakeClient) -> None:
    """The probe tells that it is over; the second run is already logged in where it matters."""
    ada = client(site.url())
    ada.run(connector)
    site.left = 0
    second = ada.run(connector)

    assert [line.did.partition(",")[0] for line in second.operations[:2]] == ["logged in no more", "still logged in"]
    assert (second.verdict, site.logins) == ("3 bills, all already there", 1)


def test_another_device_is_told_what_to_do(site: OneSessionSite, client: MakeClient) -> None:
    """In the site's words; nobody's session ends by it, and no password is called wrong."""
    ada, other = client(site.url()), client(site.url())
    ada.run(connector)
    refusal = other.run(connector).error

    assert refusal is not None
    assert (refusal.code, site.logins) == ("USER_ACTION_NEEDED", 2)
    assert "You are logged in on another device: log out there first." in refusal.message
    assert ada.run(connector).verdict == "3 bills, all already there"
    assert ada.browsers == 1


def test_who_logs_out_politely_leaves_the_door_open(site: OneSessionSite, client: MakeClient) -> None:
    """For another device, and for the next run, which logs in anew."""
    ada, other = client(site.url()), client(site.url())
    reports = [ada.run(polite), other.run(polite), ada.run(polite)]

    assert [report.verdict for report in reports] == ["3 listed: 3 saved"] * 2 + ["3 bills, all already there"]
    assert (site.logins, site.sid) == (3, "")
