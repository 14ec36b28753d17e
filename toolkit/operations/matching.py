"""Which bank operation paid which bill: at most one each, as many as possible, and of those the likeliest."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from toolkit.models import BankOperation
from toolkit.operations.assignment import assign, groups
from toolkit.operations.candidates import Due, Ledger, Rules
from toolkit.operations.reasons import Claim, why, why_not
from toolkit.operations.usual import learn

__all__ = ["Match", "match"]

# A payment comes after its bill: one that comes a day before it is as unlikely as one this many days after it.
EARLY = 4
MICRO = 10**6


@dataclass(frozen=True)
class Match:
    """The operation that paid a bill, with `others` when it was paid in parts, and why we think so; or None and why
    not.
    """

    operation: BankOperation | None
    reason: str
    others: tuple[BankOperation, ...] = ()


def match(
    dues: Iterable[Due],
    operations: Iterable[BankOperation] | Ledger,
    rules: Rules,
    payers: Mapping[str, str] | None = None,
    delays: Iterable[int] = (),
) -> dict[str, Match]:
    """What paid each bill, by the bill's id.

    As many bills as possible get an operation; of all the ways to do so, the one with the least total difference of
    amounts, then of days, squared, so that equal bills are paid in their order. What is still equal goes by date and
    id, never by the order of the arguments. An operation that an earlier bill explains better, although it comes up
    to `rules.late` days too late for that one, is left alone: a wrong link is worse than a missing one.

    How long the vendor's bills usually wait is learned from these pairs, and from the `delays` in days of those that
    were found before. Where it can be told, an operation at another time is left alone as well, so that one missing
    payment moves no others; unless it is the only one for a bill that is the only one for it.

    `payers` names, by the id of each operation that is taken already, the bill that it pays.
    """
    waiting = sorted(dues, key=lambda due: (due.date, due.id))
    ledger = operations if isinstance(operations, Ledger) else Ledger(operations, rules.labels)
    claims = {operation_id: Claim(name) for operation_id, name in (payers or {}).items()}
    table = _Table(waiting, ledger, replace(rules, future=rules.future + rules.late), claims)
    late = table.too_late(rules) if rules.late else []
    claims |= {str(operation.id): Claim(due.name, too_late=True) for operation, due in late}
    table.close(operation for operation, _ in late)
    pairs = table.plan(rules)
    usual = learn([*delays, *((operation.date - due.date).days for operation, due in pairs)])
    known = replace(rules, usual=usual)
    if usual is not None:
        pairs = table.plan(known)
        pairs += table.only_ones(rules, pairs)
    found = {due.id: operation for operation, due in pairs}
    claims |= {str(found[due.id].id): Claim(due.name) for due in waiting if due.id in found}
    return {due.id: _match(due, found.get(due.id), ledger, known, claims) for due in waiting}


Pair = tuple[BankOperation, Due]


def _match(
    due: Due, operation: BankOperation | None, ledger: Ledger, rules: Rules, claims: Mapping[str, Claim]
) -> Match:
    if operation is None:
        return Match(None, why_not(due, ledger, rules, claims))
    return Match(operation, why(due, operation, rules))


class _Table:
    """Which bills may have which operations, told once for the longest window; narrower ones leave some out."""

    def __init__(self, dues: Sequence[Due], ledger: Ledger, longest: Rules, taken: Collection[str]) -> None:
        self._dues = dues
        self._ledger = ledger
        self._longest = longest
        self._days = [due.date.toordinal() for due in dues]
        self._wanted = [list(ledger.fitting(due, longest)) for due in dues]
        if taken:
            self.close(operation for operation in ledger.operations if str(operation.id) in taken)

    def close(self, operations: Iterable[BankOperation]) -> None:
        """Keep some operations from all bills."""
        closed = {str(operation.id) for operation in operations}
        if closed:
            named = self._ledger.operations
            self._wanted = [[c for c in columns if str(named[c].id) not in closed] for columns in self._wanted]

    def plan(self, rules: Rules) -> list[Pair]:
        """The best pairs."""
        wanted = self._within(rules)
        return [pair for members in groups(wanted) for pair in self._solve(members, wanted, rules, leave_out=False)]

    def too_late(self, rules: Rules) -> list[Pair]:
        """Who would have which operation in the longest window, as far as that is outside the window of the rules.

        A bill is rather left without one than many others moved for its sake.
        """
        pairs = [
            pair
            for members in groups(self._wanted)
            if any(self._is_after(row, column, rules) for row in members for column in self._wanted[row])
            for pair in self._solve(members, self._wanted, self._longest, leave_out=True)
        ]
        return [(operation, due) for operation, due in pairs if operation.date > rules.window(due)[1]]

    def only_ones(self, rules: Rules, pairs: Sequence[Pair]) -> list[Pair]:
        """What came at an unusual time, where nothing else it could be: one bill for one operation and the reverse."""
        wanted = self._within(rules)
        asked = Counter(column for columns in wanted for column in columns)
        paid = {due.id for _, due in pairs}
        alone = ((due, columns[0]) for due, columns in zip(self._dues, wanted, strict=True) if len(columns) == 1)
        free = ((due, column) for due, column in alone if asked[column] == 1 and due.id not in paid)
        return [(self._ledger.operations[column], due) for due, column in free]

    def _is_after(self, row: int, column: int, rules: Rules) -> bool:
        return self._ledger.days[column] > self._days[row] + rules.future

    def _within(self, rules: Rules) -> list[list[int]]:
        (first, last), days = rules.span, self._ledger.days
        return [
            [column for column in columns if day + first <= days[column] <= day + last]
            for day, columns in zip(self._days, self._wanted, strict=True)
        ]

    def _solve(
        self, members: Sequence[int], wanted: Sequence[Sequence[int]], rules: Rules, *, leave_out: bool
    ) -> list[Pair]:
        """The best pairs of some bills that want nothing that others want."""
        if len(members) == 1 and len(wanted[members[0]]) == 1:  # as nearly all of them
            return [(self._ledger.operations[wanted[members[0]][0]], self._dues[members[0]])]
        columns = sorted({column for row in members for column in wanted[row]})
        rank_of = {column: rank for rank, column in enumerate(columns)}
        scale, operations = _Scale(len(members), len(columns), rules), self._ledger.operations
        costs = [
            {rank_of[c]: scale.cost(rank, self._dues[row], rank_of[c], operations[c]) for c in wanted[row]}
            for rank, row in enumerate(members)
        ]
        chosen = assign(costs, scale.edge if leave_out else None)
        return [
            (operations[columns[c]], self._dues[row]) for row, c in zip(members, chosen, strict=True) if c is not None
        ]


class _Scale:
    """Amount, days and order in one number: each has room for the sum of all that weighs less."""

    def __init__(self, bills: int, operations: int, rules: Rules) -> None:
        self.bills, self.operations = bills, operations
        self.usual = rules.usual
        self.room_for_days = 1 + bills * max(rules.future + rules.past, EARLY * rules.past) ** 2
        self.room_for_order = 1 + bills * operations * (bills**3 + bills)
        furthest = int(rules.amount_delta * MICRO) * self.room_for_days + rules.future**2 + 1
        self.edge = furthest * self.room_for_order

    def cost(self, rank: int, due: Due, column: int, operation: BankOperation) -> int:
        amount = int(abs(operation.amount - due.amount) * MICRO)
        late = (operation.date - due.date).days
        if self.usual is not None:
            days = (late - self.usual.day) ** 2
        else:
            days = late**2 if late >= 0 else (EARLY * late) ** 2
        # The first bills, then the first operations, then both in one order.
        order = rank * self.bills**2 * self.operations + column * (self.bills - rank)
        return (amount * self.room_for_days + days) * self.room_for_order + order
