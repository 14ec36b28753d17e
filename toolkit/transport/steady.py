"""Takes out of an entry what differs from take to take and is never asked for: two takes are to differ in few lines."""

import json
import re
from base64 import urlsafe_b64encode
from collections.abc import Iterable

from toolkit.transport.encodings import from_base64
from toolkit.transport.har_entry import HarEntry

__all__ = ["POOLED", "in_order", "make_steady"]

EPOCH = "1970-01-01T00:00:00.000Z"
JWT = re.compile(r"\b(eyJ[\w-]+)\.(eyJ[\w-]+)(?=\.)")
POOLED = "_pooled"  # the mark of an entry of another thread than the run's own; it is not stored
TIMES = {"auth_time", "exp", "iat", "nbf"}


def in_order(entries: Iterable[HarEntry]) -> list[HarEntry]:
    """The entries by their start; those that other threads sent for the session, by their URL.

    Which of several downloads is first is chance. Answers of one URL stay in their order.
    """
    ordered: list[HarEntry] = []
    pool: list[HarEntry] = []
    for entry in sorted(entries, key=lambda each: each.started):
        if entry.raw.get(POOLED):
            pool.append(entry)
        else:
            ordered += [*_by_url(pool), entry]
            pool = []
    return ordered + _by_url(pool)


def _by_url(entries: list[HarEntry]) -> list[HarEntry]:
    return sorted(entries, key=lambda each: each.url)


def make_steady(entry: HarEntry) -> None:
    """Leave the order of the entries as the only time, and no times in the tokens that requests carry.

    A token that an answer gives keeps its times, for a page may look at them; a request is never told apart by them.
    """
    entry.raw["startedDateTime"] = EPOCH
    entry.request_headers = [(name, JWT.sub(_timeless, value)) for name, value in entry.request_headers]


def _timeless(found: re.Match[str]) -> str:
    try:
        claims = json.loads(from_base64(found[2].encode()) or b"")
    except ValueError:
        return found[0]
    steady = {name: 0 if name in TIMES else value for name, value in claims.items()}
    text = json.dumps(steady, separators=(",", ":"), ensure_ascii=False)
    return f"{found[1]}.{urlsafe_b64encode(text.encode()).decode().rstrip('=')}"
