"""10. User first, then password, then a choice of contract."""

from collections.abc import Iterator
from secrets import token_hex

import pytest

import toolkit
from tests.sites.conftest import MakeClient, Story, good_story
from tests.sites.portal import Portal
from tests.sites.server import BILLS, Answer, Ask, as_json, page, redirect, refused
from toolkit import Bill, Run

# The first step holds the second's field out of sight, as sites do for password managers.
USER = """<form method=post action=/user><input name=user id=user>
<input type=password name=password style="position: fixed; left: -999px" tabindex=-1><button>Next</button></form>"""
PASSWORD = """<p>%s</p><form method=post action=/login><input type=hidden name=step value=%s>
<input name=password type=password><button>Log in</button></form>"""
CONTRACT = "<form method=post action=/contract><button name=number value={0}>Contract {0}</button></form>"
USERS = {"ada@acme.example": ["4711", "4712"], "bob@acme.example": ["4711"]}


class Steps(Portal):
    """A step holds once, and wants its own field alone; bills are those of the contract that was chosen."""

    def __init__(self) -> None:
        super().__init__()
        self.steps: dict[str, str] = {}
        self.users: dict[str, str] = {}
        self.chosen: dict[str, str] = {}
        self.mistakes = 0
        self.routes["POST /user"] = self.take_user
        self.routes["POST /contract"] = self.choose
        self.routes["GET /bills"] = lambda ask: self.bills(ask) if self.knows(ask) else refused()

    def front(self, ask: Ask) -> Answer:
        """The first step, or the last."""
        user = self.users.get(ask.cookies.get("sid", ""))
        if user is None:
            return page(USER)
        return page(f"<div id=contracts>{''.join(CONTRACT.format(number) for number in USERS[user])}</div>")

    def knows(self, ask: Ask) -> bool:
        """Nobody who has not chosen."""
        return ask.cookies.get("sid") in self.chosen

    def take_user(self, ask: Ask) -> Answer:
        """The second step for whom the site knows."""
        self.mistakes += bool(ask.form["password"])
        user = ask.form["user"]
        if user not in USERS:
            return page(f"{USER}<p class=error>No such user</p>")
        self.steps[step := token_hex(8)] = user
        return page(PASSWORD % (user, step))

    def log_in(self, ask: Ask) -> Answer:
        """The third step, where there is something to choose."""
        user = self.steps.pop(ask.form.get("step", ""), "")
        if not user or not self.is_right(ask.form["password"]):
            return page(f"{USER}<p class=error>Wrong password</p>")
        answer = self.let_in()
        (sid,) = self.sessions - set(self.users)
        self.users[sid] = user
        if len(USERS[user]) == 1:
            self.chosen[sid] = USERS[user][0]
        return answer

    def choose(self, ask: Ask) -> Answer:
        """The contract, for the rest of the session."""
        self.chosen[ask.cookies["sid"]] = ask.form["number"]
        return redirect("/")

    def bills(self, ask: Ask) -> Answer:
        """Those of one contract."""
        return as_json([{**row, "contract": self.chosen[ask.cookies["sid"]]} for row in BILLS])


@pytest.fixture
def site() -> Iterator[Steps]:
    """The site, running."""
    with Steps() as running:
        yield running


CARRIED = "cookie sid"


# connector
def choose_contract(run: Run) -> None:
    """Who has only one is not asked."""
    if run.page.locator("#contracts").is_visible():
        run.page.get_by_text(run.fields["contract"]).click()
        toolkit.outcome(run, ok="#in")


def bills(run: Run) -> Iterator[Bill]:
    """All of the contract."""
    for row in run.session.get("/bills").json():
        number = f"{row['contract']}-{row['id']}"
        yield Bill(number=number, date=row["day"], amount=row["total"], pdfurl=f"/pdf/{row['id']}")


log_in = toolkit.login_form(
    "/",
    fields={"login": "#user", "password": "[type=password]"},
    submit="button",
    ok="#in, #contracts",
    wrong=".error",
)
connector = toolkit.create_new(
    name="acme",
    models=[Bill],
    fetch_operations=[
        log_in,
        choose_contract,
        toolkit.hand_over,
        bills,
        toolkit.filter_existing(Bill),
        toolkit.save_data_and_file(Bill),
    ],
)
# end


def test_it_works(site: Steps, client: MakeClient) -> None:
    """Each field is filled where a person sees it, and the contract chosen is the one whose bills come."""
    ada, eve = client(site.url(), contract="4712"), client(site.url(), contract="4712", password="wrong")

    assert Story.of(ada, eve, connector) == good_story(CARRIED)
    assert (site.tried, site.mistakes, list(site.chosen.values())) == (2, 0, ["4712"])


def test_who_has_one_contract_is_not_asked(site: Steps, client: MakeClient) -> None:
    """The same connector."""
    bob = client(site.url(), login="bob@acme.example", contract="4711")

    assert bob.run(connector).verdict == "3 listed: 3 saved"
    assert "POST /contract" not in site.paths()


def test_a_user_whom_the_site_does_not_know_is_told_at_once(site: Steps, client: MakeClient) -> None:
    """Without the password having been sent."""
    error = client(site.url(), login="mallory@acme.example").run(connector).error

    assert error is not None
    assert (error.code, site.tried) == ("LOGIN_FAILED", 0)
    assert 'The site says: "No such user"' in error.message
