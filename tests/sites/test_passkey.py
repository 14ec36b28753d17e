"""15. A passkey: made in the first run, kept with its private key, and used when the session is over."""

import hashlib
import json
from base64 import b64encode, urlsafe_b64decode
from collections.abc import Iterator
from secrets import token_urlsafe
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

import toolkit
from tests.sites.conftest import Client, MakeClient, Story, good_story
from tests.sites.server import BILLS, Answer, Ask, Site, as_json, only, page, pdf, redirect
from toolkit import Bill, Run

HOST = "localhost"
SCRIPT = """<script>
const post = async (path, body) => {
  const answer = await fetch(path, {method: "POST", body: JSON.stringify(body)});
  if (answer.ok) location = "/";
  else document.querySelector(".error").hidden = false;
};
const asked = async () => PublicKeyCredential.parseRequestOptionsFromJSON(await (await fetch("/challenge")).json());
const text = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes)));
</script><p class=error hidden>This passkey is not known</p>"""
FORM = f"""{SCRIPT}<form method=post action=/login>
<input name=login id=login><input name=password id=password type=password><button>Log in</button></form>
<button id=passkey>Use a passkey</button><script>
passkey.onclick = async () => {{
  const made = await navigator.credentials.get({{publicKey: await asked()}});
  post("/passkey", made.toJSON());
}};
</script>"""
OFFER = f"""{SCRIPT}<h1>Never type a password again</h1><button id=create>Make a passkey</button><script>
create.onclick = async () => {{
  const {{challenge}} = await asked();
  const user = {{id: new TextEncoder().encode("ada"), name: "ada", displayName: "Ada"}};
  const made = await navigator.credentials.create({{publicKey: {{
    rp: {{id: "{HOST}", name: "Acme"}}, user, challenge, pubKeyCredParams: [{{type: "public-key", alg: -7}}],
    authenticatorSelection: {{residentKey: "required", userVerification: "required"}},
  }}}});
  const {{response}} = made;
  post("/passkeys", {{id: made.id, key: text(response.getPublicKey()), client: text(response.clientDataJSON)}});
}};
</script>"""
VERIFIED = 0b101  # somebody was there, and was it


class PasskeySite(Site):
    """Checks challenge, origin, signature and counter as the standard says; each challenge is good once.

    `logins` counts passwords that were tried, `signed` passkeys that were good, and `counter` has gone so far.
    """

    def __init__(self) -> None:
        super().__init__()
        self.sids: set[str] = set()
        self.keys: dict[str, EllipticCurvePublicKey] = {}
        self.challenges: set[str] = set()
        self.logins = self.signed = self.counter = 0
        self.routes = {
            "GET /": lambda ask: page(("<h1 id=in>Welcome</h1>" if self.keys else OFFER) if self.knows(ask) else FORM),
            "POST /login": self.log_in,
            "GET /challenge": lambda _: as_json(
                {"challenge": self.challenge(), "rpId": HOST, "userVerification": "required"}
            ),
            "POST /passkeys": only(self.knows, self.register),
            "POST /passkey": self.sign_in,
            "GET /bills": only(self.knows, lambda _: as_json(BILLS)),
            "GET /pdf/*": only(self.knows, lambda ask: pdf(ask.name)),
        }

    def knows(self, ask: Ask) -> bool:
        """Whether somebody is logged in."""
        return ask.cookies.get("sid") in self.sids

    def challenge(self) -> str:
        """A new one."""
        self.challenges.add(new := token_urlsafe(16))
        return new

    def log_in(self, ask: Ask) -> Answer:
        """With the password."""
        self.logins += 1
        if ask.form.get("password") != "correct horse":
            return page(f"{FORM}<p class=wrong>Wrong password</p>")
        return redirect("/", cookies=[self.cookie()])

    def register(self, ask: Ask) -> Answer:
        """Keep the public key."""
        if not self.is_ours(_bytes(ask.json["client"]), "webauthn.create"):
            return as_json({}, status=400)
        key = load_der_public_key(_bytes(ask.json["key"]))
        assert isinstance(key, EllipticCurvePublicKey)
        self.keys[ask.json["id"]] = key
        return as_json({})

    def sign_in(self, ask: Ask) -> Answer:
        """With a passkey."""
        said: dict[str, Any] = ask.json["response"]
        client, data = _bytes(said["clientDataJSON"]), _bytes(said["authenticatorData"])
        key, count = self.keys.get(ask.json["id"]), int.from_bytes(data[33:37])
        good = data[:32] == hashlib.sha256(HOST.encode()).digest() and data[32] & VERIFIED == VERIFIED
        if not key or not good or count <= self.counter or not self.is_ours(client, "webauthn.get"):
            return as_json({}, status=401)
        try:
            key.verify(_bytes(said["signature"]), data + hashlib.sha256(client).digest(), ECDSA(SHA256()))
        except InvalidSignature:
            return as_json({}, status=401)
        self.counter = count
        self.signed += 1
        return as_json({}, cookies=[self.cookie()])

    def cookie(self) -> str:
        """That of a new session."""
        self.sids.add(sid := token_urlsafe(16))
        return f"sid={sid}; HttpOnly; Path=/"

    def is_ours(self, client: bytes, kind: str) -> bool:
        """Whether a browser at this site has answered a challenge that nobody answered yet."""
        said = json.loads(client)
        fresh = said["challenge"] in self.challenges
        self.challenges.discard(said["challenge"])
        return fresh and (said["type"], said["origin"]) == (kind, self.url(host=HOST))


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text.replace("+", "-").replace("/", "_") + "==")


