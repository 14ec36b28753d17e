"""31. Lockout after three tries: a refused password is never tried again, and the third run holds itself back."""

from collections.abc import Iterator
from secrets import token_urlsafe

import pytest

import toolkit
from tests.sites.conftest import Client, MakeClient, Story, good_story, run_as_command
from tests.sites.server import BILLS, Answer, Ask, Site, as_json, only, page, pdf, redirect
from toolkit import Bill, Run

FORM = """<form method=post action=/login>
<input name=login id=login><input name=password id=password type=password><button>Log in</button></form>"""
LOCKED = "<p class=locked>Your account is locked. Please call us.</p>"


class LockingSite(Site):
    """Three refusals in a row lock the account for whoever comes, with the right password too."""

    def __init__(self) -> None:
        super().__init__()
        self.password = "correct horse"
        self.sids: set[str] = set()
        self.refusals = 0
        self.logins = 0
        self.routes = {
            "GET /": lambda ask: page("<h1 id=in>Welcome</h1>") if self.knows(ask) else page(FORM),
            "POST /login": self.log_in,
            "GET /bills": only(self.knows, lambda _: as_json(BILLS)),
            "GET /pdf/*": only(self.knows, lambda ask: pdf(ask.name)),
        }

    @property
    def locked(self) -> bool:
        """Whether nobody gets in any more."""
        return self.refusals > 2

    def knows(self, ask: Ask) -> bool:
        """Whether somebody is logged in."""
        return ask.cookies.get("sid") in self.sids

    def log_in(self, ask: Ask) -> Answer:
        """Count, refuse, lock."""
        self.logins += 1
        if not self.locked and ask.form.get("password") == self.password:
            self.refusals = 0
            self.sids.add(sid := token_urlsafe(16))
            return redirect("/", cookies=[f"sid={sid}; HttpOnly; Path=/"])
        self.refusals += 1
        return page(LOCKED if self.locked else f"{FORM}<p class=error>Wrong password</p>")

    def change_password(self) -> None:
        """Somebody did, elsewhere: all sessions end."""
        self.password = "another horse"
        self.sids.clear()


@pytest.fixture
def site() -> Iterator[LockingSite]:
    """The site, running."""
    with LockingSite() as running:
        yield running


CARRIED = "cookie sid"


# connector
def bills(run: Run) -> Iterator[Bill]:
    """All there are."""
    for row in run.session.get("/bills").json():
        yield Bill(number=row["id"], date=row["day"], amount=row["total"], pdfurl=f"/pdf/{row['id']}")


log_in = toolkit.login_form(
    "/",
    fields={"login": "#login", "password": "#password"},
    submit="button",
    ok="#in",
    wrong=".error",
    action=".locked",
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


def run(ada: Client, password: str = "correct horse") -> str:
    """What a run ended in that counts in the vault what was refused."""
    report = run_as_command(ada, __name__, password=password)
    return report.error.code if report.error else report.verdict


def test_it_works(site: LockingSite, client: MakeClient) -> None:
    """Logs in, lists and downloads; a second run needs no browser; a wrong password is told, once."""
    ada, eve = client(site.url()), client(site.url(), password="wrong")

    assert Story.of(ada, eve, connector) == good_story(CARRIED)
    assert site.logins == 2


@pytest.mark.usefixtures("key_file")
def test_the_third_run_holds_back_and_the_account_stays_open(site: LockingSite, client: MakeClient) -> None:
    """No browser starts for it; the right password is tried at once, and gets in."""
    ada = client(site.url())
    codes = [run(ada, "wrong") for _ in range(4)]

    assert codes == ["LOGIN_FAILED"] * 2 + ["LOGIN_FAILED.TOO_MANY_ATTEMPTS"] * 2
    assert (site.logins, ada.browsers, site.locked) == (2, 2, False)
    assert run(ada) == "3 listed: 3 saved"


@pytest.mark.usefixtures("key_file")
def test_a_refusal_in_the_middle_counts_like_any_other(site: LockingSite, client: MakeClient) -> None:
    """The password is changed while files come, four at once: one try then, one in the next run, then no more."""

    def change_password(_: Ask) -> Answer:
        site.change_password()
        return redirect("/")

    ada = client(site.url())
    routes = site.routes
    site.routes = {"GET /pdf/A3": change_password, **routes}
    first = run(ada)
    site.routes = routes

    assert [first, run(ada)] == ["LOGIN_FAILED"] * 2
    assert (site.logins, site.refusals, site.locked) == (3, 2, False)
    assert run(ada) == "LOGIN_FAILED.TOO_MANY_ATTEMPTS"
    assert run(ada, "another horse") == "3 listed: 3 saved"


def test_an_account_that_somebody_else_has_locked(site: LockingSite, client: MakeClient) -> None:
    """Is not called a wrong password: the site's words say what to do."""
    site.refusals = 3
    error = client(site.url()).run(connector).error

    assert error is not None
    assert (error.code, site.logins) == ("USER_ACTION_NEEDED", 1)
    assert "Your account is locked. Please call us." in error.message
