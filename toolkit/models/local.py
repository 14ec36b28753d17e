"""Dates and amounts as people of one language write them, read without guessing."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from babel import Locale

__all__ = ["read_amount", "read_date"]

SHORTEST = 3  # letters that tell a month, where no other begins with them
CENTURY = 2000
TIME = re.compile(r"\b\d{1,2}\s*[:h]\s*\d{2}(:\d{2})?|\bgmt[+-]\d{4}\b")
DOTTED = re.compile(r"\d\.\s?\d")  # nobody writes the month first and a dot after it
NO_CENTS = re.compile(r"[.,]\s?[-−–—]{1,2}$")  # "12.-"
NUMBER = re.compile(r"(?<!\d)(\d{4}|\d{1,2})(?!\d)")
MINUS = "-−–"
GROUP = "[.,'’\\s]"  # \s are spaces of every width


def read_date(text: str, locale: str) -> date | None:
    """The day of "12 mars 2025", "mer. 12 févr. 2025", "1er avril 25" or "12/03/2025"; None for what is none.

    A month is told by its name, or by enough of it; of numbers alone, the locale tells the order. A time counts not.
    """
    plain = TIME.sub(" ", _folded(text))
    numbers = NUMBER.findall(plain)
    months = {month for word in re.findall(r"[^\W\d_]+", plain) if (month := _month(word, locale))}
    order = "dy" if months else "dMy" if DOTTED.search(plain) else _order(locale)
    if len(months) > 1 or len(numbers) != len(order):
        return None
    if len(numbers[0]) == len("2025"):
        order = "yd" if months else "yMd"
    parts = {"M": max(months, default=0), **dict(zip(order, map(int, numbers), strict=True))}
    year = parts["y"] + (0 if parts["y"] > 99 else CENTURY)  # noqa: PLR2004 - "25"
    try:
        return date(year, parts["M"], parts["d"])
    except ValueError:
        return None


def read_amount(text: str, locale: str) -> Decimal | None:
    """The amount of "1 234,50 €", "-12,00 EUR" or "12,00-" where the comma is the locale's decimal sign; None for none.

    What stands between groups of three digits may be a space of any width, an apostrophe, or the other of dot and
    comma. A currency may stand before or after.
    """
    from babel.numbers import get_decimal_symbol  # noqa: PLC0415 - slow to import

    sign = get_decimal_symbol(_locale(locale))
    bare = re.sub(r"^[^\W\d_]{1,3}\b|[^\W\d_]{1,3}$|[^\w\s.,'’()+\-−–]", "", text.strip()).strip()
    bare = NO_CENTS.sub("", bare)
    negative = bare.startswith((*MINUS, "(")) or bare.endswith((*MINUS, ")"))
    digits = bare.strip(f"{MINUS}()+ \u00a0\u202f")
    whole, _, cents = digits.partition(sign)
    if not re.fullmatch(rf"\d+|\d{{1,3}}(?:({GROUP})\d{{3}})(?:\1\d{{3}})*", whole) or not re.fullmatch(r"\d*", cents):
        return None
    amount = Decimal(re.sub(r"[^0-9]", "", whole) + (f".{cents}" if cents else ""))
    return -amount if negative else amount


@cache
def _locale(name: str) -> Locale:
    from babel import Locale, UnknownLocaleError  # noqa: PLC0415 - slow to import

    try:
        return Locale.parse(name.replace("-", "_"))
    except UnknownLocaleError as error:
        raise ValueError(f"{name!r} is no locale such as fr-FR") from error


@cache
def _names(locale: str) -> dict[str, int]:
    """What the months are called, in full and in short."""
    from babel.dates import get_month_names  # noqa: PLC0415 - slow to import

    return {
        _folded(name).strip("."): month
        for width in ("wide", "abbreviated")
        for context in ("format", "stand-alone")
        for month, name in get_month_names(width, context, _locale(locale)).items()
    }


def _month(word: str, locale: str) -> int | None:
    names = _names(locale)
    begun = {month for name, month in names.items() if len(word) >= SHORTEST and name.startswith(word)}
    return names.get(word) or (begun.pop() if len(begun) == 1 else None)


@cache
def _order(locale: str) -> str:
    """Day, month and year as the locale writes them in numbers: "dMy"."""
    from babel.dates import get_date_format  # noqa: PLC0415 - slow to import

    pattern = str(get_date_format("short", _locale(locale)).pattern)
    return "".join(dict.fromkeys(letter for letter in pattern if letter in "dMy"))


def _folded(text: str) -> str:
    """In small letters without accents."""
    return "".join(char for char in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(char))
