"""`toolkit explain`, on the session that a real login left in a real vault."""

from __future__ import annotations

import json
import os
import re
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

import pytest

from tests.cli.conftest import MANIFEST, Said
from tests.sites.server import BILLS, Answer, Ask, Site, as_json, only, page, pdf, refused
from toolkit.jobs.kept import Kept
from toolkit.vault import Vault
from toolkit.web import Learned, SessionState

pytestmark = pytest.mark.usefixtures("key_file")

Command = Callable[..., Said]

APP = """<form><input id=password type=password><button>Log in</button></form><p id=wrong hidden>No</p>
<h1 id=in hidden>Welcome</h1><script>
const bytes = (text) => new TextEncoder().encode(text);
const sign = async (text) => {
  const key = await crypto.subtle.importKey("raw", bytes("k3y"), {name: "HMAC", hash: "SHA-256"}, false, ["sign"]);
  const signed = new Uint8Array(await crypto.subtle.sign("HMAC", key, bytes(text)));
  return Array.from(signed, (byte) => byte.toString(16).padStart(2, "0")).join("");
};
const api = async (path) => fetch(path, {headers: {
  "X-App": "web-app-of-acme", "X-Nonce": crypto.randomUUID(), "X-Timestamp": Date.now(),
  "X-Signature": await sign(path), Authorization: "Bearer " + localStorage.token}});
document.forms[0].onsubmit = async (event) => {
  event.preventDefault();
  const answer = await fetch("/login", {method: "POST", body: document.all.password.value});
  if (!answer.ok) return document.all.wrong.hidden = false;
  localStorage.token = (await answer.json()).token;
  await api("/me");
  await api("/bills");
  document.all.in.hidden = false;
};
</script>"""
CONNECTOR = """
import toolkit
from toolkit import Bill


def bills(run):
    for row in run.session.get("/bills").json():
        yield Bill(number=row["id"], date=row["day"], amount=row["total"], pdfurl="/pdf/" + row["id"])


connector = toolkit.create_new(
    name="acme",
    models=[Bill],
    {more}
    fetch_operations=[
        toolkit.login_form("/", fields={{"password": "#password"}}, submit="button", ok="#in", wrong="#wrong"),
        {hand_over},
        bills,
        toolkit.filter_existing(Bill),
        toolkit.save_data_and_file(Bill),
    ],
)
"""
LOGIN = json.dumps({"password": "correct horse"})


class TokenSite(Site):
    """Wants a cookie and a token, and, when it is `pinned`, the user agent that logged in."""

    def __init__(self, *, pinned: bool = False) -> None:
        super().__init__()
        self.sid, self.token, self.agent, self.pinned = "", "", "", pinned
        self.logins = 0
        self.routes = {
            "GET /": lambda _: page(APP),
            "POST /login": self.log_in,
            "GET /me": only(self.knows, lambda _: as_json({"name": "Ada"})),
            "GET /bills": only(self.knows, lambda _: as_json(BILLS)),
            "GET /pdf/*": only(self.knows, lambda ask: pdf(ask.name)),
        }

    def log_in(self, ask: Ask) -> Answer:
        """By the password."""
        self.logins += 1
        if ask.body != b"correct horse":
            return refused()
        self.sid, self.token, self.agent = token_urlsafe(24), token_urlsafe(24), ask.headers["User-Agent"]
        return as_json({"token": self.token}, cookies=[f"sid={self.sid}; HttpOnly; Path=/; Max-Age=3600", "lang=fr"])

    def knows(self, ask: Ask) -> bool:
        """One request that comes from elsewhere ends it."""
        if self.pinned and ask.headers.get("User-Agent") != self.agent:
            self.sid = ""
        return bool(self.sid) and ask.cookies.get("sid") == self.sid and ask.bearer == self.token


@pytest.fixture(autouse=True)
def _cheaply(_commands_share: None) -> None:
    """No browser is the point here."""


@pytest.fixture
def site() -> Iterator[TokenSite]:
    """The site, running."""
    with TokenSite() as running:
        yield running


