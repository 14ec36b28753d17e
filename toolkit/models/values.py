"""Dates and amounts as sites write them, turned into `date` and `Decimal` or refused with a sentence."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, TypeVar

from dateutil.parser import isoparse
from pydantic import BeforeValidator

from toolkit.models.local import read_amount, read_date

__all__ = ["Amount", "CalendarDate", "MaybeAmount", "MaybeDate", "parse_amount", "parse_date", "reading_as"]

T = TypeVar("T", date, Decimal)
SUCH_AS = {"date": "2025-03-31", "amount": "1234.50"}

# Without a locale a text counts when all of these that can read it read the same.
LANGUAGES = ("en-US", "en-GB", "fr", "de", "es", "it", "nl", "pt")
NO_DAY = re.compile(r"\d{4}(-\d{2})?")  # ISO 8601 too, and no day

_site: ContextVar[str | None] = ContextVar("site", default=None)


@contextmanager
def reading_as(locale: str | None) -> Iterator[None]:
    """Within the block, texts that come without a locale are first read as this one writes them."""
    before = _site.set(locale)
    try:
        yield
    finally:
        _site.reset(before)


def parse_date(value: Any, locale: str | None = None) -> date:
    """The calendar day of a `date`, a `datetime`, an ISO 8601 text, or a text for people: "12 mars 2025".

    Months are known by name in English, French, German, Spanish, Italian, Dutch and Portuguese. A locale such as
    "fr-FR" reads a text as this language writes it, and no other; it tells the order of "03/04/2025". In a run, the
    `locale` that the manifest declares is tried first. A time of day is dropped: the day is the one the site shows, in
    the site's own time zone.
    Raises ValueError for anything else: numbers, days that are not whole, texts that could be two days.
    """
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is not a date")  # noqa: TRY004 - pydantic reports ValueError only
    if not NO_DAY.fullmatch(value.strip()):
        with suppress(ValueError):
            return isoparse(value.strip()).date()
    return _read("date", read_date, value, locale)


def parse_amount(value: Any, locale: str | None = None) -> Decimal:
    """The exact decimal of a number, of a plain text such as "1234.50", or of a text for people: "1 234,50 €".

    A locale such as "fr-FR" reads a text as this language writes it, and no other. In a run, the `locale` that the
    manifest declares is tried first. A float is taken as it prints (12.5 is 12.5), so that no binary noise gets in.
    Raises ValueError for NaN, infinities, truth values, texts that are no amount, and those that could be two: "1,234".
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise ValueError(f"{value!r} is not an amount")  # noqa: TRY004 - pydantic reports ValueError only
    if isinstance(value, str) and locale is not None:
        return _read("amount", read_amount, value, locale)
    try:
        amount = Decimal(str(value).strip())
    except InvalidOperation:
        return _read("amount", read_amount, str(value), None)
    if not amount.is_finite():
        raise ValueError(f"{value!r} is not a finite amount")
    return amount


def _read(kind: str, read: Callable[[str, str], T | None], text: str, locale: str | None) -> T:
    if locale is not None:
        if (found := read(text, locale)) is None:
            raise ValueError(f"{text!r} is no {kind} in {locale}")
        return found
    site = _site.get()
    if site is not None and (found := read(text, site)) is not None:
        return found
    meant = {found for language in LANGUAGES if (found := read(text, language)) is not None}
    if not meant:
        raise ValueError(f"{text!r} is no {kind} such as {SUCH_AS[kind]}")
    if len(meant) > 1:
        several = " or ".join(sorted(map(str, meant)))
        raise ValueError(f"{text!r} may be {several}: declare the `locale` of the site, or give one to parse_{kind}")
    return meant.pop()


CalendarDate = Annotated[date, BeforeValidator(parse_date)]
Amount = Annotated[Decimal, BeforeValidator(parse_amount)]
MaybeDate = Annotated[date | None, BeforeValidator(lambda value: None if value is None else parse_date(value))]
MaybeAmount = Annotated[Decimal | None, BeforeValidator(lambda value: None if value is None else parse_amount(value))]
