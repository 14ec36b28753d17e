"""18. A GraphQL listing: one endpoint, a token of its own, and queries that the site knows by their hash alone."""

import hashlib
from collections.abc import Iterator
from secrets import token_urlsafe
from typing import Any

import pytest

import toolkit
from tests.sites.conftest import MakeClient, Story, good_story
from tests.sites.server import BILLS, Answer, Ask, Site, as_json, page, pdf, refused
from toolkit import Bill, Run

QUERY = "query Bills($first: Int!, $after: String) { bills(first: $first, after: $after) { … } }"
HASH = hashlib.sha256(QUERY.encode()).hexdigest()
APP = """
<main><input id=login><input id=password type=password><button>Log in</button><p class=error></p></main>
<script>
let token;
async function ask(operationName, variables) {
  const headers = {"content-type": "application/json", "apollographql-client-name": "web"};
  if (token) headers.authorization = "Bearer " + token;
  const body = JSON.stringify({operationName, variables});
  return (await fetch("/graphql", {method: "POST", headers, body})).json();
}
document.querySelector("button").onclick = async () => {
  const [login, password] = [...document.querySelectorAll("input")].map(one => one.value);
  const answer = await ask("LogIn", {login, password});
  if (answer.errors) return document.querySelector(".error").textContent = answer.errors[0].message;
  token = answer.data.logIn.token;
  const me = await ask("Me", {});
  document.querySelector("main").innerHTML = `<h1 id=in>${me.data.me.name}</h1>`;
};
</script>"""


def error(message: str, code: str) -> Answer:
    """What went wrong, with status 200, as GraphQL has it."""
    return as_json({"data": None, "errors": [{"message": message, "extensions": {"code": code}}]})


class GraphSite(Site):
    """Answers three operations at one address; two bills a page, to a page's token, with exactly its variables."""

    def __init__(self) -> None:
        super().__init__()
        self.tokens: set[str] = set()
        self.logins = 0
        self.routes = {
            "GET /": lambda _: page(APP),
            "POST /graphql": self.operate,
            "GET /pdf/*": lambda ask: pdf(ask.name) if ask.bearer in self.tokens else refused(),
        }

    def operate(self, ask: Ask) -> Answer:
        """Look at the operation's name, as the endpoint says nothing."""
        if not ask.headers.get("apollographql-client-name"):  # what keeps other sites' forms away
            return as_json({"errors": [{"message": "blocked", "extensions": {"code": "CSRF"}}]}, status=400)
        name, variables = ask.json.get("operationName"), ask.json.get("variables")
        if name == "LogIn":
            return self.log_in(variables)
        if ask.bearer not in self.tokens:
            return error("You are not logged in", "UNAUTHENTICATED")
        if name == "Me":
            return as_json({"data": {"me": {"name": "Ada"}}})
        if (name, ask.json.get("extensions")) != ("Bills", {"persistedQuery": {"version": 1, "sha256Hash": HASH}}):
            return error("Unknown query", "PERSISTED_QUERY_NOT_FOUND")
        return self.bills(variables)

    def log_in(self, variables: dict[str, Any]) -> Answer:
        """Give a token to who has the password."""
        self.logins += 1
        if variables.get("password") != "correct horse":
            return error("Wrong password", "BAD_USER_INPUT")
        token = token_urlsafe(16)
        self.tokens.add(token)
        return as_json({"data": {"logIn": {"token": token}}})

    def bills(self, variables: dict[str, Any]) -> Answer:
        """A page of them, after the one whose id is the cursor."""
        if variables.keys() != {"first", "after"} or variables["first"] != 2:
            return error("Variables do not fit", "BAD_USER_INPUT")
        ids = [one["id"] for one in BILLS]
        start = ids.index(variables["after"]) + 1 if variables["after"] else 0
        some = BILLS[start : start + 2]
        more = {"hasNextPage": start + 2 < len(BILLS), "endCursor": some[-1]["id"]}
        return as_json({"data": {"bills": {"nodes": some, "pageInfo": more}}})


@pytest.fixture
def site() -> Iterator[GraphSite]:
    """The site, running."""
    with GraphSite() as running:
        yield running


CARRIED = "apollographql-client-name from page, authorization from answer of /graphql"


# connector
def bills(run: Run) -> Iterator[Bill]:
    """Page after page, until there is no next one."""
    more = {"hasNextPage": True, "endCursor": None}
    while more["hasNextPage"]:
        question = {
            "operationName": "Bills",
            "variables": {"first": 2, "after": more["endCursor"]},
            "extensions": {"persistedQuery": {"version": 1, "sha256Hash": HASH}},
        }
        found = run.session.post("/graphql", json=question).json()["data"]["bills"]
        for row in found["nodes"]:
            yield Bill(number=row["id"], date=row["day"], amount=row["total"], pdfurl=f"/pdf/{row['id']}")
        more = found["pageInfo"]


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


def test_it_works(site: GraphSite, client: MakeClient) -> None:
    """The token that only the page's memory holds goes along, and the header without which nothing is answered."""
    ada, eve = client(site.url()), client(site.url(), password="wrong")

    assert Story.of(ada, eve, connector) == good_story(CARRIED)
    assert site.logins == 2


def test_an_error_with_status_200_is_a_session_that_is_over(site: GraphSite, client: MakeClient) -> None:
    """It ends between two pages of the listing, which goes on with the next page, not from the start."""
    ada = client(site.url())
    whole = site.bills

    def once(variables: dict[str, Any]) -> Answer:
        site.bills = whole  # type: ignore[method-assign]
        site.tokens.clear()
        return whole(variables)

    site.bills = once  # type: ignore[method-assign]

    assert ada.run(connector).verdict == "3 listed: 3 saved"
    assert site.logins == ada.browsers == 2
    asked = [ask.json["variables"]["after"] for ask in site.asked if ask.json and ask.json["operationName"] == "Bills"]
    assert asked == [None, "A2", "A2"]
