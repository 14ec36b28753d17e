"""Which operations may have paid a bill."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.models import BankOperation
from toolkit.operations.candidates import Due, Ledger, Rules
from toolkit.operations.identifier import Labels

LABELS = Labels("acme")


def due(amount: str = "-20.00", day: date = date(2025, 3, 9), currency: str = "EUR") -> Due:
    """A bill of 20.00 EUR, to be paid."""
    return Due("b", "bill 1", day, Decimal(amount), currency)


def operation(day: date, amount: str = "-20", currency: str = "EUR", label: str = "PRLV ACME") -> BankOperation:
    """A bank operation whose id is its date."""
    return BankOperation(_id=str(day), date=day, amount=amount, currency=currency, label=label)


def fitting(rules: Rules, bill: Due, *operations: BankOperation) -> list[str]:
    """The dates of the operations that fit."""
    ledger = Ledger(operations, LABELS)
    return [str(ledger.operations[position].date) for position in ledger.fitting(bill, rules)]


@pytest.mark.parametrize(
    ("days", "fits"), [(-4, False), (-3, True), (0, True), (5, True), (6, False), (-4000, False), (4000, False)]
)
def test_the_window_holds_its_first_and_last_day(days: int, fits: bool) -> None:
    """`past` before the bill's date to `future` after it."""
    day = date(2025, 3, 9) + timedelta(days)

    assert fitting(Rules(LABELS, past=3, future=5), due(), operation(day)) == [str(day)] * fits


@pytest.mark.parametrize(
    ("bill", "amount", "delta", "fits"),
    [
        ("-20.00", "-20", "0", True),
        ("-20.00", "-20.01", "0", False),
        ("-20.00", "-20.01", "0.01", True),
        ("-20.00", "-19.99", "0.01", True),
        ("-0.30", "-0.1", "0.2", True),
        ("-20.00", "20", "0", False),
        ("20.00", "20", "0", True),
        ("20.00", "-20", "0", False),
        ("-1.00", "1.00", "5", False),
        ("0", "0", "5", False),
        ("0", "-1", "5", False),
    ],
)
def test_amounts_are_compared_exactly_and_with_their_sign(bill: str, amount: str, delta: str, fits: bool) -> None:
    """A debit pays a bill and a credit a refund, however wide the delta; nothing pays nothing."""
    rules = Rules(LABELS, amount_delta=Decimal(delta))

    assert bool(fitting(rules, due(bill), operation(date(2025, 3, 9), amount))) is fits


def test_currency_and_label_must_agree() -> None:
    """Unless any currency will do."""
    dollars = operation(date(2025, 3, 9), currency="USD")
    stranger = operation(date(2025, 3, 9), label="PRLV ACMEX")

    assert fitting(Rules(LABELS), due(), dollars, stranger) == []
    assert fitting(Rules(LABELS, any_currency=True), due(), dollars, stranger) == ["2025-03-09"]


@pytest.mark.parametrize("day", [date.min, date.max])
def test_the_ends_of_the_calendar_are_no_error(day: date) -> None:
    """A site may say year 1 or 9999."""
    assert fitting(Rules(LABELS), due(day=day), operation(day)) == [str(day)]


@pytest.mark.parametrize("wrong", [{"past": -1}, {"future": -1}, {"late": -1}, {"amount_delta": Decimal("-0.01")}])
def test_rules_below_zero_are_refused(wrong: dict[str, int]) -> None:
    """They would silently match nothing."""
    with pytest.raises(ValueError, match="0 or more"):
        Rules(LABELS, **wrong)  # type: ignore[arg-type]  # one of several fields


DAYS = st.integers(0, 12).map(lambda days: date(2025, 3, 1) + timedelta(days))
AMOUNTS = st.integers(-3, 3).map(lambda cents: str(Decimal(cents) / 10))


RULES = st.builds(
    lambda past, future, tenths: Rules(LABELS, past, future, amount_delta=Decimal(tenths) / 10),
    st.integers(0, 4),
    st.integers(0, 4),
    st.integers(0, 2),
)


@given(DAYS, AMOUNTS, st.lists(st.tuples(DAYS, AMOUNTS)), RULES)
def test_the_index_finds_what_a_plain_search_finds(
    day: date, amount: str, rows: list[tuple[date, str]], rules: Rules
) -> None:
    """Bisecting is only a faster way to say the rule."""
    bill = due(amount, day)
    ledger = Ledger([operation(day, amount) for day, amount in rows], LABELS)
    wanted = [
        position
        for position, one in enumerate(ledger.operations)
        if -rules.past <= (one.date - day).days <= rules.future
        and abs(one.amount - bill.amount) <= rules.amount_delta
        and one.amount * bill.amount > 0
    ]

    assert sorted(ledger.fitting(bill, rules)) == wanted
