"""Reading a file of documents, `{doctype: [document, …]}`, the seed's `data/fixture.json`."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from toolkit.errors import UsageError
from toolkit.models import BaseModel, File, Folder, model_of

__all__ = ["counts", "read"]

DIRECTORY = "directory"  # the type of a folder among a Cozy's files


def read(path: Path) -> list[BaseModel]:
    """The documents of a file, in its order. Raises UsageError naming the file, and the doctype and row at fault."""
    content = _content(path)
    if not isinstance(content, dict):
        raise UsageError(f"{path} must be an object of lists of documents, by doctype.")
    return [entry for doctype, rows in content.items() for entry in _entries(path, doctype, rows)]


def counts(entries: Sequence[BaseModel]) -> dict[str, int]:
    """How many entries there are of each doctype."""
    return dict(Counter(entry.doctype for entry in entries))


def _content(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise UsageError(f"{path} is not JSON: {error}.") from error


def _entries(path: Path, doctype: str, rows: Any) -> Iterator[BaseModel]:
    if not isinstance(rows, list):
        raise UsageError(f"{path}: {doctype} must be a list of documents.")
    model = model_of(doctype)
    seen: Counter[str] = Counter()
    for number, row in enumerate(rows, 1):
        if not isinstance(row, dict):
            raise UsageError(f"{path}: {doctype} row {number} is not a document.")
        its_model = Folder if row.get("type") == DIRECTORY and model is File else model
        entry = its_model.from_cozy(row)
        entry.id = entry.id or _derived_id(row, seen)
        if entry.problems:
            raise UsageError(f"{path}: {doctype} row {number}: {'; '.join(entry.problems)}.")
        yield entry


def _derived_id(row: dict[str, Any], seen: Counter[str]) -> str:
    """An id for a document without one, from its content and its rank among equals: loading it again adds nothing."""
    content = json.dumps(row, sort_keys=True)
    seen[content] += 1
    return hashlib.sha256(f"{seen[content]} {content}".encode()).hexdigest()[:32]
