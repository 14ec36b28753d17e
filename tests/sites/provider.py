"""An OpenID provider: Authlib's server, with a login page and a session of its own for all applications (SSO)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from secrets import token_urlsafe
from typing import Any
from urllib.parse import urlencode

from authlib.oauth2 import AuthorizationServer, OAuth2Error, OAuth2Request
from authlib.oauth2.rfc6749 import AuthorizationCodeMixin, ClientMixin
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc6750 import BearerTokenGenerator
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core import OpenIDCode, UserInfo
from joserfc.jwk import ECKey

from tests.authority import Authority
from tests.sites.server import Answer, Ask, Site, as_json, page, redirect

__all__ = ["LIFETIME", "Provider"]

LIFETIME = 300
FORM = """<form method=post action="/login?%s"><input name=login id=login>
<input name=password id=password type=password><button>Log in</button></form>"""


@dataclass(frozen=True)
class Application(ClientMixin):
    """The one application: public, as those in a browser are, with one address to come back to."""

    redirect_uri: str
    client_id: str = "acme"
    id_token_signed_response_alg: str = "ES256"

    def get_client_id(self) -> str:
        """Its name."""
        return self.client_id

    def get_default_redirect_uri(self) -> str:
        """None: each request must say it."""
        return ""

    def get_allowed_scope(self, scope: Any) -> str:
        """Only who somebody is."""
        return "openid" if "openid" in (scope or "").split() else ""

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        """To the letter."""
        return redirect_uri == self.redirect_uri

    def check_client_secret(self, _: str) -> bool:
        """It has none."""
        return False

    def check_endpoint_auth_method(self, method: str, _: str) -> bool:
        """Nor any other way to show who it is."""
        return method == "none"

    def check_response_type(self, response_type: str) -> bool:
        """Codes."""
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        """Codes; there is no refresh token."""
        return grant_type == "authorization_code"


@dataclass(frozen=True)
class Code(AuthorizationCodeMixin):
    """What a code stands for."""

    code: str
    user: str
    scope: str
    redirect_uri: str
    nonce: str
    code_challenge: str
    code_challenge_method: str

    def get_redirect_uri(self) -> str:
        """Where it was sent."""
        return self.redirect_uri

    def get_scope(self) -> str:
        """What for."""
        return self.scope

    def get_nonce(self) -> str:
        """What the application will look for in the token."""
        return self.nonce

    def get_auth_time(self) -> None:
        """Not told."""

    def get_acr(self) -> None:
        """Not told."""

    def get_amr(self) -> None:
        """Not told."""


class Provider(Site):
    """Gives tokens that live for LIFETIME seconds of its clock `now`, to the application at `back`."""

    def __init__(self, authority: Authority) -> None:
        super().__init__(tls=authority.tls())
        self.headers = {"Access-Control-Allow-Origin": "*"}
        self.key = ECKey.generate_key("P-256", {"use": "sig"})
        self.back = ""
        self.now = 0
        self.password = "correct horse"
        self.logins = 0
        self.sessions: dict[str, str] = {}
        self.codes: dict[str, Code] = {}
        self.nonces: set[str] = set()
        self.tokens: dict[str, int] = {}
        self.oauth: Any = _Server(self)
        self.routes = {
            "GET /authorize": self.authorize,
            "POST /login": self.log_in,
            "POST /token": self.give_token,
            "GET /jwks": lambda _: as_json({"keys": [self.key.as_dict(private=False)]}),
        }

    @property
    def issuer(self) -> str:
        """Its name, which is its address; another site than the application's, not only another port."""
        return self.url(host="localhost")

    def authorize(self, ask: Ask) -> Answer:
        """Who is logged in goes back with a code; any other is asked to."""
        user = self.sessions.get(ask.cookies.get("sso", ""))
        try:
            grant = self.oauth.get_consent_grant(ask, end_user=user)
        except OAuth2Error as error:
            return page(f"<p id=bad>{error.error}", status=400)
        if user is None:
            return page(FORM % urlencode(ask.query))
        answer: Answer = self.oauth.create_authorization_response(grant.request, grant_user=user, grant=grant)
        return answer

    def give_token(self, ask: Ask) -> Answer:
        """One for a code and its verifier."""
        answer: Answer = self.oauth.create_token_response(ask)
        return answer

    def log_in(self, ask: Ask) -> Answer:
        """Count, and let in who has the password, for every application."""
        self.logins += 1
        if ask.form.get("password") != self.password:
            return page(FORM % urlencode(ask.query) + "<p class=error>Wrong password</p>")
        sso = token_urlsafe(16)
        self.sessions[sso] = ask.form["login"]
        return redirect(f"/authorize?{urlencode(ask.query)}", cookies=[f"sso={sso}; HttpOnly; Secure; Path=/"])

    def knows(self, token: str) -> bool:
        """Whether a token is good now."""
        return self.tokens.get(token, 0) > self.now


