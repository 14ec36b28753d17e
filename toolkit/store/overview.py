"""The list of bills, each with its file and the operations that paid it: one query."""

from datetime import UTC, datetime
from decimal import Decimal
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from toolkit.store.records import BillRow, LinkedOperation
from toolkit.store.schema import bills, files, links, operations

__all__ = ["bill_rows"]

BY = ("connector", "version", "run", "created", "updated")


def bill_rows(connection: Connection) -> list[BillRow]:
    """Every bill, by date, then vendor and number."""
    return [_bill_row(list(rows)) for _, rows in groupby(connection.execute(_query()), key=lambda row: row.id)]


def _query() -> Select[Any]:
    own = [bills.c[name] for name in ("id", "date", "vendor", "account", "number", "currency", "is_refund")]
    own += [bills.c[name] for name in BY]
    paid = operations.c.label, operations.c.date.label("paid_on")
    return (
        select(*own, bills.c.doc["amount"].as_string().label("amount"), files.c.path, *paid)
        .outerjoin_from(bills, files, bills.c.file_id == files.c.id)
        .outerjoin(links, links.c.bill_id == bills.c.id)
        .outerjoin(operations, links.c.operation_id == operations.c.id)
        .order_by(bills.c.date, bills.c.vendor, bills.c.number, bills.c.id, operations.c.date, operations.c.id)
    )


def _bill_row(rows: list[Row[Any]]) -> BillRow:
    """The row of one bill, from one row for each operation that paid it or from a single one."""
    bill = rows[0]
    paid = tuple(LinkedOperation(row.label, row.paid_on) for row in rows if row.paid_on)
    return BillRow(
        id=bill.id,
        date=bill.date,
        vendor=bill.vendor,
        account=bill.account,
        number=bill.number,
        amount=Decimal(bill.amount),
        currency=bill.currency,
        is_refund=bill.is_refund,
        file=bill.path or "",
        operations=paid,
        by={name: _text(getattr(bill, name)) for name in BY},
    )


def _text(value: Any) -> str:
    """A moment is in UTC, which SQLite does not say."""
    if not isinstance(value, datetime):
        return str(value)
    return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC).isoformat(timespec="seconds")
