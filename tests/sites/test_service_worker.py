"""23. A service worker that answers: it keeps the token from the page, adds it to calls, and answers some itself."""

from collections.abc import Iterator
from secrets import token_urlsafe

import pytest

import toolkit
from tests.sites.conftest import MakeClient, Story, good_story
from tests.sites.server import BILLS, Answer, Ask, Site, as_json, only, page, pdf, refused
from toolkit import Bill, Run

APP = """
<main><input id=login><input id=password type=password><button disabled>Log in</button><p class=error></p></main>
<script>
const main = document.querySelector("main");
const welcome = name => main.innerHTML = `<h1 id=in>${name}</h1>`;
const me = async () => { const answer = await fetch("/api/me"); return answer.ok && (await answer.json()).name; };
navigator.serviceWorker.register("/worker.js");
navigator.serviceWorker.oncontrollerchange = start;
if (navigator.serviceWorker.controller) start();
async function start() {
  const known = await (await fetch("/api/known")).json();  // which the worker knows, and no one else
  if (known && await me()) return welcome(await me());
  document.querySelector("button").disabled = false;
}
document.querySelector("button").onclick = async () => {
  const [login, password] = [...document.querySelectorAll("input")].map(one => one.value);
  const answer = await fetch("/api/login", {method: "POST", body: JSON.stringify({login, password})});
  if (answer.ok) welcome(await me());
  else document.querySelector(".error").textContent = "Wrong password";
};
</script>"""
WORKER = """
let token;
self.onactivate = event => event.waitUntil(clients.claim());
self.onfetch = event => {
  const path = new URL(event.request.url).pathname;
  if (path == "/api/known") return event.respondWith(Response.json(Boolean(token)));
  if (path == "/api/login") return event.respondWith(logIn(event.request));
  if (path.startsWith("/api/")) return event.respondWith(ask(event.request));
};
async function logIn(request) {
  const answer = await fetch(request);
  if (answer.ok) token = (await answer.json()).token;
  return new Response(null, {status: answer.status});
}
async function ask(request) {
  const headers = new Headers(request.headers);
  if (token) headers.set("authorization", "Bearer " + token);
  return fetch(new Request(request, {headers}));
}
"""


class WorkerSite(Site):
    """Knows callers by a token that it gives to whoever logs in; its page never has it."""

    def __init__(self) -> None:
        super().__init__()
        self.tokens: set[str] = set()
        self.logins = 0
        self.routes = {
            "GET /": lambda _: page(APP),
            "GET /worker.js": lambda _: Answer(WORKER.encode(), 200, (("Content-Type", "text/javascript"),)),
            "POST /api/login": self.log_in,
            "GET /api/me": only(self.knows, lambda _: as_json({"name": "Ada"})),
            "GET /api/bills": only(self.knows, lambda _: as_json(BILLS)),
            "GET /api/pdf/*": only(self.knows, lambda ask: pdf(ask.name)),
        }

    def knows(self, ask: Ask) -> bool:
        """Whether it is somebody's token."""
        return ask.bearer in self.tokens

    def log_in(self, ask: Ask) -> Answer:
        """A token for who has the password."""
        self.logins += 1
        if ask.json.get("password") != "correct horse":
            return refused()
        token = token_urlsafe(16)
        self.tokens.add(token)
        return as_json({"token": token})


@pytest.fixture
def site() -> Iterator[WorkerSite]:
    """The site, running."""
    with WorkerSite() as running:
        yield running


CARRIED = "authorization from answer of /api/login"


# connector
def bills(run: Run) -> Iterator[Bill]:
    """All there are."""
    for row in run.session.get("/api/bills").json():
        yield Bill(number=row["id"], date=row["day"], amount=row["total"], pdfurl=f"/api/pdf/{row['id']}")


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


def test_it_works(site: WorkerSite, client: MakeClient) -> None:
    """The token is learned from the worker's own calls, as the page's have none."""
    ada, eve = client(site.url()), client(site.url(), password="wrong")

    assert Story.of(ada, eve, connector) == good_story(CARRIED)
    assert site.logins == 2


def test_a_session_that_ends_is_won_anew(site: WorkerSite, client: MakeClient) -> None:
    """In a browser whose worker knows nothing yet."""
    ada = client(site.url())
    ada.run(connector)
    site.tokens.clear()

    assert ada.run(connector).verdict == "3 bills, all already there"
    assert site.logins == ada.browsers == 2
