"""What a named value really holds: JSON, base64, tokens and their claims; and which of it are secrets."""

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import unquote_to_bytes

from toolkit.transport.encodings import decoded, from_base64, is_text
from toolkit.transport.names import CLAIMS, is_secret

__all__ = ["Found", "as_json", "in_tokens", "in_tree", "inside", "kept", "readable"]


class Found(NamedTuple):
    """A value that must not be kept, and the name of the field, header or cookie it stood in."""

    name: str
    value: str


JWT = re.compile(rb"eyJ[\w-]{8,}(?:\.[\w-]*){2,4}")


def in_tree(name: str, tree: Any, *, asked: bool) -> Iterator[Found]:
    """The secrets among the leaves of JSON, each under the nearest key above it."""
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield from in_tree(key, value, asked=asked)
    elif isinstance(tree, list):
        for value in tree:
            yield from in_tree(name, value, asked=asked)
    elif isinstance(tree, str | int) and not isinstance(tree, bool):
        yield from kept(name, str(tree), asked=asked)


def kept(name: str, value: str, *, asked: bool) -> Iterator[Found]:
    """The secrets of one named value, which may be JSON, a JWT or base64 of either."""
    yield from (found for found in inside(name, value) if is_secret(found.name, found.value, asked=asked))


def inside(name: str, value: str, depth: int = 0) -> Iterator[Found]:
    """What a named value really holds: its leaves when it is JSON or encoded text, else itself, percent-decoded."""
    plain = decoded(unquote_to_bytes(value)) if "%" in value else value
    tree = as_json(plain)
    if tree is not None and depth < 4:  # noqa: PLR2004 - JSON in JSON in JSON in JSON
        for found in leaves(name, tree):
            yield from inside(found.name, found.value, depth + 1)
        return
    parts = plain.split(".")
    opened = [readable(part) for part in parts]
    if not any(opened):
        yield Found(name, plain)
        return
    for part, text in zip(parts, opened, strict=True):
        yield from inside(name, text, depth + 1) if text else [Found(name, part)]


def leaves(name: str, tree: Any) -> Iterator[Found]:
    """The named leaves of JSON."""
    if isinstance(tree, dict | list):
        for key, value in tree.items() if isinstance(tree, dict) else ((name, item) for item in tree):
            yield from leaves(key, value)
    elif isinstance(tree, str):
        yield Found(name, tree)


def as_json(text: str) -> Any:
    """The object or list that a text is; None when it is neither."""
    if text.lstrip()[:1] not in ("{", "["):
        return None
    try:
        return json.loads(text)
    except ValueError:
        return None


def readable(part: str) -> str:
    """The JSON that a part of a token holds in base64; empty when it holds none."""
    raw = from_base64(part.rstrip("=").encode()) if part.startswith(("eyJ", "W3", "ey")) and part.isascii() else None
    return raw.decode() if raw and is_text(raw) and as_json(raw.decode()) is not None else ""


def in_tokens(data: bytes) -> Iterator[Found]:
    """The secrets of all JWTs, each looked at once, in order of appearance."""
    for token in dict.fromkeys(JWT.findall(data)):
        yield from in_jwt(token.decode())


def in_jwt(token: str) -> Iterator[Found]:
    """The signature of a JWT and the claims that say who it is for; exp, iat and nbf are no secrets."""
    head, *parts = token.split(".")
    if not readable(head):
        return
    for part in parts:
        claims = as_json(readable(part) or "")
        if claims is None and len(part) >= 8:  # noqa: PLR2004 - shorter is no signature
            yield Found("jwt", part)
        for found in leaves("", claims):
            if found.name in CLAIMS or is_secret(found.name, found.value, asked=False):
                yield found
