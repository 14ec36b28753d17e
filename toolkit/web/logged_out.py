"""Whether an answer says that the session is over, in the shapes that sites have for it."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from toolkit.web.origin import origin_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from requests import Response

__all__ = ["CANNOT_TELL", "bare_address", "is_logged_out"]

CANNOT_TELL = (ValueError, LookupError, TypeError, AttributeError)
"""What a connector's function raises when an answer is no JSON, or has not the shape that it expects."""

REFUSED = frozenset({401, 403})
PASSWORD_FIELD = re.compile(rb"""<input\b[^>]*\btype\s*=\s*["']?password""", re.IGNORECASE)
LONGEST = 1 << 20
"""Bytes of an answer that is looked into; what says that the session is over is short."""

# Apollo, AppSync and many more; Hot Chocolate; Hasura
GRAPHQL_CODES = re.compile(r"UNAUTHENTICATED|UNAUTHORI[SZ]ED(EXCEPTION)?|AUTH_NOT_AUTHENTICATED|INVALID-JWT|401")


def is_logged_out(response: Response, login_pages: Collection[str] = ()) -> bool:
    """Whether a response is what a site gives to a visitor who is not logged in.

    It is when the status is 401 or 403, when it leads or has led to one of the `login_pages`, when it is a page with a
    field for a password, or GraphQL whose errors say so. Reads the body only of pages and JSON that are not long.
    """
    if response.status_code in REFUSED:
        return True
    if response.is_redirect:
        return bare_address(urljoin(response.url, response.headers["Location"])) in login_pages
    if response.history and bare_address(response.url) in login_pages:
        return True
    length = response.headers.get("Content-Length", "")
    if length.isdecimal() and int(length) > LONGEST:
        return False
    kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind == "text/html":
        return PASSWORD_FIELD.search(response.content) is not None
    return kind.endswith("json") and b'"errors"' in response.content and _says_so(response)


def _says_so(response: Response) -> bool:
    with suppress(*CANNOT_TELL):
        return any(GRAPHQL_CODES.fullmatch(code.upper()) for one in response.json()["errors"] for code in _codes(one))
    return False


def _codes(error: dict[str, Any]) -> Iterator[str]:
    """Whatever names the kind of a GraphQL error, as servers have different places for it."""
    more = error.get("extensions") or {}
    for value in (error.get("errorType"), more.get("code"), more.get("status"), (more.get("http") or {}).get("status")):
        yield str(value)


def bare_address(url: str) -> str:
    """Origin and path of a URL, without what may hold a token or change from time to time."""
    path = url.partition("?")[0].partition("#")[0].partition("://")[2].partition("/")[2]
    return f"{origin_of(url)}/{path.rstrip('/')}"
