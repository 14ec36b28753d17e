"""`get_file`: the file of one entry, by whichever way the entry says."""

from __future__ import annotations

import hashlib
import mimetypes
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import requests

from toolkit.errors import FileDownloadFailed
from toolkit.operations.naming import get_entry_file_name
from toolkit.web import Downloaded, Rendered, check_document, download, receive, sentence_for

if TYPE_CHECKING:
    from toolkit.models import BaseModel
    from toolkit.operations.links import Links
    from toolkit.run import Run
    from toolkit.store import Draft

__all__ = ["RequestOptions", "get_file", "options_for"]

RequestOptions = Mapping[str, Any] | Callable[[Any], Mapping[str, Any]]

EDGE = 8192  # bytes at either end that tell what a document is
REFUSED = range(400, 500)


def get_file(run: Run, entry: BaseModel, draft: Draft, links: Links, options: RequestOptions) -> Downloaded:
    """Write the file of an entry into a draft. Raises FileDownloadFailed, and what the entry's own `fetch` raises."""
    name = get_entry_file_name(entry)
    if entry.fetch is None:
        return _download(run, entry, draft, links, {"name": name, **options_for(options, entry)})
    try:
        return _take(entry.fetch(run), draft, name)
    except requests.RequestException as error:
        raise FileDownloadFailed(sentence_for(error)) from error


def options_for(options: RequestOptions, entry: BaseModel) -> Mapping[str, Any]:
    """The options that hold for an entry."""
    return options(entry) if callable(options) else options


def _download(run: Run, entry: BaseModel, draft: Draft, links: Links, options: Mapping[str, Any]) -> Downloaded:
    """From its address; from the one that it has by now, when the site knows nothing of the old one any more."""
    used = str(entry.pdfurl)
    try:
        return download(run.session, used, draft, **options)
    except FileDownloadFailed as error:
        if error.status not in REFUSED or not links.renew(run, entry, used):
            raise
    facts = download(run.session, str(entry.pdfurl), draft, **options)
    links.helped()
    return facts


def _take(got: object, draft: Draft, name: str) -> Downloaded:
    if isinstance(got, requests.Response):
        with got:
            return receive(got, draft, name=name)
    if not isinstance(got, bytes):
        raise FileDownloadFailed(f"`fetch` returned {type(got).__name__}, and neither bytes nor a response")
    mime = mimetypes.guess_type(name)[0] or "application/octet-stream"
    ending = check_document(got[:EDGE], got[-EDGE:], len(got), mime, name)
    draft.write(got)
    digest = hashlib.sha256(got).hexdigest()
    return Downloaded(len(got), digest, mime, rendered=isinstance(got, Rendered), ending=ending)
