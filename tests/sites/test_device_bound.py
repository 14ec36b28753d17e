"""25. Sessions bound to a key of the device: a cookie of two seconds that only the page's script can renew.

The key never leaves the browser, so a later run cannot have it: it logs in again, in a browser that stays open.
"""

from base64 import urlsafe_b64decode
from collections.abc import Iterator
from secrets import token_urlsafe

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256

import toolkit
from tests.sites.app import app
from tests.sites.conftest import MakeClient, Story, good_story
from tests.sites.server import BILLS, Answer, Ask, Site, as_json, only, pdf, refused
from toolkit import Bill, Run

SCRIPT = """
const plain = window.fetch, kind = {name: "ECDSA", namedCurve: "P-256", hash: "SHA-256"};
const store = new Promise((done) => {
  const opening = indexedDB.open("device", 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore("keys");
  opening.onsuccess = () => done(opening.result);
});
const inStore = async (mode, act) => {
  const request = act((await store).transaction("keys", mode).objectStore("keys"));
  return new Promise((done) => { request.onsuccess = () => done(request.result); });
};
const renew = async () => {
  const key = await inStore("readonly", (keys) => keys.get("own"));
  if (!key) return false;
  const challenge = await (await plain("/challenge")).arrayBuffer();
  return (await plain("/renew", {method: "POST", body: await crypto.subtle.sign(kind, key, challenge)})).ok;
};
window.fetch = async (...asked) => {
  const answer = await plain(...asked);
  return answer.status === 401 && await renew() ? plain(...asked) : answer;
};
const logIn = async (login, password) => {
  const pair = await crypto.subtle.generateKey(kind, false, ["sign", "verify"]);
  const key = await crypto.subtle.exportKey("jwk", pair.publicKey);
  const answer = await plain("/login", posted({login, password, key}));
  if (answer.ok) await inStore("readwrite", (keys) => keys.put(pair.privateKey, "own"));
  return answer.ok;
};
const isIn = async () => (await fetch("/me")).ok;
"""


class BoundSite(Site):
    """Its cookie lives for two seconds of a clock that goes a second on with each answer of the API."""

    def __init__(self) -> None:
        super().__init__()
        self.now, self.end, self.life = 0, 0, 2
        self.tells = True
        self.cookie = self.challenge = ""
        self.key: ec.EllipticCurvePublicKey | None = None
        self.logins = self.renewals = 0
        self.routes = {
            "GET /": lambda _: app(SCRIPT),
            "POST /login": self.log_in,
            "GET /challenge": self.give_challenge,
            "POST /renew": self.renew,
            "GET /me": only(self.knows, lambda _: as_json({"name": "Ada"})),
            "GET /bills": only(self.knows, lambda _: as_json(BILLS)),
            "GET /pdf/*": only(self.knows, lambda ask: pdf(ask.name)),
        }

    def knows(self, ask: Ask) -> bool:
        """Whether the cookie is the newest, and in time."""
        if ask.cookies.get("bound") != self.cookie or self.now >= self.end:
            return False
        self.now += 1
        return True

    def log_in(self, ask: Ask) -> Answer:
        """Count, and bind the session to the key of whoever has the password, as a header of the standard `tells`."""
        self.logins += 1
        if ask.json.get("password") != "correct horse":
            return refused()
        x, y = (int.from_bytes(urlsafe_b64decode(ask.json["key"][name] + "=")) for name in "xy")
        self.key = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
        answer = self.give_cookie()
        return (
            answer.adding("Secure-Session-Registration", '(ES256);path="/renew";challenge="x"')
            if self.tells
            else answer
        )

    def give_challenge(self, _: Ask) -> Answer:
        """Something to sign, once."""
        self.challenge = token_urlsafe(16)
        return Answer(self.challenge.encode())

    def renew(self, ask: Ask) -> Answer:
        """Two seconds more for whoever holds the key."""
        challenge, self.challenge = self.challenge, ""
        r, s = int.from_bytes(ask.body[:32]), int.from_bytes(ask.body[32:])
        try:
            assert self.key is not None
            assert challenge
            self.key.verify(utils.encode_dss_signature(r, s), challenge.encode(), ec.ECDSA(SHA256()))
        except (InvalidSignature, AssertionError):
            return refused()
        self.renewals += 1
        return self.give_cookie()

    def give_cookie(self) -> Answer:
        """A new one."""
        self.cookie, self.end = token_urlsafe(16), self.now + self.life
        return as_json({}, cookies=[f"bound={self.cookie}; HttpOnly; Path=/"])


@pytest.fixture
def site() -> Iterator[BoundSite]:
    """The site, running."""
    with BoundSite() as running:
        yield running


CARRIED = "cookie bound"


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


def test_it_works(site: BoundSite, client: MakeClient) -> None:
    """Logs in, lists and downloads from inside the page, as does a second run; a wrong password is told, once."""
    ada, eve = client(site.url()), client(site.url(), password="wrong")

    assert Story.of(ada, eve, connector) == good_story(CARRIED, browsers=2)
    assert site.logins == 3


def test_the_page_renews_what_no_other_can(site: BoundSite, client: MakeClient) -> None:
    """In the middle of the listing, twice, and nobody types a password."""
    report = client(site.url()).run(connector)

    assert report.verdict == "3 listed: 3 saved"
    assert (site.logins, site.renewals) == (1, 2)


leaving = toolkit.create_new(
    name="acme", models=[Bill], fetch_operations=[log_in, toolkit.hand_over, *connector.fetch_operations[2:]]
)


@pytest.mark.parametrize("header", [True, False])
def test_a_session_that_leaves_the_page_is_told_to_stay(site: BoundSite, client: MakeClient, *, header: bool) -> None:
    """By the header of the standard, or by the key that the page holds; it lives as long as its cookie does."""
    site.life, site.tells = 5, header
    if header:
        site.routes["GET /"] = lambda _: app(SCRIPT.replace('keys.put(pair.privateKey, "own")', 'keys.get("own")'))
    report = client(site.url()).run(leaving)

    assert (report.verdict, site.logins) == ("3 listed: 3 saved", 1)
    assert 'hand_over(via="page")' in report.operations[1].did


def test_half_a_key_is_not_kept(site: BoundSite, client: MakeClient) -> None:
    """What is left of it in a file would have the page believe that it is on a device that is known."""
    ada = client(site.url())
    ada.run(connector)

    assert '"indexedDB": []' in ada.shelf.kept["session"]
