"""The keyring of the system as a place for the key: Keychain, Windows' credentials, Secret Service, KWallet."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

__all__ = ["ORIGIN", "read", "write"]

ORIGIN = "the keyring"
SERVICE = "toolkit"
ENTRY = "vault"
PROBE = "probe"
RECOMMENDED = 1
"""What keyring itself asks of a backend. Those that keep nothing, or in plain text, have less."""


def read() -> str | None:
    """What was written; None when there is nothing, or no keyring that works."""
    backend = _backend()
    try:
        return backend.get_password(SERVICE, ENTRY) if backend else None
    except Exception:  # noqa: BLE001 - locked, refused, gone: each backend has errors of its own
        return None


def write(text: str) -> bool:
    """Keep a text; False when no keyring works. One works when it gives back, and forgets, what it was given."""
    backend = _backend()
    try:
        if backend is None or not _works(backend, text[::-1]):
            return False
        backend.set_password(SERVICE, ENTRY, text)
        return backend.get_password(SERVICE, ENTRY) == text
    except Exception:  # noqa: BLE001 - as above
        return False


def _works(backend: KeyringBackend, text: str) -> bool:
    backend.set_password(SERVICE, PROBE, text)
    kept = backend.get_password(SERVICE, PROBE) == text
    backend.delete_password(SERVICE, PROBE)
    return kept and backend.get_password(SERVICE, PROBE) is None


def _backend() -> KeyringBackend | None:
    """The keyring to be used, out of those that another puts in a chain; None when none is good enough."""
    try:
        import keyring  # noqa: PLC0415 - an extra
    except ImportError:
        return None
    try:
        chosen = keyring.get_keyring()
        return next((each for each in getattr(chosen, "backends", [chosen]) if each.priority >= RECOMMENDED), None)
    except Exception:  # noqa: BLE001 - a setting may name a class that is not there, or does not work here
        return None
