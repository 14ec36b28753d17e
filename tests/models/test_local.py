"""Dates and amounts as people of one language write them."""

from datetime import date
from decimal import Decimal

import pytest
from babel import Locale
from babel.dates import format_date
from babel.numbers import format_currency
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.models.local import read_amount, read_date

LOCALES = ["fr", "fr-CA", "de", "de-CH", "en-US", "en-GB", "es", "it", "nl", "pt-BR", "pl", "sv"]


@pytest.mark.parametrize(
    ("text", "locale", "day"),
    [
        ("12 mars 2025", "fr", "2025-03-12"),
        ("Mercredi 12 février 2025", "fr-FR", "2025-02-12"),
        ("mer. 12 févr. 2025 à 14h30", "fr", "2025-02-12"),
        ("1er aout 25", "fr", "2025-08-01"),
        ("12/03/2025", "fr", "2025-03-12"),
        ("03/12/2025", "en-US", "2025-03-12"),
        ("March 12, 2025, 10:15 AM", "en-US", "2025-03-12"),
        ("12. März 2025", "de", "2025-03-12"),
        ("12.3.25", "de", "2025-03-12"),
        ("2025/03/12", "fr", "2025-03-12"),
        ("12 de marzo de 2025", "es", "2025-03-12"),
        ("12 mrt 2025", "nl", "2025-03-12"),
    ],
)
def test_a_date_is_read(text: str, locale: str, day: str) -> None:
    """By the name of its month, or by the locale's order."""
    assert read_date(text, locale) == date.fromisoformat(day)


@pytest.mark.parametrize(
    "text", ["", "12 mars", "mars 2025", "12 jui 2025", "31/02/2025", "12 mars au 3 avril 2025", "42"]
)
def test_what_is_no_date_is_none(text: str) -> None:
    """Nor is one that lacks something, or could be two."""
    assert read_date(text, "fr") is None


@pytest.mark.parametrize(
    ("text", "locale", "amount"),
    [
        ("1 234,50 €", "fr", "1234.50"),
        ("1\u202f234,50\u00a0€", "fr", "1234.50"),
        ("1.234,50 EUR", "fr", "1234.50"),
        ("-12,00 €", "fr", "-12.00"),
        ("−12,00 €", "fr", "-12.00"),
        ("12,00-", "de", "-12.00"),
        ("(12.00)", "en-US", "-12.00"),
        ("$1,234,567.8", "en-US", "1234567.8"),
        ("CHF 1’234.50", "de-CH", "1234.50"),
        ("1234", "fr", "1234"),
        ("+3,5", "fr", "3.5"),
    ],
)
def test_an_amount_is_read(text: str, locale: str, amount: str) -> None:
    """Whatever stands between thousands, and wherever its sign and currency stand."""
    assert read_amount(text, locale) == Decimal(amount)


@pytest.mark.parametrize(
    "text", ["", "12.50", "1,234,50", "12 34,50", "1 234.567,50", "gratuit", "12,50 ou 13,00", "1,2,3"]
)
def test_what_is_no_amount_is_none(text: str) -> None:
    """A dot before two digits is no thousand, and no French cents."""
    assert read_amount(text, "fr") is None


def test_an_unknown_locale_is_refused() -> None:
    """With a sentence."""
    with pytest.raises(ValueError, match="'xx-YY' is no locale"):
        read_date("1 mars 2025", "xx-YY")


@settings(deadline=None)
@given(
    st.dates(date(2001, 1, 1), date(2090, 1, 1)), st.sampled_from(LOCALES), st.sampled_from(["short", "long", "full"])
)
def test_what_is_written_is_read_again(day: date, locale: str, form: str) -> None:
    """In every form that Unicode's tables know."""
    assert read_date(format_date(day, form, Locale.parse(locale, sep="-")), locale) == day


@settings(deadline=None)
@given(st.decimals(0, 10**9, places=2), st.sampled_from(LOCALES), st.booleans())
def test_what_is_paid_is_read_again(amount: Decimal, locale: str, negative: bool) -> None:
    """With its currency and its sign."""
    signed = -amount if negative else amount

    assert read_amount(format_currency(signed, "EUR", locale=Locale.parse(locale, sep="-")), locale) == signed
