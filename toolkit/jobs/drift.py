"""What has changed from one recording of a site to another: requests, names in JSON, fields of forms, in words."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any

from toolkit.transport.canonical import place_of
from toolkit.transport.request import Req

if TYPE_CHECKING:
    from toolkit.transport.har import Har, HarEntry

__all__ = ["Change", "drift_between"]

TOLD = frozenset({"", "document", "fetch", "xhr"})
GOOD = range(200, 300)
ALIKE = 0.3  # how like its old name a new one is at least, when several came
KINDS = {bool: "true or false", int: "a number", float: "a number", str: "a text", dict: "an object", list: "a list"}
Outline = dict[tuple[str, ...], set[str]]


@dataclass(frozen=True)
class Change:
    """One change: `where`, such as "GET https://acme.example/api/bills", `what`, and the `name` that code reads.

    `gone` is a request that was not made.
    """

    where: str
    what: str
    name: str = ""
    gone: bool = False

    def __str__(self) -> str:
        return f"{self.where}: {self.what}" if self.where else self.what


def drift_between(old: Har, new: Har) -> list[Change]:
    """What has changed from one to the other, of pages and calls; pictures and the like do not count."""
    before, after = _by_place(old.entries), _by_place(new.entries)
    changes = [_asked(place, "is not asked for any more", gone=True) for place in before if place not in after]
    changes += [_asked(place, "is asked for, and was not") for place in after if place not in before]
    for place, entries in before.items():
        for outline in (_json, _forms):
            was, now = outline(entries), outline(after.get(place, []))
            if was and now:
                changes += _differences(_words(place), was, now)
    return changes


def _by_place(entries: Iterable[HarEntry]) -> dict[tuple[str, str, str], list[HarEntry]]:
    found: dict[tuple[str, str, str], list[HarEntry]] = {}
    for entry in entries:
        if entry.client == "session" or entry.resource_type in TOLD:
            found.setdefault(place_of(Req.of(entry)), []).append(entry)
    return found


def _words(place: tuple[str, str, str]) -> str:
    method, host, path = place
    return f"{method} {host}{path}"


def _asked(place: tuple[str, str, str], what: str, *, gone: bool = False) -> Change:
    return Change("", f"{_words(place)} {what}", place[2], gone)


def _json(entries: Sequence[HarEntry]) -> Outline:
    """Every name in the JSON answers, with the kinds of values that it had."""
    found: Outline = {}
    for entry in entries:
        if entry.status in GOOD and "json" in (entry.header("content-type") or ""):
            with suppress(ValueError):
                _note(json.loads(entry.body() or b""), (), found)
    return found


def _note(value: Any, path: tuple[str, ...], found: Outline) -> None:
    found.setdefault(path, set()).add(_kind(value))
    if isinstance(value, dict):
        for name, one in value.items():
            _note(one, (*path, "*" if any(map(str.isdigit, name)) else name), found)
    elif isinstance(value, list):
        for one in value:
            _note(one, (*path, "[]"), found)


def _kind(value: Any) -> str:
    kinds = {
        bool: "true or false",
        int: "a number",
        float: "a number",
        str: "a text",
        dict: "an object",
        list: "a list",
    }
    return kinds.get(type(value), "nothing")


def _forms(entries: Sequence[HarEntry]) -> Outline:
    """Every field of the forms in the pages."""
    from parsel import Selector  # noqa: PLC0415 - slow to import

    found: Outline = {}
    for entry in entries:
        if entry.status in GOOD and "html" in (entry.header("content-type") or ""):
            page = Selector(text=(entry.body() or b"").decode("utf-8", "replace") or "<p>")
            for name in page.css("input::attr(name), select::attr(name), textarea::attr(name)").getall():
                found[("the field", name)] = {"a field"}
    return found


def _differences(where: str, was: Outline, now: Outline) -> Iterator[Change]:
    gone = [path for path in was if path not in now and _is_topmost(path, was, now)]
    came = [path for path in now if path not in was and _is_topmost(path, was, now)]
    for path in gone:
        if path[-1] == "[]":
            continue  # a list that is empty today
        renamed = _renamed(path, came, was, now)
        if renamed is not None:
            came.remove(renamed)
            yield Change(where, f"`{_shown(path)}` is now `{_shown(renamed)}`", path[-1])
        else:
            yield Change(where, f"`{_shown(path)}` is missing", path[-1])
    for path in came:
        if path[-1] != "[]":
            yield Change(where, f"`{_shown(path)}` is new")
    for path, kinds in was.items():
        before, after = kinds - {"nothing"}, now.get(path, set()) - {"nothing"}
        if before and after and not before & after:
            yield Change(
                where, f"`{_shown(path)}` was {_either(before)}, and is {_either(after)}", path[-1] if path else ""
            )


def _is_topmost(path: tuple[str, ...], was: Outline, now: Outline) -> bool:
    """Whether what holds it is in both, and the same: else that has changed, which tells it."""
    around = path[:-1]
    return path[0] == "the field" or bool(was.get(around, set()) & now.get(around, set()))


def _renamed(
    path: tuple[str, ...], came: Sequence[tuple[str, ...]], was: Outline, now: Outline
) -> tuple[str, ...] | None:
    """The new name of what has gone: beside it, of the same kind, and like it, or the only one."""
    beside = [one for one in came if one[:-1] == path[:-1] and now[one] & was[path]]
    scored = [(SequenceMatcher(None, one[-1].lower(), path[-1].lower()).ratio(), one) for one in beside]
    score, best = max(scored, default=(0.0, None))
    return best if len(beside) == 1 or score >= ALIKE else None


def _shown(path: Sequence[str]) -> str:
    return ".".join(path).replace(".[]", "[]").replace("the field.", "") or "the answer"


def _either(kinds: Iterable[str]) -> str:
    return " or ".join(sorted(kinds))
