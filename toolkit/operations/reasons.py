"""Why a bill has found its bank operation, or has not, in words for a person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from toolkit.models import BankOperation
from toolkit.operations.candidates import Due, Ledger, Rules
from toolkit.operations.naming import written_amount

__all__ = ["Claim", "why", "why_not"]


@dataclass(frozen=True)
class Claim:
    """The bill for which an operation is kept from all others: it pays that one, or comes too late for it."""

    name: str
    too_late: bool = False

    def __str__(self) -> str:
        if self.too_late:
            return f"suits {self.name} better, but comes too late for it"
        return f"already pays {self.name}"


def why(due: Due, operation: BankOperation, rules: Rules) -> str:
    """Why the operation is taken for the bill's payment."""
    off = _off(due, operation)
    amount = _money(due) + (f" but for {written_amount(off, due.currency)}" if off else "")
    return f"the label holds '{rules.labels.find(operation.label)}', {amount}, {_delay(due, operation)}"


def why_not(due: Due, ledger: Ledger, rules: Rules, claims: Mapping[str, Claim]) -> str:
    """Why no operation is taken; `claims` has a claim by the id of each operation that the bill could not have."""
    if not due.amount:
        return f"there is nothing to pay: the amount is {_money(due)}"
    if not ledger.operations:
        return f"no operation holds {rules.labels}"
    alike = [operation for operation in ledger.near(due, rules) if rules.same_side(due, operation)]
    fitting = [operation for operation in alike if _off(due, operation) <= rules.amount_delta]
    if fitting:
        nearest = min(fitting, key=lambda operation: _days(due, operation))
        return f"the operation of {nearest.date} {claims[str(nearest.id)]}"
    what = f"operation of {_money(due)}" if alike else _kind(due, rules)
    first, last = rules.window(due)
    undone = "; a link was undone" if any(bill == due.id for bill, _ in rules.parted) else ""
    return f"no {what} between {first} and {last}{undone}" + _nearest(due, alike, ledger, rules, claims)


def _nearest(
    due: Due, alike: Sequence[BankOperation], ledger: Ledger, rules: Rules, claims: Mapping[str, Claim]
) -> str:
    """What comes closest: a free operation of another amount in the window, else one of the amount at another time."""
    free = [operation for operation in alike if str(operation.id) not in claims]
    if free:
        nearest = min(free, key=lambda operation: (_off(due, operation), _days(due, operation)))
        return (
            f"; the nearest is {written_amount(_off(due, nearest), due.currency)} {due.currency} off ({nearest.date})"
        )
    paying = {operation_id for operation_id, claim in claims.items() if not claim.too_late}
    others = [operation for operation in ledger.of_amount(due, rules) if str(operation.id) not in paying]
    if others:
        nearest = min(others, key=lambda operation: _days(due, operation))
        return f"; the nearest is {_delay(due, nearest)} ({nearest.date})"
    return ""


def _kind(due: Due, rules: Rules) -> str:
    kind = "debit" if due.amount < 0 else "credit"
    currency = "" if rules.any_currency else f" in {due.currency}"
    return f"{kind}{currency} that holds {rules.labels}"


def _money(due: Due) -> str:
    return f"{written_amount(abs(due.amount), due.currency)} {due.currency}"


def _off(due: Due, operation: BankOperation) -> Decimal:
    return abs(operation.amount - due.amount)


def _days(due: Due, operation: BankOperation) -> int:
    return abs((operation.date - due.date).days)


def _delay(due: Due, operation: BankOperation) -> str:
    days = (operation.date - due.date).days
    if not days:
        return "on the day of the bill"
    unit = "day" if abs(days) == 1 else "days"
    return f"{abs(days)} {unit} {'after' if days > 0 else 'before'} the bill"
