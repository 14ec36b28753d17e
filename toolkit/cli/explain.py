"""`toolkit explain`."""

from __future__ import annotations

import os
from itertools import groupby
from typing import TYPE_CHECKING, Annotated, Any

import typer

from toolkit.account import Account
from toolkit.cli.options import (
    CONNECTORS,
    DATA,
    AccountOption,
    ConnectorsOption,
    DataOption,
    JsonOption,
    SlugArgument,
)
from toolkit.cli.output import Column, errors, output, plain, table, write, write_json
from toolkit.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType
    from rich.table import Table

    from toolkit.jobs import Workspace
    from toolkit.jobs.explaining import KeptSession
    from toolkit.jobs.probing import Probed
    from toolkit.manifest import Manifest
    from toolkit.web.explained import Part

__all__ = ["explain", "parts_blocks"]

NAME_WIDTH = 32
PLACE_WIDTH = 32
DATE_WIDTH = 16
NEED_WIDTH = 24
VALUE_WIDTH = 20
WARNING = (
    "Each request now leaves something out. Some sites end a session that is not as they know it; "
    "if this one does, the next run logs in again."
)
LOST = "That session has ended. It stays kept until the next run, which logs in again and takes its place."


def explain(
    slug: SlugArgument,
    *,
    account: AccountOption = "default",
    probe: Annotated[
        bool, typer.Option("--probe", help="Ask the site which part it needs, leaving out one after the other.")
    ] = False,
    url: Annotated[
        str | None,
        typer.Option(
            help="What --probe asks for: an address that only answers who is logged in; else the connector's check=.",
            metavar="PATH",
        ),
    ] = None,
    as_json: JsonOption = False,
    data: DataOption = DATA,
    connectors: ConnectorsOption = CONNECTORS,
) -> None:
    """Show what a kept session sends, and to whom.

    Where each part is from, when it ends, and what the site's page sent that a session cannot, with what to do about
    it. Of a value only the length is shown, and of a long one the first two characters. It asks nobody and starts no
    browser.

    With --probe it asks the site, a few GET requests in which one part after the other is left out. Some sites end a
    session at that: then it stops and says so, and the next run logs in again.

    \b
      toolkit explain acme
      toolkit explain acme --account work --json
      toolkit explain acme --probe --url /api/me

    Ends with 0, 1 when a probe had to stop, 2 when no session is kept or the usage is wrong, 6 anything else.
    """
    from toolkit.jobs import Workspace, find_connector  # noqa: PLC0415 - the help needs none of it
    from toolkit.jobs.explaining import explain_kept, probe_kept  # noqa: PLC0415
    from toolkit.vault import Vault  # noqa: PLC0415

    if url and not probe:
        raise UsageError("--url is what --probe asks for: give both.")
    found, workspace = find_connector(slug, connectors), Workspace.of(data)
    owner, vault = Account(account, _known_fields(found.manifest, workspace, account)), Vault(workspace.vault_root)
    if probe:
        kept = probe_kept(found, owner, vault, url=url, begins=lambda: write(errors(), WARNING))
    else:
        kept = explain_kept(found, owner, vault)
    if as_json:
        write_json({"connector": slug, "account": account, **_facts(kept)})
    else:
        write(output(), *_blocks(slug, account, kept))
    if kept.probed and kept.probed.stopped:
        write(errors(), plain(kept.probed.stopped), *([LOST] if kept.probed.lost else []))
        raise typer.Exit(1)


def _known_fields(manifest: Manifest, workspace: Workspace, account: str) -> dict[str, str]:
    """The site's address, where it is the person's to say; a session needs nothing else of the login."""
    from toolkit.jobs import Accounts  # noqa: PLC0415 - the help needs none of it
    from toolkit.jobs.fields import variable  # noqa: PLC0415

    field = manifest.fields.get("url")
    if field is None:
        return {}
    kept = Accounts.of(workspace).fields(manifest.slug, account)
    url = os.environ.get(variable("url")) or kept.get("url") or field.default
    return {"url": url} if url else {}


def _facts(kept: KeptSession) -> dict[str, Any]:
    probed = kept.probed
    needs = probed.needs if probed else {}
    parts = [{**part.as_dict(), "needed": needs[part].needed if part in needs else None} for part in kept.parts]
    asked = {"url": probed.url, "stopped": probed.stopped or None, "lost": probed.lost} if probed else None
    return {
        "since": kept.won.isoformat(),
        "in_page": kept.in_page,
        "parts": parts,
        "kept": kept.storage,
        "probe": asked,
    }


def _blocks(slug: str, account: str, kept: KeptSession) -> list[RenderableType]:
    blocks: list[RenderableType] = [plain(f"{slug}, {account}: logged in since {kept.won:%Y-%m-%d %H:%M} UTC.")]
    if kept.probed:
        blocks.append(plain(f"Probed with GET {kept.probed.url}."))
    if kept.in_page:
        blocks.append('Its requests go out from inside a page, hand_over(via="page"), which may add what is not sent.')
    return blocks + parts_blocks(kept)


def parts_blocks(kept: KeptSession) -> list[RenderableType]:
    """What a session sends, a table for each origin; what it cannot send, and what is kept beside."""
    blocks: list[RenderableType] = []
    sent = [part for part in kept.parts if not part.left_out]
    for origin, parts in groupby(sent, key=lambda part: part.origin):
        blocks += ["", plain(f"To {origin or 'every origin'}"), _table(list(parts), kept.probed)]
    blocks += _not_sent([part for part in kept.parts if part.left_out])
    if kept.storage:
        blocks += ["", "Kept beside, for a browser that is opened again", *map(plain, _storage_lines(kept))]
    return blocks


def _table(parts: Sequence[Part], probed: Probed | None) -> Table:
    return table(
        [
            Column("Sent", [f"{part.kind} {part.name}" for part in parts], NAME_WIDTH),
            Column("From", [part.source for part in parts], wraps=True),
            Column("For", [f"{part.domain}{part.path}" for part in parts], PLACE_WIDTH),
            Column("Ends (UTC)", [part.ends for part in parts], DATE_WIDTH),
            Column("Needed", [_need(part, probed) for part in parts], NEED_WIDTH),
            Column("Value", [part.shown for part in parts], VALUE_WIDTH if parts[0].origin else None, wraps=True),
        ]
    )


def _need(part: Part, probed: Probed | None) -> str:
    need = probed.needs.get(part) if probed else None
    if need is None:
        return "not tried" if probed else ""
    return f"yes ({need.answer})" if need.needed else "no"


def _not_sent(parts: Sequence[Part]) -> list[RenderableType]:
    if not parts:
        return []
    columns = [
        Column("Not sent", [f"{part.kind} {part.name}" for part in parts], NAME_WIDTH),
        Column("To", [part.origin for part in parts], PLACE_WIDTH),
        Column("Try", [part.advice for part in parts], PLACE_WIDTH),
        Column("Because", [part.left_out for part in parts], wraps=True),
    ]
    return ["", table(columns)]


def _storage_lines(kept: KeptSession) -> list[str]:
    return [
        f"{origin}: {', '.join(f'{kind} {count}' for kind, count in held.items())}"
        for origin, held in kept.storage.items()
    ]
