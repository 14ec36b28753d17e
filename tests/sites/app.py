"""A site that is an application: its script asks an API, and its pages hold nothing."""

from __future__ import annotations

import hmac
import json
import time
from base64 import urlsafe_b64encode
from secrets import token_bytes, token_hex
from typing import Any

from tests.sites.server import BILLS, Answer, Ask, Site, as_json, only, page, pdf, refused

__all__ = ["Api", "app", "jwt"]

SHELL = """%s<form id=form hidden>
<input id=login><input id=password type=password><button>Log in</button><p class=error hidden>Wrong password</p>
</form><h1 id=in hidden>Welcome</h1>
<script>
const posted = (body) => ({method: "POST", body: JSON.stringify(body), headers: {"Content-Type": "application/json"}});
%s
const show = (id) => document.getElementById(id).hidden = false;
form.onsubmit = async (event) => {
  event.preventDefault();
  if (!await logIn(login.value, password.value)) return document.querySelector(".error").hidden = false;
  form.hidden = true;
  show("in");
  isIn();
};
(async () => show(await isIn() ? "in" : "form"))();
</script>"""
KEY = token_bytes(32)


def app(script: str, *, head: str = "") -> Answer:
    """A page whose script logs in with a form, and greets who is logged in before it asks for anything else.

    `script` defines `logIn(login, password)` and `isIn()`, which ask the API and say whether it knows somebody.
    """
    return page(SHELL % (head, script))


def jwt(**claims: Any) -> str:
    """A signed JSON Web Token, another one each time."""
    parts = [{"alg": "HS256", "typ": "JWT"}, {"jti": token_hex(8), "iat": int(time.time()), **claims}]
    text = ".".join(_text(json.dumps(part).encode()) for part in parts)
    return f"{text}.{_text(hmac.digest(KEY, text.encode(), 'sha256'))}"


def _text(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


class Api(Site):
    """Gives a token for the password, and knows who brings it until `end`; `live` are the tokens that are good."""

    def __init__(self) -> None:
        super().__init__()
        self.password = "correct horse"
        self.tried = 0
        self.live: set[str] = set()
        self.end = int(time.time()) + 3600
        self.routes = {
            "POST /login": self.log_in,
            "GET /me": only(self.knows, lambda _: as_json({"name": "Ada"})),
            "GET /bills": only(self.knows, lambda _: as_json(BILLS)),
            "GET /pdf/*": only(self.knows, lambda ask: pdf(ask.name)),
        }

    def log_in(self, ask: Ask) -> Answer:
        """Count, and let in who has the password."""
        self.tried += 1
        return self.let_in(ask) if ask.json.get("password") == self.password else refused()

    def let_in(self, _: Ask) -> Answer:
        """A token, in the answer."""
        return as_json({"token": self.new_token()})

    def new_token(self) -> str:
        """One that is good from now on."""
        token = jwt(sub="ada", exp=self.end)
        self.live.add(token)
        return token

    def knows(self, ask: Ask) -> bool:
        """Whether a request brings a good token."""
        return ask.bearer in self.live

    def for_scripts_of(self, origin: str, *headers: str) -> None:
        """Let the scripts of another origin ask, with these headers."""
        allowed = {"Origin": origin, "Credentials": "true", "Headers": ", ".join(["content-type", *headers])}
        self.headers = {f"Access-Control-Allow-{what}": value for what, value in allowed.items()}
        self.routes["OPTIONS /*"] = lambda _: Answer(status=204)
