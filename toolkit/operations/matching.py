"""Which bank operation paid which bill: at most one each, as many as possible, and of those the likeliest."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from toolkit.models import BankOperation
from toolkit.operations.assignment import assign
from toolkit.operations.candidates import Due, Ledger, Rules
from toolkit.operations.reasons import Claim, why, why_not

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
) -> dict[str, Match]:
    """What paid each bill, by the bill's id.

    As many bills as possible get an operation; of all the ways to do so, the one with the least total difference of
    amounts, then of days, squared, so that equal bills are paid in their order. What is still equal goes by date and
    id, never by the order of the arguments. An operation that an earlier bill explains better, although it comes up
    to `rules.late` days too late for that one, is left alone: a wrong link is worse than a missing one.

    `payers` names, by the id of each operation that is taken already, the bill that it pays.
    """
    waiting = sorted(dues, key=lambda due: (due.date, due.id))
    ledger = operations if isinstance(operations, Ledger) else Ledger(operations, rules.labels)
    claims = {operation_id: Claim(name) for operation_id, name in (payers or {}).items()}
    for operation, due in _too_late(waiting, ledger, rules, claims):
        claims[str(operation.id)] = Claim(due.name, too_late=True)
    found = {due.id: operation for operation, due in _plan(waiting, ledger, rules, claims)}
    claims |= {str(found[due.id].id): Claim(due.name) for due in waiting if due.id in found}
    return {due.id: _match(due, found.get(due.id), ledger, rules, claims) for due in waiting}


Pair = tuple[BankOperation, Due]


def _match(
    due: Due, operation: BankOperation | None, ledger: Ledger, rules: Rules, claims: Mapping[str, Claim]
) -> Match:
    if operation is None:
        return Match(None, why_not(due, ledger, rules, claims))
    return Match(operation, why(due, operation, rules))


def _too_late(dues: Sequence[Due], ledger: Ledger, rules: Rules, claims: Mapping[str, Claim]) -> list[Pair]:
    """Who would have which operation in a longer window, as far as the operation is outside the window."""
    longer = replace(rules, future=rules.future + rules.late)
    pairs = _plan(dues, ledger, longer, claims, leave_out=True) if rules.late else []
    return [(operation, due) for operation, due in pairs if operation.date > rules.window(due)[1]]


def _plan(
    dues: Sequence[Due], ledger: Ledger, rules: Rules, claims: Mapping[str, Claim], *, leave_out: bool = False
) -> list[Pair]:
    """The best pairs; with `leave_out` a bill is rather left without one than many others moved for its sake."""
    scale = _Scale(len(dues), len(ledger.operations), rules)
    costs = [
        {
            column: scale.cost(rank, due, column, ledger.operations[column])
            for column in ledger.fitting(due, rules)
            if str(ledger.operations[column].id) not in claims
        }
        for rank, due in enumerate(dues)
    ]
    columns = assign(costs, scale.edge if leave_out else None)
    return [(ledger.operations[c], due) for due, c in zip(dues, columns, strict=True) if c is not None]


class _Scale:
    """Amount, days and order in one number: each has room for the sum of all that weighs less."""

    def __init__(self, bills: int, operations: int, rules: Rules) -> None:
        self.bills, self.operations = bills, operations
        self.room_for_days = 1 + bills * max(rules.future, EARLY * rules.past) ** 2
        self.room_for_order = 1 + bills * operations * (bills**3 + bills)
        furthest = int(rules.amount_delta * MICRO) * self.room_for_days + rules.future**2 + 1
        self.edge = furthest * self.room_for_order

    def cost(self, rank: int, due: Due, column: int, operation: BankOperation) -> int:
        amount = int(abs(operation.amount - due.amount) * MICRO)
        late = (operation.date - due.date).days
        days = late**2 if late >= 0 else (EARLY * late) ** 2
        # The first bills, then the first operations, then both in one order.
        order = rank * self.bills**2 * self.operations + column * (self.bills - rank)
        return (amount * self.room_for_days + days) * self.room_for_order + order
