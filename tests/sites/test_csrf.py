"""6. CSRF: a cookie sent again as a header, a meta tag sent as a header, and a hidden field for each form."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from secrets import token_urlsafe
from urllib.parse import quote

import pytest
from requests import Response

import toolkit
from tests.sites.app import Api, app
from tests.sites.conftest import MakeClient, Story, good_story
from tests.sites.server import BILLS, Answer, Ask, Handler, as_json, page, pdf, redirect, refused
from toolkit import Bill, Run

DOUBLE = """
const csrf = () => decodeURIComponent(document.cookie.match(/XSRF-TOKEN=([^;]*)/)[1]);
const ask = (path, body) =>
  fetch(path, {method: "POST", headers: {"X-XSRF-TOKEN": csrf()}, body: JSON.stringify(body)});
const logIn = async (login, password) => (await ask("/login", {login, password})).ok;
const isIn = async () => (await ask("/me", {})).ok;"""

META = """
const csrf = document.querySelector("meta[name=csrf-token]").content;
const ask = (path, body) => fetch(path, {method: "POST", headers: {"X-CSRF-Token": csrf}, body: JSON.stringify(body)});
const logIn = async (login, password) => {
  const answer = await ask("/login", {login, password});
  if (answer.ok) location.reload();
  return answer.ok && new Promise(() => {});
};
const isIn = async () => (await ask("/me", {})).ok;"""


class Guarded(Api):
    """Takes a POST only with the proof that its own page made it, and knows sessions by a cookie."""

    script = ""

    def __init__(self) -> None:
        super().__init__()
        self.stale = 403
        self.routes = {
            "GET /": self.home,
            "POST /login": self.proven(self.log_in),
            "POST /me": self.proven(self.known(lambda _: as_json({"name": "Ada"}))),
            "POST /bills": self.proven(self.known(lambda _: as_json(BILLS))),
            "GET /pdf/*": self.known(lambda ask: pdf(ask.name)),
        }

    def home(self, ask: Ask) -> Answer:
        """The page."""
        raise NotImplementedError

    def is_proven(self, ask: Ask) -> bool:
        """Whether the page made the request."""
        raise NotImplementedError

    def let_in(self, _: Ask) -> Answer:
        """A cookie."""
        return as_json({"ok": True}, cookies=[f"sid={self.new_token()}; HttpOnly; Path=/"])

    def knows(self, ask: Ask) -> bool:
        """Whether there is a session."""
        return ask.cookies.get("sid") in self.live

    def known(self, handler: Handler) -> Handler:
        """Only for who is logged in."""
        return lambda ask: handler(ask) if self.knows(ask) else refused()

    def proven(self, handler: Handler) -> Handler:
        """Only for the page."""
        return lambda ask: handler(ask) if self._is_from_here(ask) and self.is_proven(ask) else refused(self.stale)

    def _is_from_here(self, ask: Ask) -> bool:
        """Browsers say with each POST whose page makes it."""
        return ask.headers.get("Origin") == self.url()


class DoubleSubmit(Guarded):
    """Gives a new cookie with each answer, percent-encoded, and wants it back in a header."""

    def __init__(self) -> None:
        super().__init__()
        self.given: set[str] = set()

    def home(self, _: Ask) -> Answer:
        """The page, and the first cookie."""
        return app(DOUBLE)

    def is_proven(self, ask: Ask) -> bool:
        """Whether the header is the cookie, which another site's page cannot read."""
        token = ask.headers.get("X-XSRF-TOKEN")
        return token in self.given and ask.cookies.get("XSRF-TOKEN") == quote(token, safe="")

    def answer(self, ask: Ask) -> Answer:
        """With a new cookie."""
        token = f"{token_urlsafe(16)}=="
        self.given.add(token)
        return super().answer(ask).adding("Set-Cookie", f"XSRF-TOKEN={quote(token, safe='')}; Path=/")


class MetaTag(Guarded):
    """Writes a token into each page that it gives; it is good for that session, until the site has new ones."""

    def __init__(self) -> None:
        super().__init__()
        self.given: dict[str, str] = {}

    def home(self, ask: Ask) -> Answer:
        """The page, with a token of its own."""
        token = token_urlsafe(16)
        self.given[token] = ask.cookies.get("sid", "")
        return app(META, head=f'<meta name="csrf-token" content="{token}">')

    def is_proven(self, ask: Ask) -> bool:
        """Whether the token was written into a page of this session."""
        return self.given.get(ask.headers.get("X-CSRF-Token", "")) == ask.cookies.get("sid", "")


