"""42. Signed links that end in minutes and need no session: when one has ended, the bills are listed again.

The files lie at a store of another site that knows no session, and refuses what is signed no more with 403.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from secrets import token_urlsafe
from threading import Lock

import pytest

import toolkit
from tests.sites.conftest import MakeClient, Story, good_story, one_by_one
from tests.sites.server import BILLS, Answer, Ask, Site, as_json, only, page, pdf, redirect, refused
from toolkit import Bill, Run

FORM = """<form method=post action=/login>
<input name=login id=login><input name=password id=password type=password><button>Log in</button></form>"""
MINUTE = 60


class FileStore(Site):
    """Gives a file to whoever has a link whose signature is good at `now`, and nothing else."""

    def __init__(self) -> None:
        super().__init__()
        self.one_by_one = Lock()
        self.now = 0
        self.ends: dict[str, int] = {}
        self.seconds_each = 0
        self.lost: set[str] = set()
        self.routes = {"GET /*": self.file}

    def link(self, name: str) -> str:
        """A link that is good for five minutes."""
        signature = token_urlsafe(16)
        self.ends[f"{name} {signature}"] = self.now + 5 * MINUTE
        return self.url(f"/{name}.pdf?X-Signature={signature}", host="localhost")

    def file(self, ask: Ask) -> Answer:
        """The file, which takes a while, one after the other."""
        name = ask.name.removesuffix(".pdf")
        with self.one_by_one:
            if "Cookie" in ask.headers or self.now >= self.ends.get(f"{name} {ask.query.get('X-Signature')}", 0):
                return refused(403)
            self.now += self.seconds_each
            return refused(404) if name in self.lost else pdf(name)


class SigningSite(Site):
    """Logs in by a cookie and lists bills with links to the store."""

    def __init__(self, files: FileStore) -> None:
        super().__init__()
        self.sessions: set[str] = set()
        self.logins = 0
        self.routes = {
            "GET /": lambda ask: page("<h1 id=in>Welcome</h1>" if self.knows(ask) else FORM),
            "POST /login": self.log_in,
            "GET /bills": only(self.knows, lambda _: as_json([{**one, "url": files.link(one["id"])} for one in BILLS])),
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


@pytest.fixture
def sites() -> Iterator[tuple[SigningSite, FileStore]]:
    """Both, running."""
    with ExitStack() as running:
        files = running.enter_context(FileStore())
        yield running.enter_context(SigningSite(files)), files


CARRIED = "cookie sid"


# connector
def bills(run: Run) -> Iterator[Bill]:
    """All there are."""
    for row in run.session.get("/bills").json():
        yield Bill(number=row["id"], date=row["day"], amount=row["total"], pdfurl=row["url"])


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

Sites = tuple[SigningSite, FileStore]


def test_it_works(sites: Sites, client: MakeClient) -> None:
    """The store is told nothing of the session."""
    site, files = sites
    ada, eve = client(site.url()), client(site.url(), password="wrong")

    assert Story.of(ada, eve, connector) == good_story(CARRIED)
    assert (site.logins, len(files.asked)) == (2, 3)


def test_links_that_end_meanwhile_are_listed_again(sites: Sites, client: MakeClient) -> None:
    """Each file takes three minutes and a link is good for five: nobody logs in for that."""
    site, files = sites
    files.seconds_each = 3 * MINUTE
    ada = client(site.url())

    assert ada.run(connector).verdict == "3 listed: 3 saved"
    assert site.paths().count("GET /bills") == 2
    assert site.logins == ada.browsers == 1


def test_a_file_that_is_lost_costs_one_listing_and_no_other_file(sites: Sites, client: MakeClient) -> None:
    """A new link does not bring it back."""
    site, files = sites
    files.lost = {"A2"}
    ada = client(site.url())
    report = ada.run(connector)

    assert report.counts() == {"saved": 2, "failed": 1}
    assert [one.reason for one in report.entries if one.reason] == ["HTTP 404"]
    assert site.paths().count("GET /bills") == 2


def test_a_session_that_ended_too_is_won_anew_by_the_listing(sites: Sites, client: MakeClient) -> None:
    """Six minutes after the listing neither links nor session are good."""
    site, files = sites
    whole = site.routes["GET /bills"]

    def last(ask: Ask) -> Answer:
        site.routes["GET /bills"] = whole
        answer = whole(ask)
        files.now += 6 * MINUTE
        site.sessions.clear()
        return answer

    site.routes["GET /bills"] = last
    ada = client(site.url())

    assert ada.run(one_by_one(connector)).verdict == "3 listed: 3 saved"
    assert site.logins == ada.browsers == 2
