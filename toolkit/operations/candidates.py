"""Which bank operations may have paid a bill."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from toolkit.models import BankOperation
from toolkit.operations.identifier import Labels
from toolkit.operations.usual import Usual

__all__ = ["Due", "Ledger", "Rules"]


@dataclass(frozen=True)
class Due:
    """What a bill should have moved on the bank account: `amount` is negative for a debit.

    `name` is what a sentence calls the bill, such as "bill OT-202503".
    """

    id: str
    name: str
    date: date
    amount: Decimal
    currency: str


@dataclass(frozen=True)
class Rules:
    """When an operation may have paid a bill.

    `past` and `future` are days before and after the bill's date. An operation up to `late` days after that is not
    the bill's payment, but it is not given to a later bill that it suits less. What is `usual` for the vendor narrows
    the window. `parted` are bills and operations, by their ids, that do not belong together.

    Raises ValueError when a number is below 0.
    """

    labels: Labels
    past: int = 15
    future: int = 15
    late: int = 15
    amount_delta: Decimal = Decimal(0)
    any_currency: bool = False
    usual: Usual | None = None
    parted: frozenset[tuple[str, str]] = frozenset()

    def __post_init__(self) -> None:
        if min(self.past, self.future, self.late) < 0 or self.amount_delta < 0:
            raise ValueError("The windows, in days, and the delta of amounts must be 0 or more.")

    @property
    def span(self) -> tuple[int, int]:
        """The days after the bill's between which it may have been paid; before it, they are below 0."""
        if self.usual is None:
            return -self.past, self.future
        day, off = self.usual.day, self.usual.off
        return max(-self.past, day - off), min(self.future, day + off)

    def window(self, due: Due) -> tuple[date, date]:
        """The first and the last day on which the bill may have been paid."""
        day, (first, last) = due.date.toordinal(), self.span
        earliest = max(day + first, date.min.toordinal())
        return date.fromordinal(earliest), date.fromordinal(min(day + last, date.max.toordinal()))

    def same_side(self, due: Due, operation: BankOperation) -> bool:
        """Whether both are debits, or both credits, in one currency, and nobody has parted them."""
        same_sign = operation.amount > 0 if due.amount > 0 else operation.amount < 0 and due.amount < 0
        same_money = self.any_currency or due.currency == operation.currency
        return same_sign and same_money and (not self.parted or (due.id, str(operation.id)) not in self.parted)


class Ledger:
    """The operations of one vendor in the order of their dates, found by day, or by amount and day."""

    def __init__(self, operations: Iterable[BankOperation], labels: Labels) -> None:
        mine = (operation for operation in operations if labels.find(operation.label))
        self.operations = sorted(mine, key=lambda operation: (operation.date, str(operation.id)))
        self.days = [operation.date.toordinal() for operation in self.operations]
        self._by_amount: defaultdict[Decimal, list[int]] = defaultdict(list)
        for position, operation in enumerate(self.operations):
            self._by_amount[operation.amount].append(position)
        self._amounts = sorted(self._by_amount)

    def near(self, due: Due, rules: Rules) -> Sequence[BankOperation]:
        """All operations in the bill's window, whatever their amount."""
        first, last = (due.date.toordinal() + days for days in rules.span)
        return self.operations[bisect_left(self.days, first) : bisect_right(self.days, last)]

    def fitting(self, due: Due, rules: Rules) -> Iterator[int]:
        """The positions of the operations that may have paid the bill."""
        first, last = (due.date.toordinal() + days for days in rules.span)
        for positions in self._of_amount(due, rules.amount_delta):
            if len(positions) > 1:
                start = bisect_left(positions, first, key=self.days.__getitem__)
                positions = positions[start : bisect_right(positions, last, key=self.days.__getitem__)]  # noqa: PLW2901
            for position in positions:
                if first <= self.days[position] <= last and rules.same_side(due, self.operations[position]):
                    yield position

    def of_amount(self, due: Due, rules: Rules) -> Iterator[BankOperation]:
        """The operations that may have paid the bill, but for their date."""
        found = (
            self.operations[position]
            for positions in self._of_amount(due, rules.amount_delta)
            for position in positions
        )
        return (operation for operation in found if rules.same_side(due, operation))

    def _of_amount(self, due: Due, delta: Decimal) -> Iterable[list[int]]:
        if not delta:
            return filter(None, [self._by_amount.get(due.amount)])
        low = bisect_left(self._amounts, due.amount - delta)
        high = bisect_right(self._amounts, due.amount + delta)
        return (self._by_amount[amount] for amount in self._amounts[low:high])
