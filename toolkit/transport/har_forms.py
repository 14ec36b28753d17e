"""The form in which a HAR is kept: only what replays, in one order; and the full form for export.

What changes with every take or stands there twice is left out: timings, sizes, addresses, parsed cookies and queries,
dates and request ids. The fields that HAR 1.2 demands stay, empty, so that every viewer opens the file.
"""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from toolkit.transport.har_bodies import INLINE_LIMIT
from toolkit.transport.har_charsets import as_text
from toolkit.transport.har_entry import OPEN, HarEntry
from toolkit.transport.har_files import write_body
from toolkit.transport.har_parts import HarError, Headers, Raw, as_dict, write_headers

__all__ = ["LOG", "completed_log", "embedded", "with_files"]

LOG: Raw = {"version": "1.2", "creator": {"name": "toolkit", "version": "1"}}
EPOCH = "1970-01-01T00:00:00.000Z"
TIMINGS = {"send": 0, "wait": 0, "receive": 0}
SIZES = {"headersSize": -1, "bodySize": -1}
STORED = ("text", "encoding", "_file")
KEPT = ("_resourceType", "_serviceWorkerRef", "_webSocketMessages")
KEPT_OF_RESPONSE = ("_failureText", "_error", "_fetchedViaServiceWorker", OPEN)

# Headers that differ between two takes of the same journey and that no page reads.
NOISE = frozenset(
    {
        "age", "alt-svc", "cf-ray", "date", "nel", "report-to", "request-id", "server-timing", "traceparent",
        "tracestate", "x-amz-cf-id", "x-amz-cf-pop", "x-amz-id-2", "x-amz-request-id", "x-amzn-requestid",
        "x-amzn-trace-id", "x-b3-spanid", "x-b3-traceid", "x-cloud-trace-context", "x-correlation-id", "x-request-id",
        "x-runtime", "x-served-by", "x-timer", "x-trace-id", "x-transaction-id", "x-varnish",
    }
)  # fmt: skip


def with_files(entry: HarEntry, folder: Path, *, normal: bool) -> Raw:
    """Give the entry as it is kept, its long and its binary bodies written below the folder."""
    copy = _copied(entry, _normalised(entry) if normal else entry.raw)
    _take_frames(entry, copy)
    _place_response(entry, copy, folder, normal=normal)
    _place_request(entry, copy, folder, normal=normal)
    return copy.raw


def embedded(entry: HarEntry) -> Raw:
    """Give the entry with its bodies in it and every field that HAR 1.2 demands, as strict importers want it."""
    copy = _copied(entry, _completed(entry))
    _take_frames(entry, copy)
    with suppress(HarError):
        if entry.has_body:
            copy.store_body(entry.body())
    with suppress(HarError):
        if (data := entry.request_body()) is not None:
            copy.store_request_body(data)
    return copy.raw


def completed_log(log: Raw) -> Raw:
    """Give the head of a HAR, its pages with every field that HAR 1.2 demands."""
    fields = {"startedDateTime": EPOCH, "id": "", "title": "", "pageTimings": {}}
    pages = [fields | page for page in log.get("pages") or () if isinstance(page, dict)]
    return {**LOG, **log, "pages": pages}


def _copied(entry: HarEntry, raw: Raw) -> HarEntry:
    """Give a copy that may be changed: of what leads to the bodies, not of the rest."""
    copy = dict(raw)
    for side, key in (("request", "postData"), ("response", "content")):
        if isinstance(copy.get(side), dict):
            copy[side] = dict(copy[side])
            if isinstance(copy[side].get(key), dict):
                copy[side][key] = dict(copy[side][key])
    return HarEntry(copy, number=entry.number, source=entry.source, files=entry.files)


def _take_frames(entry: HarEntry, copy: HarEntry) -> None:
    """Playwright may keep the frames of a WebSocket in a file: they go into the HAR."""
    if entry.frames_file:
        with suppress(HarError):
            copy.raw["_webSocketMessages"] = entry.frames()
            del copy.raw["response"]["content"]["_file"]


def _place_response(entry: HarEntry, copy: HarEntry, folder: Path, *, normal: bool) -> None:
    if not entry.has_body:
        return
    with suppress(HarError):  # what cannot be read stays as it is
        data = entry.body()
        content = _bare(copy.raw["response"]["content"])
        if normal:
            content["size"] = len(data)
        copy.raw["response"]["content"] = content
        _place(content, data, entry.mime, folder, copy.body)


