"""32. A magic link by mail, good once, for a while, and in the browser that asked for it."""

from collections.abc import Iterator
from secrets import token_urlsafe

import pytest

import toolkit
from tests.sites.conftest import MakeClient, Story, good_story
from tests.sites.portal import Portal
from tests.sites.server import Answer, Ask, page
from toolkit import Bill, Run

FORM = """<form method=post action=/login><input name=email id=email><button>Send me a link</button></form>"""
ENTER = "<form method=post action=/enter><input type=hidden name=token value=%s><button>Continue</button></form>"


class Mailing(Portal):
    """Sends links; opening one does nothing yet, since mail scanners open each, and its button works once."""

    def __init__(self) -> None:
        super().__init__()
        self.mails: list[str] = []
        self.asking: dict[str, str] = {}
        self.expired = False
        self.routes["GET /magic"] = lambda ask: page(ENTER % ask.query["token"])
        self.routes["POST /enter"] = self.enter

    def front(self, _: Ask) -> Answer:
        """The form."""
        return page(FORM)

    def log_in(self, ask: Ask) -> Answer:
        """A mail, if somebody has that address, and a cookie for the browser."""
        if ask.form["email"] != "ada@acme.example":
            return page(f"{FORM}<p class=error>Nobody here has that address</p>")
        token, browser = token_urlsafe(16), token_urlsafe(16)
        self.asking[token] = browser
        self.mails.append(self.url(f"/magic?token={token}"))
        sent = page("<p id=sent>We sent you a link</p>")
        return sent.adding("Set-Cookie", f"asking={browser}; HttpOnly; SameSite=Lax; Path=/")

    def enter(self, ask: Ask) -> Answer:
        """Let in the browser that asked."""
        self.tried += 1
        browser = self.asking.pop(ask.form["token"], None)
        if browser is None or self.expired or ask.cookies.get("asking") != browser:
            return page("<p class=over>This link is not good any more</p>")
        return self.let_in()


@pytest.fixture
def site() -> Iterator[Mailing]:
    """The site, running."""
    with Mailing() as running:
        yield running


CARRIED = "cookie asking, cookie sid"


# connector
def enter(run: Run) -> None:
    """Through the link in the mail, unless the site still knows the browser."""
    if run.page.locator("#sent").is_visible():
        toolkit.open_link(run, "The link in the mail from Acme")
        run.page.get_by_text("Continue").click()
        toolkit.outcome(run, ok="#in", wrong_code=".over")


def bills(run: Run) -> Iterator[Bill]:
    """All there are."""
    for row in run.session.get("/bills").json():
        yield Bill(number=row["id"], date=row["day"], amount=row["total"], pdfurl=f"/pdf/{row['id']}")


ask_for_link = toolkit.login_form("/", fields={"login": "#email"}, submit="button", ok="#in, #sent", wrong=".error")
connector = toolkit.create_new(
    name="acme",
    models=[Bill],
    fetch_operations=[
        ask_for_link,
        enter,
        toolkit.hand_over,
        bills,
        toolkit.filter_existing(Bill),
        toolkit.save_data_and_file(Bill),
    ],
)
# end


def test_it_works(site: Mailing, client: MakeClient) -> None:
    """The link is opened in the browser that asked for it; one that is not good is tried once."""
    ada = client(site.url(), ask=lambda *_: site.mails[-1])
    eve = client(site.url(), ask=lambda *_: site.mails[0])

    assert Story.of(ada, eve, connector) == good_story(CARRIED, refused="USER_ACTION_NEEDED.WRONG_TWOFA_CODE")
    assert (site.tried, len(site.mails)) == (2, 2)


def test_a_link_that_ended_is_told_in_the_words_of_the_site(site: Mailing, client: MakeClient) -> None:
    """And no other one is asked for."""
    site.expired = True
    error = client(site.url(), ask=lambda *_: site.mails[-1]).run(connector).error

    assert error is not None
    assert 'The site says: "This link is not good any more"' in error.message
    assert len(site.mails) == 1


def test_an_address_that_nobody_has_sends_no_mail(site: Mailing, client: MakeClient) -> None:
    """The login was refused, and nobody is asked for a link."""
    error = client(site.url(), login="eve@acme.example").run(connector).error

    assert error is not None
    assert (error.code, site.mails) == ("LOGIN_FAILED", [])


@pytest.mark.parametrize("link", ["https://evil.example/magic?token=x", "magic?token=x", "file:///etc/passwd", "x"])
def test_a_link_that_leads_elsewhere_is_not_opened(site: Mailing, client: MakeClient, link: str) -> None:
    """The browser with the site's cookies goes nowhere else."""
    error = client(site.url(), ask=lambda *_: link).run(connector).error

    assert error is not None
    assert error.code == "USER_ACTION_NEEDED.WRONG_TWOFA_CODE"
    assert "no link of the site" in error.message
    assert site.tried == 0
