"""11. A virtual keypad, shuffled each time, whose keys are texts or labels."""

import json
import random
from collections.abc import Iterator
from secrets import token_hex

import pytest

import toolkit
from tests.sites.conftest import MakeClient, Story, good_story
from tests.sites.portal import Portal
from tests.sites.server import Answer, Ask, page
from toolkit import Bill, Run

FORM = """<form method=post action=/login><input name=login id=login>
<input type=hidden name=pad value=%s><input type=hidden name=places><span id=dots></span>
<div id=pad></div><button>Log in</button></form><script>
const pads = %s;
const pressed = [];
const draw = () => document.getElementById("pad").replaceChildren(...pads[pressed.length].map((html, place) => {
  const key = document.createElement("div");
  key.innerHTML = html;
  key.firstChild.onclick = () => {
    pressed.push(place);
    document.querySelector("[name=places]").value = pressed.join("");
    dots.textContent += "•";
    draw();
  };
  return key.firstChild;
}));
draw();
</script>"""
LONGEST = 12
TEXT = "<button type=button class=key>%s</button>"
LABEL = "<i class=key role=button aria-label='Touche %s' style='display: inline-block; width: 2em; height: 2em'></i>"
PICTURE = "<a class=key><img alt=%s width=20 height=20></a>"
NOTHING = "<canvas class=key width=20 height=20 data-not=%s></canvas>"


class Keypad(Portal):
    """Gets the places that were pressed, never the password; what they mean is known here only, and holds once."""

    key = TEXT
    reshuffles = False

    def __init__(self) -> None:
        super().__init__()
        self.password = "314159"
        self.pads: dict[str, list[list[str]]] = {}

    def front(self, _: Ask) -> Answer:
        """The form, with ten keys in another order; or in another one for each character."""
        name, shuffled = token_hex(8), [random.sample("0123456789", 10) for _ in range(LONGEST)]
        self.pads[name] = shuffled if self.reshuffles else shuffled[:1] * LONGEST
        return page(FORM % (name, json.dumps([[self.key % digit for digit in pad] for pad in self.pads[name]])))

    def log_in(self, ask: Ask) -> Answer:
        """Let in whose places are those of the password's digits."""
        pads = self.pads.pop(ask.form["pad"])
        typed = "".join(pad[int(place)] for pad, place in zip(pads, ask.form["places"], strict=False))
        return self.let_in() if self.is_right(typed) else self.refuse(ask)


@pytest.fixture
def site() -> Iterator[Keypad]:
    """The site, running."""
    with Keypad() as running:
        yield running


CARRIED = "cookie sid"


# connector
def bills(run: Run) -> Iterator[Bill]:
    """All there are."""
    for row in run.session.get("/bills").json():
        yield Bill(number=row["id"], date=row["day"], amount=row["total"], pdfurl=f"/pdf/{row['id']}")


log_in = toolkit.login_form(
    "/", fields={"login": "#login", "password": ".key"}, submit="text=Log in", ok="#in", wrong=".error"
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


@pytest.mark.parametrize("key", [TEXT, LABEL, PICTURE])
def test_it_works(site: Keypad, client: MakeClient, key: str) -> None:
    """Each key is found by what it says, or what is said of it to who cannot see."""
    site.key = key
    ada, eve = client(site.url(), password="314159"), client(site.url(), password="271828")

    assert Story.of(ada, eve, connector) == good_story(CARRIED)
    assert site.tried == 2


def test_a_pad_may_be_shuffled_after_each_key(site: Keypad, client: MakeClient) -> None:
    """Where each stands is looked up each time."""
    site.reshuffles = True

    assert client(site.url(), password="314159").run(connector).verdict == "3 listed: 3 saved"


def test_a_password_that_the_keys_cannot_say_is_told(site: Keypad, client: MakeClient) -> None:
    """And not sent."""
    error = client(site.url(), password="31415x").run(connector).error

    assert error is not None
    assert (error.code, site.tried) == ("LOGIN_FAILED", 0)
    assert "a character that the site's keypad does not have" in error.message


def test_keys_that_say_nothing_are_no_wrong_password(site: Keypad, client: MakeClient) -> None:
    """Nothing is guessed and nothing is sent."""
    site.key = NOTHING
    error = client(site.url(), password="314159").run(connector).error

    assert error is not None
    assert (error.code, site.tried) == ("UNKNOWN_ERROR", 0)
    assert "cannot be read" in error.message
