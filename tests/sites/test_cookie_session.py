"""1. A plain cookie session; and what becomes of any session: kept, probed, ended, won anew."""

from collections.abc import Iterator
from dataclasses import replace
from secrets import token_urlsafe

import pytest

import toolkit
from tests.sites.conftest import MakeClient, Story, good_story, one_by_one
from tests.sites.server import BILLS, Answer, Ask, Handler, Site, as_json, page, pdf, redirect, refused
from toolkit import Bill, Run

FORM = """<form method=post action=/login>
<input name=login id=login><input name=password id=password type=password><button>Log in</button></form>"""


class CookieSite(Site):
    """Logs in with a form and remembers by a cookie, which it may forget after so many requests."""

    def __init__(self) -> None:
        super().__init__()
        self.sessions: dict[str, int] = {}
        self.lives_for = 10**6
        self.over = 401
        self.trouble: Answer | None = None
        self.password = "correct horse"
        self.logins = 0
        self.routes = {
            "GET /": lambda ask: page("<h1 id=in>Welcome</h1>") if self.knows(ask) else page(FORM),
            "POST /login": self.log_in,
            "GET /bills": self.guarded(lambda _: as_json(BILLS)),
            "GET /me": self.guarded(lambda _: as_json({"name": "Ada"})),
            "GET /pdf/*": self.guarded(lambda ask: pdf(ask.name)),
        }

    def knows(self, ask: Ask) -> bool:
        """Whether somebody is logged in."""
        sid = ask.cookies.get("sid", "")
        return self.sessions.get(sid, 0) > 0

    def log_in(self, ask: Ask) -> Answer:
        """Count, and let in who has the password."""
        self.logins += 1
        if ask.form.get("password") != self.password:
            return page(f"{FORM}<p class=error>Wrong password</p>")
        sid = token_urlsafe(16)
        self.sessions[sid] = self.lives_for
        return redirect("/", cookies=[f"sid={sid}; HttpOnly; Path=/"])

    def guarded(self, handler: Handler) -> Handler:
        """Answer only who is logged in."""

        def answer(ask: Ask) -> Answer:
            if self.trouble is not None:
                return self.trouble
            if not self.knows(ask):
                return refused(self.over)
            self.sessions[ask.cookies["sid"]] -= 1
            return handler(ask)

        return answer


@pytest.fixture
def site() -> Iterator[CookieSite]:
    """The site, running."""
    with CookieSite() as running:
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


@pytest.mark.usefixtures("as_users_have_it")
def test_it_works(site: CookieSite, client: MakeClient) -> None:
    """Logs in, lists and downloads; a second run needs no browser; a wrong password is told, once."""
    ada, eve = client(site.url()), client(site.url(), password="wrong")

    assert Story.of(ada, eve, connector) == good_story(CARRIED)
    assert site.logins == 2


def test_a_probe_tells_that_the_session_lives(site: CookieSite, client: MakeClient) -> None:
    """The second run says since when."""
    ada = client(site.url())
    ada.run(connector)

    assert ada.run(connector).operations[0].did.startswith("still logged in, since ")


def test_a_session_that_ends_in_the_middle_is_won_anew(site: CookieSite, client: MakeClient) -> None:
    """Each session lives for two requests: the listing and the downloads go on without knowing."""
    site.lives_for = 2
    ada = client(site.url())
    report = ada.run(connector)

    assert report.verdict == "3 listed: 3 saved"
    assert site.logins == ada.browsers == 2


def test_a_login_that_is_lost_in_the_middle_ends_the_run(site: CookieSite, client: MakeClient) -> None:
    """The password was changed meanwhile: it is tried once, not once for each file."""

    def change_password(_: Ask) -> Answer:
        site.password = "another"
        site.sessions.clear()
        return refused()

    ada = client(site.url())
    site.routes = {"GET /pdf/A3": change_password, **site.routes}
    report = ada.run(one_by_one(connector))

    assert report.error is not None
    assert (report.error.code, site.logins) == ("LOGIN_FAILED", 2)
    assert report.counts() == {"not saved": 3}


def test_a_kept_session_that_is_over_is_won_anew(site: CookieSite, client: MakeClient) -> None:
    """The probe tells; the browser logs in again."""
    ada = client(site.url())
    ada.run(connector)
    site.sessions.clear()
    second = ada.run(connector)

    assert second.verdict == "3 bills, all already there"
    assert [line.did.partition(",")[0] for line in second.operations[:3]] == [
        "logged in no more",
        "logged in",
        "1 cookie",
    ]
    assert ada.browsers == 2


@pytest.mark.parametrize("trouble", [refused(503), refused(429), refused(404)])
def test_a_probe_that_cannot_tell_destroys_nothing(site: CookieSite, client: MakeClient, trouble: Answer) -> None:
    """The site is down for a moment, and has the probe's answer clear the cookie; afterwards all is as before."""
    ada = client(site.url())
    ada.run(connector)
    site.trouble = trouble.adding("Set-Cookie", "sid=; Max-Age=0; Path=/")
    ada.run(connector)
    site.trouble = None
    third = ada.run(connector)

    assert third.verdict == "3 bills, all already there"
    assert ada.browsers == 1


def test_what_is_forbidden_is_not_logged_in_for(site: CookieSite, client: MakeClient) -> None:
    """Of one file that answers 403 whoever asks, the check tells that it is not the session; the others come."""
    site.routes = {"GET /pdf/A2": lambda _: refused(403), **site.routes}
    ada = client(site.url())
    report = ada.run(connector)

    assert report.counts() == {"saved": 2, "failed": 1}
    assert ada.browsers == site.logins == 1


def test_without_a_check_what_is_forbidden_costs_one_login(site: CookieSite, client: MakeClient) -> None:
    """Whether it is the session, only a login tells."""
    site.routes = {"GET /pdf/A2": lambda _: refused(403), **site.routes}
    ada = client(site.url())
    report = ada.run(one_by_one(replace(connector, check=None)))

    assert report.counts() == {"saved": 2, "failed": 1}
    assert ada.browsers == 2


def test_a_403_may_mean_the_session(site: CookieSite, client: MakeClient) -> None:
    """Its 403 means the session, as the check's does; whichever of several downloads noticed."""
    site.over, site.lives_for = 403, 2
    ada = client(site.url())

    assert ada.run(one_by_one(connector)).verdict == "3 listed: 3 saved"
