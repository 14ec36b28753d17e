"""41. Documents inside JSON: base64 in JSON-RPC, tagged dates and decimals, errors with status 200, no address.

As in Tryton and others whose pages speak to one address only.
"""

from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from secrets import token_urlsafe
from typing import Any

import pytest

import toolkit
from tests.sites.conftest import MakeClient, Story, good_story
from tests.sites.server import BILLS, Answer, Ask, Site, as_json, page, pdf
from toolkit import Bill, FileDownloadFailed, Run

APP = """
<main><input id=login><input id=password type=password><button>Log in</button><p class=error></p></main>
<script>
async function call(method, params, key) {
  const headers = {"content-type": "application/json", ...(key && {authorization: "Session " + btoa(key)})};
  return (await fetch("/rpc", {method: "POST", headers, body: JSON.stringify({id: 1, method, params})})).json();
}
document.querySelector("button").onclick = async () => {
  const {result, error} = await call("login", [...document.querySelectorAll("input")].map(one => one.value));
  if (error) return document.querySelector(".error").textContent = error[1];
  sessionStorage.setItem("key", `7:${result}`);
  const me = await call("me", [], `7:${result}`);
  document.querySelector("main").innerHTML = `<h1 id=in>${me.result}</h1>`;
};
</script>"""


def tagged(bill: dict[str, str]) -> dict[str, Any]:
    """A bill as the server writes it: an exact amount, and a date that is no text."""
    day = date.fromisoformat(bill["day"])
    return {
        "id": bill["id"],
        "day": {"__class__": "date", "year": day.year, "month": day.month, "day": day.day},
        "total": {"__class__": "Decimal", "decimal": bill["total"]},
    }


class RpcSite(Site):
    """Answers calls at one address, always with status 200; `lost` are bills of which it has no document."""

    def __init__(self) -> None:
        super().__init__()
        self.keys: set[str] = set()
        self.logins = 0
        self.lost: set[str] = set()
        self.routes = {"GET /": lambda _: page(APP), "POST /rpc": self.call}

    def call(self, ask: Ask) -> Answer:
        """Run a method; whatever goes wrong is told inside."""
        try:
            return as_json({"id": ask.json["id"], "result": self.run(ask)})
        except PermissionError as error:
            return as_json({"id": ask.json["id"], "error": list(error.args)})

    def run(self, ask: Ask) -> Any:
        """Run a method. Raises PermissionError with a kind and words."""
        method, params = ask.json["method"], ask.json["params"]
        kind, _, key = ask.headers.get("Authorization", "").partition(" ")
        if method == "login":
            return self.log_in(*params)
        if kind != "Session" or b64decode(key).decode() not in self.keys:
            raise PermissionError("SessionExpired", "log in again")
        methods: dict[str, Callable[..., Any]] = {
            "me": lambda: "Ada",
            "bills": lambda: [tagged(one) for one in BILLS],
            "document": self.document,
        }
        return methods[method](*params)

    def log_in(self, _login: str, password: str) -> str:
        """The key of a new session."""
        self.logins += 1
        if password != "correct horse":
            raise PermissionError("UserError", "Wrong password")
        token = token_urlsafe(16)
        self.keys.add(f"7:{token}")
        return token

    def document(self, number: str) -> list[Any]:
        """Its kind, its bytes, its title."""
        if number in self.lost:
            raise PermissionError("UserError", "The archive has no such document")
        return ["pdf", {"__class__": "bytes", "base64": b64encode(pdf(number).body).decode()}, f"Bill {number}"]


@pytest.fixture
def site() -> Iterator[RpcSite]:
    """The site, running."""
    with RpcSite() as running:
        yield running


CARRIED = "authorization from page"


# connector
def call(run: Run, method: str, *params: Any) -> Any:
    """The result of one call."""
    question = {"id": 1, "method": method, "params": params}
    answer = run.session.post("/rpc", json=question).json(object_hook=untagged)
    if "error" in answer:
        raise FileDownloadFailed(f"Acme says: {answer['error'][1]}")
    return answer["result"]


def untagged(value: dict[str, Any]) -> Any:
    """What a tagged value stands for."""
    match value:
        case {"__class__": "date", "year": year, "month": month, "day": day}:
            return date(year, month, day)
        case {"__class__": "Decimal", "decimal": digits}:
            return Decimal(digits)
        case {"__class__": "bytes", "base64": text}:
            return b64decode(text)
    return value


def document(number: str) -> Callable[[Run], bytes]:
    """What gets the document of one bill when it is new."""
    return lambda run: call(run, "document", number)[1]


def bills(run: Run) -> Iterator[Bill]:
    """All there are."""
    for row in call(run, "bills"):
        yield Bill(number=row["id"], date=row["day"], amount=row["total"], fetch=document(row["id"]))


log_in = toolkit.login_form(
    "/", fields={"login": "#login", "password": "#password"}, submit="button", ok="#in", wrong=".error"
)
connector = toolkit.create_new(
    name="acme",
    models=[Bill],
    logged_out=lambda response: response.json()["error"][0] == "SessionExpired",
    fetch_operations=[
        log_in,
        toolkit.hand_over,
        bills,
        toolkit.filter_existing(Bill),
        toolkit.save_data_and_file(Bill),
    ],
)
# end


def asked_for(site: RpcSite) -> list[str]:
    """The numbers of the documents that were asked for."""
    return sorted(ask.json["params"][0] for ask in site.asked if ask.json and ask.json["method"] == "document")


def test_it_works(site: RpcSite, client: MakeClient) -> None:
    """A document is asked for once, when its bill is new; amounts and days are exact."""
    ada, eve = client(site.url()), client(site.url(), password="wrong")

    assert Story.of(ada, eve, connector) == good_story(CARRIED)
    assert site.logins == 2
    assert asked_for(site) == ["A1", "A2", "A3"]


def test_an_error_with_status_200_costs_one_document(site: RpcSite, client: MakeClient) -> None:
    """The report has the site's words; the next run asks for that document alone."""
    site.lost = {"A2"}
    ada = client(site.url())
    first = ada.run(connector)
    site.lost = set()
    site.asked.clear()

    assert [one.reason for one in first.entries if one.reason] == ["Acme says: The archive has no such document"]
    assert ada.run(connector).counts() == {"already there": 2, "completed": 1}
    assert asked_for(site) == ["A2"]


def test_a_session_that_ends_is_told_with_status_200_too(site: RpcSite, client: MakeClient) -> None:
    """Between two runs, without a check: the listing itself tells, and goes on after a new login."""
    ada = client(site.url())
    ada.run(connector)
    site.keys.clear()

    assert ada.run(connector).verdict == "3 bills, all already there"
    assert site.logins == ada.browsers == 2
