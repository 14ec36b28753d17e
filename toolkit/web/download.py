"""Download one document, and make sure that it is one."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import Message
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import requests

from toolkit.errors import FileDownloadFailed
from toolkit.web.arriving import TAIL, Arriving, Sink, stream
from toolkit.web.failures import sentence_for
from toolkit.web.kinds import PDF, kind_of, right_ending

if TYPE_CHECKING:
    from collections.abc import Mapping

    from toolkit.web.arriving import AskAgain
    from toolkit.web.session import Session

OK, REDIRECT = 200, 300
PDF_HEAD = 1024  # bytes at the start in which a PDF says that it is one
HTML_TYPES = {"text/html", "application/xhtml+xml"}
HTML_START = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:<!--.*?-->\s*)*<(?:!doctype html|html)\b", re.IGNORECASE | re.DOTALL)
EXTENDED_NAME = re.compile(r"filename\*\s*=\s*(utf-8|iso-8859-1)'[^']*'([^;\s]+)", re.IGNORECASE)


@dataclass(frozen=True)
class Downloaded:
    """What came: `size` in bytes, `sha256` in hex, the `mime` type as the site names it.

    `url` is where it came from after all redirects, `suggested_name` the file name that the site gives it. `rendered`
    is true of a page that was printed. `ending`, such as ".png", is the one that its name should have where its bytes
    say another than its name does. By `etag` and `last_modified` a site tells one version of it from another.
    """

    size: int
    sha256: str
    mime: str
    status: int = 200
    url: str = field(default="", repr=False)  # a signed link is a secret
    suggested_name: str = ""
    rendered: bool = False
    ending: str = ""
    etag: str | None = None
    last_modified: str | None = None


def download(
    session: Session,
    url_or_request: str | requests.Request,
    sink: Sink,
    *,
    method: str = "GET",
    name: str = "",
    retry: int = 0,
    **options: Any,
) -> Downloaded:
    """Stream one document into `sink`, and return what it is once it is known to be whole.

    `name` is the file name that it will have, which says what has to come: see `check_document`. `options` are those
    of `session.request`. A GET whose answer ends too early is asked for the rest, at most `retry` times: by Range where
    the site allows it, else from the beginning, for which the sink must be a file. The caller throws away what is in
    the sink when this raises.

    Raises FileDownloadFailed with a sentence without addresses: "HTTP 503 after 3 tries", "the file is empty", "ends
    after 1,234 of 204,800 bytes", "the connection was refused"… When no answer came, its cause is the
    requests.RequestException.
    """
    try:
        with _ask(session, url_or_request, method, options) as response:
            return receive(
                response, sink, name=name, again=_again(session, url_or_request, method, options), retry=retry
            )
    except requests.RequestException as error:
        raise FileDownloadFailed(sentence_for(error)) from error


def receive(
    response: requests.Response, sink: Sink, *, name: str = "", again: AskAgain | None = None, retry: int = 0
) -> Downloaded:
    """Take the document that a response holds, as `download` does; `again` asks once more, with some more headers.

    Raises FileDownloadFailed, with the `status` where that is not 2xx, and requests.RequestException where it breaks.
    """
    if not OK <= response.status_code < REDIRECT:
        failure = FileDownloadFailed(_status(response))
        failure.status = response.status_code
        raise failure
    body = Arriving(sink)
    stream(response, body, again, retry)
    mime = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    asked = (response.history or [response])[0]  # a redirect to /login.html does not ask for HTML
    wanted = name or _disposition(response) or _last_part(asked.url)
    ending = check_document(body.head, body.tail, body.size, mime, wanted)
    return Downloaded(
        size=body.size,
        sha256=body.sha256.hexdigest(),
        mime=mime,
        status=response.status_code,
        url=response.url,
        suggested_name=_disposition(response) or _last_part(response.url),
        ending=ending,
        etag=response.headers.get("ETag"),
        last_modified=response.headers.get("Last-Modified"),
    )


def check_document(head: bytes, tail: bytes, size: int, mime: str, name: str) -> str:
    """Make sure that a document is one, and return the ending that its name should have where it has a wrong one.

    `head` is its first 8,192 bytes at least, `tail` its last 2,048, `size` its length in bytes. Raises
    FileDownloadFailed when it is empty, an HTML page in place of a document, no PDF when its type says so, a PDF that
    ends too early, or nothing that its name says and no other document either.
    """
    if not size:
        raise FileDownloadFailed("the file is empty")
    kind, names_pdf = kind_of(head), name.lower().endswith(".pdf")
    if kind is None and _is_html(head, mime) and not name.lower().endswith((".html", ".htm")):
        raise FileDownloadFailed("an HTML page came instead, perhaps the login page")
    ending = right_ending(kind, head, mime, name)
    if kind is PDF or (kind is None and (names_pdf or mime == PDF.mime)):
        _check_pdf(head[:PDF_HEAD], tail[-TAIL:], size)
    return ending


def _is_html(head: bytes, mime: str) -> bool:
    """By its content, or by its type: some sites call a PDF text/html."""
    return bool(HTML_START.match(head)) or (mime in HTML_TYPES and not _starts_as_pdf(head))


def _starts_as_pdf(head: bytes) -> bool:
    return b"%PDF-" in head[:PDF_HEAD]


def _check_pdf(head: bytes, tail: bytes, size: int) -> None:
    if not _starts_as_pdf(head):
        raise FileDownloadFailed("it is not a PDF: %PDF is not at its start")
    if b"%%EOF" not in tail:
        raise FileDownloadFailed(f"the PDF is truncated: {size:,} bytes, and %%EOF is not at its end")


def _ask(
    session: Session, url_or_request: str | requests.Request, method: str, options: dict[str, Any]
) -> requests.Response:
    if isinstance(url_or_request, requests.Request):
        return session.send(session.prepare_request(url_or_request), stream=True, **options)
    return session.request(method, url_or_request, stream=True, **options)


def _again(
    session: Session, url_or_request: str | requests.Request, method: str, options: dict[str, Any]
) -> AskAgain | None:
    """How to ask once more with some more headers; None where asking twice may mean something else."""
    if not isinstance(url_or_request, str) or method.upper() != "GET":
        return None

    def again(more: Mapping[str, str]) -> requests.Response:
        headers = {**(options.get("headers") or {}), **more}
        return _ask(session, url_or_request, method, {**options, "headers": headers})

    return again


def _status(response: requests.Response) -> str:
    """The status, and how often it came: a transport that tries again says so in `raw.retries`."""
    tries = 1 + len(getattr(getattr(response.raw, "retries", None), "history", ()))
    return f"HTTP {response.status_code}" + (f" after {tries} tries" if tries > 1 else "")


def _disposition(response: requests.Response) -> str:
    """The file name of the Content-Disposition header, without folders."""
    text = response.headers.get("Content-Disposition", "")
    extended = EXTENDED_NAME.search(text)
    name = unquote(extended[2], encoding=extended[1]) if extended else _plain_name(text)
    return name.replace("\\", "/").rpartition("/")[2]


def _plain_name(disposition: str) -> str:
    header = Message()
    header["Content-Disposition"] = disposition
    name = header.get_filename("")
    with suppress(UnicodeError):  # many sites send bare UTF-8; one that means latin-1 is left as it is
        name = name.encode("latin-1").decode()
    return name


def _last_part(url: str) -> str:
    return unquote(urlsplit(url).path).rpartition("/")[2]
