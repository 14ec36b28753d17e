"""What a person reads about a link, and about a missing one."""

from datetime import date
from decimal import Decimal

import pytest

from toolkit.models import BankOperation
from toolkit.operations.candidates import Due, Ledger, Rules
from toolkit.operations.identifier import Labels
from toolkit.operations.matching import match
from toolkit.operations.reasons import Claim, why, why_not

LABELS = Labels("acme telecom")
RULES = Rules(LABELS, past=8, future=12)


def due(amount: str = "-23.90") -> Due:
    """A bill of 2025-03-09."""
    return Due("b1", "bill 1", date(2025, 3, 9), Decimal(amount), "EUR")


def operation(
    day: str, amount: str = "-23.9", label: str = "PRLV ACME TELECOM", currency: str = "EUR"
) -> BankOperation:
    """A bank operation whose id is its date."""
    return BankOperation(_id=day, date=day, amount=amount, label=label, currency=currency)


@pytest.mark.parametrize(
    ("paid", "reason"),
    [
        (operation("2025-03-09"), "the label holds 'acme telecom', 23.90 EUR, on the day of the bill"),
        (operation("2025-03-10"), "the label holds 'acme telecom', 23.90 EUR, 1 day after the bill"),
        (operation("2025-03-06"), "the label holds 'acme telecom', 23.90 EUR, 3 days before the bill"),
        (
            operation("2025-03-11", "-24"),
            "the label holds 'acme telecom', 23.90 EUR but for 0.10, 2 days after the bill",
        ),
    ],
)
def test_a_link_says_what_agreed(paid: BankOperation, reason: str) -> None:
    """Label, amount and delay."""
    assert why(due(), paid, RULES) == reason


SPAN = "between 2025-03-01 and 2025-03-21"


@pytest.mark.parametrize(
    ("operations", "reason"),
    [
        ([], "no operation holds 'acme telecom'"),
        ([operation("2025-03-09", label="OTHER")], "no operation holds 'acme telecom'"),
        ([operation("2025-03-09", "23.90")], f"no debit in EUR that holds 'acme telecom' {SPAN}"),
        ([operation("2025-03-09", currency="USD")], f"no debit in EUR that holds 'acme telecom' {SPAN}"),
        (
            [operation("2025-03-09", "-27"), operation("2025-03-10", "-30")],
            f"no operation of 23.90 EUR {SPAN}; the nearest is 3.10 EUR off (2025-03-09)",
        ),
        (
            [operation("2025-01-09"), operation("2025-04-10"), operation("2025-05-10")],
            f"no debit in EUR that holds 'acme telecom' {SPAN}; the nearest is 32 days after the bill (2025-04-10)",
        ),
    ],
)
def test_a_missing_link_says_what_was_not_there(operations: list[BankOperation], reason: str) -> None:
    """The first rule that no operation meets, and what came nearest."""
    assert why_not(due(), Ledger(operations, LABELS), RULES, {}) == reason


def test_a_refund_misses_a_credit() -> None:
    """The word tells which way the money should have gone."""
    ledger = Ledger([operation("2025-03-09")], LABELS)

    assert why_not(due("23.90"), ledger, RULES, {}) == f"no credit in EUR that holds 'acme telecom' {SPAN}"


def test_nothing_to_pay_needs_no_operation() -> None:
    """A bill of zero is paid."""
    assert why_not(due("0"), Ledger([], LABELS), RULES, {}) == "there is nothing to pay: the amount is 0.00 EUR"


def test_any_currency_is_not_named() -> None:
    """When currencies are not looked at."""
    rules = Rules(LABELS, past=8, future=12, any_currency=True)
    ledger = Ledger([operation("2025-03-09", "1", currency="USD")], LABELS)

    assert why_not(due(), ledger, rules, {}) == f"no debit that holds 'acme telecom' {SPAN}"


def test_a_taken_operation_names_its_bill() -> None:
    """A person can go and look whether that is right; it is no longer the nearest of anything."""
    taken, other = operation("2025-03-10"), operation("2025-03-11", "-24")
    ledger = Ledger([taken, other], LABELS)

    assert why_not(due(), ledger, RULES, {"2025-03-10": Claim("bill 0")}) == (
        "the operation of 2025-03-10 already pays bill 0"
    )
    assert why_not(due("-50"), ledger, RULES, {"2025-03-11": Claim("bill 0")}) == (
        f"no operation of 50.00 EUR {SPAN}; the nearest is 26.10 EUR off (2025-03-10)"
    )
    assert why_not(due("-50"), ledger, RULES, dict.fromkeys(["2025-03-10", "2025-03-11"], Claim("bill 0"))) == (
        f"no operation of 50.00 EUR {SPAN}"
    )


def test_an_operation_kept_for_an_earlier_bill_is_said_to_both() -> None:
    """One learns why it has not got it, the other that it comes too late, which a wider window would change."""
    first = Due("b0", "bill 0", date(2025, 2, 9), Decimal("-23.90"), "EUR")
    found = match([first, due()], [operation("2025-03-02")], RULES)

    assert found["b1"].reason == ("the operation of 2025-03-02 suits bill 0 better, but comes too late for it")
    assert found["b0"].reason.endswith("; the nearest is 21 days after the bill (2025-03-02)")
