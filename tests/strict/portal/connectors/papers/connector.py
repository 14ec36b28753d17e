"""The strict portal without a browser: the session signs in, and eight threads fetch papers by links good for once."""

import hmac
import re
import time
from collections.abc import Iterator
from secrets import token_hex
from typing import Any
from uuid import uuid4

import requests
from requests.auth import AuthBase

import toolkit
from toolkit import Bill, LoginFailed, Run

LAST = 2
QUERY = "query Bills($page: Int!) {\n  bills(page: $page) { nodes { id date amount pdf } }\n}"


class Signed(AuthBase):
    """Puts token, time, nonce and signature on a call."""

    def __init__(self, token: str, key: str, csrf: str) -> None:
        self.headers = {"Authorization": f"Bearer {token}", "X-CSRF-Token": csrf, "X-Request-Id": str(uuid4())}
        self.key = bytes.fromhex(key)

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Sign one call."""
        now, nonce = str(int(time.time() * 1000)), token_hex(12)
        text = f"{request.method} {request.path_url} {now} {nonce}"
        request.headers.update(self.headers)
        request.prepare_url(
            request.url, {"_": now, "n": nonce, "s": hmac.digest(self.key, text.encode(), "sha256").hex()}
        )
        return request


def log_in(run: Run) -> None:
    """Sign in with the token of the start page."""
    found = re.search(r'name="csrf" content="([^"]+)"', run.session.get("/").text)
    headers = {"X-CSRF-Token": found[1] if found else ""}
    sent = {"email": run.fields["login"], "password": run.fields["password"]}
    if not run.session.post("/session", json=sent, headers=headers).ok:
        raise LoginFailed


def enter(run: Run) -> None:
    """Get the token and the key of the API."""
    csrf = str(run.session.cookies.get("csrf"))
    run.data["api"] = run.session.get("/api").json()["api"]
    now = str(int(time.time() * 1000))
    answer = run.session.get(f"{run.data['api']}/token", params={"_": now}, headers={"X-CSRF-Token": csrf})
    run.data["auth"] = Signed(answer.json()["token"], answer.json()["signing_key"], csrf)


def ask(run: Run, method: str, path: str, **options: Any) -> Any:
    """What one signed call answers."""
    answer = run.session.request(method, run.data["api"] + path, auth=run.data["auth"], **options)
    answer.raise_for_status()
    return answer.json()


def wait(run: Run) -> str:
    """A job that is pending three times, then done."""
    job = ask(run, "POST", "/jobs", json={"kind": "statement", "year": 2025})["job"]
    states = [ask(run, "GET", f"/jobs/{job}")["state"]]
    while states[-1] != "done":
        states.append(ask(run, "GET", f"/jobs/{job}")["state"])
    return " ".join(states)


def choose(run: Run) -> str:
    """Two PUTs, a GET that changes, cookies on redirects."""
    languages = [
        ask(run, "PUT", "/prefs", json={"language": language, "version": version})["language"]
        for version, language in enumerate(("fr", "en"), 1)
    ]
    unread = [ask(run, "GET", "/unread")["unread"] for _ in range(3)]
    return f"{languages} {unread} {run.session.get('/export').json()['bills']}"


def drawn(run: Run, number: str) -> bytes:
    """The paper of a bill, under a name that we draw."""
    name = str(uuid4())
    path = f"/links/{name}"
    run.session.put(run.data["api"] + path, json={"bill": number}, auth=run.data["auth"]).raise_for_status()
    return run.session.get(f"{run.data['api']}/dl", params={"t": name}).content


def bills(run: Run) -> Iterator[Bill]:
    """The listing, out of order; what is on its last page comes under names of our own."""
    for page in (LAST, 0, 1):
        asked = {"operationName": "Bills", "query": QUERY, "variables": {"page": page}}
        for row in ask(run, "POST", "/graphql", json=asked)["data"]["bills"]["nodes"]:
            bill = Bill(number=row["id"], date=row["date"], amount=row["amount"])
            if page == LAST:
                bill.fetch = lambda run, number=row["id"]: drawn(run, number)
            else:
                bill.pdfurl = run.data["api"] + row["pdf"]
            yield bill


connector = toolkit.create_new(
    name="papers",
    models=[Bill],
    fetch_operations=[
        log_in,
        enter,
        wait,
        choose,
        bills,
        toolkit.filter_existing(Bill),
        toolkit.save_data_and_file(Bill, options=toolkit.SaveOptions(concurrency=8)),
    ],
)
