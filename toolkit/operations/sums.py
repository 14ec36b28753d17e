"""Bills and bank operations that only fit together when some are added up."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations
from typing import TYPE_CHECKING, TypeVar

from toolkit.operations.matching import Match
from toolkit.operations.naming import written_amount

if TYPE_CHECKING:
    from toolkit.models import BankOperation
    from toolkit.operations.candidates import Due, Ledger, Rules

__all__ = ["add_up"]

T = TypeVar("T")

MOST = 4
"""Parts of one sum."""
NEAREST = 12
"""Parts that are tried: at most 781 sums of two, three or four."""


def add_up(dues: Sequence[Due], ledger: Ledger, rules: Rules, taken: set[str]) -> dict[str, Match]:
    """What paid bills for which no single operation does: one operation for several, or several for one.

    `dues` are the bills that are left, `taken` the ids of the operations that are not. Each of a sum fits but for its
    amount. Where two sums are as near in time, nobody can tell which it is, and there is none.
    """
    waiting = sorted(dues, key=lambda due: (due.date, due.id))
    free = [operation for operation in ledger.operations if str(operation.id) not in taken]
    found: dict[str, Match] = {}
    for operation in free if len(waiting) > 1 else ():
        bills = _sum(operation.amount, list(_near_bills(operation, waiting, rules)), _of_bill, rules.amount_delta)
        if bills:
            found |= {due.id: Match(operation, _together(operation, bills, due)) for due in bills}
            waiting = [due for due in waiting if due.id not in found]
    paying = {str(one.operation.id) for one in found.values() if one.operation}
    free = [operation for operation in free if str(operation.id) not in paying]
    for due in waiting if len(free) > 1 else ():
        parts = _sum(due.amount, list(_near_operations(due, free, rules)), _of_operation, rules.amount_delta)
        if parts:
            found[due.id] = Match(parts[0], _in_parts(due, parts), tuple(parts[1:]))
            free = [operation for operation in free if operation not in parts]
    return found


def _sum(target: Decimal, parts: Sequence[T], of: Callable[[T], tuple[Decimal, date]], delta: Decimal) -> list[T]:
    """The parts that add up to the target: those nearest to each other in time, where these are the only ones."""

    def span(chosen: Sequence[T]) -> tuple[int, int]:
        days = [of(part)[1].toordinal() for part in chosen]
        return max(days) - min(days), len(chosen)

    sums = [
        chosen
        for size in range(2, MOST + 1)
        for chosen in combinations(parts, size)
        if abs(sum((of(part)[0] for part in chosen), Decimal()) - target) <= delta
    ]
    sums.sort(key=span)
    alone = len(sums) == 1 or (len(sums) > 1 and span(sums[0]) < span(sums[1]))
    return list(sums[0]) if alone else []


def _near_bills(operation: BankOperation, dues: Sequence[Due], rules: Rules) -> Iterator[Due]:
    """The bills, smaller than the operation, in whose window it is; the nearest, in their order."""
    first = bisect_left(dues, _shifted(operation.date, -rules.future), key=lambda due: due.date)
    last = bisect_right(dues, _shifted(operation.date, rules.past), key=lambda due: due.date)
    fit = (due for due in dues[first:last] if rules.same_side(due, operation) and _in_time(due, operation, rules))
    smaller = [due for due in fit if abs(due.amount) < abs(operation.amount)]
    nearest = sorted(smaller, key=lambda due: abs((operation.date - due.date).days))[:NEAREST]
    yield from sorted(nearest, key=lambda due: (due.date, due.id))


def _in_time(due: Due, operation: BankOperation, rules: Rules) -> bool:
    first, last = rules.window(due)
    return first <= operation.date <= last


def _near_operations(due: Due, operations: Sequence[BankOperation], rules: Rules) -> Iterator[BankOperation]:
    first, last = rules.window(due)
    start = bisect_left(operations, first, key=lambda operation: operation.date)
    stop = bisect_right(operations, last, key=lambda operation: operation.date)
    fit = (operation for operation in operations[start:stop] if rules.same_side(due, operation))
    smaller = [operation for operation in fit if abs(operation.amount) < abs(due.amount)]
    nearest = sorted(smaller, key=lambda operation: abs((operation.date - due.date).days))[:NEAREST]
    yield from sorted(nearest, key=lambda operation: (operation.date, str(operation.id)))


def _shifted(day: date, days: int) -> date:
    try:
        return day + timedelta(days)
    except OverflowError:
        return date.min if days < 0 else date.max


def _of_bill(due: Due) -> tuple[Decimal, date]:
    return due.amount, due.date


def _of_operation(operation: BankOperation) -> tuple[Decimal, date]:
    return operation.amount, operation.date


def _together(operation: BankOperation, dues: Sequence[Due], due: Due) -> str:
    others = " and ".join(other.name for other in dues if other is not due)
    return f"{_money(operation.amount, due.currency)} on {operation.date} pay it together with {others}"


def _in_parts(due: Due, operations: Sequence[BankOperation]) -> str:
    parts = " and ".join(f"{written_amount(abs(one.amount), due.currency)} on {one.date}" for one in operations)
    return f"{_money(due.amount, due.currency)} were paid in {len(operations)} parts: {parts}"


def _money(amount: Decimal, currency: str) -> str:
    return f"{written_amount(abs(amount), currency)} {currency}"
