"""Dates and amounts, read or refused with a sentence."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from babel import Locale
from babel.dates import format_date
from babel.numbers import format_currency
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit import Bill, parse_amount, parse_date
from toolkit.models import reading_as


def test_what_computers_write_is_read() -> None:
    """ISO dates, plain numbers, and what is a date or a number already."""
    assert parse_date("2025-03-12T23:30:00-05:00") == parse_date(datetime(2025, 3, 12, tzinfo=UTC)) == date(2025, 3, 12)
    assert [parse_amount(one) for one in ("1234.50", 12.5, 7)] == [Decimal("1234.50"), Decimal("12.5"), Decimal(7)]


@pytest.mark.parametrize(
    "text",
    [
        "12 mars 2025",
        "Mittwoch, 12. März 2025",
        "12 de marzo de 2025",
        "mercoledì 12 marzo 2025",
        "12 maart 2025",
        "12 de março de 2025",
        "March 12th, 2025",
        "12-Mar-25",
        "12.03.2025",
        "12. 3. 2025",
        "2025/03/12",
        "20250312",
        "12 MARS 2025 à 14h30",
        "Wed Mar 12 2025 19:04:40 GMT+0100 (CET)",
    ],
)
def test_a_day_is_read_in_any_known_language(text: str) -> None:
    """By the name of its month; where a dot follows the day, without one."""
    assert parse_date(text) == date(2025, 3, 12)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1 234,50 €", "1234.50"),
        ("CHF 1’234.50", "1234.50"),
        ("-12,00", "-12.00"),
        ("(12.00)", "-12.00"),
        ("12.-", "12"),
        ("CHF 12.–", "12"),
        ("12,--", "12"),
        ("1.234.567", "1234567"),
        ("1,234,567", "1234567"),
        ("1.234,5", "1234.5"),
        ("R$ 1.234,50", "1234.50"),
        ("12,50-", "-12.50"),
        ("£1,234.50", "1234.50"),
        ("0,5", "0.5"),
    ],
)
def test_an_amount_is_read_in_any_known_language(text: str, amount: str) -> None:
    """Where one reading is all there is."""
    assert parse_amount(text) == Decimal(amount)


def test_what_could_be_two_is_refused_with_both() -> None:
    """And with what to do; what can be only one is read."""
    with pytest.raises(ValueError, match="'03/04/2025' may be 2025-03-04 or 2025-04-03: declare the `locale`"):
        parse_date("03/04/2025")
    with pytest.raises(ValueError, match=r"'1,234' may be 1\.234 or 1234: declare the `locale`"):
        parse_amount("1,234")
    assert parse_date("03/03/2025") == date(2025, 3, 3)
    assert parse_date("31/03/2025") == date(2025, 3, 31)


@pytest.mark.parametrize("text", ["2025", "2025-03", "12 mars", "mars 2025", "31/02/2025", "42", "", "12 foo 2025"])
def test_what_is_no_whole_day_is_refused(text: str) -> None:
    """Also where ISO 8601 knows it as a month or a year."""
    with pytest.raises(ValueError, match="is no date such as"):
        parse_date(text)


@settings(deadline=None)
@given(
    st.dates(date(2001, 1, 1), date(2090, 1, 1)),
    st.sampled_from(["en-US", "en-GB", "fr", "de", "es", "it", "nl", "pt"]),
    st.sampled_from(["short", "medium", "long", "full"]),
)
def test_no_day_is_read_as_another(day: date, language: str, form: str) -> None:
    """Without a locale it is the day that was written, or it is refused because it may be two."""
    text = format_date(day, form, Locale.parse(language, sep="-"))
    try:
        assert parse_date(text) == day
    except ValueError as error:
        assert "may be" in str(error)  # noqa: PT017 - either is right
        assert form != "full"


@settings(deadline=None)
@given(st.decimals(0, 10**9, places=2), st.sampled_from(["en-US", "fr", "de", "de-CH", "es", "it", "nl", "pt"]))
def test_no_amount_is_read_as_another(amount: Decimal, language: str) -> None:
    """With two decimals there is no doubt."""
    assert parse_amount(format_currency(amount, "EUR", locale=Locale.parse(language, sep="-"))) == amount


def test_the_sites_own_way_comes_first() -> None:
    """And others where that reads nothing."""
    with reading_as("en-US"):
        assert parse_date("03/04/2025") == date(2025, 3, 4)
        assert parse_amount("1,234") == Decimal(1234)
        assert parse_date("12 mars 2025") == date(2025, 3, 12)
    with reading_as("fr-FR"):
        assert Bill(date="03/04/2025", amount="1,234", currency="EUR").problems == []


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
    (problem,) = Bill(date="12 mars", amount="1.00", currency="EUR").problems

    assert problem == "date: '12 mars' is no date such as 2025-03-31"
