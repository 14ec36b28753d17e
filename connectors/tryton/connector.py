"""Tryton 8: the customer invoices of a company, each with the document made when it was posted."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import toolkit
from toolkit import Bill, FileDownloadFailed, Run, UserActionNeeded

from .login import log_in
from .rpc import call

COLUMNS = [
    "number",
    "invoice_date",
    "total_amount",
    "invoice_report_format",
    "currency.code",
    "party.rec_name",
    "company.rec_name",
]
PAGE_SIZE = 100

Row = dict[str, Any]


def invoices(run: Run) -> Iterator[Bill]:
    """List the posted and paid customer invoices of the user's current company.

    Pages go by id, not by offset: an invoice posted meanwhile moves no other out of its page.
    """
    context = company_context(run)
    last = 0
    while rows := rows_after(run, last, context):
        for row in rows:
            yield to_bill(row, context)
        last = rows[-1]["id"]


def company_context(run: Run) -> Row:
    """What goes with each call: the company, and the employee and language of the user."""
    context_only = True
    preferences = call(run, "model.res.user.get_preferences", context_only, {})
    if not preferences.get("company"):
        raise UserActionNeeded(
            f"{run.fields['login']} has no current company in Tryton: choose one in the preferences."
        )
    return {name: preferences.get(name) for name in ("company", "employee", "language")}


def rows_after(run: Run, last: int, context: Row) -> list[Row]:
    """The next page of invoices: those with an id above `last`."""
    wanted = [
        ["company", "=", context["company"]],
        ["type", "=", "out"],
        ["state", "in", ["posted", "paid"]],
        ["id", ">", last],
    ]
    page = (wanted, 0, PAGE_SIZE, [["id", "ASC"]], COLUMNS, context)
    rows: list[Row] = call(run, "model.account.invoice.search_read", *page)
    return rows


def to_bill(row: Row, context: Row) -> Bill:
    """One invoice; a credit note is one with a negative total."""
    day, number, party = row["invoice_date"], row["number"], row["party."]["rec_name"]
    kind = row["invoice_report_format"] or "pdf"
    return Bill(
        number=number,
        date=day,
        amount=abs(row["total_amount"]),
        is_refund=row["total_amount"] < 0,
        currency=row["currency."]["code"],
        vendor=row["company."]["rec_name"],
        title=party,
        filename=f"{day}_{party}_{number}.{kind}",
        fetch=partial(print_invoice, id_=row["id"], kind=kind, context=context),
    )


def print_invoice(run: Run, *, id_: int, kind: str, context: Row) -> bytes:
    """The document that Tryton keeps since the invoice was posted; it makes one if there is none yet."""
    made, content, *_ = call(run, "report.account.invoice.execute", [id_], {}, context)
    if made != kind:
        raise FileDownloadFailed(f"Tryton printed it as .{made}, not as .{kind}: the next run will save it so.")
    return bytes(content)


connector = toolkit.create_new(
    name="Tryton",
    models=[Bill],
    fetch_operations=[
        log_in,
        toolkit.hand_over,
        invoices,
        # Numbers may begin again each year, and those of credit notes may be a series of their own.
        toolkit.filter_existing(Bill, keys=["number", "date", "amount", "is_refund"]),
        toolkit.save_data_and_file(Bill),
    ],
)
