"""Which operation paid which bill."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import product
from random import Random

import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import example, given
from hypothesis import strategies as st

from toolkit.models import BankOperation
from toolkit.operations.candidates import Due, Rules
from toolkit.operations.identifier import Labels
from toolkit.operations.matching import EARLY, match

ACME = Labels("acme")
START = date(2025, 3, 1)


def due(id_: str, day: int | date, amount: str = "-20") -> Due:
    """A bill so many days after the start, or of a date."""
    when = START + timedelta(day) if isinstance(day, int) else day
    return Due(id_, f"bill {id_}", when, Decimal(amount), "EUR")


def operation(id_: str, day: int | date, amount: str = "-20") -> BankOperation:
    """A bank operation so many days after the start, or of a date."""
    when = START + timedelta(day) if isinstance(day, int) else day
    return BankOperation(_id=id_, date=when, amount=amount, label="PRLV ACME")


def links(dues: Sequence[Due], operations: Sequence[BankOperation], rules: Rules | None = None) -> dict[str, str]:
    """The id of the operation of each linked bill."""
    found = match(dues, operations, rules or Rules(ACME))
    return {id_: str(one.operation.id) for id_, one in found.items() if one.operation}


def test_each_bill_has_its_own_operation() -> None:
    """Where the nearest first would give the second bill the payment of the first, and the first none."""
    dues = [due("b1", 0), due("b2", 9)]
    operations = [operation("o1", 8), operation("o2", 17)]

    assert links(dues, operations) == {"b1": "o1", "b2": "o2"}


def test_more_links_go_before_shorter_delays() -> None:
    """The second bill waits longer so that the first has a payment at all."""
    assert links([due("b1", 0), due("b2", 14)], [operation("o1", 15), operation("o2", 25)]) == {"b1": "o1", "b2": "o2"}


def test_the_nearest_amount_goes_before_the_nearest_day() -> None:
    """Within the delta."""
    rules = Rules(ACME, amount_delta=Decimal(1))

    assert links([due("b", 0)], [operation("o1", 1, "-20.50"), operation("o2", 9, "-20.10")], rules) == {"b": "o2"}


def test_equal_bills_of_one_day_are_paid_in_the_order_of_their_ids() -> None:
    """Whatever the order in which they come; the first go first."""
    dues = [due("b2", 0), due("b1", 0), due("b3", 0)]

    assert links(dues, [operation("o2", 3), operation("o1", 3)]) == {"b1": "o1", "b2": "o2"}
    assert links(dues[:1], [operation("o2", 3), operation("o1", 3)]) == {"b2": "o1"}


def test_taken_operations_stay_with_their_bills() -> None:
    """The bill that is left learns who has it."""
    found = match([due("b", 0)], [operation("o", 3)], Rules(ACME), {"o": "bill 7"})

    assert (found["b"].operation, found["b"].reason) == (None, "the operation of 2025-03-04 already pays bill 7")


def test_a_payment_that_is_late_for_one_bill_is_not_given_to_the_next() -> None:
    """The debit 20 days after the first bill is 10 days before the second: no link is better than a wrong one."""
    dues, late = [due("b1", 0), due("b2", 30)], [operation("o1", 20), operation("o2", 50)]

    assert links(dues, late) == {}
    assert links(dues, late, Rules(ACME, future=29)) == {"b1": "o1", "b2": "o2"}


CASES = st.lists(st.tuples(st.integers(0, 12), st.sampled_from(["-20", "-20.1", "-20.20", "20"])), max_size=4)


def cost(bill: Due, paid: BankOperation) -> tuple[Decimal, int]:
    """Difference of amounts, then of days squared."""
    late = (paid.date - bill.date).days
    return abs(paid.amount - bill.amount), (late if late >= 0 else EARLY * late) ** 2


def worth(pairs: Sequence[tuple[Due, BankOperation]]) -> tuple[int, Decimal, int]:
    """Less is better: links that are missing, difference of amounts, of days."""
    costs = [cost(bill, paid) for bill, paid in pairs]
    return -len(pairs), sum((amount for amount, _ in costs), Decimal(0)), sum(days for _, days in costs)


def fits(bill: Due, paid: BankOperation, rules: Rules) -> bool:
    """The rule, written down plainly."""
    near = -rules.past <= (paid.date - bill.date).days <= rules.future
    return near and abs(paid.amount - bill.amount) <= rules.amount_delta and (paid.amount < 0) == (bill.amount < 0)


def every_way(
    dues: Sequence[Due], operations: Sequence[BankOperation], rules: Rules
) -> Iterator[list[tuple[Due, BankOperation]]]:
    """Each set of pairs in which no operation pays twice."""
    for way in product(*([None, *(one for one in operations if fits(bill, one, rules))] for bill in dues)):
        pairs = [(bill, one) for bill, one in zip(dues, way, strict=True) if one]
        if len({one.id for _, one in pairs}) == len(pairs):
            yield pairs


RULES = st.builds(
    lambda past, future, tenths: Rules(ACME, past, future, late=0, amount_delta=Decimal(tenths) / 10),
    st.integers(0, 4),
    st.integers(0, 6),
    st.integers(0, 2),
)


@given(CASES, CASES, RULES, st.randoms())
def test_it_is_the_best_of_all_ways(
    bills: list[tuple[int, str]], paid: list[tuple[int, str]], rules: Rules, random: Random
) -> None:
    """Compared with every possible way; and the order of the arguments does not matter."""
    dues = [due(f"b{number}", *row) for number, row in enumerate(bills)]
    operations = [operation(f"o{number}", *row) for number, row in enumerate(paid)]
    found = match(dues, operations, rules)
    chosen = [(bill, one) for bill in dues if (one := found[bill.id].operation)]

    assert chosen in list(every_way(dues, operations, rules))
    assert worth(chosen) == min(map(worth, every_way(dues, operations, rules)))
    random.shuffle(dues)
    random.shuffle(operations)
    assert match(dues, operations, rules) == found


DAYS = st.lists(st.integers(0, 6), max_size=7)


@given(DAYS, DAYS, st.integers(0, 8), st.integers(0, 8))
@example([0, 1, 1], [1, 1], 0, 1)
def test_equal_bills_are_paid_in_order(billed: list[int], paid: list[int], past: int, future: int) -> None:
    """By date, then id; and of those of one day the first are linked, and the first operations used."""
    dues = sorted((due(f"b{number}", day) for number, day in enumerate(billed)), key=lambda one: (one.date, one.id))
    operations = [operation(f"o{number}", day) for number, day in enumerate(paid)]
    found = links(dues, operations, Rules(ACME, past, future, late=0))
    dates = {str(one.id): one.date for one in operations}
    used = [(dates[found[bill.id]], found[bill.id]) for bill in dues if bill.id in found]

    assert used == sorted(used)
    for day in dates.values():
        linked = [bill.id in found for bill in dues if bill.date == day]
        taken = [id_ in found.values() for id_ in sorted(dates) if dates[id_] == day]
        assert linked == sorted(linked, reverse=True)
        assert taken == sorted(taken, reverse=True)


@given(CASES, CASES)
def test_every_bill_has_a_match_with_a_reason(bills: list[tuple[int, str]], paid: list[tuple[int, str]]) -> None:
    """With all rules on, too; no operation pays twice."""
    dues = [due(f"b{number}", *row) for number, row in enumerate(bills)]
    found = match(dues, [operation(f"o{number}", *row) for number, row in enumerate(paid)], Rules(ACME, 3, 3))

    assert set(found) == {bill.id for bill in dues}
    assert all(one.reason for one in found.values())
    used = [one.operation.id for one in found.values() if one.operation]
    assert len(used) == len(set(used))


def household(delay: tuple[int, int], rules: Rules, missing: Sequence[int] = ()) -> tuple[int, int]:
    """How many of 60 equal monthly bills are linked right, and wrong; `missing` payments never come."""
    random = Random(1)
    days = [date(2020, 1, 5) + relativedelta(months=month) for month in range(60)]
    paid = [day + timedelta(random.randint(*delay)) for day in days]
    dues = [due(f"{number:02}", day) for number, day in enumerate(days)]
    found = links(dues, [operation(f"{n:02}", day) for n, day in enumerate(paid) if n not in missing], rules)
    right = sum(bill == operation for bill, operation in found.items())
    return right, len(found) - right


WIDE = Rules(ACME, past=15, future=29)


@pytest.mark.parametrize("delay", [(-3, 0), (0, 3), (5, 10), (10, 14), (12, 18), (15, 20), (20, 25), (0, 25), (25, 29)])
def test_sixty_equal_monthly_bills_are_all_linked_right(delay: tuple[int, int]) -> None:
    """Whatever the delay within the window, as long as every bill is paid."""
    assert household(delay, WIDE) == (60, 0)


@pytest.mark.parametrize("missing", [(0,), (30,), (59,), (10, 30, 31, 50)])
@pytest.mark.parametrize("delay", [(-3, 0), (0, 3), (5, 10), (10, 14), (12, 18), (15, 20)])
def test_a_payment_that_never_came_leaves_only_its_own_bill(delay: tuple[int, int], missing: tuple[int, ...]) -> None:
    """The others keep theirs."""
    assert household(delay, WIDE, missing) == (60 - len(missing), 0)


@pytest.mark.parametrize("delay", [(12, 18), (15, 20), (20, 25), (0, 25)])
def test_delays_beyond_the_window_cost_links_but_make_no_wrong_one(delay: tuple[int, int]) -> None:
    """With the usual 15 days. From 26 days on, a late payment looks like the early one of the next month."""
    right, wrong = household(delay, Rules(ACME))

    assert right < 60
    assert wrong == 0


def test_a_thousand_bills_among_ten_thousand_operations() -> None:
    """Each finds its own, whatever else the vendor debits."""
    random = Random(1)
    amounts = [f"-{random.randint(1000, 9999)}.{number % 100:02}" for number in range(1000)]
    dues = [due(f"b{number}", 30 * number, amount) for number, amount in enumerate(amounts)]
    paid = [operation(f"o{number}", 30 * number + 3, amount) for number, amount in enumerate(amounts)]
    others = [operation(f"x{number}", 3 * number, f"-{number}.5") for number in range(9000)]

    assert len(links(dues, [*others, *paid])) == 1000
