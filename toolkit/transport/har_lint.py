"""What a HAR lacks or holds that keeps it from being replayed."""

from collections.abc import Iterable, Iterator

from toolkit.transport.har_entry import HarEntry
from toolkit.transport.har_parts import HarError, as_dict, to_number, to_size

__all__ = ["lacks_body", "lint"]

WITHOUT_BODY = {204, 205, 304}
EMPTY_GZIP = 20
"""Bytes of nothing at all, compressed."""


def lint(entries: Iterable[HarEntry]) -> list[str]:
    """Say in sentences what is missing (bodies, answers) or cannot be replayed (service workers)."""
    return [f"{entry.where}: {problem}." for entry in entries for problem in _problems(entry)]


def lacks_body(entry: HarEntry) -> bool:
    """Whether the answer had a body that is not there, or not whole."""
    return any(_response_body(entry))


def _problems(entry: HarEntry) -> Iterator[str]:
    if not entry.url:
        yield "has no URL"
    if entry.raw.get("_serviceWorkerRef") or _by_service_worker(entry):
        yield "went through a service worker, which cannot be replayed"
    if entry.mime == "text/event-stream" and not (entry.has_body or entry.still_open):
        yield "is a stream of server-sent events, of which none was recorded"
    elif entry.status <= 0:
        yield from () if _told_why(entry) else ("has neither a status nor a reason for having none",)
    else:
        yield from _response_body(entry)
    yield from _request_body(entry)


def _by_service_worker(entry: HarEntry) -> bool:
    return any(holder.get("_fetchedViaServiceWorker") for holder in (entry.raw, as_dict(entry.raw.get("response"))))


def _told_why(entry: HarEntry) -> bool:
    return entry.error != "no answer"


def _response_body(entry: HarEntry) -> Iterator[str]:
    try:
        body = entry.body()
    except HarError as error:
        yield _reason(error)
        return
    if not _owes_body(entry):
        return
    told = to_size(entry.header("content-length"))
    coded = entry.header("content-encoding") is not None
    size = -1 if entry.recoded else to_size(as_dict(as_dict(entry.raw.get("response")).get("content")).get("size"))
    if not body and (expected := told if told >= 0 else size) > (EMPTY_GZIP if coded else 0):
        yield f"has no response body, although it had {expected} bytes"
    elif body and not coded and told not in (-1, len(body)):
        yield f"has {len(body)} bytes of response body, although {told} were sent"
    elif 0 < len(body) < size and (coded or told < 0):
        yield f"has {len(body)} bytes of response body, although it had {size}"


def _owes_body(entry: HarEntry) -> bool:
    """Answers that a client reads: also those of a refused login."""
    good, refused = 200 <= entry.status < 300, entry.status >= 400  # noqa: PLR2004 -- classes of status
    return (good or refused) and entry.status not in WITHOUT_BODY and entry.method not in ("HEAD", "CONNECT")


def _request_body(entry: HarEntry) -> Iterator[str]:
    try:
        body = entry.request_body()
    except HarError as error:
        yield _reason(error)
        return
    length = to_number(entry.request_header("content-length"))
    if not body and length > 0:
        yield f"has no request body, although it had {length:.0f} bytes"


def _reason(error: HarError) -> str:
    """The sentence names the entry already; keep what follows."""
    return error.message.rpartition("): ")[2].rstrip(".")
