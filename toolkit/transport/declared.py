"""The values of names that a connector declares secret: nothing about the values themselves tells."""

import re
from collections.abc import Collection, Iterator
from itertools import chain
from typing import Any
from urllib.parse import urlsplit

from toolkit.transport.encodings import decoded
from toolkit.transport.har_entry import HarEntry
from toolkit.transport.learned_values import Found, as_json
from toolkit.transport.learning import ATTRIBUTE, PART, TAG, pairs
from toolkit.transport.packing import unpack
from toolkit.transport.request import Headers

__all__ = ["in_exchange"]

COOKIE = re.compile(r"\s*([^=;\s]+)=([^;]*)")


def in_exchange(entry: HarEntry, names: Collection[str]) -> Iterator[Found]:
    """Every value under one of the names, of fields, headers, cookies, query parameters and inputs of HTML."""
    if names:
        asked = chain(_in_url(entry.url), _in_headers(entry.request_headers), _in_body(entry.request_body() or b""))
        for name, value in chain(asked, _in_headers(entry.response_headers), _in_body(entry.body())):
            if name in names and value:
                yield Found(name, value)


def _in_url(url: str) -> Iterator[tuple[str, str]]:
    parts = urlsplit(url)
    yield from pairs(parts.query)
    yield from pairs(parts.fragment)


def _in_headers(headers: Headers) -> Iterator[tuple[str, str]]:
    for name, value in headers:
        yield name, value
        if name.lower() in {"cookie", "set-cookie"}:
            yield from COOKIE.findall(value)
        elif name.lower() in {"location", "referer"}:
            yield from _in_url(value)


def _in_body(body: bytes) -> Iterator[tuple[str, str]]:
    packed = unpack(body)
    body = packed.plain if packed else body
    text = decoded(body)
    if (tree := as_json(text)) is not None:
        yield from _in_tree("", tree)
    elif b"\0" not in body:
        yield from pairs(text)
        for name, value in PART.findall(body):
            yield decoded(name), decoded(value)
        for tag in TAG.findall(body):
            yield from _in_tag(tag.decode("utf-8", "replace"))


def _in_tree(name: str, tree: Any) -> Iterator[tuple[str, str]]:
    """The leaves under a name and below it; a text that is JSON is opened."""
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield from _in_tree(key, value)
    elif isinstance(tree, list):
        for value in tree:
            yield from _in_tree(name, value)
    elif isinstance(tree, str) and (inner := as_json(tree)) is not None:
        yield from _in_tree(name, inner)
    elif isinstance(tree, str | int | float) and not isinstance(tree, bool):
        yield name, str(tree)


def _in_tag(tag: str) -> Iterator[tuple[str, str]]:
    found = {key.lower(): double or single or bare for key, double, single, bare in ATTRIBUTE.findall(tag)}
    for name in ("name", "id"):
        yield found.get(name, ""), found.get("value") or found.get("content") or ""
