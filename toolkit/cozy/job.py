"""What a Cozy tells a connector that it starts: COZY_URL, COZY_CREDENTIALS and COZY_FIELDS in the environment."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from toolkit.cozy.remote import CozyClient
from toolkit.errors import UsageError

__all__ = ["VARIABLES", "CozyJob"]

URL = "COZY_URL"
CREDENTIALS = "COZY_CREDENTIALS"
FIELDS = ("COZY_FIELDS", "COZY_FIELD")
VARIABLES = (URL, CREDENTIALS, *FIELDS)
ACCOUNTS = "io.cozy.accounts"


@dataclass(frozen=True)
class CozyJob:
    """One run that a Cozy asks for.

    connector        the slug; "" where none is said
    account          the id of the `io.cozy.accounts` with the login
    folder_to_save   the id of a folder in the Cozy; without a Cozy, a folder on this disk
    """

    connector: str = ""
    account: str = ""
    folder_to_save: str = ""
    url: str = ""
    token: str = field(default="", repr=False)

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> CozyJob:
        """The job of an environment, empty where that says nothing. Raises UsageError that tells no value."""
        url, credentials = environ.get(URL, ""), environ.get(CREDENTIALS, "")
        if url and not credentials:
            raise UsageError(f"{URL} is set and {CREDENTIALS} is not: give the token for that Cozy.")
        return cls(**_fields(environ), url=url, token=_token(credentials))

    @cached_property
    def client(self) -> CozyClient | None:
        """The Cozy; None where no address is given."""
        return CozyClient(self.url, self.token) if self.url else None

    def values(self) -> dict[str, Any]:
        """What the account in the Cozy holds for the login: its `auth` and `oauth`; nothing where there is no Cozy.

        Raises StoreError when the Cozy does not give it.
        """
        if self.client is None or not self.account:
            return {}
        account = self.client.find(ACCOUNTS, self.account)
        return {**(account.get("auth") or {}), **(account.get("oauth") or {})}

    def folder(self) -> str:
        """The folder to save to: its path in the Cozy without the first slash, or one on this disk; "" for none.

        Raises NotExistingDirectory when the Cozy has none with this id.
        """
        if self.client is None or not self.folder_to_save:
            return self.folder_to_save
        return self.client.folder(self.folder_to_save).strip("/")


def _fields(environ: Mapping[str, str]) -> dict[str, str]:
    name = next((name for name in FIELDS if environ.get(name)), "")
    content = _json(environ[name]) if name else {}
    for part in ("data", "attributes", "arguments"):  # a job as it lies in the database has them further down
        content = content.get(part, content) if isinstance(content, dict) else None
    if not isinstance(content, dict):
        raise UsageError(f'{name} is no JSON object such as {{"connector": "acme", "account": "…"}}.')
    known = {"connector": content.get("connector") or content.get("konnector")}
    known |= {key: content.get(key) for key in ("account", "folder_to_save")}
    return {key: str(value) for key, value in known.items() if value}


def _token(credentials: str) -> str:
    """The token itself: of what a server gives, the whole; of what a developer has, {"client": …, "token": …}."""
    content = _json(credentials)
    token = content.get("token") if isinstance(content, dict) else credentials.strip()
    if isinstance(token, dict):
        token = token.get("accessToken") or token.get("access_token")
    if credentials and not (isinstance(token, str) and token):
        raise UsageError(f'{CREDENTIALS} holds no token: give a bare one, or {{"client": …, "token": …}}.')
    return token or ""


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None
