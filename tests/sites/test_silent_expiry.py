"""29. Silent expiry in its four shapes: 200 with the login page, 302 to it, 401 as JSON, GraphQL errors with 200.

The login page is drawn by a script: its HTML, which the redirect leads to, has no field for a password.
"""

from collections.abc import Iterator
from secrets import token_urlsafe

import pytest

import toolkit
from tests.sites.conftest import MakeClient, Story, good_story, one_by_one
from tests.sites.server import BILLS, Answer, Ask, Handler, Site, as_json, page, pdf, redirect, refused
from toolkit import Bill, Run

FORM = "<form method=post action=/login><input name=login><input name=password type=password><button>Go</button></form>"
SCRIPT = Answer(f"document.body.innerHTML = '{FORM}'".encode(), headers=(("Content-Type", "text/javascript"),))
UNAUTHENTICATED = {"message": "Please log in", "extensions": {"code": "UNAUTHENTICATED"}}
SHAPES = {
    "login page": page(FORM),
    "redirect": redirect("/login?from=api", status=302),
    "refusal": refused(401),
    "graphql": as_json({"data": None, "errors": [UNAUTHENTICATED]}),
}


class ExpiringSite(Site):
    """A session that lives for so many requests to its API and its documents; then they answer as to a stranger."""

    def __init__(self, expired: Answer) -> None:
        super().__init__()
        self.sessions: dict[str, int] = {}
        self.lives_for = 10**6
        self.bills = BILLS
        self.expired = expired
        self.logins = 0
        self.routes = {
            "GET /": lambda ask: page("<h1>Your bills</h1>") if self.knows(ask) else redirect("/login", status=302),
            "GET /login": lambda _: page("<body><script src=/app.js></script>"),
            "GET /app.js": lambda _: SCRIPT,
            "POST /login": self.log_in,
            "POST /graphql": self.guarded(self.list),
            "GET /pdf/*": self.guarded(lambda ask: pdf(ask.name)),
        }

    def knows(self, ask: Ask) -> bool:
        """Whether somebody is logged in, and for how much longer."""
        return self.sessions.get(ask.cookies.get("sid", ""), 0) > 0

    def log_in(self, ask: Ask) -> Answer:
        """Count, and let in who has the password."""
        self.logins += 1
        if ask.form.get("password") != "correct horse":
            return page(f"{FORM}<p class=error>Wrong password</p>")
        sid = token_urlsafe(16)
        self.sessions[sid] = self.lives_for
        return redirect("/", cookies=[f"sid={sid}; HttpOnly; Path=/"])

    def guarded(self, handler: Handler) -> Handler:
        """Answer who is logged in; to others say so in this site's way."""

        def answer(ask: Ask) -> Answer:
            if not self.knows(ask):
                return self.expired
            self.sessions[ask.cookies["sid"]] -= 1
            return handler(ask)

        return answer

    def list(self, ask: Ask) -> Answer:
        """The bills; another query is refused with status 200, as GraphQL does."""
        if ask.json.get("query") != "{bills {id day total}}":
            return as_json({"errors": [{"message": "Syntax error", "extensions": {"code": "GRAPHQL_PARSE_FAILED"}}]})
        return as_json({"data": {"bills": self.bills}})


@pytest.fixture(params=SHAPES)
def site(request: pytest.FixtureRequest) -> Iterator[ExpiringSite]:
    """The site, with one of the four shapes."""
    with ExpiringSite(SHAPES[request.param]) as running:
        yield running


CARRIED = "cookie sid"


# connector
def bills(run: Run) -> Iterator[Bill]:
    """All there are."""
    rows = run.session.post("/graphql", json={"query": "{bills {id day total}}"}).json()["data"]["bills"]
    for row in rows:
        yield Bill(number=row["id"], date=row["day"], amount=row["total"], pdfurl=f"/pdf/{row['id']}")


log_in = toolkit.login_form(
    "/", fields={"login": "[name=login]", "password": "[name=password]"}, submit="button", ok="h1", wrong=".error"
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


def test_it_works(site: ExpiringSite, client: MakeClient) -> None:
    """Logs in, lists and downloads; a second run needs no browser; a wrong password is told, once."""
    ada, eve = client(site.url()), client(site.url(), password="wrong")

    assert Story.of(ada, eve, connector) == good_story(CARRIED)
    assert site.logins == 2


def test_expiry_between_runs_and_in_the_middle_is_noticed(site: ExpiringSite, client: MakeClient) -> None:
    """Listing and downloads go on after one more login each time, and nothing wrong is saved in between."""
    site.lives_for = 7  # the list and six files
    site.bills = [{"id": f"A{n}", "day": f"2025-0{n}-01", "total": f"{n}0.50"} for n in range(9, 0, -1)]
    ada = client(site.url())
    first = ada.run(one_by_one(connector))
    site.sessions.clear()
    second = ada.run(one_by_one(connector))

    assert (first.verdict, second.verdict) == ("9 listed: 9 saved", "9 bills, all already there")
    assert site.logins == ada.browsers == 3
    files = list(ada.folder.glob("files/**/*.pdf"))
    assert [file.read_bytes()[:4] for file in files] == [b"%PDF"] * 9


def test_an_error_of_another_kind_is_no_expiry(site: ExpiringSite, client: MakeClient) -> None:
    """A wrong query costs no login; the connector's fault is said."""
    site.routes["POST /graphql"] = site.guarded(lambda _: site.list(Ask("POST", "/", site.asked[0].headers)))
    report = client(site.url()).run(connector)

    assert report.error is not None
    assert (report.error.code, site.logins) == ("UNKNOWN_ERROR", 1)
