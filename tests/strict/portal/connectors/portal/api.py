"""The portal's API, which wants every call signed."""

import hmac
import time
from typing import Any
from uuid import uuid4

import requests

from toolkit import Run


def call(run: Run, method: str, path: str, **options: Any) -> requests.Response:
    """One signed call."""
    now, nonce = int(time.time() * 1000), str(uuid4())
    text = f"{method} {path} {now} {nonce}"
    signature = hmac.digest(bytes.fromhex(run.data["key"]), text.encode(), "sha256").hex()
    query = {"_": str(now), "n": nonce, "s": signature}
    headers = {"X-CSRF-Token": str(run.session.cookies.get("csrf"))}
    answer = run.session.request(method, run.data["api"] + path, params=query, headers=headers, **options)
    answer.raise_for_status()
    return answer


def ask(run: Run, method: str, path: str, **options: Any) -> Any:
    """What one signed call answers, from JSON."""
    return call(run, method, path, **options).json()


def page_of_bills(run: Run, page: int) -> list[dict[str, str]]:
    """One page of the listing."""
    query = "query Bills($page: Int!) { bills(page: $page) { nodes { id date amount pdf } } }"
    asked = {"operationName": "Bills", "query": query, "variables": {"page": page}}
    nodes: list[dict[str, str]] = ask(run, "POST", "/graphql", json=asked)["data"]["bills"]["nodes"]
    return nodes
