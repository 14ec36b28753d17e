"""HAR files: read those of any tool, keep recordings in a normal form, hand them on whole.

har = Har.load("session.har")       # also a .zip of Playwright
for entry in har.entries:
    print(entry.method, entry.url, entry.status, len(entry.body()))
har.save("recording/session.har")   # normal form: bodies over 4 KB and binary ones in recording/bodies/
har.export("for-devtools.har")      # one file with everything in it
"""

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

from toolkit.disk import write_atomically
from toolkit.transport import har_lint
from toolkit.transport.har_entry import Client, HarEntry
from toolkit.transport.har_files import Folder, Zip
from toolkit.transport.har_forms import LOG, completed_log, embedded, with_files
from toolkit.transport.har_parts import HarError, Headers, Raw, WebSocketMessage, as_dict, write_headers
from toolkit.transport.har_print import printed

__all__ = ["Client", "Har", "HarEntry", "HarError", "Headers", "WebSocketMessage", "lint", "make_entry"]


class Har:
    """A HAR: its entries in order, and everything else that its file said."""

    def __init__(self, entries: Iterable[HarEntry] = (), document: Raw | None = None) -> None:
        self.entries: list[HarEntry] = []
        self.document: Raw = document or {"log": dict(LOG)}
        for entry in entries:
            self.append(entry)

    def __repr__(self) -> str:
        return f"<Har of {len(self.entries)} entries>"

    @classmethod
    def load(cls, path: str | Path) -> "Har":
        """Read a HAR or a zip with one; bodies are read when asked for.

        Raises HarError when the file is none. A single body that cannot be read raises it only when asked for.
        """
        path = Path(path)
        try:
            files: Folder | Zip = Zip(path) if path.suffix.lower() == ".zip" else Folder(path.parent)
            text = _decoded(files.read_har() if isinstance(files, Zip) else path.read_bytes(), path.name)
        except OSError as error:
            raise HarError(f"{path.name} cannot be read: {error.strerror}.") from None
        document = _parsed(text, path.name)
        files.recoded = as_dict(document["log"].get("creator")).get("name") == "Playwright"
        har = cls(document=document)
        for number, raw in enumerate(document["log"].pop("entries"), 1):
            if not isinstance(raw, dict):
                raise HarError(f"{path.name}: entry {number} is not an object.")
            har.entries.append(HarEntry(raw, number=number, source=path.name, files=files))
        return har

    def append(self, entry: HarEntry) -> None:
        """Put an entry at the end."""
        self.entries.append(entry)
        entry.number = len(self.entries)

    def save(self, path: str | Path, *, normal: bool = True) -> None:
        """Write the HAR, with bodies over 4 KB and binary ones in `bodies/<sha1>.<ext>` beside it.

        Playwright opens it too, but for scripts and style sheets over 64 KB: these are kept compressed (`.js.gz`), and
        come whole in an export. Normal form drops what changes from take to take; with `normal=False` every field
        stays. Each file appears whole or not at all, the HAR last. Bodies of an older save stay: save into a new folder
        to be rid of them.
        """
        path = Path(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        document = {"log": LOG} if normal else self.document
        self._write(path, document, lambda entry: with_files(entry, path.parent, normal=normal))

    def export(self, path: str | Path) -> None:
        """Write one self-contained HAR for the importers of Chrome and Firefox, with every field that they want."""
        self._write(Path(path), {"log": completed_log(as_dict(self.document.get("log")))}, embedded)

    def _write(self, path: Path, document: Raw, form: Callable[[HarEntry], Raw]) -> None:
        log = {**as_dict(document["log"]), "entries": map(form, self.entries)}
        text = chain(printed({**document, "log": log}), "\n")
        # A lone surrogate, which no charset holds, is written as JSON's own escape.
        write_atomically(path, (piece.encode("utf-8", "backslashreplace") for piece in text))


def lint(har: Har) -> list[str]:
    """Say, a sentence each, what a HAR lacks to be replayed and what in it cannot be; empty when it is complete."""
    return har_lint.lint(har.entries)


def make_entry(
    method: str,
    url: str,
    *,
    started: datetime,
    status: int,
    status_text: str = "",
    request_headers: Sequence[tuple[str, str]] = (),
    request_body: bytes | None = None,
    response_headers: Sequence[tuple[str, str]] = (),
    body: bytes = b"",
    client: Client = "session",
    resource_type: str = "",
    error: str | None = None,
    http_version: str = "HTTP/1.1",
) -> HarEntry:
    """Build the entry of one exchange; `body` is decompressed, `error` says why no answer came (status -1)."""
    request = {"method": method, "url": url, "httpVersion": http_version, "headers": write_headers(request_headers)}
    response: Raw = {"status": status, "statusText": status_text, "httpVersion": http_version}
    response |= {"headers": write_headers(response_headers), "content": {"size": 0, "mimeType": ""}}
    response |= {"_failureText": error} if error else {}
    kind = {"_resourceType": resource_type} if resource_type else {}
    moment = started.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    entry = HarEntry({"startedDateTime": moment, "_client": client, **kind, "request": request, "response": response})
    response["content"]["mimeType"] = entry.header("content-type") or ""
    entry.store_body(body)
    if request_body is not None:
        entry.store_request_body(request_body)
    return entry


def _decoded(data: bytes, name: str) -> str:
    """Apart from parsing, so that bytes and text of a large file are not both kept meanwhile."""
    try:
        return data.decode(json.detect_encoding(data))
    except UnicodeDecodeError:
        raise HarError(f"{name} is not JSON: its bytes are not text.") from None


def _parsed(text: str, name: str) -> Raw:
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise HarError(f"{name} is not JSON: {error.msg} in line {error.lineno}.") from None
    except RecursionError:
        raise HarError(f"{name} is not a HAR: it is nested too deeply.") from None
    log = as_dict(as_dict(document).get("log"))
    if not isinstance(log.get("entries"), list):
        raise HarError(f"{name} is not a HAR: it has no log.entries.")
    return as_dict(document)
