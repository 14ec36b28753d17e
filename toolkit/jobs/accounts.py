"""The accounts that are kept: what their logins need, and what else the vault holds of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from toolkit.account import Mask
from toolkit.errors import VaultError
from toolkit.jobs.refusals import Refusals
from toolkit.transport.names import is_secret, is_typed
from toolkit.vault import Vault

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from toolkit.account import Account
    from toolkit.jobs.workspace import Workspace
    from toolkit.manifest import Manifest

__all__ = ["ACCOUNT", "Accounts", "KeptAccount"]

ACCOUNT = "account"
PARTS = ("account", "codes", "device", "refusals", "session")


@dataclass
class KeptAccount:
    """One account: the fields that are no secrets, since when, and which parts the vault holds of it, by their kinds.

    `held_back` is since when no login is tried, None when one is. `error` is why a part cannot be opened.
    """

    slug: str
    account: str
    kinds: list[str]
    fields: dict[str, str] = field(default_factory=dict)
    since: datetime | None = None
    held_back: datetime | None = None
    error: str = ""


@dataclass(frozen=True)
class Accounts:
    """The accounts in a vault. Raises VaultError when it cannot be opened or written."""

    vault: Vault

    @classmethod
    def of(cls, workspace: Workspace) -> Self:
        """Those that are kept with a person's data."""
        return cls(Vault(workspace.vault_root))

    def fields(self, slug: str, account: str) -> dict[str, str]:
        """What the login of an account needs; empty when it is not kept."""
        kept = self.vault.load(ACCOUNT, slug, account)
        return dict(kept["fields"]) if kept else {}

    def add(self, slug: str, account: Account, now: datetime) -> None:
        """Keep the fields of an account, in place of those that were kept."""
        secret = sorted(account.secret & set(account.fields))
        value = {"fields": dict(account.fields), "secret": secret, "since": now.isoformat()}
        self.vault.save(ACCOUNT, slug, account.name, value)

    def forget(self, slug: str, account: str, kinds: Collection[str] = ()) -> list[str]:
        """Remove these parts of an account, by default all of them, and give the kinds of those that were there."""
        known = {label.kind for label in self.vault.kept()[0] if (label.slug, label.account) == (slug, account)}
        wanted = sorted(kinds or {*known, *PARTS})
        return [kind for kind in wanted if self.vault.forget(kind, slug, account)]

    def all(self, manifest_of: Callable[[str], Manifest | None]) -> list[KeptAccount]:
        """Every account of which anything is kept, sorted; `manifest_of(slug)` tells what more is a secret."""
        kinds: dict[tuple[str, str], list[str]] = {}
        for label in self.vault.kept()[0]:
            kinds.setdefault((label.slug, label.account), []).append(label.kind)
        return [self._look_into(KeptAccount(*owner, parts), manifest_of(owner[0])) for owner, parts in kinds.items()]

    def _look_into(self, kept: KeptAccount, manifest: Manifest | None) -> KeptAccount:
        try:
            stored = self.vault.load(ACCOUNT, kept.slug, kept.account)
            fields = _all_fields(stored, manifest) if stored else None
            kept.held_back = Refusals(self.vault, kept.slug, kept.account).held_back(fields)
            if stored:
                kept.since = datetime.fromisoformat(stored["since"])
                kept.fields = _shown(stored, manifest)
        except VaultError as error:
            kept.error = error.message
        return kept


def _all_fields(stored: dict[str, Any], manifest: Manifest | None) -> dict[str, str]:
    """What a run has: of the fields that the manifest asks for, what is kept or its default."""
    if manifest is None:
        return dict(stored["fields"])
    values = {name: stored["fields"].get(name) or field.default for name, field in manifest.fields.items()}
    return {name: value for name, value in values.items() if value}


def _shown(stored: dict[str, Any], manifest: Manifest | None) -> dict[str, str]:
    """The fields that are no secrets: not said to be, nor called or looking like one."""
    fields: dict[str, str] = stored["fields"]
    hidden = {*stored["secret"], *(manifest.secret_fields if manifest else ()), *filter(is_typed, fields)}
    hidden |= {name for name, value in fields.items() if is_secret(name, value, asked=False)}
    mask = Mask()  # an address may have a secret in its query
    return {name: mask(value) for name, value in fields.items() if name not in hidden}
