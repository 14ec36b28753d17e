"""`link_bank_operation`: tie each bill to the bank operation that paid it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from toolkit.models import BankOperation, Bill, parse_amount
from toolkit.operations.candidates import Due, Ledger, Rules
from toolkit.operations.identifier import Identifier, Labels
from toolkit.operations.matching import Match, match
from toolkit.operations.sums import add_up
from toolkit.operations.usual import learn
from toolkit.report import Link
from toolkit.whereabouts import declared

if TYPE_CHECKING:
    from toolkit.run import Run
    from toolkit.store import LinkRow

__all__ = ["link_bank_operation"]


def link_bank_operation(
    model: type[Bill],
    *,
    identifier: Identifier,
    date_delta: int = 15,
    past_window: int | None = None,
    future_window: int | None = None,
    amount_delta: Decimal | float | str = 0,
    is_refund: bool = False,
    any_currency: bool = False,
) -> Callable[[Run], str]:
    """An operation that links each listed bill to the bank operation that paid it, or says why there is none.

    An operation fits when its label holds the `identifier` (a text, several, or a pattern; case, accents and word
    borders handled), its date is within `date_delta` days of the bill's (or `past_window` before and `future_window`
    after), its amount within `amount_delta`, its currency the same unless `any_currency`. A bill matches a debit; a
    refund, by the bill or by `is_refund`, a credit. Each operation pays one bill, and each bill is paid by one; of what
    is left, one operation may pay several bills that add up to it, and several operations one bill. Links that stand
    are kept: running again changes nothing. One that was undone (`toolkit unlink`) is not made again.

    Raises ValueError for an identifier without a word, and for a window or a delta below 0.
    """
    rules = Rules(
        Labels(identifier),
        past=date_delta if past_window is None else past_window,
        future=date_delta if future_window is None else future_window,
        amount_delta=parse_amount(amount_delta),
        any_currency=any_currency,
    )

    def link_bank_operation(run: Run) -> str:
        bills = [bill for bill in run.entries.fetched if isinstance(bill, model) and bill.id]
        dues = {str(bill.id): _due(bill, refund=is_refund) for bill in bills}
        operations = run.store.all(BankOperation)
        links = run.store.links()
        standing = _standing(links, operations)
        payers = {link.operation_id: _name(dues.get(link.bill_id)) for link in links}
        ledger = Ledger(operations, rules.labels)
        before = _delays(dues, standing)
        now = replace(rules, parted=run.store.undone())
        found = match((due for id_, due in dues.items() if id_ not in standing), ledger, now, payers, before)
        left = [dues[id_] for id_, one in found.items() if one.operation is None]
        known = replace(now, usual=learn([*before, *_delays(dues, found)]))
        found |= add_up(left, ledger, known, {*payers, *_operations(found)})
        _keep(run, found)
        return _report(run, bills, found | standing)

    return declared(link_bank_operation)


def _standing(links: Iterable[LinkRow], operations: Iterable[BankOperation]) -> dict[str, Match]:
    by_id = {operation.id: operation for operation in operations}
    matches: dict[str, Match] = {}
    for link in links:
        first, paid = matches.get(link.bill_id), by_id[link.operation_id]
        matches[link.bill_id] = replace(first, others=(*first.others, paid)) if first else Match(paid, link.reason)
    return matches


def _delays(dues: Mapping[str, Due], found: Mapping[str, Match]) -> list[int]:
    """The days from each bill to its payment."""
    paid = [(dues[id_], one.operation) for id_, one in found.items() if one.operation and id_ in dues]
    return [(operation.date - due.date).days for due, operation in paid]


def _operations(found: Mapping[str, Match]) -> list[str]:
    """The ids of all operations that pay something."""
    return [str(paid.id) for one in found.values() if one.operation for paid in (one.operation, *one.others)]


def _name(due: Due | None) -> str:
    return due.name if due else "another bill"


def _keep(run: Run, found: Mapping[str, Match]) -> None:
    pairs = [(bill_id, paid) for bill_id, one in found.items() for paid in _operations({bill_id: one})]
    for done, (bill_id, operation_id) in enumerate(pairs, 1):
        run.store.link(bill_id, operation_id, found[bill_id].reason, run.provenance)
        run.observer.advanced(done, len(pairs))


def _report(run: Run, bills: Sequence[Bill], matches: Mapping[str, Match]) -> str:
    linked = 0
    for bill in bills:
        operation, reason = matches[str(bill.id)].operation, matches[str(bill.id)].reason
        linked += operation is not None
        run.report.of(bill).link = Link(reason, operation.summary() if operation else None)
    return f"{linked} linked" if linked == len(bills) else f"{linked} linked, {len(bills) - linked} not"


def _due(bill: Bill, *, refund: bool) -> Due:
    """A negative bill that nobody calls a refund is one all the same: what comes in is never a payment."""
    amount = abs(bill.amount) if refund or bill.is_refund else -bill.amount
    name = f"bill {bill.number}" if bill.number else f"the bill of {bill.date}"
    return Due(str(bill.id), name, bill.date, amount, bill.currency)
