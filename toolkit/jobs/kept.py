"""The session of one account, kept in the vault between runs."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from toolkit.errors import VaultError
from toolkit.vault import Vault
from toolkit.web import SessionState

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager

__all__ = ["CODES", "DEVICE", "SESSION", "Kept", "state_of"]

CODES, SESSION, DEVICE, LOGIN = "codes", "session", "device", "login"
FAR = 20  # steps: a claim so far ahead was made by a clock that was wrong
LONGEST_LOGIN = 600.0
"""Seconds that another run may take to log in."""


@dataclass(frozen=True)
class Kept:
    """What a login won, and apart from it what makes the site know this browser, which outlives the login.

    It is found again with the same `who`, the fields that are no secrets, only: under one name of an account another
    person may log in the next time, and must not be given this one's bills.
    """

    vault: Vault
    slug: str
    account: str
    who: Mapping[str, str] = field(default_factory=dict)

    def load(self) -> SessionState | None:
        """Return the session that was kept, None when there is none. Raises VaultError when it cannot be read."""
        return self._load(SESSION)

    def load_device(self) -> SessionState | None:
        """Return what makes the site know this browser, None when nothing does. Raises VaultError."""
        return self._load(DEVICE)

    def save(self, state: SessionState, before: SessionState | None = None) -> None:
        """Keep a session, in place of the one before; it is on the disk once this returns.

        With `before` only the cookies that changed since then, for another run may change others, and nothing at all
        when this login is kept no more: another run has won a new one, or it was forgotten.
        """
        with self.vault.updating(SESSION, self.slug, self.account):
            if before is not None:
                kept = self.load()
                if kept is None or kept.won != state.won:
                    return
                state = state.changed_in(before, kept)
            self._save(SESSION, state)
        device = state.of_device()
        if device.storage != self._storage_of_device():
            self._save(DEVICE, device)

    def claim(self, step: int) -> int:
        """Return the first step from this one on whose code no run has used, and keep that this one uses it."""
        with self.vault.updating(CODES, self.slug, self.account) as document:
            last = (document.value or {"last": -1})["last"]
            free = last + 1 if step <= last < step + FAR else step
            document.save({"last": free})
        return free

    def alone(self) -> AbstractContextManager[object]:
        """Let nobody else log this account in, or renew its session, while the block lasts; it may be entered twice.

        A token that renews itself is good once, and the site takes back all of them when it comes a second time.
        Raises VaultError when another run takes longer than ten minutes, as one that waits for a code may.
        """
        return Vault(self.vault.folder, patience=LONGEST_LOGIN).updating(LOGIN, self.slug, self.account)

    def _storage_of_device(self) -> object:
        device = self.load_device()
        return None if device is None else device.storage

    def _save(self, kind: str, state: SessionState) -> None:
        self.vault.save(kind, self.slug, self.account, {"who": self._digest(), "state": state.as_dict()})

    def _digest(self) -> str:
        return self.vault.digest(json.dumps(sorted(self.who.items())))

    def _load(self, kind: str) -> SessionState | None:
        value = self.vault.load(kind, self.slug, self.account)
        mine = self._digest()
        if value is None or (isinstance(value, dict) and value.get("who", mine) != mine):
            return None
        return state_of(value, kind, self.slug, self.account)


def state_of(value: Any, kind: str, slug: str, account: str) -> SessionState:
    """The state in what the vault keeps, whoever won it. Raises VaultError when it is of another version."""
    try:
        return SessionState.of(value["state"])
    except (ValueError, KeyError, TypeError):
        raise VaultError(
            f"The {kind} kept for {slug} ({account}) is of another version of the toolkit: "
            f"`toolkit account forget {slug} --account {shlex.quote(account)}` lets it go."
        ) from None