@pytest.fixture
def site() -> Iterator[PasskeySite]:
    """The site, running."""
    with PasskeySite() as running:
        yield running


@pytest.fixture
def ada(site: PasskeySite, client: MakeClient) -> Client:
    """Somebody with the password."""
    return client(site.url(host=HOST))


CARRIED = "cookie sid"


# connector
def log_in(run: Run) -> None:
    """With the passkey; without one, with the password, and make one."""
    known = toolkit.use_passkeys(run)
    run.page.goto("/")
    if known:
        run.page.click("#passkey")
    else:
        run.page.fill("#login", run.fields["login"])
        run.page.fill("#password", run.fields["password"])
        run.page.click("form button")
        toolkit.outcome(run, ok="#create", wrong=".wrong")
        run.page.click("#create")
    toolkit.outcome(run, ok="#in", wrong=".error")


def bills(run: Run) -> Iterator[Bill]:
    """All there are."""
    for row in run.session.get("/bills").json():
        yield Bill(number=row["id"], date=row["day"], amount=row["total"], pdfurl=f"/pdf/{row['id']}")


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
def test_it_works(site: PasskeySite, ada: Client, client: MakeClient) -> None:
    """A passkey is made once; no browser starts while the session lives."""
    eve = client(site.url(host=HOST), password="wrong")

    assert Story.of(ada, eve, connector) == good_story(CARRIED)
    assert (site.logins, site.signed, len(site.keys)) == (2, 0, 1)


def test_the_next_logins_need_no_password(site: PasskeySite, ada: Client) -> None:
    """Signed by the passkey that was kept, with a counter that only rises; the session had ended, by itself or not."""
    ada.run(connector)
    for end in (site.sids.clear, ada.shelf.forget):
        end()
        assert ada.run(connector, password="forgotten").verdict == "3 bills, all already there"

    assert (site.logins, site.signed) == (1, 2)


def test_a_login_that_is_lost_on_its_way_costs_no_passkey(site: PasskeySite, ada: Client) -> None:
    """The site has seen a number that nobody kept; the next one is higher all the same."""
    ada.run(connector)
    ada.shelf.forget()
    site.counter += 5

    assert ada.run(connector).error is None
    assert site.signed == 1


def test_a_passkey_that_the_site_forgot_is_refused_once(site: PasskeySite, ada: Client) -> None:
    """Without trying the password after it."""
    ada.run(connector)
    ada.shelf.forget()
    site.keys.clear()
    report = ada.run(connector)

    assert report.error is not None
    assert (report.error.code, site.logins) == ("LOGIN_FAILED", 1)
    assert 'The site says: "This passkey is not known"' in report.error.message


def test_the_private_key_is_a_secret(site: PasskeySite, ada: Client) -> None:
    """Kept where the trust in the device is; it is in no log, and goes to no site."""
    ada.run(connector)
    (passkey,) = json.loads(ada.shelf.kept["device"])["storage"]["credentials"]
    key, log = passkey["privateKey"], (ada.folder / "log.jsonl").read_text()

    assert passkey["id"] in site.keys
    assert key not in log
    assert not any(secret in ask.body for ask in site.asked for secret in (key.encode(), b64encode(_bytes(key))))
