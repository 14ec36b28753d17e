"""The data API of a real Cozy."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

import requests

from toolkit.cozy.client import Document
from toolkit.cozy.selector import fields_of
from toolkit.errors import NotExistingDirectory, StoreError, UsageError
from toolkit.web.origin import is_trustworthy

__all__ = ["CozyClient"]

TIMEOUT = 30.0
PAGE = 1000  # the most that a Cozy gives at once


class CozyClient:
    """Documents of the Cozy at `url`, for who has the token; it is sent there and nowhere else.

    Raises UsageError for an address that is none, or one where the token would travel in clear.
    """

    def __init__(self, url: str, token: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise UsageError(f"COZY_URL is no address such as https://me.example: {url}")
        if not is_trustworthy(url):
            raise UsageError(f"COZY_URL must begin with https: anybody on the way to {parts.hostname} sees the token.")
        self.url = url.rstrip("/")
        self.secrets = (token,)
        self._session = requests.Session()
        self._session.trust_env = False  # .netrc would replace the token
        self._session.headers.update({"Authorization": f"Bearer {token}", "Accept": "application/json"})

    def __repr__(self) -> str:
        return f"CozyClient({self.url!r})"

    def find(self, doctype: str, id_: str) -> Document:
        """One document. Raises StoreError when it is not there."""
        return self._ask("GET", f"/data/{doctype}/{quote(id_, safe='')}")

    def find_all(self, doctype: str) -> list[Document]:
        """Every document, in the order of ids; none when the Cozy has never seen the doctype."""
        found: list[Document] = []
        bookmark = ""
        while True:
            asked = {"limit": str(PAGE), **({"bookmark": bookmark} if bookmark else {})}
            answer = self._ask("GET", f"/data/{doctype}/_normal_docs", params=asked, none={"rows": []})
            found += answer["rows"]
            bookmark = answer.get("bookmark", "")
            if not answer["rows"] or not bookmark:
                return found

    def query(self, doctype: str, selector: Mapping[str, Any]) -> list[Document]:
        """The documents that a Mango selector takes; an index of its fields is made where there is none."""
        index = {"index": {"fields": fields_of(selector) or ["_id"]}}
        self._ask("POST", f"/data/{doctype}/_index", json=index)
        found: list[Document] = []
        asked: dict[str, Any] = {"selector": dict(selector), "limit": PAGE}
        while True:
            answer = self._ask("POST", f"/data/{doctype}/_find", json=asked, none={"docs": []})
            found += answer["docs"]
            if not answer.get("next"):
                return found
            asked["bookmark"] = answer["bookmark"]

    def create(self, doctype: str, document: Mapping[str, Any]) -> Document:
        """Store a new document, under its `_id` when it has one."""
        id_ = document.get("_id")
        if id_:
            given = {name: value for name, value in document.items() if name != "_id"}
            return self._written(self._ask("PUT", f"/data/{doctype}/{quote(str(id_), safe='')}", json=given))
        return self._written(self._ask("POST", f"/data/{doctype}/", json=dict(document)))

    def update(self, doctype: str, id_: str, document: Mapping[str, Any]) -> Document:
        """Put a document in the place of a stored one. Raises StoreError when somebody else has changed it."""
        rev = document.get("_rev") or self.find(doctype, id_)["_rev"]
        body = {**document, "_id": id_, "_rev": rev}
        return self._written(self._ask("PUT", f"/data/{doctype}/{quote(id_, safe='')}", json=body))

    def update_attributes(self, doctype: str, id_: str, changes: Mapping[str, Any]) -> Document:
        """Change some fields of a stored document; what others have changed meanwhile is never written over."""
        return self.update(doctype, id_, {**self.find(doctype, id_), **changes})

    def delete(self, doctype: str, id_: str) -> None:
        """Take a document away for good."""
        rev = self.find(doctype, id_)["_rev"]
        self._ask("DELETE", f"/data/{doctype}/{quote(id_, safe='')}", params={"rev": rev})

    def folder(self, id_: str) -> str:
        """The path of a folder, such as "/Bills/Acme". Raises NotExistingDirectory when there is none with this id."""
        answer = self._ask("GET", f"/files/{quote(id_, safe='')}", none={})
        path = answer.get("data", {}).get("attributes", {}).get("path")
        if not path:
            raise NotExistingDirectory(f"The folder to save to, {id_}, does not exist in {self.url}.")
        return str(path)

    def _written(self, answer: Document) -> Document:
        return {**answer["data"], "_id": answer["id"], "_rev": answer["rev"]}

    def _ask(self, method: str, path: str, *, none: Document | None = None, **asked: Any) -> Document:
        """The JSON of an answer; `none` where the Cozy says that it has no such thing."""
        try:
            answer = self._session.request(method, self.url + path, timeout=TIMEOUT, allow_redirects=False, **asked)
        except requests.RequestException as error:
            raise StoreError(
                f"The Cozy at {self.url} does not answer ({type(error).__name__}): is COZY_URL right?"
            ) from error
        if answer.status_code == requests.codes.not_found and none is not None:
            return none
        if not answer.ok or answer.is_redirect:
            raise StoreError(f"The Cozy at {self.url} refused {method} {path}: {_why(answer)}.")
        try:
            content = answer.json() if answer.content else {}
        except ValueError as error:
            raise StoreError(f"{self.url} does not answer as a Cozy does: {method} {path} gave no JSON.") from error
        return dict(content)


def _why(answer: requests.Response) -> str:
    known = {
        401: "the token of COZY_CREDENTIALS is not accepted, or too old",
        403: "the token of COZY_CREDENTIALS does not give this right",
        404: "there is no such document",
        409: "the document has been changed or made by somebody else",
    }
    return known.get(answer.status_code, f"HTTP {answer.status_code} {answer.reason}".strip())
