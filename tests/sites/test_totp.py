"""13. A code of an authenticator app (TOTP): the account holds the seed, and nobody is asked."""

from collections.abc import Iterator

import pytest

import toolkit
from tests.sites.coded import SEED, TotpSite, unattended
from tests.sites.conftest import Client, MakeClient, Story, good_story
from toolkit import Bill, Run


@pytest.fixture
def site() -> Iterator[TotpSite]:
    """The site, running."""
    with TotpSite() as running:
        yield running


@pytest.fixture
def ada(site: TotpSite, client: MakeClient) -> Client:
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


def test_it_works(site: TotpSite, ada: Client, client: MakeClient) -> None:
    """Nobody is there to be asked. Another seed makes wrong codes, of which one is tried."""
    eve = unattended(client(site.url(), seed="MFRGGZDFMZTWQ2LK"), site)

    assert Story.of(ada, eve, connector) == good_story(CARRIED, refused="USER_ACTION_NEEDED.WRONG_TWOFA_CODE")
    assert site.codes == 2


def test_a_wrong_password_is_no_wrong_code(site: TotpSite, ada: Client) -> None:
    """Although the page says both in the same place; it costs no code."""
    report = ada.run(connector, password="wrong")

    assert report.error is not None
    assert (report.error.code, site.codes) == ("LOGIN_FAILED", 0)


def test_the_seed_goes_nowhere(site: TotpSite, ada: Client) -> None:
    """Neither to the site nor into the log, nor do the codes."""
    ada.run(connector)
    written = (ada.folder / "log.jsonl").read_text()

    assert not any(b"JBSW" in ask.body for ask in site.asked)
    assert [word for word in ("JBSW", *typed_codes(site)) if word in written] == []


def typed_codes(site: TotpSite) -> list[str]:
    """What was typed."""
    return [ask.form["code"] for ask in site.asked if ask.path == "/code" and ask.method == "POST"]


def test_who_gave_no_seed_is_asked(site: TotpSite, client: MakeClient) -> None:
    """With the words of the page; when nobody answers, that is the error, and no code was tried."""
    asked: list[str] = []

    def ask(kind: str, message: str, seconds: float) -> str:
        asked.append(f"{kind}, {seconds:.0f} s: {message}")
        return ""

    report = unattended(client(site.url(), ask=ask), site).run(connector)

    assert asked == ["totp, 300 s: Enter the code of your app Go on"]
    assert report.error is not None
    assert (report.error.code, site.codes) == ("USER_ACTION_NEEDED.TWOFA_CANCELLED", 0)
