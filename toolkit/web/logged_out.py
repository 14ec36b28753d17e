"""Whether an answer says that the session is over, in the shapes that sites have for it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from toolkit.web.origin import origin_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from requests import Response

__all__ = ["CANNOT_TELL", "bare_address", "is_logged_out"]

CANNOT_TELL = (ValueError, LookupError, TypeError, AttributeError)
"""What a connector's function raises when an answer is no JSON, or has not the shape that it expects."""

REFUSED = frozenset({401, 403})
PASSWORD_FIELD = re.compile(rb"""<input\b[^>]*\btype\s*=\s*["']?password""", re.IGNORECASE)
LONGEST_LOGIN_PAGE = 1 << 20


def is_logged_out(response: Response, login_pages: Collection[str] = ()) -> bool:
    """Whether a response is what a site gives to a visitor who is not logged in.

    It is when the status is 401 or 403, when a redirect led to one of the `login_pages`, or when it is a page with a
    field for a password. Reads the body only of a page.
    """
    if response.status_code in REFUSED:
        return True
    if response.history and bare_address(response.url) in login_pages:
        return True
    return _is_page(response) and PASSWORD_FIELD.search(response.content) is not None


def _is_page(response: Response) -> bool:
    html = response.headers.get("Content-Type", "").partition(";")[0].strip().lower() == "text/html"
    return html and int(response.headers.get("Content-Length") or 0) <= LONGEST_LOGIN_PAGE


def bare_address(url: str) -> str:
    """Origin and path of a URL, without what may hold a token or change from time to time."""
    path = url.partition("?")[0].partition("#")[0].partition("://")[2].partition("/")[2]
    return f"{origin_of(url)}/{path.rstrip('/')}"
