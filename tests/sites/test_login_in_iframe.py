"""8. A login in an iframe of another site, which tells the page by a message that somebody is in."""

from collections.abc import Iterator
from contextlib import ExitStack
from secrets import token_urlsafe

import pytest

import toolkit
from tests.sites.conftest import MakeClient, Story, good_story
from tests.sites.portal import Portal
from tests.sites.server import Answer, Ask, Site, as_json, only, page, pdf, refused
from toolkit import Bill, Run

FRONT = """<h2>Acme</h2><button>Menu</button><iframe src="%(identity)s/form" width=400 height=300></iframe><script>
onmessage = async (event) => {
  if (event.origin !== "%(identity)s") return;
  await fetch("/session", {method: "POST", body: JSON.stringify({code: event.data}),
                           headers: {"Content-Type": "application/json"}});
  location.reload();
};</script>"""
FORM = """<form id=form><input id=login><input id=password type=password><button>Log in</button></form>
<p class=error hidden>Wrong password</p><script>
form.onsubmit = async (event) => {
  event.preventDefault();
  const body = JSON.stringify({login: login.value, password: password.value});
  const answer = await fetch("/login", {method: "POST", body, headers: {"Content-Type": "application/json"}});
  if (answer.ok) parent.postMessage((await answer.json()).code, "%s");
  else document.querySelector(".error").hidden = false;
};</script>"""
THIRD_PARTY = "HttpOnly; Secure; SameSite=None; Partitioned; Path=/"  # browsers give a frame no other


class Identity(Site):
    """Shows its form in frames of the portal only; its cookies are partitioned, as those of a third party must be."""

    def __init__(self) -> None:
        super().__init__()
        self.portal = ""
        self.tried = 0
        self.tickets: set[str] = set()
        self.codes: set[str] = set()
        self.users: set[str] = set()
        self.routes = {
            "GET /form": self.form,
            "POST /login": only(lambda ask: ask.cookies.get("ticket") in self.tickets, self.log_in, status=400),
            "GET /archive/*": only(lambda ask: ask.cookies.get("user") in self.users, lambda ask: pdf(ask.name)),
        }

    def form(self, _: Ask) -> Answer:
        """The form, with a ticket to send it."""
        self.tickets.add(ticket := token_urlsafe(16))
        shown = page(FORM % self.portal).adding("Content-Security-Policy", f"frame-ancestors {self.portal}")
        return shown.adding("Set-Cookie", f"ticket={ticket}; {THIRD_PARTY}")

    def log_in(self, ask: Ask) -> Answer:
        """A code for the page around, and a cookie for this site."""
        self.tried += 1
        if ask.json.get("password") != "correct horse":
            return refused()
        self.codes.add(code := token_urlsafe(16))
        self.users.add(user := token_urlsafe(16))
        return as_json({"code": code}, cookies=[f"user={user}; {THIRD_PARTY}"])


class Framing(Portal):
    """Holds no form of its own: it gives a session for a code of the identity, which is good once."""

    def __init__(self, identity: Identity) -> None:
        super().__init__()
        self.identity = identity
        self.routes["POST /session"] = self.take_code
        del self.routes["POST /login"]

    def front(self, _: Ask) -> Answer:
        """The frame."""
        return page(FRONT % {"identity": self.identity.url(host="localhost")})

    def take_code(self, ask: Ask) -> Answer:
        """A session, for a code."""
        if ask.json.get("code") not in self.identity.codes:
            return refused(400)
        self.identity.codes.remove(ask.json["code"])
        return as_json({}, cookies=[f"sid={self.new_session()}; HttpOnly; SameSite=Strict; Path=/"])


@pytest.fixture
def site() -> Iterator[Framing]:
    """Both sites, running."""
    with ExitStack() as stack:
        framing = stack.enter_context(Framing(stack.enter_context(Identity())))
        framing.identity.portal = framing.url()
        yield framing


CARRIED = "cookie sid, cookie ticket, cookie user"


# connector
def bills(run: Run) -> Iterator[Bill]:
    """The portal lists, the other site has the files."""
    for row in run.session.get("/bills").json():
        file = f"{run.fields['archive']}/{row['id']}"
        yield Bill(number=row["id"], date=row["day"], amount=row["total"], pdfurl=file)


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


@pytest.mark.usefixtures("as_users_have_it")
def test_it_works(site: Framing, client: MakeClient) -> None:
    """The cookies of both sites are carried, each to its own."""
    archive = site.identity.url("/archive", host="localhost")
    ada, eve = client(site.url(), archive=archive), client(site.url(), archive=archive, password="wrong")

    assert Story.of(ada, eve, connector) == good_story(CARRIED)
    assert site.identity.tried == 2
    assert {name for ask in site.asked for name in ask.cookies} == {"sid"}


def test_an_error_in_the_frame_is_told_in_its_words(site: Framing, client: MakeClient) -> None:
    """No page around it says anything."""
    error = client(site.url(), archive="", password="wrong").run(connector).error

    assert error is not None
    assert 'The site says: "Wrong password"' in error.message
