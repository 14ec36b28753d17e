"""5. A short access token with a rotating refresh token, whose second use takes back all of its family.

Only the page's script knows how to refresh, so it is the browser that does, with what was kept and without a password.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from secrets import token_urlsafe
from threading import Barrier, BrokenBarrierError

import pytest

import toolkit
from tests.sites.app import Api, app, jwt
from tests.sites.conftest import Client, MakeClient, Story, good_story, on_disk, run_as_command
from tests.sites.server import Answer, Ask, as_json, only, refused
from toolkit import Bill, Run, VendorDown

SCRIPT = """
const held = () => JSON.parse(localStorage.getItem("auth") || "{}");
const take = async (answer) => {
  if (answer.ok) localStorage.setItem("auth", await answer.text()); else localStorage.removeItem("auth");
  return answer.ok;
};
const logIn = async (login, password) => take(await fetch("/login", posted({login, password})));
const ask = async () => (await fetch("/me", {headers: {Authorization: `Bearer ${held().access}`}})).ok;
const refresh = async () => take(await fetch("/token", posted({refresh: held().refresh})));
const isIn = async () => held().refresh && (await ask() || await refresh() && await ask());
"""
LIFE, DAY = 900.0, 86_400.0


class RotatingApi(Api):
    """Its clock stands still but for `tick` seconds with each good answer; `reuses` counts refresh tokens of no use."""

    def __init__(self) -> None:
        super().__init__()
        self.now, self.life, self.tick = 1.7e9, LIFE, 0.0
        self.ends: dict[str, float] = {}
        self.families: dict[str, str] = {}
        self.newest: set[str] = set()
        self.refreshes = self.reuses = 0
        self.meeting: Barrier | None = None
        self.routes["GET /"] = lambda _: app(SCRIPT)
        self.routes["POST /token"] = self.refresh
        self.routes["GET /bills"] = only(self.meets, self.routes["GET /bills"])

    def let_in(self, _: Ask) -> Answer:
        """A new family."""
        return self.pair(token_urlsafe(8))

    def pair(self, family: str) -> Answer:
        """A new pair of tokens."""
        access, refresh = jwt(sub="ada", exp=int(self.now + self.life)), token_urlsafe(24)
        self.ends[access], self.families[access] = self.now + self.life, family
        self.families[refresh] = family
        self.newest.add(refresh)
        return as_json({"access": access, "refresh": refresh})

    def refresh(self, ask: Ask) -> Answer:
        """A new pair for the newest refresh token; for an older one the end of its family."""
        token = ask.json["refresh"]
        family = self.families.get(token)
        if token in self.newest and family:
            self.newest.discard(token)
            self.refreshes += 1
            return self.pair(family)
        self.reuses += 1
        for each in [each for each, its in self.families.items() if its == family]:
            self.families.pop(each)
        return refused()

    def knows(self, ask: Ask) -> bool:
        """Whether the access token still lives, and its family."""
        if ask.bearer not in self.families or self.now >= self.ends[ask.bearer]:
            return False
        self.now += self.tick
        return True

    def meets(self, ask: Ask) -> bool:
        """Any request; one with a token that is over waits for another, where they are to meet."""
        if self.meeting is not None and self.now >= self.ends[ask.bearer]:
            with suppress(BrokenBarrierError):
                self.meeting.wait()
        return True


@pytest.fixture
def site() -> Iterator[RotatingApi]:
    """The site, running."""
    with RotatingApi() as running:
        yield running


CARRIED = "authorization from localStorage auth"


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
    fetch_operations=[
        log_in,
        toolkit.hand_over,
        bills,
        toolkit.filter_existing(Bill),
        toolkit.save_data_and_file(Bill),
    ],
)
# end


def test_it_works(site: RotatingApi, client: MakeClient) -> None:
    """Logs in, lists and downloads; a second run needs no browser; a wrong password is told, once."""
    ada, eve = client(site.url()), client(site.url(), password="wrong")

    assert Story.of(ada, eve, connector) == good_story(CARRIED)
    assert (site.tried, site.refreshes, site.reuses) == (2, 0, 0)


def test_a_token_of_two_seconds_is_refreshed_in_the_middle(site: RotatingApi, client: MakeClient) -> None:
    """It ends before the last file: the listing goes on without knowing, and no password is typed again."""
    site.life, site.tick = 2.0, 0.5  # it is good for the page's own call, the list and two files
    ada = client(site.url())
    report = ada.run(connector)

    assert report.verdict == "3 listed: 3 saved"
    assert (site.tried, site.refreshes, site.reuses) == (1, 1, 0)


def test_day_after_day(site: RotatingApi, client: MakeClient) -> None:
    """Each day's run refreshes with what the day before has kept, and uses no refresh token twice."""
    ada = client(site.url())
    verdicts = []
    for _ in range(3):
        verdicts.append(ada.run(connector).verdict)
        site.now += DAY

    assert verdicts == ["3 listed: 3 saved", *["3 bills, all already there"] * 2]
    assert (site.tried, site.refreshes, site.reuses) == (1, 2, 0)


