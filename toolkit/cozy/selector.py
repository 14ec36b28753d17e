"""Mango selectors, as CouchDB has them, on documents in memory."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from toolkit.errors import UsageError

__all__ = ["fields_of", "matches"]

MISSING: Any = object()
COMBINING = {"$and", "$or", "$nor", "$not"}


def matches(document: Mapping[str, Any], selector: Mapping[str, Any]) -> bool:
    """Whether a selector takes the document. Raises UsageError for an operator that is not known here."""
    return all(_holds(document, name, condition) for name, condition in selector.items())


def fields_of(selector: Mapping[str, Any]) -> list[str]:
    """The fields that a selector asks for outright, which is what an index is made of."""
    return [name for name in selector if name not in COMBINING]


def _holds(document: Any, name: str, condition: Any) -> bool:
    if name == "$and":
        return all(matches(document, one) for one in condition)
    if name == "$or":
        return any(matches(document, one) for one in condition)
    if name == "$nor":
        return not any(matches(document, one) for one in condition)
    if name == "$not":
        return not matches(document, condition)
    value = document
    for part in name.split("."):
        value = value.get(part, MISSING) if isinstance(value, Mapping) else MISSING
    return _takes(value, condition)


def _takes(value: Any, condition: Any) -> bool:
    if not isinstance(condition, Mapping):
        return bool(value == condition)
    if not any(key.startswith("$") for key in condition):
        return isinstance(value, Mapping) and matches(value, condition)
    return all(_compares(value, operator, operand) for operator, operand in condition.items())


def _compares(value: Any, operator: str, operand: Any) -> bool:
    if operator == "$exists":
        return bool((value is not MISSING) == operand)
    if operator == "$not":
        return not _takes(value, operand)
    if operator not in _TESTS:
        raise UsageError(f"The selector has the operator {operator}, which is none of: {', '.join(sorted(_KNOWN))}.")
    return value is not MISSING and _TESTS[operator](value, operand)


def _rank(value: Any) -> tuple[int, Any]:
    """Where CouchDB sorts a value: null, truth, numbers, texts, lists, objects."""
    if value is None:
        return 0, 0
    if isinstance(value, bool):
        return 1, value
    if isinstance(value, int | float):
        return 2, value
    return (3, value) if isinstance(value, str) else (4, [*map(_rank, value)]) if isinstance(value, list) else (5, 0)


def _has_all(value: Any, operand: Sequence[Any]) -> bool:
    return isinstance(value, list) and all(one in value for one in operand)


_TESTS: dict[str, Callable[[Any, Any], bool]] = {
    "$eq": lambda value, operand: bool(value == operand),
    "$ne": lambda value, operand: bool(value != operand),
    "$gt": lambda value, operand: _rank(value) > _rank(operand),
    "$gte": lambda value, operand: _rank(value) >= _rank(operand),
    "$lt": lambda value, operand: _rank(value) < _rank(operand),
    "$lte": lambda value, operand: _rank(value) <= _rank(operand),
    "$in": lambda value, operand: (
        value in operand or (isinstance(value, list) and any(one in value for one in operand))
    ),
    "$nin": lambda value, operand: not _TESTS["$in"](value, operand),
    "$all": _has_all,
    "$size": lambda value, operand: isinstance(value, list) and len(value) == operand,
    "$regex": lambda value, operand: isinstance(value, str) and re.search(operand, value) is not None,
    "$elemMatch": lambda value, operand: isinstance(value, list) and any(_takes(one, operand) for one in value),
}
_KNOWN = {*_TESTS, *COMBINING, "$exists"}
