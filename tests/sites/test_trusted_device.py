"""16. A trusted device: its cookie survives the logout, goes to the login only, and saves the code of the next login.

The site trusts it in the browser that it was given to: another user agent or another language is another device.
"""

from collections.abc import Iterator
from secrets import token_urlsafe

import pytest

import toolkit
from tests.sites.coded import CodeSite
from tests.sites.conftest import MakeClient, Story, good_story
from tests.sites.server import Answer, Ask, as_json, only
from toolkit import Bill, Run

YEAR = 365 * 86_400


class TrustingSite(CodeSite):
    """Asks no code of a browser that it has given a device cookie to; it is another one after each login."""

    def __init__(self) -> None:
        super().__init__()
        self.devices: dict[str, tuple[str | None, ...]] = {}
        self.routes["POST /logout"] = only(self.knows, self.log_out)

    def log_in(self, ask: Ask) -> Answer:
        """Let a device in that is known, with the password alone."""
        known = self.devices.get(ask.cookies.get("device", ""))
        if known != self.face(ask) or ask.form.get("password") != "correct horse":
            return super().log_in(ask)
        self.logins += 1
        self.devices.pop(ask.cookies["device"])
        return self.trusting(self.welcome(), ask)

    def take_code(self, ask: Ask) -> Answer:
        """Trust who has given the right code."""
        answer = super().take_code(ask)
        return self.trusting(answer, ask) if answer.status < 400 and self.sids else answer

    def trusting(self, answer: Answer, ask: Ask) -> Answer:
        """Give the browser a new device cookie."""
        self.devices[device := token_urlsafe(16)] = self.face(ask)
        return answer.adding("Set-Cookie", f"device={device}; Max-Age={YEAR}; HttpOnly; Path=/login")

    def face(self, ask: Ask) -> tuple[str | None, ...]:
        """What a browser is known by."""
        return ask.headers["User-Agent"], ask.headers["Accept-Language"]

    def log_out(self, ask: Ask) -> Answer:
        """End the session, and leave the device alone."""
        self.sids.discard(ask.cookies["sid"])
        return as_json({}, cookies=["sid=; Max-Age=0; Path=/"])

    def answer_code(self, kind: str, message: str, seconds: float) -> str:
        """What a person does who is asked."""
        assert (kind, seconds > 0) == ("sms", True), message
        return self.sent[-1]


@pytest.fixture
def site() -> Iterator[TrustingSite]:
    """The site, running."""
    with TrustingSite() as running:
        yield running


CARRIED = "cookie device, cookie sid"


# connector
def bills(run: Run) -> Iterator[Bill]:
    """All there are."""
    for row in run.session.get("/bills").json():
        yield Bill(number=row["id"], date=row["day"], amount=row["total"], pdfurl=f"/pdf/{row['id']}")


log_in = toolkit.login_form(
    "/",
    fields={"login": "#login", "password": "#password"},
    codes={"sms": "#code"},
    submit="button",
    ok="#in",
    wrong=".error",
)
operations = [
    log_in,
    toolkit.hand_over,
    bills,
    toolkit.filter_existing(Bill),
    toolkit.save_data_and_file(Bill),
]
connector = toolkit.create_new(name="acme", models=[Bill], fetch_operations=operations)
# end


def log_out(run: Run) -> None:
    """What a polite connector does at last."""
    run.session.post("/logout").raise_for_status()


polite = toolkit.create_new(name="acme", models=[Bill], fetch_operations=[*operations, log_out])


def test_it_works(site: TrustingSite, client: MakeClient) -> None:
    """Logs in with a code, lists and downloads; a second run needs no browser; a wrong password is told, once."""
    ada, eve = client(site.url(), ask=site.answer_code), client(site.url(), password="wrong")

    assert Story.of(ada, eve, connector) == good_story(CARRIED)
    assert (site.logins, len(site.sent), site.codes) == (2, 1, 1)


def test_a_session_that_has_ended_costs_a_password_and_no_code(site: TrustingSite, client: MakeClient) -> None:
    """Again and again, with the device cookie of the last login; nobody is asked."""
    ada = client(site.url(), ask=site.answer_code)
    ada.run(connector)
    for _ in range(2):
        site.sids.clear()
        assert ada.run(connector).verdict == "3 bills, all already there"

    assert (site.logins, len(site.sent), ada.browsers) == (3, 1, 3)


def test_a_logout_leaves_the_device_trusted(site: TrustingSite, client: MakeClient) -> None:
    """The site's own at the end of each run."""
    ada = client(site.url(), ask=site.answer_code)
    verdicts = [ada.run(polite).verdict for _ in range(2)]

    assert verdicts == ["3 listed: 3 saved", "3 bills, all already there"]
    assert (site.logins, len(site.sent), site.sids) == (2, 1, set())


def test_a_login_that_was_forgotten_leaves_the_device_trusted(site: TrustingSite, client: MakeClient) -> None:
    """It lies apart, without the session: the form is filled in again, and no code is asked for."""
    ada = client(site.url(), ask=site.answer_code)
    ada.run(connector)
    ada.shelf.forget()
    device = ada.shelf.kept["device"]
    again = ada.run(connector)

    assert not any(sid in device for sid in site.sids)
    assert [line.did for line in again.operations[:1]] == ["logged in"]
    assert (site.logins, len(site.sent)) == (2, 1)


def test_another_device_is_asked(site: TrustingSite, client: MakeClient) -> None:
    """Trust is of one browser; where nobody answers, the run says so."""
    client(site.url(), ask=site.answer_code).run(connector)
    error = client(site.url()).run(connector).error

    assert error is not None
    assert (error.code, len(site.sent)) == ("USER_ACTION_NEEDED.TWOFA_EXPIRED", 2)
