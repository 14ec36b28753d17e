"""JSON printed for people and for git: indented by two, each header, cookie and frame on one line."""

import json
from collections.abc import Iterator
from typing import Any

__all__ = ["printed"]

ONE_LINE = frozenset({"creator", "browser", "timings", "pageTimings"})

_encode = json.JSONEncoder(ensure_ascii=False).encode


def printed(value: Any, indent: str = "", *, flat: bool = False) -> Iterator[str]:
    """Give JSON text in pieces, indented by two; an object in a list stands on one line when it holds no other."""
    if flat or not value or not isinstance(value, (dict, list, Iterator)):
        yield _encode(value)
    elif isinstance(value, dict):
        yield from _block(
            "{}", ((_encode(name) + ": ", item, name in ONE_LINE) for name, item in value.items()), indent
        )
    else:
        yield from _block("[]", (("", item, _is_flat(item)) for item in value), indent)


def _block(brackets: str, items: Iterator[tuple[str, Any, bool]], indent: str) -> Iterator[str]:
    inner = indent + "  "
    yield brackets[0]
    separator = "\n"
    for prefix, item, flat in items:
        yield separator + inner + prefix
        yield from printed(item, inner, flat=flat)
        separator = ",\n"
    yield f"\n{indent}{brackets[1]}"


def _is_flat(item: Any) -> bool:
    return isinstance(item, dict) and not any(isinstance(value, (dict, list)) for value in item.values())
