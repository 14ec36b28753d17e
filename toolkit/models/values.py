"""Dates and amounts as sites write them, turned into `date` and `Decimal` or refused with a sentence."""

from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

from dateutil.parser import isoparse
from pydantic import BeforeValidator

__all__ = ["Amount", "CalendarDate", "parse_amount", "parse_date"]


def parse_date(value: Any) -> date:
    """The calendar day of an ISO 8601 text, a `datetime` or a `date`.

    A time of day is dropped: the day is the one the site shows, in the site's own time zone.
    Raises ValueError for anything else, numbers and ambiguous texts like 03/04/2025 included.
    """
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, str):
        try:
            return isoparse(value.strip()).date()
        except ValueError as error:
            raise ValueError(f"{value!r} is not an ISO date such as 2025-03-31") from error
    raise ValueError(f"{value!r} is not a date")


def parse_amount(value: Any) -> Decimal:
    """The exact decimal of a number or of a plain text such as "1234.50".

    A float is taken as it prints (12.5 is 12.5), so that no binary noise gets in.
    Raises ValueError for NaN, infinities, truth values and texts that are no plain number.
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise ValueError(f"{value!r} is not an amount")  # noqa: TRY004 - pydantic reports ValueError only
    try:
        amount = Decimal(str(value).strip())
    except InvalidOperation as error:
        raise ValueError(f"{value!r} is not an amount such as 1234.50") from error
    if not amount.is_finite():
        raise ValueError(f"{value!r} is not a finite amount")
    return amount


CalendarDate = Annotated[date, BeforeValidator(parse_date)]
Amount = Annotated[Decimal, BeforeValidator(parse_amount)]
