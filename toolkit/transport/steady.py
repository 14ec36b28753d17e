"""Takes out of an entry what differs from take to take and is never asked for: two takes are to differ in few lines."""

import json
import re
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from toolkit.transport.encodings import from_base64
from toolkit.transport.har_entry import HarEntry
from toolkit.transport.har_parts import to_number

__all__ = ["in_order", "make_steady"]

EPOCH = "1970-01-01T00:00:00.000Z"
JWT = re.compile(r"\b(eyJ[\w-]+)\.(eyJ[\w-]+)(?=\.)")
TIMES = {"auth_time", "exp", "iat", "nbf"}


def in_order(entries: Iterable[HarEntry]) -> list[HarEntry]:
    """The entries by their start; those of the session that were under way together by their URL.

    Which of several downloads is first is chance. Answers of one URL stay in their order.
    """
    ordered: list[HarEntry] = []
    together: list[HarEntry] = []
    end = datetime.min.replace(tzinfo=UTC)
    for entry in sorted(entries, key=lambda each: each.started):
        if entry.client == "browser" or entry.started >= end:
            ordered += sorted(together, key=lambda each: each.url)
            together = []
        (ordered if entry.client == "browser" else together).append(entry)
        end = max(end, entry.started + timedelta(milliseconds=to_number(entry.raw.get("time"))))
    return ordered + sorted(together, key=lambda each: each.url)


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
