"""Refused logins, counted across runs: it is better to hold back than to have the site lock the account."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from toolkit.errors import LoginFailed, NeedsSecret, TooManyAttempts, WrongTwoFaCode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from toolkit.report import Report
    from toolkit.vault import Vault

__all__ = ["LIMIT", "REFUSALS", "Refusals"]

REFUSALS = "refusals"
LIMIT = 2
"""So often the same fields are refused, then no more: many sites lock an account at the third time."""


@dataclass(frozen=True)
class Refusals:
    """What a site refused of one account, in runs one after another.

    Of the fields the vault keeps a keyed digest, to know them again. Raises VaultError when it cannot be opened.
    """

    vault: Vault
    slug: str
    account: str

    def held_back(self, fields: Mapping[str, str] | None = None) -> datetime | None:
        """Since when these fields are held back, or whatever fields were refused; None when they are not."""
        refused = self._load()
        if refused is None or refused["count"] < LIMIT:
            return None
        same = fields is None or refused["fields"] == self._digest(fields)
        return datetime.fromisoformat(refused["last"]) if same else None

    def hold_back(self, fields: Mapping[str, str]) -> None:
        """Raise TooManyAttempts when a login with these fields must not be tried."""
        since = self.held_back(fields)
        if since is None:
            return
        named = f"{self.slug} --account {shlex.quote(self.account)}"
        raise TooManyAttempts(
            f"{self.slug} refused this login of the account {self.account!r} {LIMIT} times, at last on "
            f"{since:%Y-%m-%d at %H:%M} UTC. So it is the toolkit that holds it back, before the site locks the "
            f"account: `toolkit account add {named}` takes the right password, and `toolkit account forget {named}` "
            "starts afresh."
        )

    def count(self, report: Report, fields: Mapping[str, str], now: datetime, *, own_codes: bool = False) -> None:
        """Learn from a run with these fields: one more refusal, or a login that was good and ends the count.

        A wrong code is a refusal when the fields make the codes (`own_codes`), not when a person typed it.
        """
        if _is_refusal(report, own_codes):
            self._add(self._digest(fields), now)
        elif report.entries or not (report.error or report.interrupted):
            self.vault.forget(REFUSALS, self.slug, self.account)

    def _add(self, digest: str, now: datetime) -> None:
        with self.vault.updating(REFUSALS, self.slug, self.account) as document:
            refused = document.value or {}
            before = refused["count"] if refused.get("fields") == digest else 0
            document.save({"count": before + 1, "fields": digest, "last": now.isoformat()})

    def _load(self) -> dict[str, Any] | None:
        return self.vault.load(REFUSALS, self.slug, self.account)

    def _digest(self, fields: Mapping[str, str]) -> str:
        return self.vault.digest(json.dumps(sorted(fields.items())))


def _is_refusal(report: Report, own_codes: bool) -> bool:
    """Whether the site said that a login is wrong, rather than that it lacks something or comes too soon."""
    if isinstance(report.error, WrongTwoFaCode):
        return own_codes
    return isinstance(report.error, LoginFailed) and not isinstance(report.error, NeedsSecret | TooManyAttempts)
