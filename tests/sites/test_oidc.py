"""7. OIDC with code and PKCE over two origins: Authlib's provider logs in, and the application keeps the token."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from contextlib import closing
from secrets import token_urlsafe
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest

import toolkit
from tests.authority import Authority
from tests.sites.conftest import MakeClient, Story, good_story
from tests.sites.provider import LIFETIME, Provider
from tests.sites.server import BILLS, Answer, Ask, Site, as_json, only, page, pdf
from toolkit import Bill, Run, Session
from toolkit.transport import Live
from toolkit.web import Browser

if TYPE_CHECKING:
    from playwright.sync_api import Page

APP = """<h1 id=in hidden>Welcome</h1><p id=bad></p><script>
const provider = "%s", back = location.origin + "/callback", coded = (text) => new TextEncoder().encode(text);
const packed = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes)))
  .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const unpacked = (text) => Uint8Array.from(
  atob(text.replaceAll("-", "+").replaceAll("_", "/")), (char) => char.charCodeAt(0));
const random = () => packed(crypto.getRandomValues(new Uint8Array(32)));
const hasToken = async () => {
  const {access_token} = JSON.parse(sessionStorage.oidc || "{}");
  return access_token && (await fetch("/api/me", {headers: {Authorization: `Bearer ${access_token}`}})).ok;
};
const leave = async () => {
  const asked = {state: random(), nonce: random(), verifier: random()};
  sessionStorage.asked = JSON.stringify(asked);
  location = `${provider}/authorize?` + new URLSearchParams({
    response_type: "code", client_id: "acme", redirect_uri: back, scope: "openid",
    state: asked.state, nonce: asked.nonce, code_challenge_method: "S256",
    code_challenge: packed(await crypto.subtle.digest("SHA-256", coded(asked.verifier)))});
};
const comeBack = async () => {
  const asked = JSON.parse(sessionStorage.asked || "{}"), given = new URLSearchParams(location.search);
  delete sessionStorage.asked;
  if (given.get("state") !== asked.state) throw new Error("state");
  const body = new URLSearchParams({
    grant_type: "authorization_code", client_id: "acme", redirect_uri: back,
    code: given.get("code"), code_verifier: asked.verifier});
  const tokens = await (await fetch(`${provider}/token`, {method: "POST", body})).json();
  const [head, claims, signature] = tokens.id_token.split(".");
  const {keys} = await (await fetch(`${provider}/jwks`)).json();
  const ecdsa = {name: "ECDSA", namedCurve: "P-256", hash: "SHA-256"};
  const key = await crypto.subtle.importKey("jwk", keys[0], ecdsa, false, ["verify"]);
  if (!await crypto.subtle.verify(ecdsa, key, unpacked(signature), coded(`${head}.${claims}`)))
    throw new Error("signature");
  const {iss, aud, nonce, exp} = JSON.parse(atob(claims.replaceAll("-", "+").replaceAll("_", "/")));
  if (iss !== provider || aud[0] !== "acme" || nonce !== asked.nonce || exp * 1000 < Date.now())
    throw new Error("claims");
  sessionStorage.oidc = JSON.stringify(tokens);
  history.replaceState(null, "", "/");
};
(async () => {
  if (location.pathname === "/callback") await comeBack();
  if (!await hasToken()) return leave();
  document.getElementById("in").hidden = false;
})().catch((error) => { bad.textContent = error.message; });
</script>"""


class App(Site):
    """An application that knows whom its provider gave a token, and has no cookie."""

    def __init__(self, provider: Provider, authority: Authority) -> None:
        super().__init__(tls=authority.tls())
        self.provider = provider
        shell = page(APP % provider.issuer)
        self.routes = {
            "GET /": lambda _: shell,
            "GET /callback": lambda _: shell,
            "GET /api/me": only(self.knows, lambda _: as_json({"name": "Ada"})),
            "GET /api/bills": only(self.knows, lambda _: as_json(BILLS)),
            "GET /api/pdf/*": only(self.knows, lambda ask: pdf(ask.name)),
        }

    def knows(self, ask: Ask) -> bool:
        """Whether a request brings a token that is good now."""
        return self.provider.knows(ask.bearer)


@pytest.fixture
def provider(authority: Authority) -> Iterator[Provider]:
    """The provider, running."""
    with Provider(authority) as running:
        yield running


@pytest.fixture
def site(provider: Provider, authority: Authority) -> Iterator[App]:
    """The application, running, and known to the provider."""
    with App(provider, authority) as running:
        provider.back = running.url("/callback")
        yield running


CARRIED = "cookie sso, authorization from sessionStorage oidc"


# connector
def bills(run: Run) -> Iterator[Bill]:
    """All there are."""
    for row in run.session.get("/api/bills").json():
        yield Bill(number=row["id"], date=row["day"], amount=row["total"], pdfurl=f"/api/pdf/{row['id']}")


connector = toolkit.create_new(
    name="acme",
    models=[Bill],
    check="/api/me",
    fetch_operations=[
        toolkit.login_form(
            "/", fields={"login": "#login", "password": "#password"}, submit="button", ok="#in", wrong=".error"
        ),
        toolkit.hand_over,
        bills,
        toolkit.filter_existing(Bill),
        toolkit.save_data_and_file(Bill),
    ],
)
# end


@pytest.mark.usefixtures("as_users_have_it")
def test_it_works(site: App, provider: Provider, client: MakeClient) -> None:
    """The token goes to the application and the provider's cookie to the provider; neither sees the other's."""
    ada, eve = client(site.url()), client(site.url(), password="wrong")

    assert Story.of(ada, eve, connector) == good_story(CARRIED)
    assert provider.logins == 2
    assert not any(ask.headers["Cookie"] for ask in site.asked)
    assert not any(ask.headers["Authorization"] for ask in provider.asked)


def test_a_token_that_ends_is_renewed_without_a_password(site: App, provider: Provider, client: MakeClient) -> None:
    """Its time is up after the listing: the provider still knows the browser, and the downloads go on."""
    listing = site.routes["GET /api/bills"]

    def take_long(ask: Ask) -> Answer:
        answer = listing(ask)
        provider.now += LIFETIME
        return answer

    site.routes["GET /api/bills"] = take_long
    ada = client(site.url())

    assert ada.run(connector).verdict == "3 listed: 3 saved"
    assert (provider.logins, ada.browsers, len(provider.tokens)) == (1, 2, 2)


@pytest.mark.parametrize(("sso_ends", "logins"), [(False, 1), (True, 2)])
def test_a_kept_session_is_over_when_both_are(
    site: App, provider: Provider, client: MakeClient, sso_ends: bool, logins: int
) -> None:
    """The next day the token is over, and costs a password only when the provider has forgotten the browser too."""
    ada = client(site.url())
    ada.run(connector)
    provider.now += LIFETIME
    if sso_ends:
        provider.sessions.clear()

    assert ada.run(connector).verdict == "3 bills, all already there"
    assert (provider.logins, ada.browsers) == (logins, 2)


# --- that the two are as strict as they should be


def query_of(site: App, **changed: str) -> dict[str, str]:
    """What the application asks the provider for, changed; no value for what is left out."""
    challenge = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
    asked = {
        "response_type": "code",
        "client_id": "acme",
        "redirect_uri": site.url("/callback"),
        "scope": "openid",
        "state": "s",
        "nonce": token_urlsafe(8),
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        **changed,
    }
    return {name: value for name, value in asked.items() if value}


VERIFIER = "a-verifier-of-43-characters-at-the-very-least"


@pytest.fixture
def logged_in(provider: Provider) -> Iterator[Session]:
    """A client whom the provider knows."""
    with closing(Session(Live(backoff=0), base_url=provider.issuer)) as session:
        provider.sessions["known"] = "ada"
        session.cookies.set("sso", "known", domain="localhost")
        yield session


def code_for(session: Session, query: dict[str, str]) -> str:
    """The code that the provider gives for a request."""
    answer = session.get("/authorize", params=query, allow_redirects=False)
    return parse_qs(urlsplit(answer.headers.get("Location", "")).query).get("code", [""])[0]


@pytest.mark.parametrize(
    "changed",
    [
        {"redirect_uri": "https://evil.example/callback"},
        {"client_id": "evil"},
        {"response_type": "token"},
        {"nonce": ""},
        {"nonce": "used"},
        {"code_challenge": ""},
        {"code_challenge_method": "plain"},
        {"code_challenge_method": ""},
    ],
)
def test_the_provider_gives_no_code(site: App, provider: Provider, logged_in: Session, changed: dict[str, str]) -> None:
    """Unless it is asked for exactly as agreed, with a nonce that is new and with a challenge."""
    provider.nonces.add("used")

    assert code_for(logged_in, query_of(site))
    assert not code_for(logged_in, query_of(site, **changed))
    assert not code_for(logged_in, query_of(site, redirect_uri=f"{site.url('/callback')}/"))


@pytest.mark.parametrize("changed", [{"code_verifier": VERIFIER[::-1]}, {"code_verifier": ""}, {"redirect_uri": "/"}])
def test_the_provider_gives_no_token(site: App, logged_in: Session, changed: dict[str, Any]) -> None:
    """Unless who asks has the verifier, and the address, and a code that nobody has used."""
    given = {"grant_type": "authorization_code", "client_id": "acme", "redirect_uri": site.url("/callback")}
    given |= {"code_verifier": VERIFIER, "code": code_for(logged_in, query_of(site))}

    assert [logged_in.post("/token", data=given | changed).status_code for _ in range(2)] == [400, 400]
    assert [logged_in.post("/token", data=given).status_code for _ in range(2)] == [200, 400]


@pytest.fixture
def visitor(light_shared: Browser) -> Iterator[Page]:
    """A page of somebody's browser."""
    context = light_shared.new_context()
    page = context.new_page()
    page.set_default_timeout(10_000)
    yield page
    context.close()


def test_the_application_takes_no_answer_that_it_did_not_ask_for(site: App, provider: Provider, visitor: Page) -> None:
    """A state of another's making, and a token that somebody else has signed."""
    visitor.goto(site.url("/callback?code=stolen&state=forged"))
    visitor.get_by_text("state").wait_for()

    visitor.goto(site.url("/"))
    visitor.fill("#login", "ada")
    visitor.fill("#password", "correct horse")
    published = provider.key.as_dict(private=False)
    provider.routes["GET /jwks"] = lambda _: as_json({"keys": [published]})
    provider.key = type(provider.key).generate_key("P-256")
    visitor.click("button")
    visitor.get_by_text("signature").wait_for()

    assert not visitor.locator("#in").is_visible()
