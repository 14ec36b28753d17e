"""Dates and amounts as sites write them, turned into `date` and `Decimal` or refused with a sentence."""

from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

from dateutil.parser import isoparse
from pydantic import BeforeValidator

from toolkit.models.local import read_amount, read_date

__all__ = ["Amount", "CalendarDate", "parse_amount", "parse_date"]


def parse_date(value: Any, locale: str | None = None) -> date:
    """The calendar day of an ISO 8601 text, a `datetime` or a `date`.

    With a locale such as "fr-FR" also that of a text of this language: "12 mars 2025", "12/03/2025".
    A time of day is dropped: the day is the one the site shows, in the site's own time zone.
    Raises ValueError for anything else, numbers and, without a locale, ambiguous texts like 03/04/2025 included.
    """
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, str):
        try:
            return isoparse(value.strip()).date()
        except ValueError as error:
            if locale is None:
                raise ValueError(f"{value!r} is not an ISO date such as 2025-03-31") from error
            if (day := read_date(value, locale)) is not None:
                return day
            raise ValueError(f"{value!r} is no date in {locale}") from error
    raise ValueError(f"{value!r} is not a date")


def parse_amount(value: Any, locale: str | None = None) -> Decimal:
    """The exact decimal of a number or of a plain text such as "1234.50".

    With a locale such as "fr-FR" a text is read as this language writes it: "1 234,50 €".
    A float is taken as it prints (12.5 is 12.5), so that no binary noise gets in.
    Raises ValueError for NaN, infinities, truth values and texts that are no plain number.
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise ValueError(f"{value!r} is not an amount")  # noqa: TRY004 - pydantic reports ValueError only
    if isinstance(value, str) and locale is not None:
        read = read_amount(value, locale)
        if read is None:
            raise ValueError(f"{value!r} is no amount in {locale}")
        return read
    try:
        amount = Decimal(str(value).strip())
    except InvalidOperation as error:
        raise ValueError(f"{value!r} is not an amount such as 1234.50") from error
    if not amount.is_finite():
        raise ValueError(f"{value!r} is not a finite amount")
    return amount


CalendarDate = Annotated[date, BeforeValidator(parse_date)]
Amount = Annotated[Decimal, BeforeValidator(parse_amount)]