def _place_request(entry: HarEntry, copy: HarEntry, folder: Path, *, normal: bool) -> None:
    with suppress(HarError):
        data = entry.request_body()
        if not data or not (normal or entry.has_request_text):
            return
        post_data = _bare(copy.raw["request"]["postData"])
        if normal:
            post_data.pop("params", None)
        copy.raw["request"]["postData"] = post_data
        _place(post_data, data, entry.request_mime, folder, copy.request_body)


def _place(holder: Raw, data: bytes, mime: str, folder: Path, read_back: Callable[[], bytes | None]) -> None:
    """Short text stays, if what is read back are its bytes (a page may be in another charset than it says)."""
    text = as_text(data, mime) if len(data) <= INLINE_LIMIT else None
    if text is not None:
        holder["text"] = text
        if read_back() == data:
            return
        del holder["text"]
    holder["_file"] = write_body(folder, data, mime)


def _bare(holder: Raw) -> Raw:
    return {key: value for key, value in holder.items() if key not in STORED}


def _normalised(entry: HarEntry) -> Raw:
    """Give the entry in normal form; its bodies are still where they were."""
    kept = {key: entry.raw[key] for key in KEPT if entry.raw.get(key)}
    return {
        "startedDateTime": _started(entry),
        "_client": entry.client,
        "request": _request(entry),
        "response": _response(entry),
        **kept,
        "time": 0,
        "cache": {},
        "timings": TIMINGS,
    }


def _completed(entry: HarEntry) -> Raw:
    """Give the entry with every field that HAR 1.2 demands, as strict importers want them."""
    raw = {key: value for key, value in entry.raw.items() if value is not None}
    lists: Raw = {"cookies": [], "headers": []}
    request = {"method": entry.method, "url": entry.url, "httpVersion": "", **lists, "queryString": [], **SIZES}
    response = {"status": 0, "statusText": "", "httpVersion": "", **lists, "redirectURL": "", **SIZES}
    content = {"size": 0, "mimeType": entry.mime, **as_dict(as_dict(entry.raw.get("response")).get("content"))}
    fixed = {
        "startedDateTime": _started(entry),
        "time": raw.get("time", 0),
        "request": request | as_dict(raw.get("request")),
        "response": response | as_dict(raw.get("response")) | {"content": content},
        "cache": as_dict(raw.get("cache")),
        "timings": TIMINGS | as_dict(raw.get("timings")),
    }
    return raw | fixed


def _started(entry: HarEntry) -> str:
    return str(entry.raw["startedDateTime"]) if entry.started.timestamp() else EPOCH


def _request(entry: HarEntry) -> Raw:
    raw = as_dict(entry.raw.get("request"))
    post_data = as_dict(raw.get("postData"))
    stored = {key: post_data[key] for key in (*STORED, "params") if key in post_data}
    body = {"postData": {"mimeType": str(post_data.get("mimeType") or ""), **stored}} if stored else {}
    return {
        "method": entry.method,
        "url": entry.url,
        "httpVersion": str(raw.get("httpVersion") or ""),
        "headers": write_headers(_without_noise(entry.request_headers)),
        **body,
        "cookies": [],
        "queryString": [],
        **SIZES,
    }


def _response(entry: HarEntry) -> Raw:
    raw = as_dict(entry.raw.get("response"))
    content = as_dict(raw.get("content"))
    stored = {key: content[key] for key in STORED if key in content}
    return {
        "status": entry.status,
        "statusText": entry.status_text,
        "httpVersion": str(raw.get("httpVersion") or ""),
        "headers": write_headers(_without_noise(entry.response_headers)),
        "content": {"size": 0, "mimeType": str(content.get("mimeType") or entry.mime), **stored},
        "redirectURL": "",
        "cookies": [],
        **SIZES,
        **{key: raw[key] for key in KEPT_OF_RESPONSE if raw.get(key)},
    }


def _without_noise(headers: Headers) -> Headers:
    """HTTP/2's own fields (`:path`) only repeat the method and the URL."""
    return [(name, value) for name, value in headers if name.lower() not in NOISE and not name.startswith(":")]