def test_a_new_token_is_on_the_disk_before_it_is_used(site: RotatingApi, client: MakeClient) -> None:
    """At each request with a new access token the refresh token that came with it is kept: a crash costs nothing."""
    ada = client(site.url())
    kept: list[bool] = []

    def look(_: Ask) -> bool:
        kept.append(all(token in ada.shelf.kept["session"] for token in site.newest))
        return True

    site.routes["GET /bills"] = only(look, site.routes["GET /bills"])
    ada.run(connector)
    site.now += DAY
    ada.run(connector)

    assert site.refreshes == 1
    assert kept == [True] * 3  # the second is the one with the old token


def test_a_family_that_was_revoked_is_logged_in_anew(site: RotatingApi, client: MakeClient) -> None:
    """Somebody else used a token twice: the page shows its form again, and the password is typed."""
    ada = client(site.url())
    ada.run(connector)
    site.families.clear()
    second = ada.run(connector)

    assert (second.verdict, site.tried) == ("3 bills, all already there", 2)


def test_a_token_that_was_refreshed_in_vain_is_kept(site: RotatingApi, client: MakeClient) -> None:
    """The page has refreshed it, then the login breaks off: the next run goes on with the new one."""
    in_trouble = True

    def break_off(_: Run) -> None:
        if in_trouble:
            raise VendorDown

    login, *others = connector.fetch_operations
    breaking = toolkit.create_new(name="acme", models=[Bill], fetch_operations=[login, break_off, *others])
    ada = client(site.url())
    ada.run(connector)
    site.now += DAY
    broken = ada.run(breaking).error
    in_trouble = False
    third = ada.run(breaking)

    assert broken is not None
    assert (broken.code, third.verdict) == ("VENDOR_DOWN", "3 bills, all already there")
    assert (site.tried, site.reuses) == (1, 0)


def start(ada: Client) -> "subprocess.Popen[str]":
    """`toolkit run`, in a process of its own, with the connector in this file."""
    found = on_disk(ada, __name__)
    environ = {
        **os.environ,
        "TOOLKIT_CONNECTORS": str(found.folder.parent),
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    environ |= {f"TOOLKIT_FIELD_{name.upper()}": value for name, value in ada.fields.items()}
    command = [sys.executable, "-m", "toolkit", "run", "acme", "--json", "--data", str(ada.folder / "data")]
    return subprocess.Popen(command, env=environ, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)


def verdict(process: "subprocess.Popen[str]") -> str:
    """What the report of a process says."""
    printed, _ = process.communicate(timeout=120)
    return str(json.loads(printed)["verdict"])


def test_two_processes_do_not_revoke_the_family(site: RotatingApi, client: MakeClient) -> None:
    """Both find at once that their token is over: one refreshes, the other waits for it and takes up what it won."""
    ada = client(site.url())
    first = run_as_command(ada, __name__).verdict
    site.now += DAY
    site.meeting = Barrier(2, timeout=60)
    both = [start(ada) for _ in range(2)]
    verdicts = [verdict(process) for process in both]
    site.meeting = None

    assert (first, verdicts) == ("3 listed: 3 saved", ["3 bills, all already there"] * 2)
    assert (site.tried, site.refreshes, site.reuses) == (1, 1, 0)
    site.now += DAY
    assert run_as_command(ada, __name__).verdict == "3 bills, all already there"
    assert (site.tried, site.refreshes, site.reuses) == (1, 2, 0)
