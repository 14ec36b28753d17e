"""What a page makes anew for every call, and a session therefore cannot send: times, nonces, signatures."""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING

from toolkit.transport.shapes import looks_secret

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["RENEWED", "why_momentary"]

RENEWED = re.compile(r"auth|token|csrf|xsrf|session|jwt", re.IGNORECASE)
"""Names of what tells who asks, which a site replaces from time to time."""

TIME, NONCE, SIGNATURE = "a time", "a nonce", "a signature of the call"

# Words of a name: those of "x-request-id" are " x request id ".
NAMED = (
    (TIME, re.compile(r" (?:timestamp|time stamp|ts|time|date) ")),
    (NONCE, re.compile(r" (?:c?nonce|traceparent|(?:request|correlation|trace|span|idempotency) (?:id|key)) ")),
    (SIGNATURE, re.compile(r" (?:signature|sign|sig|hmac|mac|digest|checksum|dpop) ")),
)
SHAPED = (
    (
        TIME,
        re.compile(r"1\d{9}(?:\d{3}|\.\d+)?|\d{4}-?\d\d-?\d\dT[\d:.]+(?:Z|[+-]\d\d:?\d\d)?|\w{3}, \d\d \w{3} .* GMT"),
    ),
    (NONCE, re.compile(r"(?i)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")),
    (SIGNATURE, re.compile(r"(?i)(?:[0-9a-f]{40}|[0-9a-f]{64}|[0-9a-f]{128})|[\w+/]{27}=|[\w+/]{43}=|[\w+/]{86}==")),
)
SIGNED = re.compile(r"(?i)(?:aws4-|hmac|hawk |digest |mac )|.*\b(?:\w*signature|c?nonce|mac)=")
BEFORE_AND_AFTER = 2  # values of a token that is renewed


def why_momentary(name: str, values: Sequence[str], *, stands: bool) -> str:
    """Why the values that calls carried under a name, in their order, are none to send again; empty when the last is.

    `stands` is whether the page keeps the last one in a storage, a cookie or a tag. Of a single call only the name
    tells. What was the same in several calls stays the same, but for a time, which may be in seconds.
    """
    kind = SIGNATURE if SIGNED.match(values[-1]) else _named(name, values)
    if len(set(values)) > 1:
        if not kind and (stands or not _changes(name, values)):
            return ""
        what = kind or _shape_of(values)
        return f"{what}, another one on every call" if what else "another one on every call"
    alone = len(values) == 1 and not stands
    return f"{kind}, by its name" if kind and (alone or kind == TIME or SIGNED.match(values[-1])) else ""


def _named(name: str, values: Sequence[str]) -> str:
    """What it is by its name, if it looks like that at all."""
    words = f" {re.sub(r'[^a-z0-9]+', ' ', name.lower())} "
    kind = next((kind for kind, pattern in NAMED if pattern.search(words)), "")
    shape = _shape_of(values)
    fits = shape == TIME if kind == TIME else shape or all(map(looks_secret, values))
    return kind if fits else ""


def _shape_of(values: Sequence[str]) -> str:
    return next((kind for kind, pattern in SHAPED if all(map(pattern.fullmatch, values))), "")


def _changes(name: str, values: Sequence[str]) -> bool:
    """Whether no two calls carried the same, or what looks random comes back later: it depends on the call."""
    if len(set(values)) == len(values):
        return not (RENEWED.search(name) and len(values) == BEFORE_AND_AFTER)
    return len(list(groupby(values))) > len(set(values)) and (bool(_shape_of(values)) or all(map(looks_secret, values)))
