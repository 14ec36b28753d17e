"""What makes an entry the same entry as one listed or stored before."""

import json
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from toolkit.models import BaseModel, Bill

__all__ = ["give_natural_keys"]


def give_natural_keys(entries: Sequence[BaseModel], keys: Sequence[str] | None = None) -> None:
    """Set `natural_key` on each entry.

    With `keys`, the key is those fields. Without, it is vendor, account and number; for a bill without a number it
    is vendor, account, date, amount, currency and the rank among equals, so that two equal bills of one day stay
    two; for any other document, all its fields.
    """
    ranks: Counter[str] = Counter()
    for entry in entries:
        parts = _parts(entry, keys)
        if parts is None:
            plain = _dump([*_unnumbered(entry), "rank"])
            ranks[plain] += 1
            parts = [*_unnumbered(entry), ranks[plain]]
        entry.natural_key = _dump(parts)


def _parts(entry: BaseModel, keys: Sequence[str] | None) -> list[Any] | None:
    if keys is not None:
        return [entry.vendor, entry.account, *(getattr(entry, key, None) for key in keys)]
    if not isinstance(entry, Bill):
        return sorted(entry.model_dump(exclude={"id"}).items())
    return None if entry.number is None else [entry.vendor, entry.account, "number", entry.number]


def _unnumbered(entry: BaseModel) -> list[Any]:
    return [entry.vendor, entry.account, *(getattr(entry, name) for name in ("date", "amount", "currency"))]


def _dump(parts: Sequence[Any]) -> str:
    return json.dumps(parts, default=_canonical, ensure_ascii=False, separators=(",", ":"))


def _canonical(value: Any) -> str:
    """12.5 and 12.50 are one amount; a date is its ISO text."""
    return format(value.normalize(), "f") if isinstance(value, Decimal) else str(value)
