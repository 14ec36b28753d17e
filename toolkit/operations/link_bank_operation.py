"""`link_bank_operation`: tie each bill to the bank operation that paid it."""

import re
from collections.abc import Callable, Sequence
from decimal import Decimal

from toolkit.models import BankOperation, Bill
from toolkit.operations.candidates import Due, Rules
from toolkit.operations.identifier import Labels
from toolkit.operations.matching import match
from toolkit.report import Link
from toolkit.run import Run

__all__ = ["link_bank_operation"]


def link_bank_operation(
    model: type[Bill],
    *,
    identifier: str | Sequence[str] | re.Pattern[str],
    date_delta: int = 15,
    past_window: int | None = None,
    future_window: int | None = None,
    amount_delta: Decimal | int | str = 0,
    is_refund: bool = False,
    any_currency: bool = False,
) -> Callable[[Run], str]:
    """An operation that links each listed bill to the bank operation that paid it, or says why there is none.

    An operation fits when its label holds the `identifier` (a text, several, or a pattern; case, accents and word
    borders handled), its date is within `date_delta` days of the bill's (or `past_window` before and `future_window`
    after), its amount within `amount_delta`, its currency the same unless `any_currency`. A bill matches a debit; a
    refund, by the bill or by `is_refund`, a credit. Each operation pays one bill at most. Links that stand are kept.
    """
    past, future = past_window, future_window
    rules = Rules(
        labels=Labels(identifier),
        past=date_delta if past is None else past,
        future=date_delta if future is None else future,
        amount_delta=Decimal(str(amount_delta)),
        any_currency=any_currency,
    )

    def link_bank_operation(run: Run) -> str:
        bills = {bill.id: bill for bill in run.entries.fetched if isinstance(bill, model) and bill.id}
        operations = {operation.id: operation for operation in run.store.all(BankOperation) if operation.id}
        standing = {row.bill_id: row for row in run.store.links()}
        dues = [_due(bill, is_refund) for id_, bill in bills.items() if id_ not in standing]
        payers = {row.operation_id: row.bill_id for row in standing.values()}
        for id_, found in match(dues, operations.values(), rules, payers).items():
            operation = found.operation
            if operation is not None and operation.id is not None:
                run.store.link(id_, operation.id, found.reason, run.provenance)
            run.report.of(bills[id_]).link = Link(found.reason, operation.summary() if operation else None)
        for id_, row in standing.items():
            if id_ in bills and row.operation_id in operations:
                run.report.of(bills[id_]).link = Link(row.reason, operations[row.operation_id].summary())
        linked = sum(1 for bill in bills.values() if (link := run.report.of(bill).link) and link.operation)
        return f"{linked} linked" if linked == len(bills) else f"{linked} linked, {len(bills) - linked} not"

    return link_bank_operation


def _due(bill: Bill, is_refund: bool) -> Due:
    sign = 1 if bill.is_refund or is_refund else -1
    return Due(str(bill.id), f"bill {bill.number or bill.date}", bill.date, sign * abs(bill.amount), bill.currency)
