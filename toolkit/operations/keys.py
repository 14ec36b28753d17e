"""What makes an entry the same entry as one listed or stored before."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from toolkit.errors import UsageError
from toolkit.models import BankOperation, BaseModel, Bill

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["check_keys", "give_natural_keys"]

NOT_SAID = {"id", "pdfurl", "fetch", "file_version", "natural_key"}  # by the site, of the document itself


def check_keys(operation: str, model: type[BaseModel], keys: Sequence[str]) -> None:
    """Raise UsageError when `keys` is empty, a text, or names a field that a model with fields of its own has not."""
    if isinstance(keys, str) or not keys:
        raise UsageError(f'`keys` of {operation} is a list of field names such as ["number"], not {keys!r}.')
    wrong = [name for name in keys if name not in model.model_fields.keys() - NOT_SAID]
    if wrong and model.model_fields.keys() != BaseModel.model_fields.keys():
        raise UsageError(f"`keys` of {operation}: {model.display_name} has no field `{wrong[0]}`.")


def give_natural_keys(entries: Sequence[BaseModel], keys: Sequence[str] | None = None) -> None:
    """Set `natural_key` on each entry.

    With `keys`, the key is vendor, account and those fields, unless an entry has none of them. Else it is vendor,
    account and number; for a bill without a number it is vendor, account, date, amount, currency and the rank among
    equals, so that two equal bills of one day stay two; for any other document, all its fields. Amounts count in the
    smallest unit of their currency; a refund's is negative.
    """
    ranks: dict[str, int] = {}
    for entry in entries:
        if keys is not None and _says(chosen := [_chosen(entry, name) for name in keys]):
            key = _dump([entry.vendor, entry.account, *chosen])
        elif not isinstance(entry, Bill):
            key = _dump(sorted(entry.model_dump(exclude={"id"}).items()))
        elif entry.number is not None:
            key = f'{_owner(entry.vendor, entry.account)},"number",{_quote(entry.number)}]'
        else:
            equal = _unnumbered(entry)
            ranks[equal] = rank = ranks.get(equal, 0) + 1
            key = f"{equal},{rank}]"
        entry.__dict__["natural_key"] = key  # a text as it should be: nothing to validate, a hundred thousand times


def _unnumbered(bill: Bill) -> str:
    """What equal bills of one day have in common."""
    currency = bill.currency
    money = _money(bill.amount, currency)
    if bill.is_refund:
        money = f"-{money}"
    return f'{_owner(bill.vendor, bill.account)},"{_day(bill.date)}","{money}","{currency}"'


def _says(values: Sequence[Any]) -> bool:
    return any(value is not None for value in values)


def _chosen(entry: BaseModel, name: str) -> Any:
    value = getattr(entry, name, None)
    if type(value) is date:
        return _day(value)
    if type(value) is Decimal and isinstance(entry, Bill | BankOperation):
        return _money(value, entry.currency)
    return value


def _money(amount: Decimal, currency: str) -> str:
    """12.5 and 12.500000001 EUR are "12.50"."""
    unit, point = _unit(currency)
    text = str(amount)
    if text[point : point + 1] == "." and "E" not in text:
        return text
    try:
        return str(amount.quantize(unit))
    except InvalidOperation:  # more digits than there is money
        return _canonical(amount)


@lru_cache
def _unit(currency: str) -> tuple[Decimal, int]:
    """One of the smallest unit, and where the point of an amount in it stands, from the end."""
    from babel.numbers import get_currency_precision  # noqa: PLC0415 - slow to import

    digits = get_currency_precision(currency)
    return Decimal(1).scaleb(-digits), -digits - 1


@lru_cache
def _owner(vendor: str, account: str) -> str:
    return f"[{_quote(vendor)},{_quote(account)}"


def _canonical(value: Any) -> str:
    """12.5 and 12.50 are one number; a date is its ISO text."""
    return format(value.normalize(), "f") if isinstance(value, Decimal) else str(value)


_dump = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_canonical).encode
_quote = json.JSONEncoder(ensure_ascii=False).encode
_day = lru_cache(maxsize=10_000)(date.isoformat)
