"""39. Cookies of one name on several paths: the right one goes with each request, and into its header."""

from collections.abc import Iterator
from secrets import token_urlsafe

import pytest

import toolkit
from tests.sites.conftest import MakeClient, Story, good_story
from tests.sites.server import BILLS, Answer, Ask, Handler, Site, as_json, page, pdf, redirect, refused
from toolkit import Bill, Run

SCRIPT = """<h1 id=in hidden>Welcome</h1>
<script>
const xsrf = document.cookie.match(/\\b_xsrf=([^;]*)/)[1];
const ask = (path) => fetch(path, {method: "POST", headers: {"X-XSRFToken": xsrf}});
ask(location.pathname + "hello").then((answer) => document.getElementById("in").hidden = !answer.ok);
</script>"""
FORM = """<form method=post action=/account/login>
<input name=login id=login><input name=password id=password type=password><button>Log in</button></form>"""


class Paths(Site):
    """Two applications of one server, each with a cookie `_xsrf` for its own path, and one that was left at the top."""

    def __init__(self) -> None:
        super().__init__()
        self.sids: set[str] = set()
        self.logins = 0
        self.xsrf = {path: token_urlsafe(16) for path in ("account", "billing")}
        self.routes = {
            "GET /": lambda _: redirect("/account/", cookies=["_xsrf=left-by-an-older-version; Path=/"]),
            "GET /account/": lambda ask: self.home("account", page(SCRIPT if self.knows(ask) else FORM)),
            "POST /account/login": self.log_in,
            "POST /account/hello": self.proven(lambda _: as_json({})),
            "POST /account/bills": self.proven(lambda _: as_json(BILLS)),
            "GET /billing/": lambda _: self.home("billing", page(SCRIPT)),
            "POST /billing/hello": self.proven(lambda _: as_json({})),
            "POST /billing/pdf/*": self.proven(lambda ask: pdf(ask.name)),
        }

    def home(self, path: str, answer: Answer) -> Answer:
        """The page of an application, and its cookie."""
        return answer.adding("Set-Cookie", f"_xsrf={self.xsrf[path]}; Path=/{path}/")

    def log_in(self, ask: Ask) -> Answer:
        """Count, and let in who has the password."""
        self.logins += 1
        if ask.form.get("password") != "correct horse":
            return page(f"{FORM}<p class=error>Wrong password</p>")
        self.sids.add(sid := token_urlsafe(16))
        return redirect("/account/", cookies=[f"sid={sid}; HttpOnly; Path=/"])

    def knows(self, ask: Ask) -> bool:
        """Whether somebody is logged in."""
        return ask.cookies.get("sid") in self.sids

    def proven(self, handler: Handler) -> Handler:
        """Only with the token of the path, as its cookie and as the header; of two cookies the first counts."""

        def answer(ask: Ask) -> Answer:
            token = self.xsrf[ask.path.split("/")[1]]
            is_proven = token == ask.cookies.get("_xsrf") == ask.headers.get("X-XSRFToken")
            return handler(ask) if is_proven and self.knows(ask) else refused(403)

        return answer


@pytest.fixture
def site() -> Iterator[Paths]:
    """The site, running."""
    with Paths() as running:
        yield running


CARRIED = "cookie _xsrf, cookie sid, x-xsrftoken from cookie _xsrf"


# connector
def log_in(run: Run) -> None:
    """To one application, then on to the other."""
    log_in_to_account(run)
    run.page.goto("/billing/")
    run.page.locator("#in").wait_for()


def bills(run: Run) -> Iterator[Bill]:
    """Listed by one application; the files come from the other."""
    for row in run.session.post("/account/bills").json():
        yield Bill(number=row["id"], date=row["day"], amount=row["total"], pdfurl=f"/billing/pdf/{row['id']}")


log_in_to_account = toolkit.login_form(
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
        toolkit.save_data_and_file(Bill, options=toolkit.SaveOptions(requestoptions={"method": "POST"})),
    ],
)
# end


def test_it_works(site: Paths, client: MakeClient) -> None:
    """Each request has the cookie of its path, and the header that this cookie is."""
    ada, eve = client(site.url()), client(site.url(), password="wrong")

    assert Story.of(ada, eve, connector) == good_story(CARRIED)
    assert site.logins == 2


def test_one_cookie_of_several_is_asked_for_by_its_path(site: Paths, client: MakeClient) -> None:
    """As in requests; that there are several is no error until one is asked for without saying which."""
    found: list[str | None] = []

    def look(run: Run) -> None:
        assert "_xsrf" in run.session.cookies
        found.extend(run.session.cookies.get("_xsrf", path=path) for path in ("/account/", "/billing/"))

    looking = toolkit.create_new(name="acme", models=[Bill], fetch_operations=[log_in, toolkit.hand_over, look])
    client(site.url()).run(looking)

    assert found == [site.xsrf["account"], site.xsrf["billing"]]
