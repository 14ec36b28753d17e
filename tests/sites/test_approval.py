"""14. Approval in an app: the page polls until somebody says yes, says no, or the time is over."""

from collections.abc import Iterator
from secrets import token_urlsafe

import pytest

import toolkit
from tests.sites.conftest import Client, MakeClient, Story, good_story
from tests.sites.server import BILLS, Answer, Ask, Site, as_json, only, page, pdf, redirect
from toolkit import Bill, Run

FORM = """<form method=post action=/login>
<input name=login id=login><input name=password id=password type=password><button>Log in</button></form>"""
WAITING = """<p id=approve>Say yes in the Acme app. Is it 42?</p>
<p class=refused hidden>You said no</p><p class=expired hidden>Too late</p><script>
const poll = async () => {
  const {state} = await (await fetch("/approval")).json();
  if (state == "waiting") return setTimeout(poll, 20);
  if (state == "yes") return location = "/";
  approve.hidden = true;
  document.querySelector(state == "no" ? ".refused" : ".expired").hidden = false;
};
poll();
</script>"""


class AppSite(Site):
    """Asks the app of whoever has the password; the one who polls learns what was said, and is in when it was yes.

    `says` are the answers of the apps, by login, after two polls in vain; None is an app that nobody looks at.
    """

    def __init__(self) -> None:
        super().__init__()
        self.says: dict[str, str | None] = {"ada@acme.example": "yes"}
        self.polls: dict[str, int] = {}
        self.who: dict[str, str] = {}
        self.sids: set[str] = set()
        self.logins = 0
        self.routes = {
            "GET /": lambda ask: page("<h1 id=in>Welcome</h1>" if self.knows(ask) else FORM),
            "POST /login": self.log_in,
            "GET /approve": lambda ask: page(WAITING if ask.cookies.get("half") in self.who else FORM),
            "GET /approval": only(lambda ask: ask.cookies.get("half") in self.who, self.poll),
            "GET /bills": only(self.knows, lambda _: as_json(BILLS)),
            "GET /pdf/*": only(self.knows, lambda ask: pdf(ask.name)),
        }

    def knows(self, ask: Ask) -> bool:
        """Whether somebody is logged in."""
        return ask.cookies.get("sid") in self.sids

    def log_in(self, ask: Ask) -> Answer:
        """Ask the app."""
        self.logins += 1
        if ask.form.get("password") != "correct horse":
            return page(f"{FORM}<p class=error>Wrong password</p>")
        half = token_urlsafe(8)
        self.who[half], self.polls[half] = ask.form["login"], 0
        return redirect("/approve", cookies=[f"half={half}; HttpOnly; Path=/"])

    def poll(self, ask: Ask) -> Answer:
        """What the app has said by now."""
        half = ask.cookies["half"]
        self.polls[half] += 1
        said = self.says[self.who[half]] if self.polls[half] > 2 else None
        if said is None:
            return as_json({"state": "waiting"})
        del self.who[half]
        cookies = ["half=; Max-Age=0; Path=/"]
        if said == "yes":
            self.sids.add(sid := token_urlsafe(16))
            cookies.append(f"sid={sid}; HttpOnly; Path=/")
        return as_json({"state": said}, cookies=cookies)


@pytest.fixture
def site() -> Iterator[AppSite]:
    """The site, running."""
    with AppSite() as running:
        yield running


@pytest.fixture
def eve(site: AppSite, client: MakeClient) -> Client:
    """Somebody whose app may say anything."""
    return client(site.url(), login="eve@acme.example")


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
    approve="#approve",
    ok="#in",
    wrong=".error",
    cancelled=".refused",
    expired=".expired",
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


def test_it_works(site: AppSite, client: MakeClient, eve: Client) -> None:
    """Nobody is asked at the terminal. A wrong secret is a no in the app."""
    site.says["eve@acme.example"] = "no"
    ada = client(site.url())

    assert Story.of(ada, eve, connector) == good_story(CARRIED, refused="USER_ACTION_NEEDED.TWOFA_CANCELLED")
    assert site.logins == 2


def test_too_late_is_another_thing_than_no(site: AppSite, eve: Client) -> None:
    """The site says which."""
    site.says["eve@acme.example"] = "late"
    report = eve.run(connector)

    assert report.error is not None
    assert report.error.code == "USER_ACTION_NEEDED.TWOFA_EXPIRED"
    assert 'The site says: "Too late"' in report.error.message


def test_a_page_that_waits_for_ever_is_not_waited_for(site: AppSite, eve: Client) -> None:
    """After the connector's own deadline; the site is not called changed or slow, and the person was told."""
    site.says["eve@acme.example"] = None
    impatient = toolkit.login_form(
        "/",
        fields={"login": "#login", "password": "#password"},
        submit="button",
        approve="#approve",
        ok="#in",
        deadline=0.1,
    )
    report = eve.run(toolkit.create_new(name="acme", models=[], fetch_operations=[impatient, toolkit.hand_over]))

    assert report.error is not None
    assert report.error.code == "USER_ACTION_NEEDED.TWOFA_EXPIRED"
    assert report.error.message == "The login was not approved within 0 seconds."
    assert "Say yes in the Acme app. Is it 42?" in (eve.folder / "log.jsonl").read_text()


def test_a_wrong_password_asks_no_app(site: AppSite, eve: Client) -> None:
    """It is told as what it is."""
    report = eve.run(connector, password="wrong")

    assert report.error is not None
    assert (report.error.code, site.who) == ("LOGIN_FAILED", {})
