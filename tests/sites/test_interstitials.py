"""28. Interstitials: a cookie banner over the form, a survey to skip, new terms, a password to change."""

from collections.abc import Iterator

import pytest

import toolkit
from tests.sites.conftest import MakeClient, Story, good_story
from tests.sites.portal import Portal
from tests.sites.server import Answer, Ask, page, redirect
from toolkit import Bill, Run

FORM = """<form id=form method=post action=/login>
<input name=login id=login><input name=password id=password type=password><button>Log in</button></form>
<script>document.getElementById("%s").addEventListener("%s", () => document.body.insertAdjacentHTML("beforeend",
`<div class=banner style="position: fixed; inset: 0; background: white">We value your privacy.
<button type=button id=refuse onclick="fetch('/consent', {method: 'POST'}); this.parentElement.remove()">Refuse all
</button></div>`), {once: true})</script>"""
SURVEY = """<h2>Would you recommend us?</h2><button>10</button>
<form method=post action=/survey><button name=answer value=none>Skip</button></form>"""
TERMS = "<form class=terms method=post action=/terms>Our terms of use have changed <button>Accept</button></form>"
CHANGE = "<form class=change>Please choose a new password <input type=password><button>Save</button></form>"


class Nosy(Portal):
    """Shows its pages in between to who is logged in, until they are dealt with; the session is good only then."""

    def __init__(self) -> None:
        super().__init__()
        self.consents = 0
        self.pending: list[str] = [SURVEY]
        self.answers: list[str] = []
        self.banner = ("login", "focus")
        self.routes["POST /consent"] = self.take_consent
        self.routes["POST /survey"] = self.take_survey
        self.routes["POST /terms"] = self.take_terms

    def front(self, ask: Ask) -> Answer:
        """The form, or what stands between."""
        if ask.cookies.get("sid") in self.sessions:
            return page(self.pending[0])
        return page(FORM % self.banner)

    def knows(self, ask: Ask) -> bool:
        """Nobody who has something pending."""
        return super().knows(ask) and not self.pending

    def take_consent(self, _: Ask) -> Answer:
        """Of those who refuse."""
        self.consents += 1
        return Answer(status=204)

    def take_survey(self, ask: Ask) -> Answer:
        """What they think."""
        self.answers.append(ask.form["answer"])
        self.pending.remove(SURVEY)
        return redirect("/")

    def take_terms(self, _: Ask) -> Answer:
        """Nobody but the person may do that."""
        raise AssertionError("terms were accepted")


@pytest.fixture
def site() -> Iterator[Nosy]:
    """The site, running."""
    with Nosy() as running:
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
    submit="text=Log in",
    ok="#in",
    wrong=".error",
    terms=".terms",
    change_password=".change",
    dismiss=["#refuse", "text=Skip"],
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


def test_it_works(site: Nosy, client: MakeClient) -> None:
    """The banner comes while the form is filled, and the survey after it; both are clicked away."""
    ada, eve = client(site.url()), client(site.url(), password="wrong")

    assert Story.of(ada, eve, connector) == good_story(CARRIED)
    assert (site.tried, site.consents, site.answers) == (2, 2, ["none"])


@pytest.mark.parametrize("banner", [("login", "focus"), ("password", "input"), ("form", "mousemove")])
def test_a_banner_over_the_button_is_clicked_away(site: Nosy, client: MakeClient, banner: tuple[str, str]) -> None:
    """Whenever it comes: the button behind it is clicked once."""
    site.banner = banner

    assert client(site.url()).run(connector).verdict == "3 listed: 3 saved"
    assert (site.tried, site.consents) == (1, 1)


@pytest.mark.parametrize(
    ("html", "code", "words"),
    [
        (TERMS, "USER_ACTION_NEEDED.CGU_FORM", "Our terms of use have changed"),
        (CHANGE, "USER_ACTION_NEEDED.CHANGE_PASSWORD", "Please choose a new password"),
    ],
)
def test_what_only_the_person_can_do_is_told(site: Nosy, client: MakeClient, html: str, code: str, words: str) -> None:
    """After the survey, in the site's words; nothing is accepted for them, and the next run finds it done."""
    site.pending.append(html)
    ada = client(site.url())
    error = ada.run(connector).error

    assert error is not None
    assert error.code == code
    assert words in error.message

    site.pending.clear()
    assert ada.run(connector).verdict == "3 listed: 3 saved"