class PerForm(Guarded):
    """Classic pages: each form has a token of its own, which is good once."""

    def __init__(self) -> None:
        super().__init__()
        self.given: set[str] = set()
        self.routes |= {
            "GET /bills": self.known(lambda _: page(self.form("/search", "<select name=year></select>"))),
            "POST /search": self.proven(self.known(lambda ask: as_json(BILLS if ask.form["year"] else []))),
            "GET /bill/*": self.known(lambda ask: page(self.form(f"/pdf/{ask.name}", ""))),
            "POST /pdf/*": self.proven(self.known(lambda ask: pdf(ask.name))),
        }

    def home(self, ask: Ask) -> Answer:
        """The login, or a greeting."""
        fields = "<input name=login id=login><input name=password id=password type=password>"
        return page("<h1 id=in>Welcome</h1>") if self.knows(ask) else page(self.form("/login", fields))

    def form(self, action: str, fields: str) -> str:
        """A form that may be sent once."""
        token = token_urlsafe(16)
        self.given.add(token)
        hidden = f'<input type="hidden" name="_token" value="{token}">'
        return f'<form method=post action="{action}">{hidden}{fields}<button>Go</button></form>'

    def is_proven(self, ask: Ask) -> bool:
        """Whether the form is one that was given, and was not sent before."""
        token = ask.form.get("_token", "")
        is_known = token in self.given
        self.given.discard(token)
        return is_known

    def log_in(self, ask: Ask) -> Answer:
        """Classic, too."""
        self.tried += 1
        if ask.form.get("password") != self.password:
            return page(f"{self.home(ask).body.decode()}<p class=error>Wrong password</p>")
        return redirect("/", cookies=[f"sid={self.new_token()}; HttpOnly; Path=/"])


@pytest.fixture(params=[DoubleSubmit, MetaTag])
def site(request: pytest.FixtureRequest) -> Iterator[Guarded]:
    """A site of each kind that a session can follow by itself, running."""
    with request.param() as running:
        yield running


@pytest.fixture
def meta() -> Iterator[MetaTag]:
    """That with the tag."""
    with MetaTag() as running:
        yield running


CARRIED = "cookie XSRF-TOKEN, cookie sid, x-xsrf-token from cookie XSRF-TOKEN (decoded)"
CARRIED_FROM_TAG = "cookie sid, x-csrf-token from meta csrf-token"


# connector
def bills(run: Run) -> Iterator[Bill]:
    """All there are."""
    for row in run.session.post("/bills", json={}).json():
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


def form_bills(run: Run) -> Iterator[Bill]:
    """All there are, by a form; and each file by a form of its own."""
    form = toolkit.hidden_fields(run.session.get("/bills").text)
    for row in run.session.post("/search", data={**form, "year": "all"}).json():
        yield Bill(number=row["id"], date=row["day"], amount=row["total"], fetch=partial(file_of, number=row["id"]))


def file_of(run: Run, number: str) -> Response:
    """One PDF."""
    form = toolkit.hidden_fields(run.session.get(f"/bill/{number}").text)
    return run.session.post(f"/pdf/{number}", data=form)


def test_it_works(site: Guarded, client: MakeClient) -> None:
    """The header is made anew for each request, by the cookie that is there; from the tag it is taken once."""
    ada, eve = client(site.url()), client(site.url(), password="wrong")

    assert Story.of(ada, eve, connector) == good_story(CARRIED if isinstance(site, DoubleSubmit) else CARRIED_FROM_TAG)
    assert site.tried == 2


@pytest.mark.parametrize("stale", [400, 403, 419, 422])
def test_a_tag_that_is_stale_is_read_again(meta: MetaTag, client: MakeClient, stale: int) -> None:
    """From its page, without a browser; and what it says is kept for the next run."""
    meta.stale = stale
    ada = client(meta.url())
    ada.run(connector)
    meta.given.clear()
    second = ada.run(connector)
    pages = meta.paths().count("GET /")
    third = ada.run(connector)

    assert (second.verdict, third.verdict) == ("3 bills, all already there",) * 2
    assert (ada.browsers, meta.tried, meta.paths().count("GET /")) == (1, 1, pages)


def test_a_session_that_is_over_is_not_taken_for_a_stale_tag(meta: MetaTag, client: MakeClient) -> None:
    """The page has another token, for a guest; with that the site says who is missing, and the browser logs in."""
    ada = client(meta.url())
    ada.run(connector)
    meta.given.clear()
    meta.live.clear()
    second = ada.run(connector)

    assert (second.verdict, ada.browsers, meta.tried) == ("3 bills, all already there", 2, 2)


def test_a_form_is_sent_with_its_hidden_fields(client: MakeClient) -> None:
    """Each once, also when several files come at once."""
    operations = [form_bills if one is bills else one for one in connector.fetch_operations]
    by_form = toolkit.create_new(name="acme", models=[Bill], fetch_operations=operations)
    with PerForm() as site:
        ada, eve = client(site.url()), client(site.url(), password="wrong")

        assert Story.of(ada, eve, by_form) == good_story("cookie sid")
        assert site.tried == 2
