"""Twelve logins that break, each with what the report says and what mends it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from secrets import token_urlsafe
from threading import Event

from tests.sites.server import BILLS, Answer, Ask, Site, as_json, only, page, redirect

__all__ = ["ROWS", "Portal", "Trouble"]

PASSWORD = "correct horse"
FORM = """<h1>Log in</h1><form method=post action=/login>
<label>E-mail address <input name=username id=%s></label>
<label>Password <input name=password id=password type=password></label>%s</form>"""
BUTTON = "<button id=go>Log in</button>"
HOME = "<h1 id=in>Your bills</h1><meta name=csrf-token content=%s><ul id=list><li>A3</ul>"


class Portal(Site):
    """A site with a form, a session cookie and a list of bills; each trouble changes one thing of it."""

    def __init__(self) -> None:
        super().__init__()
        self.sessions: set[str] = set()
        self.token = token_urlsafe(12)
        self.held = Event()
        self.held.set()
        self.routes = {
            "GET /": self.first,
            "POST /login": self.log_in,
            "GET /home": lambda ask: page(HOME % self.token) if self.knows(ask) else redirect("/"),
            "GET /api/bills": only(self.knows, lambda _: as_json({"items": BILLS})),
            "POST /api/bills": only(self.knows, lambda _: as_json({"items": BILLS})),
        }

    def first(self, ask: Ask) -> Answer:
        """The login page, or the bills of who is logged in."""
        return redirect("/home") if self.knows(ask) else self.form()

    def form(self, said: str = "", *, id_: str = "email", button: str = BUTTON) -> Answer:
        """The login page."""
        return page(FORM % (id_, button) + said)

    def knows(self, ask: Ask) -> bool:
        """Whether somebody is logged in."""
        return ask.cookies.get("sid") in self.sessions

    def log_in(self, ask: Ask) -> Answer:
        """Let in who has the password."""
        self.held.wait(30)
        if (ask.form.get("username"), ask.form.get("password")) != ("ada@example.org", PASSWORD):
            return self.form("<p class=error role=alert>Wrong e-mail address or password.</p>")
        return self.let_in("/home")

    def repair(self) -> None:
        """What the site's own people do."""
        self.held.set()
        self.routes |= {"POST /login": self.log_in, "GET /": self.first}

    def let_in(self, to: str) -> Answer:
        """A session."""
        sid = token_urlsafe(16)
        self.sessions.add(sid)
        return redirect(to, cookies=[f"sid={sid}; HttpOnly; Path=/"])


def _renamed(site: Portal) -> None:
    site.form = lambda said="", **_: Portal.form(site, said, id_="username")  # type: ignore[method-assign]


def _in_frame(site: Portal) -> None:
    frame = '<iframe src="/button" title=Login></iframe>'
    site.form = lambda said="", **_: Portal.form(site, said, button=frame)  # type: ignore[method-assign]
    submits = "parent.document.forms[0].submit()"
    site.routes["GET /button"] = lambda _: page(f'<button id=go onclick="{submits}">Log in</button>')


def _interstitial(site: Portal) -> None:
    site.routes["POST /login"] = lambda _: site.let_in("/news")
    site.routes["GET /news"] = lambda _: page(
        "<h1>We have renewed our terms</h1><a href=/terms>Read them</a><button id=later onclick=\"location='/home'\">"
        "Remind me later</button>"
    )


def _banner(site: Portal) -> None:
    banner = (
        '<div id=consent style="position:fixed;inset:0;background:#fff9">We value your privacy '
        "<button id=accept onclick=\"document.getElementById('consent').remove()\">Accept all</button></div>"
    )
    site.form = lambda said="", **_: Portal.form(site, said + banner)  # type: ignore[method-assign]


def _locked(site: Portal) -> None:
    site.routes["POST /login"] = lambda _: page("<h1>Log in</h1><p class=locked>Your account is locked for 1 hour.</p>")


def _slow(site: Portal) -> None:
    site.held.clear()


def _other_key(site: Portal) -> None:
    site.routes["GET /api/bills"] = only(site.knows, lambda _: as_json({"count": 3, "documents": BILLS}))


def _csrf(site: Portal) -> None:
    def listing(ask: Ask) -> Answer:
        if ask.headers.get("X-CSRF-Token") != site.token:
            return as_json({"error": "CSRF token missing"}, status=403)
        return as_json({"items": BILLS})

    site.routes["POST /api/bills"] = only(site.knows, listing)


def _code(site: Portal) -> None:
    site.routes["POST /login"] = lambda _: page(
        "<h1>Enter the code that we have sent you</h1><form method=post action=/code>"
        "<label>Code <input id=otp name=otp autocomplete=one-time-code></label><button id=go>Go on</button></form>"
    )
    site.routes["POST /code"] = lambda ask: site.let_in("/home") if ask.form["otp"] == "424242" else refuse_code()


def refuse_code() -> Answer:
    """A wrong one."""
    return page("<p class=error>Wrong code</p>")


def _down(site: Portal) -> None:
    site.routes["GET /"] = lambda _: page("<h1>We are working on it</h1>", status=503)


