"""What is usual for a vendor, and what that decides."""

from datetime import date, timedelta
from decimal import Decimal

from benchmarks.linking import DELAYS, by_toolkit, equal_bills, households, told
from toolkit.models import BankOperation
from toolkit.operations.candidates import Due, Rules
from toolkit.operations.identifier import Labels
from toolkit.operations.matching import match
from toolkit.operations.usual import Usual, learn

RULES = Rules(Labels("acme"), past=15, future=29)
START = date(2025, 1, 6)


def weekly(count: int, *, unpaid: int = -1, late: int = -1) -> tuple[list[Due], list[BankOperation]]:
    """Equal bills, each paid a day later; but for one that is not, and one that is ten days late."""
    days = [START + timedelta(7 * week) for week in range(count)]
    dues = [Due(f"b{week:02}", f"bill {week}", day, Decimal(-25), "EUR") for week, day in enumerate(days)]
    paid = [
        BankOperation(_id=f"o{week:02}", date=day + timedelta(10 if week == late else 1), amount=-25, label="ACME")
        for week, day in enumerate(days)
        if week != unpaid
    ]
    return dues, paid


def test_few_payments_tell_nothing() -> None:
    """Six do; some that are wrong among them change nothing."""
    assert learn([1, 1, 1, 1, 1]) is None
    assert learn([1, 2, 1, 0, 8, 1, 1, 9]) == Usual(1, 4)
    assert learn([15, 20, 17, 18, 16, 19]) == Usual(17, 5)


def test_a_missing_payment_moves_no_other() -> None:
    """Without what is usual, each bill before it would have the payment of the next."""
    dues, paid = weekly(20, unpaid=19)
    found = match(dues, paid, RULES)

    assert {id_: one.operation and one.operation.id for id_, one in found.items()} == {
        f"b{week:02}": f"o{week:02}" if week != 19 else None for week in range(20)
    }
    dues, paid = weekly(20, unpaid=3)
    assert [id_ for id_, one in match(dues, paid, RULES).items() if one.operation is None] == ["b03"]


def test_what_was_usual_before_counts() -> None:
    """A run that lists one bill knows how long the others waited."""
    dues, paid = weekly(2, unpaid=0)

    assert match(dues[:1], paid, RULES)["b00"].operation is not None
    assert match(dues[:1], paid, RULES, delays=[1] * 9)["b00"].operation is not None  # the only one for the only one
    assert match(dues, paid, RULES, delays=[1] * 9)["b00"].operation is None


def test_equal_bills_find_their_payments() -> None:
    """However many days they wait: five years of each."""
    for bounds, case in zip(DELAYS, equal_bills(), strict=True):
        assert told([case], by_toolkit([case])[0])["right %"] == 100, bounds


def test_a_household_finds_its_payments() -> None:
    """Three years with all that goes wrong in them."""
    mine = [case for _, case in zip(range(12), households(), strict=False)]
    found = told(mine, by_toolkit(mine)[0])

    assert found["right %"] >= 98
    assert found["wrong %"] <= 0.5
