"""What makes an entry the same entry as one listed or stored before."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from toolkit.models import BankOperation, BaseModel, Bill

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["give_natural_keys"]


def give_natural_keys(entries: Sequence[BaseModel], keys: Sequence[str] | None = None) -> None:
    """Set `natural_key` on each entry.

    With `keys`, the key is vendor, account and those fields. Without, it is vendor, account and number; for a bill
    without a number it is vendor, account, date, amount, currency and the rank among equals, so that two equal bills of
    one day stay two; for any other document, all its fields. Amounts count in the smallest unit of their currency; a
    refund's is negative.
    """
    ranks: dict[str, int] = defaultdict(int)
    for entry in entries:
        key = _key(entry, keys)
        if key[-1] != "]":
            ranks[key] += 1
            key = f"{key},{ranks[key]}]"
        entry.__dict__["natural_key"] = key  # a text as it should be: nothing to validate, a hundred thousand times


def _key(entry: BaseModel, keys: Sequence[str] | None) -> str:
    """The key; that of a bill without a number ends where its rank is to follow."""
    if keys is not None:
        return _dump([entry.vendor, entry.account, *(_chosen(entry, key) for key in keys)])
    if not isinstance(entry, Bill):
        return _dump(sorted(entry.model_dump(exclude={"id"}).items()))
    owner = f"[{_quoted(entry.vendor)},{_quoted(entry.account)}"
    if entry.number is not None:
        return f'{owner},"number",{_quote(entry.number)}]'
    sign = "-" if entry.is_refund else ""
    return f'{owner},"{entry.date.isoformat()}","{sign}{_money(entry.amount, entry.currency)}","{entry.currency}"'


def _chosen(entry: BaseModel, name: str) -> Any:
    value = getattr(entry, name, None)
    if type(value) is date:
        return value.isoformat()
    if type(value) is Decimal and isinstance(entry, Bill | BankOperation):
        return _money(value, entry.currency)
    return value


def _money(amount: Decimal, currency: str) -> str:
    """12.5 and 12.500000001 EUR are "12.50"."""
    unit, point = _unit(currency)
    text = str(amount)
    if point and text[-point : 1 - point] == "." and "E" not in text:
        return text
    try:
        return str(amount.quantize(unit))
    except InvalidOperation:  # more digits than there is money
        return _canonical(amount)


@lru_cache
def _unit(currency: str) -> tuple[Decimal, int]:
    """One of the smallest unit, and where the point of an amount in it stands, from the end; 0 where it has none."""
    from babel.numbers import get_currency_precision  # noqa: PLC0415 - slow to import

    digits = get_currency_precision(currency)
    return Decimal(1).scaleb(-digits), digits + 1 if digits else 0


def _canonical(value: Any) -> str:
    """12.5 and 12.50 are one number; a date is its ISO text."""
    return format(value.normalize(), "f") if isinstance(value, Decimal) else str(value)


_dump = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_canonical).encode
_quote = json.JSONEncoder(ensure_ascii=False).encode
_quoted = lru_cache(_quote)
