"""The session that is kept of an account: looked at without a network, or probed with one harmless request."""

from __future__ import annotations

import shlex
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from toolkit.errors import UsageError
from toolkit.jobs.kept import SESSION, state_of
from toolkit.jobs.probing import Probed, probe_parts
from toolkit.login import held_by, stays_in_page
from toolkit.run import site_of
from toolkit.transport import Live
from toolkit.web import Explained, Session

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from toolkit.account import Account
    from toolkit.connector import Connector
    from toolkit.jobs.find import Found
    from toolkit.login import Check
    from toolkit.run import Run
    from toolkit.vault import Vault
    from toolkit.web import SessionState

__all__ = ["KeptSession", "explain_kept", "explain_run", "probe_kept"]


@dataclass(frozen=True)
class KeptSession:
    """A session that is kept: since when, what it sends, and what is kept beside that for a browser.

    storage  {origin: {"localStorage": 2, "sessionStorage": 1, "indexedDB": 1}}: how many values, or databases; and
             {host: {"passkeys": 1}}
    in_page  whether its requests are sent from inside a page, which adds by itself what the session cannot send
    probed   which parts the site needed, when it was asked
    """

    won: datetime
    parts: Explained
    storage: dict[str, dict[str, int]]
    in_page: bool = False
    probed: Probed | None = None


def explain_kept(found: Found, account: Account, vault: Vault) -> KeptSession:
    """Look at a session, without asking anybody. Raises UsageError when none is kept, VaultError."""
    state = _state(found, account, vault.load(SESSION, found.slug, account.name))
    connector = found.load()
    with closing(_session(found, account, state, connector)) as session:
        return KeptSession(state.won, session.explain(), _storage(state), _stays_in_page(connector))


def probe_kept(
    found: Found, account: Account, vault: Vault, *, url: str | None = None, begins: Callable[[], object] = lambda: None
) -> KeptSession:
    """Look at a session, and ask the site which part it needs: at `url`, else at the connector's `check`.

    `begins` is called just before the first request. Runs that want to change the session wait meanwhile. What the
    site gives anew is kept.
    Raises UsageError when no session is kept, when there is no address to ask, and when the session belongs to a page;
    VaultError.
    """
    with vault.updating(SESSION, found.slug, account.name) as document:
        state = _state(found, account, document.value)
        connector = found.load()
        check = _check(found, connector, url)

        def keep() -> None:
            changed = replace(state.with_cookies(session.cookies.to_playwright()), learned=session.learned)
            document.save({**(document.value or {}), "state": changed.as_dict()})

        with closing(_session(found, account, state, connector)) as session:
            parts = session.explain()
            begins()
            probed = probe_parts(session, check, keep=keep)
            return KeptSession(state.won, parts, _storage(state), probed=probed)


def explain_run(run: Run) -> KeptSession:
    """Look at what the session of a run sends; before the login is over, at what it would if that were now.

    Raises UsageError when there is neither a login nor a page.
    """
    if run.state is not None:
        return KeptSession(run.state.won, run.session.explain(), _storage(run.state))
    if run.own_page is None:
        raise UsageError("There is no session yet: nothing is logged in, and no page is open.")
    state = held_by(run)
    with closing(Session(Live(tries=1), base_url=run.base_url)) as session:
        session.adopt(cookies=state.storage["cookies"], headers=state.headers, learned=state.learned)
        return KeptSession(state.won, session.explain(), _storage(state))


def _state(found: Found, account: Account, value: Any) -> SessionState:
    if value is None:
        named = found.slug + ("" if account.name == "default" else f" --account {shlex.quote(account.name)}")
        raise UsageError(
            f"No session is kept of {found.slug}, account {account.name!r}: `toolkit run {named}` logs in and keeps "
            "one; `toolkit account list` shows what there is."
        )
    return state_of(value, SESSION, found.slug, account.name)


def _check(found: Found, connector: Connector, url: str | None) -> Check:
    if _stays_in_page(connector):
        raise UsageError(
            f'{found.slug} sends its requests from inside a page, hand_over(via="page"): a probe without a browser '
            "would tell nothing of them."
        )
    check = url or connector.check
    if check is None:
        raise UsageError(
            f"{found.slug} declares no check=: name an address that only answers who is logged in, as in "
            f"`toolkit explain {found.slug} --probe --url /api/me`."
        )
    return check


def _session(found: Found, account: Account, state: SessionState, connector: Connector) -> Session:
    session = Session(Live(tries=1), base_url=_site(found, account, state))
    session.adopt(cookies=state.storage["cookies"], headers=state.headers, learned=state.learned)
    session.login_pages, session.logged_out = frozenset(state.login_pages), connector.logged_out
    return session


def _site(found: Found, account: Account, state: SessionState) -> str | None:
    """The account's site; where that is the person's to say, and is not kept, the one at which the login began."""
    known, began = site_of(account, found.manifest), next(iter(state.login_pages), None)
    unsaid = "url" in found.manifest.fields and "url" not in account.fields
    return began or known if unsaid else known or began


def _stays_in_page(connector: Connector) -> bool:
    return any(map(stays_in_page, connector.fetch_operations))


def _storage(state: SessionState) -> dict[str, dict[str, int]]:
    counts: dict[str, dict[str, int]] = {}
    for one in state.storage["origins"]:
        held = {kind: len(one.get(kind, ())) for kind in ("localStorage", "indexedDB")}
        counts[one["origin"]] = {kind: count for kind, count in held.items() if count}
    for origin, items in state.session_storage.items():
        counts.setdefault(origin, {})["sessionStorage"] = len(items)
    for passkey in state.storage.get("credentials", ()):
        held = counts.setdefault(passkey["rpId"], {})
        held["passkeys"] = held.get("passkeys", 0) + 1
    return {origin: held for origin, held in sorted(counts.items()) if held}
