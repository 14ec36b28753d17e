"""The session of one account, kept in the vault between runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from toolkit.errors import VaultError
from toolkit.web import SessionState

if TYPE_CHECKING:
    from toolkit.vault import Vault

__all__ = ["DEVICE", "SESSION", "Kept"]

SESSION, DEVICE = "session", "device"


@dataclass(frozen=True)
class Kept:
    """What a login won, and apart from it what makes the site know this browser, which outlives the login."""

    vault: Vault
    slug: str
    account: str

    def load(self) -> SessionState | None:
        """Return the session that was kept, None when there is none. Raises VaultError when it cannot be read."""
        return self._load(SESSION)

    def load_device(self) -> SessionState | None:
        """Return what makes the site know this browser, None when nothing does. Raises VaultError."""
        return self._load(DEVICE)

    def save(self, state: SessionState) -> None:
        """Keep a session, and in its place from now on; it is on the disk once this returns."""
        self.vault.save(SESSION, self.slug, self.account, state.as_dict())
        device = state.of_device()
        if device.storage != self._storage_of_device():
            self.vault.save(DEVICE, self.slug, self.account, device.as_dict())

    def _storage_of_device(self) -> object:
        device = self.load_device()
        return None if device is None else device.storage

    def _load(self, kind: str) -> SessionState | None:
        value = self.vault.load(kind, self.slug, self.account)
        try:
            return None if value is None else SessionState.of(value)
        except (ValueError, KeyError, TypeError):
            raise VaultError(
                f"The {kind} kept for {self.slug} ({self.account}) is of another version of the toolkit: "
                f"`toolkit account forget {self.slug}` lets it go."
            ) from None
