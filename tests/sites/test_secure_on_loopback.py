"""43. Secure cookies on plain loopback http, which browsers send there."""

from collections.abc import Iterator
from secrets import token_urlsafe

import pytest

import toolkit
from tests.sites.conftest import MakeClient, Story, good_story
from tests.sites.server import BILLS, Answer, Ask, Site, as_json, only, page, pdf, redirect
from toolkit import Bill, Run

FORM = """<form method=post action=/login>
<input name=login id=login><input name=password id=password type=password><button>Log in</button></form>"""


class Secure(Site):
    """A production server on this machine: it has no https, and its cookies say Secure all the same.

    One of the two is partitioned and a new one with each answer; the last few are taken.
    """

    def __init__(self) -> None:
        super().__init__()
        self.sids: set[str] = set()
        self.turns = [""] * 8
        self.logins = 0
        self.routes = {
            "GET /": lambda ask: page("<h1 id=in>Welcome</h1>" if self.knows(ask) else FORM),
            "POST /login": self.log_in,
            "GET /me": only(self.knows, lambda _: as_json({"name": "Ada"})),
            "GET /bills": only(self.knows, lambda _: as_json(BILLS)),
            "GET /pdf/*": only(self.knows, lambda ask: pdf(ask.name)),
        }

    def log_in(self, ask: Ask) -> Answer:
        """Count, and let in who has the password."""
        self.logins += 1
        if ask.form.get("password") != "correct horse":
            return page(f"{FORM}<p class=error>Wrong password</p>")
        self.sids.add(sid := token_urlsafe(16))
        return redirect("/", cookies=[f"__Host-sid={sid}; Secure; HttpOnly; Path=/"])

    def knows(self, ask: Ask) -> bool:
        """Whether both cookies are there, each once."""
        names = [part.partition("=")[0].strip() for part in ask.headers.get("Cookie", "").split(";")]
        is_new = ask.cookies.get("turn") in self.turns[-8:]
        return ask.cookies.get("__Host-sid") in self.sids and is_new and sorted(names) == ["__Host-sid", "turn"]

    def answer(self, ask: Ask) -> Answer:
        """With the next turn."""
        answer = super().answer(ask)
        self.turns.append(turn := token_urlsafe(8))
        return answer.adding("Set-Cookie", f"turn={turn}; Secure; SameSite=None; Partitioned; Path=/")


@pytest.fixture
def site() -> Iterator[Secure]:
    """The site, running."""
    with Secure() as running:
        yield running


CARRIED = "cookie __Host-sid, cookie turn"


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


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_it_works(site: Secure, client: MakeClient, host: str) -> None:
    """By name and by number; and no cookie of the browser stands beside the one that replaced it."""
    ada, eve = client(site.url(host=host)), client(site.url(host=host), password="wrong")

    assert Story.of(ada, eve, connector) == good_story(CARRIED)
    assert site.logins == 2
