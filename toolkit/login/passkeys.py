"""`use_passkeys`: the browser has an authenticator of its own, whose passkeys are kept with what the site trusts."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from toolkit.run import Run

__all__ = ["use_passkeys"]


def use_passkeys(run: Run) -> bool:
    """Give `run.page` an authenticator, before it goes anywhere; whether it holds a passkey from an earlier run.

    Passkeys that the site makes from now on are kept by `hand_over`, encrypted, private key and all, with what makes
    the site know this device: they outlive the session. Nobody is asked for a finger or a PIN, and a security key that
    is plugged in is not seen by the page.
    """
    credentials = run.page.context.credentials
    credentials.install()
    return bool(credentials.get())