def _forgets(site: Portal) -> None:
    site.sessions.clear()
    site.routes["GET /api/bills"] = lambda ask: as_json(
        {"items": BILLS} if site.knows(ask) else {"error": "Please log in."}
    )


def form_login(**changed: str) -> str:
    """A login by `login_form`, with some of its arguments written otherwise."""
    arguments = {
        "fields": '{"login": "#email", "password": "#password"}',
        "submit": '"#go"',
        "ok": '"#in"',
        "wrong": '".error"',
        "locked": '".locked"',
        "timeout": "1.5",
    } | changed
    return f'log_in = toolkit.login_form("/", {", ".join(f"{name}={value}" for name, value in arguments.items())})'


OWN = """def log_in(run):
    run.page.set_default_timeout(1500)
    run.page.goto("/")
    run.page.fill("#email", run.fields["login"])
    run.page.fill("#password", run.fields["password"])
    %s
    run.page.wait_for_url("**/home")
"""
LISTING = """def bills(run):
    for row in run.session.get("/api/bills").json()["items"]:
        yield Bill(number=row["id"], date=row["day"], amount=row["total"], currency="EUR")
"""
POSTED = LISTING.replace('get("/api/bills")', 'post("/api/bills", json={}%s)')


@dataclass(frozen=True)
class Trouble:
    """One row: what breaks, how (of the site), the connector before and after, and the cause that is told.

    `steps` are the commands until it works again, `mended` what is done before them. `repaired` mends the site.
    """

    name: str
    breaks: Callable[[Portal], None]
    cause: str
    mended: str
    login: str = form_login()
    listing: str = LISTING
    login_after: str = ""
    listing_after: str = ""
    options_after: str = ""
    repaired: bool = False
    password: str = PASSWORD
    first: bool = False
    steps: tuple[str, ...] = ("toolkit run acme",)


ROWS = [
    Trouble(
        "selector renamed",
        _renamed,
        '`#email` matches nothing; the nearest input is `#username` ("E-mail address").',
        "write `#username`",
        login_after=form_login(fields='{"login": "#username", "password": "#password"}'),
    ),
    Trouble(
        "button now in an iframe",
        _in_frame,
        "`#go` is not in the page itself but in the frame {site}/button.",
        'look in `frame_locator("iframe")`',
        login=OWN % 'run.page.click("#go")',
        login_after=OWN % 'run.page.frame_locator("iframe").locator("#go").click()',
    ),
    Trouble(
        "an interstitial",
        _interstitial,
        'The site shows a page that the connector does not know: "We have renewed our terms" at {site}/news.',
        'add `dismiss=["#later"]`',
        login_after=form_login(dismiss='["#later"]'),
    ),
    Trouble(
        "a cookie banner over the button",
        _banner,
        '`#go` is covered by `div#consent` ("We value your privacy Accept all").',
        'add `dismiss=["#accept"]`',
        login_after=form_login(dismiss='["#accept"]'),
    ),
    Trouble(
        "wrong password",
        lambda _: None,
        "The site refused the login: check the user name and the password. "
        'The site says: "Wrong e-mail address or password."',
        "give the right one",
        password="wrong",
    ),
    Trouble(
        "a blocked account",
        _locked,
        "The login was refused too often to be tried again now: wait, or change the password. "
        'The site says: "Your account is locked for 1 hour."',
        "wait",
        repaired=True,
    ),
    Trouble(
        "a slow page",
        _slow,
        "The page still waits for the answer to `POST {site}/login`, for 31 seconds now.",
        "wait, or write a longer `timeout`",
        repaired=True,
    ),
    Trouble(
        "a changed API key name",
        _other_key,
        "The answer to `GET {site}/api/bills` has no key `items`: it has `count`, `documents`, `id`, `day`, `total`; "
        "the nearest is `documents`.",
        "read `documents`",
        listing_after=LISTING.replace("items", "documents"),
    ),
    Trouble(
        "a new CSRF rule",
        _csrf,
        "`POST {site}/api/bills` was refused with HTTP 403 for want of a token against forged requests "
        '("{{"error": "CSRF token missing"}}"); it stands in `meta[name=csrf-token]` of a page.',
        "send what the page holds",
        listing=POSTED % "",
        listing_after=POSTED
        % ', headers={"X-CSRF-Token": run.session.get("/home").html.css("meta[name=csrf-token]::attr(content)").get()}',
    ),
    Trouble(
        "a login that needs a code",
        _code,
        'The site asks for a code: "Enter the code that we have sent you", in `#otp`.',
        'add `codes={"sms": "#otp"}`',
        login_after=form_login(codes='{"sms": "#otp"}'),
    ),
    Trouble(
        "a site answering 503",
        _down,
        "`GET {site}/` was answered with HTTP 503: the site is in trouble, not the connector.",
        "wait",
        repaired=True,
    ),
    Trouble(
        "an expired saved session",
        _forgets,
        "The run took up the session of an earlier one, and it is over: `GET {site}/api/bills` was answered with "
        '\'{{"error": "Please log in."}}\' for who is not logged in.',
        "say what tells a guest: `logged_out=…`",
        options_after=', logged_out=lambda answer: "error" in answer.json()',
        first=True,
    ),
]
