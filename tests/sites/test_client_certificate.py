"""26. A client certificate: nobody reaches the site without one, neither browser nor session."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from pathlib import Path
from secrets import token_urlsafe

import pytest

import toolkit
from tests.authority import Authority
from tests.sites.conftest import MANIFEST, Client, MakeClient, Story, good_story
from tests.sites.server import BILLS, Answer, Ask, Handler, Site, as_json, page, pdf, redirect, refused
from toolkit import Bill, Run
from toolkit.manifest import ManifestField

FORM = """<form method=post action=/login><input name=login id=login>
<input name=password id=password type=password><button>Log in</button></form>"""
PASSPHRASE = "battery staple"


class Certified(Site):
    """Lets a session live only on connections of the certificate that logged in."""

    def __init__(self, authority: Authority) -> None:
        tls = authority.tls()
        tls.verify_mode = ssl.CERT_REQUIRED
        tls.load_verify_locations(authority.ca_file)
        super().__init__(tls=tls)
        self.sessions: dict[str, str] = {}
        self.logins = 0
        self.routes = {
            "GET /": lambda ask: page("<h1 id=in>Welcome</h1>") if self.knows(ask) else page(FORM),
            "POST /login": self.log_in,
            "GET /bills": self.guarded(lambda _: as_json(BILLS)),
            "GET /pdf/*": self.guarded(lambda ask: pdf(ask.name)),
        }

    def knows(self, ask: Ask) -> bool:
        """Whether the cookie came with the certificate that won it."""
        return self.sessions.get(ask.cookies.get("sid", "")) == ask.certificate

    def guarded(self, handler: Handler) -> Handler:
        """Answer only who is logged in."""
        return lambda ask: handler(ask) if self.knows(ask) else refused()

    def log_in(self, ask: Ask) -> Answer:
        """Count, and let in who has the password."""
        self.logins += 1
        if ask.form.get("password") != "correct horse":
            return page(f"{FORM}<p class=error>Wrong password</p>")
        sid = token_urlsafe(16)
        self.sessions[sid] = ask.certificate
        return redirect("/", cookies=[f"sid={sid}; HttpOnly; Secure; Path=/"])


@pytest.fixture
def site(authority: Authority) -> Iterator[Certified]:
    """The site, running."""
    with Certified(authority) as running:
        yield running


@pytest.fixture
def forged(tmp_path: Path) -> str:
    """A certificate in Ada's name that another authority signed."""
    return str(Authority(tmp_path).client("ada", PASSPHRASE))


@pytest.fixture
def person(site: Certified, authority: Authority, client: MakeClient) -> MakeClient:
    """`person(certificate="…")` is Ada, by default with her own."""

    def person(**fields: str) -> Client:
        own = {"certificate": str(authority.client("ada", PASSPHRASE)), "certificate_passphrase": PASSPHRASE}
        made = client(site.url(), **{**own, **fields})
        made.manifest = MANIFEST.model_copy(update={"fields": FIELDS})
        return made

    return person


# What the manifest declares.
FIELDS = {
    "certificate": ManifestField(type="certificate"),
    "certificate_passphrase": ManifestField(type="password"),
}
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
        toolkit.hand_over,
        bills,
        toolkit.filter_existing(Bill),
        toolkit.save_data_and_file(Bill),
    ],
)
# end


def test_it_works(site: Certified, person: MakeClient, forged: str) -> None:
    """Browser and session present it; one that another authority signed is refused before anything is asked."""
    ada, eve = person(), person(certificate=forged)

    assert Story.of(ada, eve, connector) == good_story(CARRIED)
    assert site.logins == 1
    assert {ask.certificate for ask in site.asked} == {"ada"}


@pytest.mark.parametrize(
    ("changed", "code", "says"),
    [
        ({"certificate": ""}, "LOGIN_FAILED.NEEDS_SECRET", "none was given"),
        ({"certificate": "/nowhere.pem"}, "USAGE", "`certificate` names cannot be read: No such file"),
        ({"certificate_passphrase": "wrong"}, "USAGE", "`certificate_passphrase`"),
        ({"password": "wrong"}, "LOGIN_FAILED", "Wrong password"),
    ],
)
def test_what_is_wrong_is_said(person: MakeClient, changed: dict[str, str], code: str, says: str) -> None:
    """No certificate, no file, a wrong passphrase, a wrong password: each is another error."""
    error = person().run(connector, **changed).error

    assert error is not None
    assert error.code == code, error
    assert says in error.message


def test_a_certificate_that_is_good_no_more_is_told(site: Certified, person: MakeClient, forged: str) -> None:
    """The session is kept, the certificate is another: that is no trouble of the network's."""
    ada = person()
    ada.run(connector)
    error = ada.run(connector, certificate=forged).error

    assert error is not None
    assert (error.code, ada.browsers) == ("LOGIN_FAILED", 1)
    assert "certificate" in error.message
    assert site.logins == 1


def test_it_is_shown_to_no_other_site(person: MakeClient, authority: Authority) -> None:
    """Neither by the page nor by the session, though that site asks for one."""
    tls = authority.tls()
    tls.verify_mode = ssl.CERT_OPTIONAL
    tls.load_verify_locations(authority.ca_file)
    with Site({"GET /": lambda _: page("other")}, tls=tls) as other:

        def look_around(run: Run) -> None:
            run.page.goto(other.url("/"))

        def ask_around(run: Run) -> None:
            run.session.get(other.url("/"))

        operations = [log_in, look_around, toolkit.hand_over, ask_around]
        report = person().run(toolkit.create_new(name="acme", models=[Bill], fetch_operations=operations))

    assert report.error is None
    assert [ask.certificate for ask in other.asked] == ["", ""]


def test_it_leaves_no_trace(person: MakeClient) -> None:
    """Where the key lies and what opens it stand in no log, whatever went wrong."""
    ada = person()
    ada.run(connector, certificate_passphrase="wrong phrase")
    ada.run(connector)
    log = (ada.folder / "log.jsonl").read_text("utf-8")

    assert not any(secret in log for secret in ("PRIVATE KEY", "wrong phrase", PASSPHRASE, ada.fields["certificate"]))
