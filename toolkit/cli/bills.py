"""`toolkit bills`."""

from __future__ import annotations

from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from toolkit.cli.options import DATA, DataOption, JsonOption
from toolkit.cli.output import NARROW, Column, amount_text, output, table, write, write_json
from toolkit.cli.show import AMOUNT_WIDTH, DATE_WIDTH, file_width, operation_text, vendor_column

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.table import Table

    from toolkit.store import BillRow

__all__ = ["bills"]

NUMBER_WIDTH = 20


def bills(
    *,
    vendor: Annotated[str, typer.Option(help="Only vendors with this in their name.", metavar="TEXT")] = "",
    year: Annotated[int | None, typer.Option(help="Only bills of this year.", metavar="YYYY")] = None,
    as_json: JsonOption = False,
    data: DataOption = DATA,
) -> None:
    """Show the bills that are stored, and what they add up to.

    \b
      toolkit bills
      toolkit bills --vendor telecom --year 2025
      toolkit bills --json | jq '.[].file'
    """
    found = [row for row in _stored(data) if _fits(row, vendor, year)]
    if as_json:
        write_json([_facts(row, data) for row in found])
    elif found:
        console = output()
        write(console, bills_table(found, narrow=console.width < NARROW), "", *_totals(found))
    else:
        write(output(), _nothing(data, filtered=bool(vendor or year)))


def _stored(data: Path) -> list[BillRow]:
    from toolkit.jobs import Workspace  # noqa: PLC0415 - the help needs none of it

    workspace = Workspace.of(data)
    if not workspace.has_store:  # looking must not make anything
        return []
    store, _ = workspace.open()
    with closing(store):
        return store.overview()


def _fits(row: BillRow, vendor: str, year: int | None) -> bool:
    return vendor.casefold() in row.vendor.casefold() and year in {None, row.date.year}


def _facts(row: BillRow, data: Path) -> dict[str, Any]:
    from toolkit.jobs import Workspace  # noqa: PLC0415

    return {
        "id": row.id,
        "date": str(row.date),
        "vendor": row.vendor,
        "account": row.account,
        "number": row.number,
        "amount": str(row.amount),
        "currency": row.currency,
        "is_refund": row.is_refund,
        "file": str(Workspace(data).files_root / row.file) if row.file else None,
        "operations": [{"date": str(paid.date), "label": paid.label} for paid in row.operations],
        "by": dict(row.by),
    }


def bills_table(rows: Sequence[BillRow], *, narrow: bool) -> Table:
    """Date, vendor, account, number, amount, file and payment of each bill, as far as there is room."""
    accounts = [row.account for row in rows]
    spare = narrow or len(set(accounts)) == 1
    amounts = [amount_text(row.amount, row.currency, is_refund=row.is_refund) for row in rows]
    return table(
        [
            Column("Date", [str(row.date) for row in rows], DATE_WIDTH),
            vendor_column([row.vendor for row in rows], narrow=narrow),
            Column("Account", [] if spare else accounts, NUMBER_WIDTH),
            Column("Number", [] if narrow else [row.number or "" for row in rows], NUMBER_WIDTH),
            Column("Amount", amounts, AMOUNT_WIDTH, right=True),
            Column("File", [Path(row.file).name for row in rows], file_width(narrow=narrow)),
            Column("Paid by", [_paid_by(row, narrow=narrow) for row in rows]),
        ]
    )


def _paid_by(row: BillRow, *, narrow: bool) -> str:
    if not row.operations:
        return ""
    first, *others = row.operations
    return operation_text(first.date, first.label, narrow=narrow) + (f" and {len(others)} more" if others else "")


def _totals(rows: Sequence[BillRow]) -> list[str]:
    """A line for each currency."""
    currencies = sorted({row.currency for row in rows})
    return [_total(currency, [row for row in rows if row.currency == currency]) for currency in currencies]


def _total(currency: str, rows: Sequence[BillRow]) -> str:
    total = sum((-abs(row.amount) if row.is_refund else row.amount for row in rows), Decimal())
    refunds = sum(row.is_refund for row in rows)
    less = f", {_count(refunds, 'refund')} taken off" if refunds else ""
    return f"{_count(len(rows), 'bill')}: {amount_text(total, currency)}{less}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _nothing(data: Path, *, filtered: bool) -> str:
    if filtered:
        return f"No bill in {data} is like that."
    return f"No bills in {data} yet. `toolkit list` shows what can fetch some, `toolkit run SLUG` does."