@pytest.fixture
def acme(connectors: Path) -> Callable[..., None]:
    """`acme(site, more='check="/me",')` writes the connector."""

    def acme(site: Site, *, more: str = 'check="/me",', hand_over: str = "toolkit.hand_over") -> None:
        folder = connectors / "acme"
        folder.mkdir()
        fields = {"password": {"type": "password"}}
        manifest = {**MANIFEST, "slug": "acme", "fields": fields, "vendor_link": site.url(), "currency": "EUR"}
        (folder / "manifest.konnector").write_text(json.dumps(manifest), encoding="utf-8")
        (folder / "connector.py").write_text(CONNECTOR.format(more=more, hand_over=hand_over), encoding="utf-8")

    return acme


def run(command: Command, *arguments: str) -> Said:
    """Log in if need be, and fetch."""
    said = command("run", "acme", "--fields", "-", *arguments, stdin=LOGIN)
    assert said.code == 0, said.err
    return said


def explain(command: Command, site: TokenSite, *arguments: str) -> Said:
    """What is said; no secret is in it, nor how one begins, but for two characters."""
    said = command("explain", "acme", *arguments)
    assert not any(secret[:5] in said.out + said.err for secret in (site.sid, site.token, "correct horse") if secret)
    return said


def test_what_a_login_left_is_shown(command: Command, acme: Callable[..., None], site: TokenSite) -> None:
    """Per origin: the cookies, the headers with their sources, what is not sent and why; the site is not asked."""
    acme(site)
    run(command)
    asked = len(site.asked)
    said = explain(command, site)
    lines = [" ".join(line.split()) for line in said.out.splitlines()]

    assert (said.code, said.err, len(site.asked)) == (0, "", asked)
    assert lines[0].startswith("acme, default: logged in since 20")
    assert f"To {site.url()}" in lines
    assert "cookie lang site 127.0.0.1/ … (2)" in lines
    assert any(line.startswith("cookie sid site (HttpOnly) 127.0.0.1/ 20") for line in lines)
    assert f"header authorization localStorage token Bearer {site.token[:2]}… (32)" in lines
    assert "header x-app page … (15)" in lines
    assert any(line.startswith(f'header x-nonce {site.url()} hand_over(via="page") ') for line in lines)
    assert "To every origin" in lines
    assert f"{site.url()}: localStorage 1" in lines


def test_a_probe_tells_what_the_site_needs(command: Command, acme: Callable[..., None], site: TokenSite) -> None:
    """Nobody logs in for it, no browser starts, and the session lives on."""
    acme(site)
    run(command)
    said = explain(command, site, "--probe")
    told = json.loads(explain(command, site, "--probe", "--json").out)
    needed = {part["name"]: part["needed"] for part in told["parts"] if not part["left_out"]}
    rows = [line for line in said.out.splitlines() if line.startswith(("cookie", "header")) and "yes (" in line]

    assert (said.code, said.err.count("\n")) == (0, 1)
    assert f"Probed with GET {site.url('/me')}." in said.out
    assert [row.split()[1] for row in rows] == ["sid", "authorization"]
    assert {name for name, need in needed.items() if need} == {"sid", "authorization"}
    assert {"lang", "x-app", "user-agent"} <= {name for name, need in needed.items() if need is False}
    run(command)
    assert site.logins == 1


def test_what_is_made_for_each_call_is_named(command: Command, acme: Callable[..., None], site: TokenSite) -> None:
    """A number used once, a time, a signature: a real page makes them, and they are not sent."""
    acme(site)
    run(command)
    parts = json.loads(explain(command, site, "--json").out)["parts"]

    assert {part["name"]: (part["left_out"], part["advice"]) for part in parts if part["left_out"]} == {
        name: (f"{what}, another one on every call", 'hand_over(via="page")')
        for name, what in (
            ("x-nonce", "a nonce"),
            ("x-signature", "a signature of the call"),
            ("x-timestamp", "a time"),
        )
    }
    assert not any("X-Nonce" in ask.headers for ask in site.asked if ask.path.startswith("/pdf/"))


