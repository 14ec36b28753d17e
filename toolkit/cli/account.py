"""`toolkit account`: keep what a login needs, show what is kept, let it go."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from toolkit.account import Account
from toolkit.cli.options import (
    CONNECTORS,
    DATA,
    AccountOption,
    ConnectorsOption,
    DataOption,
    FieldsOption,
    JsonOption,
    SlugArgument,
)
from toolkit.cli.output import Column, errors, output, plain, table, write, write_json
from toolkit.cli.run import field_values
from toolkit.cli.show import DATE_WIDTH
from toolkit.errors import ManifestError, TooManyAttempts, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from toolkit.jobs import Accounts
    from toolkit.jobs.accounts import KeptAccount
    from toolkit.manifest import Manifest

__all__ = ["account"]

PARTS = {
    "account": "what the login needs",
    "session": "the session",
    "device": "the trust in this device",
    "codes": "which code was used last",
    "refusals": "the count of refused logins",
}

account = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Keep what logins need, encrypted.")


@account.command()
def add(
    slug: SlugArgument,
    *,
    account: AccountOption = "default",
    fields: FieldsOption = None,
    data: DataOption = DATA,
    connectors: ConnectorsOption = CONNECTORS,
) -> None:
    """Keep what a login needs, or change it: runs no longer ask.

    You are asked for it as by `toolkit run`. Of an account that is kept already, what you leave empty, or out of the
    JSON, stays as it is. It is encrypted in --data, with the key in the file that TOOLKIT_KEY_FILE names, else in the
    system's keyring, else in a file of your own.

    \b
      toolkit account add acme
      toolkit account add acme --account work
      pass acme | jq -R '{password: .}' | toolkit account add acme --fields -
    """
    from toolkit.jobs import find_connector  # noqa: PLC0415 - the help needs none of it
    from toolkit.jobs.refusals import Refusals  # noqa: PLC0415

    manifest, accounts = find_connector(slug, connectors).manifest, _accounts(data)
    values = field_values(manifest, fields, accounts.fields(slug, account), anew=True)
    own = {name: value for name, value in values.items() if value != manifest.fields[name].default}
    accounts.add(slug, Account(account, own, manifest.secret_fields | {"password"}), datetime.now(UTC))
    vault = accounts.vault
    write(output(), plain(f"{slug}, {account}: kept in {vault.folder}, locked with the key in {vault.key_origin}."))
    try:
        Refusals(vault, slug, account).hold_back(values)
    except TooManyAttempts as error:
        write(errors(), plain(f"Nothing has changed: {error.message}"))


@account.command("list")
def list_accounts(
    *, as_json: JsonOption = False, data: DataOption = DATA, connectors: ConnectorsOption = CONNECTORS
) -> None:
    """Show the accounts of which anything is kept; never a secret.

    \b
      toolkit account list
      toolkit account list --json
    """
    accounts = _accounts(data)
    facts = [_facts(kept) for kept in accounts.all(partial(_manifest, connectors))]
    if as_json:
        write_json(facts)
    elif facts:
        write(output(), table(_columns(facts)))
    else:
        write(output(), f"No account is kept in {data}. `toolkit account add SLUG` keeps one.")
    for path in accounts.vault.kept()[1]:
        write(errors(), plain(f"{path} is damaged, or nothing of the toolkit's: remove it."))


@account.command()
def forget(
    slug: SlugArgument,
    *,
    account: AccountOption = "default",
    session: Annotated[bool, typer.Option("--session", help="Only the session: the next run logs in.")] = False,
    device: Annotated[
        bool, typer.Option("--device", help="Only the trust in this device: the site may want a code again.")
    ] = False,
    data: DataOption = DATA,
) -> None:
    """Let go of what is kept of an account; the bills stay.

    It needs neither the key nor the connector. In a terminal you are asked first when all of it is to go.

    \b
      toolkit account forget acme
      toolkit account forget acme --account work --session
    """
    kinds = [kind for kind, wanted in {"session": session, "device": device}.items() if wanted]
    if not kinds and sys.stdin.isatty():
        typer.confirm(f"Forget all of {slug}, {account}?", abort=True, err=True)
    gone = _accounts(data).forget(slug, account, kinds)
    if not gone:
        raise UsageError(
            f"Nothing like that is kept of {slug}, account {account!r}: `toolkit account list` shows what there is."
        )
    write(output(), plain(f"{slug}, {account}: forgot {', '.join(PARTS.get(kind, kind) for kind in gone)}."))


def _accounts(data: Path) -> Accounts:
    from toolkit.jobs import Accounts, Workspace  # noqa: PLC0415 - the help needs none of it

    return Accounts.of(Workspace(data))


def _manifest(connectors: Path, slug: str) -> Manifest | None:
    """That of a connector which may be gone, or broken, since."""
    from toolkit.jobs import find_connector  # noqa: PLC0415 - the help needs none of it

    try:
        return find_connector(slug, connectors).manifest
    except (UsageError, ManifestError):
        return None


def _facts(kept: KeptAccount) -> dict[str, Any]:
    return {
        "connector": kept.slug,
        "account": kept.account,
        "fields": kept.fields,
        "since": kept.since and kept.since.isoformat(),
        "session": "session" in kept.kinds,
        "device": "device" in kept.kinds,
        "held_back": kept.held_back and kept.held_back.isoformat(),
        "error": kept.error or None,
    }


def _columns(facts: Sequence[dict[str, Any]]) -> list[Column]:
    return [
        Column("Connector", [fact["connector"] for fact in facts], 24),
        Column("Account", [fact["account"] for fact in facts], 32),
        Column("Since", [(fact["since"] or "")[:DATE_WIDTH] for fact in facts], DATE_WIDTH),
        Column("Session", ["kept" if fact["session"] else "" for fact in facts], 8),
        Column("Device", ["trusted" if fact["device"] else "" for fact in facts], 8),
        Column("Held back", [(fact["held_back"] or "")[:DATE_WIDTH] for fact in facts], DATE_WIDTH),
        Column("Fields", [fact["error"] or _fields(fact["fields"]) for fact in facts], wraps=True),
    ]


def _fields(fields: dict[str, str]) -> str:
    return ", ".join(f"{name} {value}" for name, value in fields.items())
