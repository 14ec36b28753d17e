"""Tryton's JSON-RPC: dates, decimals and bytes come tagged, and errors come with status 200."""

import base64
from datetime import date
from decimal import Decimal
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlsplit

from toolkit import FileDownloadFailed, Run, ToolkitError, UserActionNeeded, VendorDown

__all__ = ["call", "database", "host", "server"]


def server(run: Run) -> str:
    """The server's address, without a slash at its end."""
    return run.fields["url"].strip().rstrip("/")


def host(run: Run) -> str:
    """The server's name for people."""
    return urlsplit(server(run)).netloc


def database(run: Run) -> str:
    """The database's name as a part of an address."""
    return quote(run.fields["database"], safe="")


def call(run: Run, method: str, *params: Any) -> Any:
    """The result of one call, with tagged values decoded; the last of `params` is the context.

    Raises FileDownloadFailed when a report cannot be made, UserActionNeeded when the user may not do this, and
    VendorDown when the session is over or the server failed.
    """
    url = f"{server(run)}/{database(run)}/rpc/"
    response = run.session.post(url, json={"id": 0, "method": method, "params": params})
    if response.status_code == HTTPStatus.UNAUTHORIZED:
        raise VendorDown("Tryton has ended the session: run again to log in anew.")
    if response.status_code == HTTPStatus.FORBIDDEN:
        raise UserActionNeeded(f"Tryton does not let {run.fields['login']} call {method}.")
    response.raise_for_status()
    answer = response.json(object_hook=_decode)
    if "error" in answer:
        raise _meaning(method, *answer["error"])
    return answer["result"]


def _decode(value: dict[str, Any]) -> Any:
    match value.get("__class__"):
        case "date":
            return date(value["year"], value["month"], value["day"])
        case "Decimal":
            return Decimal(value["decimal"])
        case "bytes":
            return base64.b64decode(value["base64"])
        case _:
            return value


def _meaning(method: str, kind: str, details: Any) -> ToolkitError:
    """A UserError brings its words in `details`; any other error is its words, and a traceback for developers."""
    words = details[0] if kind == "UserError" else kind
    if method.startswith("report."):
        return FileDownloadFailed(f"Tryton could not print it: {words}")
    if kind == "UserError":
        return UserActionNeeded(f"Tryton refuses: {words}")
    return VendorDown(f"Tryton failed at {method}: {words}")
