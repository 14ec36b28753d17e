"""A plain form and plain pages: `signin`, `scrape` and `.html`, without any browser."""

from __future__ import annotations

from collections.abc import Iterator
from secrets import token_urlsafe
from typing import Any

import pytest

import toolkit
from tests.sites.conftest import Client, MakeClient
from tests.sites.server import Answer, Ask, Site, page, pdf, redirect
from toolkit import Bill, Run

ROWS = "".join(f"<tr><td>{n} March 2025<td>{n}0.50 EUR<td><a href=/pdf/A{n}>PDF</a></tr>" for n in (3, 2, 1))


class Plain(Site):
    """A form with a token against forgery that is good once, and a table of bills."""

    def __init__(self) -> None:
        super().__init__()
        self.tokens: set[str] = set()
        self.sessions: set[str] = set()
        self.logins = 0
        self.down = False
        self.routes = {
            "GET /login": lambda _: page("down", status=503) if self.down else page(self.form()),
            "POST /session": self.log_in,
            "GET /bills": lambda ask: page(f"<table>{ROWS}</table>") if self.knows(ask) else redirect("/login"),
            "GET /pdf/*": lambda ask: pdf(ask.name) if self.knows(ask) else redirect("/login"),
        }

    def knows(self, ask: Ask) -> bool:
        """Whether somebody is logged in."""
        return ask.cookies.get("sid") in self.sessions

    def form(self, words: str = "") -> str:
        """The form, with a new token."""
        self.tokens.add(token := token_urlsafe())
        return f"""<form class=search><input name=q></form><p class=error>{words}</p>
            <form class=login method=post action=/session><input type=hidden name=_csrf value={token}>
            <input name=user><input name=pass type=password><select name=lang><option>de<option selected>fr</select>
            <input type=checkbox name=stay checked><input type=checkbox name=news><button name=go value=1></form>"""

    def log_in(self, ask: Ask) -> Answer:
        """Take what a browser would send, and nothing else."""
        self.logins += 1
        token = ask.form.pop("_csrf", "")
        expected = {"user": "ada@acme.example", "pass": "correct horse", "lang": "fr", "stay": "on"}
        if token not in self.tokens or ask.headers["Origin"] != self.url() or ask.form != expected:
            return page(self.form("Wrong   password"))
        self.tokens.remove(token)
        self.sessions.add(sid := token_urlsafe())
        return redirect("/bills").adding("Set-Cookie", f"sid={sid}; HttpOnly")


@pytest.fixture
def site() -> Iterator[Plain]:
    """The site, running."""
    with Plain() as running:
        yield running


def bills(run: Run) -> Iterator[Bill]:
    """All there are."""
    fields: dict[str, Any] = {"date": "td", "amount": {"sel": "td", "index": 1}, "pdfurl": {"sel": "a", "attr": "href"}}
    for row in toolkit.scrape(run.session.get("/bills").html, fields, "tr"):
        yield Bill(number=row["pdfurl"].rpartition("/")[2], **row)


connector = toolkit.create_new(
    name="acme",
    models=[Bill],
    fetch_operations=[
        toolkit.signin("/login", "form.login", {"user": "login", "pass": "password"}, wrong=".error"),
        bills,
        toolkit.filter_existing(Bill),
        toolkit.save_data_and_file(Bill),
    ],
)


def test_no_browser_is_needed(site: Plain, client: MakeClient) -> None:
    """Everything in the form is sent; the session is kept for the next run, and won anew when it ends in the middle."""
    ada = client(site.url())

    assert ada.run(connector).verdict == "3 listed: 3 saved"
    assert ada.run(connector).verdict == "3 bills, all already there"
    assert site.logins == 1
    site.sessions.clear()
    assert ada.run(connector).verdict == "3 bills, all already there"
    assert (site.logins, ada.browsers) == (2, 0)


def code_of(ada: Client) -> tuple[str, str]:
    """How a run ends."""
    error = ada.run(connector).error
    return (error.code, error.message) if error else ("", "")


def test_a_refusal_is_told_and_nothing_tried_twice(site: Plain, client: MakeClient) -> None:
    """In the site's own words."""
    assert code_of(client(site.url(), password="wrong")) == (
        "LOGIN_FAILED",
        "The site refused the login: Wrong password",
    )
    assert site.logins == 1


def test_trouble_is_not_called_a_wrong_password(site: Plain, client: MakeClient, closed: str) -> None:
    """A site that is down, or nobody there; a page without its form."""
    site.down = True
    assert code_of(client(site.url()))[0] == "VENDOR_DOWN"
    assert code_of(client(closed))[0] == "VENDOR_DOWN"
    site.routes = {"GET /login": lambda _: page("<p>We moved")}
    assert code_of(client(site.url())) == (
        "UNKNOWN_ERROR",
        f"The login page {site.url('/login')} has no form `form.login`.",
    )
    assert site.logins == 0


def test_the_connector_may_judge_and_give_values(site: Plain, client: MakeClient) -> None:
    """By the page that answers, and by a function of the run."""
    log_in = toolkit.signin(
        "/login",
        "form.login",
        lambda run: {"user": run.fields["login"], "pass": run.fields["password"]},
        lambda answer: "nobody" in answer.text,
    )
    other = toolkit.create_new(name="acme", models=[Bill], fetch_operations=[log_in, bills])
    error = client(site.url()).run(other).error

    assert error is not None
    assert error.message == "The site refused the login."


def test_what_the_login_asked_is_kept_for_a_report(site: Plain, client: MakeClient) -> None:
    """A login that breaks can be looked at as any other request."""
    asked: list[tuple[str, str]] = []

    def look(run: Run) -> None:
        asked.extend((one.method, one.url.removeprefix(site.url())) for one in run.trail.last())

    log_in = connector.fetch_operations[0]
    client(site.url()).run(toolkit.create_new(name="acme", models=[Bill], fetch_operations=[log_in, look]))

    assert asked == [("GET", "/login"), ("POST", "/session"), ("GET", "/bills")]
