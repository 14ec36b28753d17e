"""A session out of the vault: looked at whoever won it, probed with one writer, and what a probe wins is kept."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.sites.server import Answer, Ask, Site, as_json, refused
from toolkit.account import Account
from toolkit.errors import UsageError, VaultError
from toolkit.jobs.explaining import explain_kept, probe_kept
from toolkit.jobs.find import Found, find_connector
from toolkit.jobs.kept import SESSION, Kept
from toolkit.vault import Vault
from toolkit.web import SessionState

MANIFEST = """{"name": "Acme", "slug": "acme", "type": "konnector", "version": "1.0", "source": "here",
"developer": {"name": "Ada"}, "vendor_link": "https://acme.example", "fields": {"url": {"type": "text"}}}"""
CONNECTOR = """
import toolkit

connector = toolkit.create_new(name="acme", models=[], fetch_operations=[toolkit.hand_over], check="/me")
"""


class Rotating(Site):
    """Gives a new cookie with each good answer, and knows only the newest."""

    def __init__(self) -> None:
        super().__init__()
        self.sid = "1"
        self.routes = {"GET /me": self.me}

    def me(self, ask: Ask) -> Answer:
        """Who it is."""
        if ask.cookies.get("sid") != self.sid:
            return refused()
        self.sid = f"{len(self.asked)}-th"
        return as_json({"name": "Ada"}, cookies=[f"sid={self.sid}; Path=/"])


@pytest.fixture
def site() -> Iterator[Rotating]:
    """The site, running."""
    with Rotating() as running:
        yield running


@pytest.fixture
def acme(tmp_path: Path) -> Found:
    """The connector."""
    folder = tmp_path / "connectors" / "acme"
    folder.mkdir(parents=True)
    (folder / "manifest.konnector").write_text(MANIFEST, encoding="utf-8")
    (folder / "connector.py").write_text(CONNECTOR, encoding="utf-8")
    return find_connector("acme", folder.parent)


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    """A real one."""
    return Vault(tmp_path / "vault", patience=0.1)


def cookies_of(state: SessionState | None) -> dict[str, str]:
    """By name."""
    assert state is not None
    return {cookie["name"]: cookie["value"] for cookie in state.storage["cookies"]}


def keep(vault: Vault, url: str, **storage: Any) -> Kept:
    """Keep a session at that address, of somebody who logged in as ada."""
    cookie = {"name": "sid", "value": "1", "domain": "127.0.0.1", "path": "/", "expires": -1}
    state = SessionState(
        datetime(2025, 3, 9, tzinfo=UTC),
        {"cookies": [cookie], "origins": [], **storage},
        session_storage={url: {"tab": "1"}},
        login_pages=(f"{url}/login",),
    )
    kept = Kept(vault, "acme", "me", {"login": "ada"})
    kept.save(state)
    return kept


def test_it_is_looked_at_without_the_login(acme: Found, vault: Vault) -> None:
    """What is sent, and how much is kept for a browser of which origin."""
    local = [{"name": "a", "value": "1"}, {"name": "b", "value": "2"}]
    origin = {"origin": "https://a.example", "localStorage": local}
    keep(vault, "https://a.example", origins=[origin], credentials=[{"rpId": "a.example", "privateKey": "s3cr3t-key"}])
    told = explain_kept(acme, Account("me"), vault)

    assert [(part.kind, part.name) for part in told.parts] == [("cookie", "sid")]
    assert told.storage == {
        "a.example": {"passkeys": 1},
        "https://a.example": {"localStorage": 2, "sessionStorage": 1},
    }
    assert (told.won.year, told.in_page, told.probed) == (2025, False, None)


def test_what_a_probe_wins_is_kept(acme: Found, vault: Vault, site: Rotating) -> None:
    """The newest cookie is on the disk, still its owner's; where the login began is where the address belongs."""
    kept = keep(vault, site.url())
    told = probe_kept(acme, Account("me"), vault)

    assert told.probed is not None
    assert (told.probed.url, told.probed.lost) == (site.url("/me"), False)
    assert cookies_of(kept.load()) == {"sid": site.sid}
    assert site.sid != "1"


def test_the_site_is_the_accounts_own(acme: Found, vault: Vault, site: Rotating) -> None:
    """What the account says of it comes first."""
    keep(vault, "https://elsewhere.example")
    told = probe_kept(acme, Account("me", {"url": site.url()}), vault)

    assert told.probed is not None
    assert told.probed.url == site.url("/me")


def test_a_probe_is_the_only_writer(acme: Found, vault: Vault, site: Rotating, tmp_path: Path) -> None:
    """A run that would keep another session meanwhile has to wait."""
    kept = keep(vault, site.url())
    other = Kept(Vault(tmp_path / "vault", patience=0.1), "acme", "me", {"login": "ada"})
    refusals = []

    def me(ask: Ask) -> Answer:  # in the server's thread
        try:
            other.save(SessionState(datetime(2026, 1, 1, tzinfo=UTC)))
        except VaultError as error:
            refusals.append(error.message)
        return Rotating.me(site, ask)

    site.routes = {"GET /me": me}
    probe_kept(acme, Account("me"), vault)

    assert refusals
    assert cookies_of(kept.load()) == {"sid": site.sid}


def test_a_session_that_is_over_stays_kept(acme: Found, vault: Vault, site: Rotating) -> None:
    """The next run must find it, to tell that it is over."""
    kept = keep(vault, site.url())
    site.sid = "another"
    told = probe_kept(acme, Account("me"), vault)

    assert told.probed is not None
    assert told.probed.lost
    assert cookies_of(kept.load()) == {"sid": "1"}


def test_what_cannot_be_is_said(acme: Found, vault: Vault) -> None:
    """No session, and one of another version."""
    with pytest.raises(UsageError, match="`toolkit run acme --account 'my own'` logs in and keeps one"):
        explain_kept(acme, Account("my own"), vault)
    vault.save(SESSION, "acme", "me", {"cookies": []})
    with pytest.raises(VaultError, match="of another version"):
        probe_kept(acme, Account("me"), vault)