def test_a_session_that_the_probe_ended_is_not_lost_silently(command: Command, acme: Callable[..., None]) -> None:
    """It is said, it stays kept, and the next run logs in again."""
    with TokenSite(pinned=True) as site:
        acme(site)
        run(command)
        said = explain(command, site, "--probe")

        assert said.code == 1
        assert "Since the header user-agent was left out, the whole request is no longer answered well" in said.err
        assert "That session has ended." in said.err
        assert explain(command, site).code == 0
        again = run(command)
        assert "logged in no more" in again.err
        assert site.logins == 2


def test_a_connector_without_a_check_needs_an_address(
    command: Command, acme: Callable[..., None], site: TokenSite
) -> None:
    """It is asked for, and taken."""
    acme(site, more="")
    run(command)
    said = explain(command, site, "--probe")

    assert said.code == 2
    assert said.err.startswith("USAGE: acme declares no check=: name an address")
    told: dict[str, Any] = json.loads(explain(command, site, "--probe", "--url", "/bills", "--json").out)
    assert told["probe"] == {
        "url": site.url("/bills"),
        "stopped": None,
        "lost": False,
    }
    assert explain(command, site, "--url", "/bills").code == 2


def test_a_page_that_sends_is_not_probed(command: Command, acme: Callable[..., None], site: TokenSite) -> None:
    """What goes out from inside a page is another matter; it is said so."""
    acme(site, hand_over='toolkit.hand_over(via="page")')
    run(command)

    assert 'from inside a page, hand_over(via="page")' in explain(command, site).out
    said = explain(command, site, "--probe")
    assert said.code == 2
    assert "a probe without a browser would tell nothing of them" in said.err


def test_without_a_session_it_says_to_run_first(command: Command, acme: Callable[..., None], site: TokenSite) -> None:
    """For that account; as any wrong usage."""
    acme(site)

    for arguments, run in ([], "acme"), (["--account", "work", "--probe"], "acme --account work"):
        said = explain(command, site, *arguments)

        assert (said.code, said.out) == (2, "")
        assert f"`toolkit run {run}` logs in and keeps one" in said.err


def test_the_documents_show_what_is_printed(command: Command, acme: Callable[..., None], site: TokenSite) -> None:
    """Line by line."""
    acme(site)
    api, won = "https://api.acme.example", datetime(2025, 3, 9, 7, 30, tzinfo=UTC)
    end = urlsafe_b64encode(json.dumps({"exp": (won + timedelta(hours=1)).timestamp()}).encode()).decode()
    token = f"eyJhbGciOiJIUzI1NiJ9.{end.rstrip('=')}.".ljust(412, "x")
    sid = {"name": "sid", "value": "Zk".ljust(32, "x"), "domain": ".acme.example", "path": "/", "httpOnly": True}
    state = SessionState(
        won,
        {"cookies": [{**sid, "expires": -1}], "origins": []},
        headers={"user-agent": "Mozilla/5.0 (X11; Linux x86_64) …", "accept-language": "en-US"},
        learned=(
            Learned(api, "authorization", f"Bearer {token}", "localStorage token"),
            Learned(api, "x-api-key", "AI".ljust(39, "x")),
            Learned(api, "x-nonce", "1", left_out="a nonce, another one on every call"),
        ),
    )
    Kept(Vault(Path(os.environ["TOOLKIT_DATA"]) / "vault"), "acme", "default").save(state)
    text = Path(__file__).parents[2].joinpath("docs", "sessions.md").read_text("utf-8")
    (shown,) = re.findall(r"```console\n\$ toolkit explain acme\n(.+?)```", text, re.DOTALL)

    assert command("explain", "acme").out == shown


def test_the_help_teaches(command: Command) -> None:
    """With examples to copy, and a warning."""
    said = command("explain", "--help")

    assert "\n    toolkit explain acme\n" in said.out
    assert "Some sites end a session" in " ".join(said.out.split())
