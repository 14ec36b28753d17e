"""What a HAR tells of a site: its address, the login that was sent, the list of bills, the documents."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from toolkit.errors import UsageError
from toolkit.jobs.new.plan import Listing
from toolkit.jobs.new.rows import Rows, Shown, find_rows
from toolkit.transport.har import HarEntry
from toolkit.transport.names import is_typed

__all__ = ["Traffic", "read_traffic"]

GOOD = range(200, 300)
MORE = "The page asked again with another query or body: read its other pages too."
PDF = b"%PDF-"
OF_USER = ("email", "mail", "login", "user", "username", "identifier", "account", "phone", "name")


@dataclass(frozen=True)
class Traffic:
    """What was found.

    site      "https://host"
    page      the address of the site's page before the login, relative to it
    fields    {"login": "ada@acme.example", "password": "…"}, as they were sent; secret
    listing   the request that lists the bills; None when no answer has days and amounts
    rows      how many it lists
    hosts     the other hosts that the listing and the documents are at
    """

    site: str
    page: str
    fields: dict[str, str] = field(default_factory=dict, repr=False)
    listing: Listing | None = None
    rows: int = 0
    hosts: tuple[str, ...] = ()


def read_traffic(entries: Sequence[HarEntry], shown: str = "") -> Traffic:
    """Look through requests in their order; `shown` is what could be read in the page at the end, where it is known.

    Raises UsageError when there is no page among them.
    """
    pages = [one for one in entries if one.status in GOOD and _is_page(one)]
    if not pages:
        raise UsageError("There is no page of the site in it: record from the login page on, with the cache off.")
    sent = next(_logins(entries), None)
    site = _origin(pages[0].url)
    before = [one for one in pages if sent is None or one.number < sent[0].number]
    start = next((one for one in reversed(before) if _origin(one.url) == site), pages[0])
    documents = [one.url for one in entries if one.status in GOOD and _is_document(one)]
    listed = _listed(entries, [url.removeprefix(site) for url in documents], Shown(shown))
    used = [listed[0][0].url, *documents] if listed else documents
    hosts = dict.fromkeys(host for url in used if (host := urlsplit(url).hostname or "") != urlsplit(site).hostname)
    return Traffic(
        site,
        start.url[len(site) :].partition("#")[0] or "/",
        sent[1] if sent else {},
        _listing(*listed, site) if listed else None,
        listed[1].count if listed else 0,
        tuple(hosts),
    )


def _is_page(entry: HarEntry) -> bool:
    """Whether it is a page of its own, and none in a frame."""
    return "html" in (entry.header("content-type") or "") and entry.request_header("sec-fetch-dest") != "iframe"


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _logins(entries: Iterable[HarEntry]) -> Iterator[tuple[HarEntry, dict[str, str]]]:
    """The requests that send a password, with what was typed; a user name may have been sent before."""
    user = ""
    for entry in entries:
        sent = dict(_sent(entry)) if entry.method == "POST" else {}
        typed = [value for name, value in sent.items() if is_typed(name) and value]
        names = [name for name in sent if not is_typed(name)]
        named = [name for hint in OF_USER for name in names if hint in name.lower() and sent[name]]
        user = sent[named[0]] if named else user
        if typed:
            yield entry, {"login": user, "password": typed[0]}


def _sent(entry: HarEntry) -> Iterator[tuple[str, str]]:
    """The fields of a body, JSON or a form."""
    body = entry.request_body() or b""
    with suppress(ValueError):
        yield from _texts(json.loads(body))
        return
    with suppress(UnicodeDecodeError):
        yield from parse_qsl(body.decode(), keep_blank_values=True)


def _texts(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, one in value.items():
            yield from _texts(one, str(key))
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one, name)
    elif isinstance(value, str):
        yield name, value


def _is_document(entry: HarEntry) -> bool:
    kind = (entry.header("content-type") or "").lower()
    return "pdf" in kind or ("octet-stream" in kind and (entry.body() or b"").startswith(PDF))


def _listed(entries: Iterable[HarEntry], documents: Sequence[str], shown: Shown) -> tuple[list[HarEntry], Rows] | None:
    """The requests for the list, page after page, and what is in the fullest answer."""
    found = []
    for entry in entries:
        if entry.status in GOOD and "json" in (entry.header("content-type") or "") and entry.method in {"GET", "POST"}:
            with suppress(ValueError):
                rows = find_rows(json.loads(entry.body() or b""), entry.url, documents, shown)
                found += [(entry, rows)] if rows else []
    if not found:
        return None
    best, rows = max(found, key=lambda one: one[1].score)
    return [one for one, other in found if _place(one) == _place(best) and other.path == rows.path], rows


def _place(entry: HarEntry) -> tuple[str, str]:
    return entry.method, entry.url.partition("?")[0]


def _listing(asked: Sequence[HarEntry], rows: Rows, site: str) -> Listing:
    first = asked[0]
    body = None
    if first.method == "POST":
        with suppress(ValueError):
            body = json.loads(first.request_body() or b"")
    others = [one for one in asked if (one.url, one.request_body()) != (first.url, first.request_body())]
    return Listing(
        first.method,
        first.url.partition("#")[0].partition("?")[0].removeprefix(site),
        rows.code,
        rows.fields,
        body,
        dict(parse_qsl(urlsplit(first.url).query, keep_blank_values=True)),
        MORE if others else "",
    )