class _Server(AuthorizationServer):
    """Authlib's server, on the books of the provider."""

    def __init__(self, provider: Provider) -> None:
        super().__init__(scopes_supported=["openid"])
        self.provider = provider
        self.register_token_generator("default", BearerTokenGenerator(_token, expires_generator=_lifetime))
        self.register_grant(_Codes, [_S256(required=True), _Identity(provider)])

    def query_client(self, client_id: str) -> Any:
        return Application(self.provider.back) if client_id == "acme" else None

    def save_token(self, token: dict[str, Any], _: object) -> None:
        self.provider.tokens[token["access_token"]] = self.provider.now + token["expires_in"]

    def create_oauth2_request(self, request: Ask | OAuth2Request) -> OAuth2Request:
        return request if isinstance(request, OAuth2Request) else _Asked(request)

    def handle_response(self, status: int, body: Any, headers: Any) -> Any:
        text = json.dumps(body) if isinstance(body, dict) else body
        return Answer(text.encode(), status, tuple(headers))

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        """Nobody listens."""


def _token(**_: object) -> str:
    return token_urlsafe(32)


def _lifetime(*_: object) -> int:
    return LIFETIME


class _Codes(AuthorizationCodeGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ["none"]  # noqa: RUF012 - Authlib's
    server: Any

    def save_authorization_code(self, code: str, request: Any) -> None:
        data, provider = request.payload.data, self.server.provider
        provider.nonces.add(data["nonce"])
        kept = {name: data[name] for name in ("redirect_uri", "nonce", "code_challenge", "code_challenge_method")}
        provider.codes[code] = Code(code, request.user, request.scope, **kept)

    def query_authorization_code(self, code: str, _: object) -> Any:
        return self.server.provider.codes.get(code)

    def delete_authorization_code(self, authorization_code: Code) -> None:
        del self.server.provider.codes[authorization_code.code]

    def authenticate_user(self, authorization_code: Code) -> str:
        return authorization_code.user


class _S256(CodeChallenge):
    """PKCE that nobody may leave out, with SHA-256 and nothing weaker."""

    def validate_code_challenge(self, grant: Any, redirect_uri: str) -> None:
        """A request without a challenge gets no code."""
        data = grant.request.payload.data
        if not data.get("code_challenge") or data.get("code_challenge_method") != "S256":
            raise OAuth2Error("no challenge")
        super().validate_code_challenge(grant, redirect_uri)


class _Identity(OpenIDCode):
    def __init__(self, provider: Provider) -> None:
        super().__init__(require_nonce=True)
        self.provider = provider

    def exists_nonce(self, nonce: str, _: object) -> bool:
        return nonce in self.provider.nonces

    def resolve_client_private_key(self, _: object) -> ECKey:
        return self.provider.key

    def get_client_claims(self, _: object) -> dict[str, Any]:
        return {"iss": self.provider.issuer}

    def generate_user_info(self, user: str, _: str) -> UserInfo:
        return UserInfo(sub=user)


class _Asked(OAuth2Request):
    """A request as Authlib reads it."""

    def __init__(self, ask: Ask) -> None:
        super().__init__(ask.method, f"https://localhost{ask.url}", headers=dict(ask.headers))
        self._fields = ask.form if ask.method == "POST" else ask.query
        self.payload = BasicOAuth2Payload(self._fields)

    @property
    def args(self) -> Any:
        return self._fields if self.method == "GET" else {}

    @property
    def form(self) -> Any:
        return self._fields if self.method == "POST" else {}
