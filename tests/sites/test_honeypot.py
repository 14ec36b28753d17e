"""45. A form inside a srcdoc iframe with honeypots: who fills a field that nobody sees is a robot."""

from collections.abc import Iterator
from html import escape
from secrets import token_hex

import pytest

import toolkit
from tests.sites.conftest import MakeClient, Story, good_story
from tests.sites.portal import Portal
from tests.sites.server import Answer, Ask, page
from toolkit import Bill, Run

FORM = """<form method=post action=/login target=_top>
<div style="position: absolute; left: -5000px"><input type=text name=email tabindex=-1 autocomplete=off></div>
<div style="height: 0; overflow: hidden"><input type=password name=confirm tabindex=-1></div>
<label>E-mail <input type=text name=%(login)s></label>
<input type=text name=phone style="opacity: 0">
<label>Password <input type=password name=%(password)s></label>
<button name=robot value=yes style="position: absolute; top: -5000px">Log in</button><button>Log in</button></form>"""
TRAPS = ("email", "confirm", "phone", "robot")


class Wary(Portal):
    """Its real fields have another name each time; a robot is shown the door for good, and told nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.robots = 0
        self.names: dict[str, str] = {}

    def front(self, _: Ask) -> Answer:
        """The form, in its frame."""
        login, password = token_hex(8), token_hex(8)
        self.names[login] = password
        form = escape(FORM % {"login": login, "password": password})
        return page(f'<h2>Acme</h2><iframe srcdoc="{form}" width=400 height=200></iframe>')

    def log_in(self, ask: Ask) -> Answer:
        """Let in who has the password and filled what a person sees."""
        if any(ask.form.get(name) for name in TRAPS):
            self.robots += 1
        login = next((name for name in self.names if ask.form.get(name) == "ada@acme.example"), "")
        right = self.is_right(ask.form.get(self.names.get(login, ""), ""))
        return self.let_in() if right and not self.robots else self.refuse(ask)


@pytest.fixture
def site() -> Iterator[Wary]:
    """The site, running."""
    with Wary() as running:
        yield running


CARRIED = "cookie sid"


# connector
def bills(run: Run) -> Iterator[Bill]:
    """All there are."""
    for row in run.session.get("/bills").json():
        yield Bill(number=row["id"], date=row["day"], amount=row["total"], pdfurl=f"/pdf/{row['id']}")


log_in = toolkit.login_form(
    "/",
    fields={"login": "[type=text]", "password": "[type=password]"},
    submit="text=Log in",
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


def test_it_works(site: Wary, client: MakeClient) -> None:
    """What a person sees is filled and clicked, though the selectors mean the traps as well."""
    ada, eve = client(site.url()), client(site.url(), password="wrong")

    assert Story.of(ada, eve, connector) == good_story(CARRIED)
    assert (site.tried, site.robots) == (2, 0)


def test_two_fields_that_a_person_sees_are_no_guess(site: Wary, client: MakeClient) -> None:
    """A selector that means both is refused with a sentence, before anything is sent."""
    vague = toolkit.login_form("/", fields={"login": "input"}, submit="button", ok="#in")
    loose = toolkit.create_new(name="acme", models=[Bill], fetch_operations=[vague, toolkit.hand_over])
    error = client(site.url()).run(loose).error

    assert error is not None
    assert "shows 2 elements that `input` means" in error.message
    assert site.tried == 0
