"""Dates and amounts, read or refused with a sentence."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from toolkit import Bill, parse_amount, parse_date


def test_without_a_locale_only_what_is_unambiguous_is_read() -> None:
    """ISO dates, plain numbers, and what is a date or a number already."""
    assert parse_date("2025-03-12T23:30:00-05:00") == parse_date(datetime(2025, 3, 12, tzinfo=UTC)) == date(2025, 3, 12)
    assert [parse_amount(one) for one in ("1234.50", 12.5, 7)] == [Decimal("1234.50"), Decimal("12.5"), Decimal(7)]
    for text in ("12 mars 2025", "03/04/2025"):
        with pytest.raises(ValueError, match="is not an ISO date"):
            parse_date(text)
    with pytest.raises(ValueError, match=r"is not an amount such as 1234\.50"):
        parse_amount("1 234,50 €")


def test_with_a_locale_what_is_written_for_people_is_read_too() -> None:
    """Plain dates stay what they are."""
    assert {parse_date(text, "fr-FR") for text in ("12 mars 2025", "12/03/2025", "2025-03-12")} == {date(2025, 3, 12)}
    assert parse_amount("1\u202f234,50\u00a0€", "fr-FR") == Decimal("1234.50")
    assert parse_amount(12.5, "fr-FR") == Decimal("12.5")


def test_what_is_none_is_refused_with_a_sentence() -> None:
    """The value and the locale are named."""
    with pytest.raises(ValueError, match="'12 mars' is no date in fr"):
        parse_date("12 mars", "fr")
    with pytest.raises(ValueError, match=r"'12\.50' is no amount in fr"):
        parse_amount("12.50", "fr")
    for value in (None, True, float("nan")):
        with pytest.raises(ValueError, match="amount"):
            parse_amount(value)


def test_a_bill_with_a_value_that_is_none_says_so() -> None:
    """It is not raised: the rows after it come all the same."""
    (problem,) = Bill(date="12 mars 2025", amount="1.00", currency="EUR").problems

    assert problem == "date: '12 mars 2025' is not an ISO date such as 2025-03-31"
