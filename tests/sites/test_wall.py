"""24. A wall bound to the browser's own TLS or headers: who copies cookies is refused, and a page is not."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from secrets import token_urlsafe

import pytest

import toolkit
from tests.authority import Authority
from tests.sites.conftest import MakeClient, Story, good_story
from tests.sites.server import BILLS, Answer, Ask, Handler, Site, as_json, page, pdf, redirect, refused
from toolkit import Bill, Connector, Run

FORM = """<form method=post action=/login>
<input name=login id=login><input name=password id=password type=password><button>Log in</button></form>"""
AKAMAI = page("<H1>Access Denied</H1>You don't have permission. Reference #18.2d351ab8.1764120000", status=403)
CLOUDFLARE = Answer(b"<title>Just a moment...", 403, (("cf-mitigated", "challenge"), ("Content-Type", "text/html")))
NAMELESS = page("<h1>Forbidden</h1>", status=403)


def grease(values: set[int]) -> set[int]:
    """The values that mean nothing, which browsers send so that servers get used to the unknown."""
    return {value for value in values if value & 0x0F0F == 0x0A0A and value >> 8 == value & 0xFF}


def by_tls(ask: Ask) -> str:
    """The print of a browser's ClientHello, whichever order it shuffled; "" for what is no browser's."""
    ciphers, extensions, protocols = parsed(ask.hello)
    if not grease(ciphers) or not grease(extensions) or b"h2" not in protocols:
        return ""
    seen = sorted(ciphers - grease(ciphers)), sorted(extensions - grease(extensions)), protocols
    return hashlib.sha256(repr(seen).encode()).hexdigest()


def parsed(hello: bytes) -> tuple[set[int], set[int], bytes]:
    """Cipher suites, kinds of extensions, and the protocols that are offered (ALPN)."""
    at = 4 + 2 + 32  # kind and length, version, random
    at += 1 + hello[at]  # session
    size = int.from_bytes(hello[at : at + 2], "big")
    ciphers = {int.from_bytes(hello[i : i + 2], "big") for i in range(at + 2, at + 2 + size, 2)}
    at += 2 + size
    at += 1 + hello[at] + 2  # compression, and how much is left
    extensions: dict[int, bytes] = {}
    while at < len(hello):
        kind, size = (int.from_bytes(hello[at + i : at + i + 2], "big") for i in (0, 2))
        extensions[kind] = hello[at + 4 : at + 4 + size]
        at += 4 + size
    return ciphers, set(extensions), extensions.get(16, b"")


def by_headers(ask: Ask) -> str:
    """The headers that only a browser sends, and sends in this order; "" where one is missing."""
    names = [name.lower() for name in ask.headers]
    order = [names.index(name) for name in ("host", "connection", "user-agent") if name in names]
    told = all(f"sec-fetch-{what}" in names for what in ("site", "mode", "dest"))
    return ask.headers["User-Agent"] if told and order == sorted(order) else ""


class Walled(Site):
    """Lets nobody through who is no browser, and no browser but the one that logged in."""

    def __init__(self, authority: Authority, looks_at: Callable[[Ask], str] = by_tls, wall: Answer = AKAMAI) -> None:
        super().__init__(tls=authority.tls())
        self.looks_at, self.wall = looks_at, wall
        self.sessions: dict[str, str] = {}
        self.logins = 0
        self.routes = {
            "GET /": lambda ask: page("<h1 id=in>Welcome</h1>") if self.knows(ask) else page(FORM),
            "POST /login": self.log_in,
            "GET /bills": self.guarded(lambda _: as_json(BILLS)),
            "GET /pdf/*": self.guarded(lambda ask: pdf(ask.name)),
        }

    def answer(self, ask: Ask) -> Answer:
        """The wall stands before all that the site has."""
        return super().answer(ask) if self.looks_at(ask) else self.wall

    def knows(self, ask: Ask) -> bool:
        """Whether it is the browser that logged in."""
        return self.sessions.get(ask.cookies.get("sid", "")) == self.looks_at(ask)

    def guarded(self, handler: Handler) -> Handler:
        """Answer only who is logged in."""
        return lambda ask: handler(ask) if self.knows(ask) else refused()

    def log_in(self, ask: Ask) -> Answer:
        """Count, and let in who has the password."""
        self.logins += 1
        if ask.form.get("password") != "correct horse":
            return page(f"{FORM}<p class=error>Wrong password</p>")
        sid = token_urlsafe(16)
        self.sessions[sid] = self.looks_at(ask)
        return redirect("/", cookies=[f"sid={sid}; HttpOnly; Secure; Path=/"])


@pytest.fixture(params=[by_tls, by_headers])
def site(authority: Authority, request: pytest.FixtureRequest) -> Iterator[Walled]:
    """The site, running."""
    with Walled(authority, request.param) as running:
        yield running


CARRIED = "cookie sid"


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
        toolkit.hand_over(via="page"),
        bills,
        toolkit.filter_existing(Bill),
        toolkit.save_data_and_file(Bill),
    ],
)
# end


def from_requests(check: str | None = None) -> Connector:
    """The same, handed over to requests, with and without a probe."""
    return toolkit.create_new(
        name="acme", models=[Bill], check=check, fetch_operations=[log_in, toolkit.hand_over, bills]
    )


def test_it_works(site: Walled, client: MakeClient) -> None:
    """The page sends all requests, so the second run opens a browser too; the kept session spares it the login."""
    ada, eve = client(site.url()), client(site.url(), password="wrong")

    assert Story.of(ada, eve, connector) == good_story(CARRIED, browsers=2)
    assert site.logins == 2


@pytest.mark.parametrize("wall", [AKAMAI, CLOUDFLARE, NAMELESS])
def test_requests_are_told_to_be_blocked(authority: Authority, client: MakeClient, wall: Answer) -> None:
    """It is no refused login, costs no second one, and the session is kept; the error says what would help."""
    with Walled(authority, wall=wall) as site:
        ada = client(site.url())
        report = ada.run(from_requests())

    assert report.error is not None
    assert (report.error.code, report.exit_code) == ("BLOCKED", 5)
    assert 'hand_over(via="page")' in report.error.message
    assert site.logins == ada.browsers == 1
    assert "session" in ada.shelf.kept


def test_a_wall_before_a_kept_session_ends_nothing(authority: Authority, client: MakeClient) -> None:
    """It came up over night: the probe cannot tell, the run says why, and the session is there when it is gone."""
    with Walled(authority, lambda _: "anybody", wall=CLOUDFLARE) as site:
        ada = client(site.url())
        ada.run(from_requests("/bills"))
        site.looks_at = lambda _: ""
        blocked = ada.run(from_requests("/bills"))
        site.looks_at = lambda _: "anybody"
        third = ada.run(from_requests("/bills"))

    assert blocked.error is not None
    assert blocked.error.code == "BLOCKED"
    assert third.operations[0].did.startswith("still logged in")
    assert site.logins == ada.browsers == 1


def test_a_wall_before_the_files_ends_the_run(authority: Authority, client: MakeClient) -> None:
    """Who goes on knocking is kept out for longer: nothing is saved by half, and the next run finds it all."""
    with Walled(authority, lambda ask: "" if ask.path.startswith("/pdf/") else "anybody") as site:
        ada = client(site.url())
        saves = [toolkit.filter_existing(Bill), toolkit.save_data_and_file(Bill)]
        operations = [log_in, toolkit.hand_over, bills, *saves]
        report = ada.run(toolkit.create_new(name="acme", models=[Bill], fetch_operations=operations))

    assert report.error is not None
    assert report.error.code == "BLOCKED"
    assert report.counts() == {"not saved": 3}


def test_a_browser_that_is_refused_is_no_wrong_password(authority: Authority, client: MakeClient) -> None:
    """The wall takes what the form sends, and the page says what it always says."""
    with Walled(authority, lambda ask: "" if ask.method == "POST" else "anybody") as site:
        site.wall = page("<p class=error>Login failed</p>", status=403).adding("cf-mitigated", "block")
        report = client(site.url()).run(connector)

    assert report.error is not None
    assert report.error.code == "BLOCKED"
    assert "--headed" in report.error.message
