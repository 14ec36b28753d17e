"""`toolkit unlink`."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Annotated

import typer

from toolkit.cli.options import DATA, DataOption, JsonOption
from toolkit.cli.output import output, plain, write, write_json
from toolkit.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from toolkit.store import BillRow, Store

__all__ = ["unlink"]

SHORTEST = 4  # characters of an id; fewer are many bills'


def unlink(
    bill: Annotated[
        str, typer.Argument(help="The bill's number, or how its id begins (`toolkit bills --json`).", metavar="BILL")
    ],
    *,
    as_json: JsonOption = False,
    data: DataOption = DATA,
) -> None:
    """Part a bill from what is said to have paid it.

    The bank operation is free again for another bill. No later run makes this link again.

    \b
      toolkit unlink OT-202503
      toolkit unlink 3f8a1c5e
    """
    with closing(_open(data)) as store:
        row = _find(store.overview(), bill)
        freed = store.unlink(row.id)
    if as_json:
        write_json({"bill": row.id, "operations": freed})
    elif freed:
        paid = " and ".join(f"{one.date} {one.label}" for one in row.operations)
        write(output(), plain(f"{_name(row)} is not linked to {paid} any more; no run links them again."))
    else:
        write(output(), plain(f"{_name(row)} was linked to nothing."))


def _open(data: Path) -> Store:
    from toolkit.jobs import Workspace  # noqa: PLC0415 - the help needs none of it

    workspace = Workspace.of(data)
    if not workspace.has_store:
        raise UsageError(f"There are no bills in {data} yet.")
    return workspace.open()[0]


def _find(rows: Sequence[BillRow], which: str) -> BillRow:
    """The bill that is meant. Raises UsageError when it is none, or several."""
    found = [row for row in rows if which in {row.number, row.id}]
    if not found and len(which) >= SHORTEST:
        found = [row for row in rows if row.id.startswith(which)]
    if not found:
        raise UsageError(f"No bill has the number {which}, or an id that begins so: see `toolkit bills --json`.")
    if len(found) > 1:
        several = ", ".join(f"{row.vendor} of {row.date} ({row.id})" for row in found[:3])
        raise UsageError(f"{len(found)} bills are {which}: {several}. Say it by its id.")
    return found[0]


def _name(row: BillRow) -> str:
    return f"{row.vendor}, {row.number or row.date}"
