"""A server that answers the data API as cozy-stack's documentation says, with documents in memory."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from toolkit.cozy.selector import matches

TOKEN = "token-of-one-run-7c1b"
MOST = 2  # documents in one answer, to see that the next ones are asked for

Answer = tuple[int, Any]


class Stack:
    """Documents by doctype and id, folders by id; who has not the token is refused."""

    def __init__(self) -> None:
        self.documents: dict[str, dict[str, dict[str, Any]]] = {}
        self.folders: dict[str, str] = {}
        self.indexed: set[str] = set()
        self.url = ""
        self._ids = count(1)

    def answer(self, method: str, path: str, query: dict[str, str], body: Any) -> Answer:
        """The status and the JSON of an answer."""
        parts = [unquote(part) for part in path.strip("/").split("/")]
        if parts[0] == "files":
            there = self.folders.get(parts[1])
            return (200, {"data": {"attributes": {"path": there}}}) if there else (404, {})
        doctype, name = parts[1], (parts[2] if len(parts) > 2 else "")
        if name.startswith("_"):
            return self._list(doctype, name, query, body)
        if method in {"POST", "PUT"}:
            return self._write(doctype, name or f"id-{next(self._ids)}", body)
        rows = self.documents.get(doctype, {})
        if name not in rows:
            return 404, {}
        return 200, rows.pop(name) if method == "DELETE" else rows[name]

    def _list(self, doctype: str, name: str, query: dict[str, str], body: Any) -> Answer:
        rows = [*self.documents.get(doctype, {}).values()]
        if name == "_index":
            self.indexed.add(doctype)
            return 200, {}
        if name == "_find":
            found = [one for one in rows if matches(one, body["selector"])]
            return self._page(found, body, "docs") if doctype in self.indexed else (400, {})
        return self._page(rows, query, "rows") if rows else (404, {})

    def _write(self, doctype: str, id_: str, body: dict[str, Any]) -> Answer:
        before = self.documents.get(doctype, {}).get(id_, {})
        if before.get("_rev") != body.get("_rev"):
            return 409, {}
        rev = f"{int(body.get('_rev', '0-').split('-')[0]) + 1}-x"
        whole = {**body, "_id": id_, "_rev": rev}
        self.documents.setdefault(doctype, {})[id_] = whole
        return 201, {"ok": True, "id": id_, "rev": rev, "data": whole}

    def _page(self, found: list[Any], asked: dict[str, Any], name: str) -> Answer:
        start = int(asked.get("bookmark") or 0)
        stop = start + min(MOST, int(asked["limit"]))
        return 200, {name: found[start:stop], "bookmark": str(stop), "next": stop < len(found)}


@contextmanager
def running(stack: Stack) -> Iterator[Stack]:
    """Serve it on loopback while the block lasts."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(stack))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    stack.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield stack
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    stack: Stack

    def _do(self) -> None:
        url = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        status, content = 401, {"error": "unauthorized"}
        if self.headers.get("Authorization") == f"Bearer {TOKEN}":
            status, content = self.stack.answer(self.command, url.path, query, json.loads(body or "null"))
        said = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *_: Any) -> None:
        """Nothing."""


def _handler(stack: Stack) -> type[_Handler]:
    methods = {f"do_{method}": _Handler._do for method in ("GET", "POST", "PUT", "DELETE")}
    return type("Handler", (_Handler,), {"stack": stack, **methods})
