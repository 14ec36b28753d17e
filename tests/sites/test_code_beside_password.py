"""44. Second factor on the page of the password; it submits itself after the sixth digit, and a code is good once."""

from collections.abc import Iterator

import pytest

import toolkit
from tests.sites.coded import SEED, TotpSite, unattended
from tests.sites.conftest import Client, MakeClient, Story, good_story
from tests.sites.server import Answer, Ask, page
from toolkit import Bill, Run

ONE_PAGE = """<form method=post action=/login>
<input name=login id=login><input name=password id=password type=password>
<input name=code id=code maxlength=6><button>Log in</button></form>
<script>code.oninput = () => code.value.length == 6 && code.form.submit();</script>"""


class OnePageSite(TotpSite):
    """Takes password and code together, and tells apart what was wrong; either way the code is used up."""

    login_page = ONE_PAGE

    def log_in(self, ask: Ask) -> Answer:
        """Let in who has both."""
        self.logins += 1
        fresh = self.is_good(ask.form.get("code", ""), "")
        if ask.form.get("password") != "correct horse":
            return page(f"{ONE_PAGE}<p class=error>Wrong password</p>")
        return self.welcome() if fresh else page(f"{ONE_PAGE}<p class=bad-code>Wrong code</p>")


@pytest.fixture
def site() -> Iterator[OnePageSite]:
    """The site, running."""
    with OnePageSite() as running:
        yield running


@pytest.fixture
def ada(site: OnePageSite, client: MakeClient) -> Client:
    """Somebody who has given the seed."""
    return unattended(client(site.url(), seed=SEED), site)


CARRIED = "cookie sid"


# connector
def bills(run: Run) -> Iterator[Bill]:
    """All there are."""
    for row in run.session.get("/bills").json():
        yield Bill(number=row["id"], date=row["day"], amount=row["total"], pdfurl=f"/pdf/{row['id']}")


log_in = toolkit.login_form(
    "/",
    fields={"login": "#login", "password": "#password"},
    codes={"totp": "#code"},
    submit="button",
    ok="#in",
    wrong=".error",
    wrong_code=".bad-code",
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


def test_it_works(site: OnePageSite, ada: Client, client: MakeClient) -> None:
    """The button is left alone: one login each, although the page has a button."""
    eve = unattended(client(site.url(), seed=SEED, password="wrong"), site)

    assert Story.of(ada, eve, connector) == good_story(CARRIED)
    assert site.logins == 2


def test_a_second_run_in_the_same_half_minute_waits_for_the_next_code(site: OnePageSite, ada: Client) -> None:
    """The site would refuse the same one; the third run has to wait as well."""
    began = site.clock.now()
    verdicts = []
    for _ in range(3):
        ada.shelf.forget()
        verdicts.append(ada.run(connector).verdict)

    assert verdicts == ["3 listed: 3 saved", "3 bills, all already there", "3 bills, all already there"]
    assert (site.clock.now() - began).total_seconds() == 51  # from 12:00:10 to 12:01:01
    assert site.logins == 3


def test_a_login_that_is_lost_in_the_middle_is_won_anew_with_the_next_code(site: OnePageSite, ada: Client) -> None:
    """Within one run, in the same half minute."""
    guarded = site.routes["GET /bills"]

    def end_session(ask: Ask) -> Answer:
        site.routes["GET /bills"] = guarded
        site.sids.clear()
        return guarded(ask)

    site.routes["GET /bills"] = end_session

    assert ada.run(connector).verdict == "3 listed: 3 saved"
    assert (site.logins, len(site.used)) == (2, 2)


def test_a_page_that_waits_for_the_button_gets_its_click(site: OnePageSite, ada: Client) -> None:
    """The same connector, after the site has lost its script."""
    site.login_page = ONE_PAGE.partition("<script>")[0]

    assert ada.run(connector).verdict == "3 listed: 3 saved"
    assert site.logins == 1


def test_a_code_that_is_refused_is_told_apart(site: OnePageSite, client: MakeClient) -> None:
    """A good password beside it is not called wrong."""
    eve = unattended(client(site.url(), seed="MFRGGZDFMZTWQ2LK"), site)
    report = eve.run(connector)

    assert report.error is not None
    assert (report.error.code, site.logins) == ("USER_ACTION_NEEDED.WRONG_TWOFA_CODE", 1)
