"""Takes out of an entry what differs from take to take and is never asked for: two takes are to differ in few lines."""

import json
import re
from base64 import urlsafe_b64encode
from collections.abc import Hashable, Iterable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from toolkit.transport.canonical import parts_of, place_of, shape_of
from toolkit.transport.encodings import from_base64
from toolkit.transport.har_entry import HarEntry
from toolkit.transport.har_parts import to_number
from toolkit.transport.request import Req

__all__ = ["POOLED", "in_order", "make_steady"]

EPOCH = "1970-01-01T00:00:00.000Z"
JWT = re.compile(r"\b(eyJ[\w-]+)\.(eyJ[\w-]+)(?=\.)")
EXPIRES = re.compile(r"(;\s*expires=)([^;]*)", re.IGNORECASE)
LONG_AGO = "Thu, 01 Jan 1970 00:00:00 GMT"
POOLED = "_pooled"  # the mark of an entry of another thread than the run's own; it is not stored
TIMES = {"auth_time", "exp", "iat", "nbf"}


def in_order(entries: Iterable[HarEntry]) -> list[HarEntry]:
    """The entries by their start, but for what chance puts first.

    What an iframe asks stands behind its page. What the session's other threads ask, and what was under way at once at
    one place, stands by its shape, then by what was answered; requests that are the same stay in their order.
    """
    runs: list[list[HarEntry]] = []
    for entry in _behind_their_pages(sorted(entries, key=lambda each: each.started)):
        if runs and _side_by_side(runs[-1][-1], entry):
            runs[-1].append(entry)
        else:
            runs.append([entry])
    return [entry for run in runs for entry in (_by_content(run) if run[1:] else run)]


def _behind_their_pages(entries: list[HarEntry]) -> list[HarEntry]:
    tops: dict[object, object] = {}  # the frame that each tab shows: the first one to ask
    begun = {}
    places = []
    for entry in entries:
        frame = entry.raw.get("_frameref")
        is_top = frame == tops.setdefault(entry.raw.get("pageref"), frame)
        if is_top or frame not in begun or entry.resource_type == "document":
            begun[frame] = entry.started
        places.append(begun[frame])
    return [entry for _, entry in sorted(zip(places, entries, strict=True), key=lambda pair: pair[0])]


def _side_by_side(one: HarEntry, other: HarEntry) -> bool:
    pooled = {bool(entry.raw.get(POOLED)) for entry in (one, other)}
    if True in pooled:
        return pooled == {True}
    ended = one.started + timedelta(milliseconds=to_number(one.raw.get("time")))
    return other.started < ended and place_of(Req.of(one)) == place_of(Req.of(other))


def _by_content(run: list[HarEntry]) -> list[HarEntry]:
    same: dict[Hashable, list[HarEntry]] = {}
    for entry in run:
        same.setdefault((entry.method, entry.url, entry.request_body()), []).append(entry)
    return [entry for entries in sorted(same.values(), key=_content) for entry in entries]


def _content(entries: list[HarEntry]) -> tuple[tuple[str, ...], bytes]:
    """What tells requests apart as far as it is no chance."""
    return shape_of(parts_of(Req.of(entries[0]))).key, entries[0].body()


def make_steady(entry: HarEntry) -> None:
    """Leave the order of the entries as the only time, and no times in the tokens that requests carry.

    A token that an answer gives keeps its times, for a page may look at them; a request is never told apart by them.
    An answer does not say until when a browser may keep it: that is over in every replay. A cookie that is over when it
    comes, which is how one is deleted, is over for ever.
    """
    now = _moment(entry.header("date") or "") or entry.started
    headers = [(name, value) for name, value in entry.response_headers if not _is_later(name, value, now)]
    entry.response_headers = [(name, _deleted(value, now) if _sets(name) else value) for name, value in headers]
    entry.raw["startedDateTime"] = EPOCH
    entry.request_headers = [(name, JWT.sub(_timeless, value)) for name, value in entry.request_headers]


def _is_later(name: str, value: str, now: datetime) -> bool:
    """Whether a header is an Expires that lies ahead; one of the past or of no date at all forbids to keep."""
    end = _moment(value) if name.lower() == "expires" else None
    return end is not None and end > now


def _sets(name: str) -> bool:
    return name.lower() == "set-cookie"


def _deleted(cookie: str, now: datetime) -> str:
    def end(found: re.Match[str]) -> str:
        moment = _moment(found[2])
        return f"{found[1]}{LONG_AGO}" if moment and moment <= now else found[0]

    return EXPIRES.sub(end, cookie)


def _moment(text: str) -> datetime | None:
    """A date of a header, which is in Greenwich time whatever it says."""
    try:
        return parsedate_to_datetime(text).replace(tzinfo=UTC)
    except ValueError:
        return None


def _timeless(found: re.Match[str]) -> str:
    try:
        claims = json.loads(from_base64(found[2].encode()) or b"")
    except ValueError:
        return found[0]
    steady = {name: 0 if name in TIMES else value for name, value in claims.items()}
    text = json.dumps(steady, separators=(",", ":"), ensure_ascii=False)
    return f"{found[1]}.{urlsafe_b64encode(text.encode()).decode().rstrip('=')}"
