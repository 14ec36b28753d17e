"""Sites that want a code after the password, or beside it."""

from __future__ import annotations

from secrets import randbelow, token_urlsafe

from tests.sites.conftest import MANIFEST, Client, Clock
from tests.sites.server import BILLS, Answer, Ask, Site, as_json, only, page, pdf, redirect
from toolkit.manifest import ManifestField
from toolkit.totp import Totp

__all__ = ["SEED", "CodeSite", "TotpSite", "unattended"]

SEED = "JBSW Y3DP EHPK 3PXP"
"""As a site shows it, of 80 bits."""

LOGIN = """<form method=post action=/login>
<input name=login id=login><input name=password id=password type=password><button>Log in</button></form>"""
CODE = """<form method=post action=/code><p>Enter the code that we sent to •• 12</p>
<input name=code id=code inputmode=numeric autocomplete=one-time-code><button>Go on</button></form>"""


class CodeSite(Site):
    """Asks for the password, then on another page for the code that it has just `sent`, and remembers by a cookie.

    `logins` and `codes` count what was tried. The page of the code asks for a password again when there was none.
    """

    login_page, code_page = LOGIN, CODE

    def __init__(self) -> None:
        super().__init__()
        self.sids: set[str] = set()
        self.pending: dict[str, str] = {}
        self.sent: list[str] = []
        self.logins = self.codes = 0
        self.routes = {
            "GET /": lambda ask: page("<h1 id=in>Welcome</h1>" if self.knows(ask) else self.login_page),
            "POST /login": self.log_in,
            "GET /code": lambda ask: page(self.code_page if self._waits(ask) else self.login_page),
            "POST /code": self.take_code,
            "GET /bills": only(self.knows, lambda _: as_json(BILLS)),
            "GET /pdf/*": only(self.knows, lambda ask: pdf(ask.name)),
        }

    def knows(self, ask: Ask) -> bool:
        """Whether somebody is logged in."""
        return ask.cookies.get("sid") in self.sids

    def log_in(self, ask: Ask) -> Answer:
        """Send a code to whoever has the password."""
        self.logins += 1
        if ask.form.get("password") != "correct horse":
            return page(f"{self.login_page}<p class=error>Wrong password</p>")
        self.pending[half := token_urlsafe(8)] = self.send()
        return redirect("/code", cookies=[f"half={half}; HttpOnly; Path=/code"])

    def send(self) -> str:
        """Send a new code."""
        self.sent.append(f"{randbelow(10**6):06}")
        return self.sent[-1]

    def take_code(self, ask: Ask) -> Answer:
        """Let in who has the code; it is good for one try."""
        self.codes += 1
        wanted = self.pending.pop(ask.cookies.get("half", ""), None)
        if wanted is None or not self.is_good(ask.form.get("code", ""), wanted):
            return page(f"{self.login_page}<p class=error>Wrong code</p>")
        return self.welcome()

    def is_good(self, code: str, wanted: str) -> bool:
        """Whether it is the code."""
        return code == wanted

    def welcome(self) -> Answer:
        """Log in."""
        self.sids.add(sid := token_urlsafe(16))
        return redirect("/", cookies=[f"sid={sid}; HttpOnly; Path=/", "half=; Max-Age=0; Path=/code"])

    def _waits(self, ask: Ask) -> bool:
        return ask.cookies.get("half") in self.pending


class TotpSite(CodeSite):
    """Takes the codes of an authenticator app: each while its half minute lasts, by the site's own clock, and once."""

    code_page = CODE.replace("that we sent to •• 12", "of your app")

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()
        self.used: set[int] = set()

    def is_good(self, code: str, wanted: str) -> bool:  # noqa: ARG002 - the app knows it by itself
        """Whether it is the code of this half minute, and was not used."""
        totp = Totp.of(SEED)
        step = totp.step(self.clock.now())
        fresh = code == totp.code(step) and step not in self.used
        self.used.add(step)
        return fresh


def unattended(person: Client, site: TotpSite) -> Client:
    """Somebody whose account has a field for the seed, and who lives in the site's time."""
    person.manifest = MANIFEST.model_copy(update={"fields": {"seed": ManifestField(role="totp")}})
    person.clock = site.clock
    return person
