"""What a document is by its first bytes, and which ending its name should have."""

from __future__ import annotations

import re
from typing import NamedTuple

import filetype  # type: ignore[import-untyped]

from toolkit.errors import FileDownloadFailed

__all__ = ["PDF", "START", "Kind", "kind_of", "kind_of_ending", "right_ending"]

START = 8192  # bytes that tell what a document is; one of Office begins as any archive does

JSON_TYPE = re.compile(r"application/(?:.+\+)?json")
BLANKS = b"\xef\xbb\xbf\xff\xfe\0 \t\r\n"  # marks of a byte order and halves of wide characters among them
WIDE = (b"\xff\xfe", b"\xfe\xff")


class Kind(NamedTuple):
    """A kind of document: what people call it, the endings that it may have, the usual one first, and its type."""

    name: str
    endings: tuple[str, ...]
    mime: str


_OFFICE = "application/vnd.openxmlformats-officedocument"
_OPEN = "application/vnd.oasis.opendocument"

# By the library's own name. What begins with two letters alone, as BMP does, or with what text may begin with, is left
# out: a table may begin so. So are the old formats of Office, which the library knows only in part.
_KINDS = {
    "pdf": Kind("PDF", (".pdf",), "application/pdf"),
    "png": Kind("PNG", (".png",), "image/png"),
    "jpg": Kind("JPEG", (".jpg", ".jpeg", ".jpe", ".jfif"), "image/jpeg"),
    "gif": Kind("GIF", (".gif",), "image/gif"),
    "webp": Kind("WebP", (".webp",), "image/webp"),
    "tif": Kind("TIFF", (".tif", ".tiff"), "image/tiff"),
    "heic": Kind("HEIC", (".heic", ".heif"), "image/heic"),
    "rtf": Kind("RTF", (".rtf",), "application/rtf"),
    "gz": Kind("gzip", (".gz", ".tgz"), "application/gzip"),
    "7z": Kind("7z", (".7z",), "application/x-7z-compressed"),
    "rar": Kind("RAR", (".rar",), "application/vnd.rar"),
    "zip": Kind("ZIP", (".zip",), "application/zip"),
    "xlsx": Kind("XLSX", (".xlsx",), f"{_OFFICE}.spreadsheetml.sheet"),
    "docx": Kind("DOCX", (".docx",), f"{_OFFICE}.wordprocessingml.document"),
    "pptx": Kind("PPTX", (".pptx",), f"{_OFFICE}.presentationml.presentation"),
    "ods": Kind("ODS", (".ods",), f"{_OPEN}.spreadsheet"),
    "odt": Kind("ODT", (".odt",), f"{_OPEN}.text"),
    "odp": Kind("ODP", (".odp",), f"{_OPEN}.presentation"),
    "epub": Kind("EPUB", (".epub",), "application/epub+zip"),
}
_BY_ENDING = {ending: kind for kind in _KINDS.values() for ending in kind.endings}
PDF = _KINDS["pdf"]
_PACKED = {_KINDS[name] for name in ("zip", "xlsx", "docx", "pptx", "ods", "odt", "odp", "epub")}
_ZIP = _KINDS["zip"]
_TEXTS = (".csv", ".txt", ".xml", ".json", ".html", ".htm")


def kind_of(head: bytes) -> Kind | None:
    """What a document is by its first bytes, 8,192 of them or all; None where they do not tell beyond doubt."""
    found = filetype.guess(head) if head else None
    return None if found is None else _KINDS.get(found.extension)


def kind_of_ending(ending: str) -> Kind | None:
    """The kind of document that an ending such as ".png" promises; None where it is text, or one that nobody checks."""
    return _BY_ENDING.get(ending)


def right_ending(kind: Kind | None, head: bytes, mime: str, name: str) -> str:
    """The ending that a document should have, where its bytes say another than its name does; "" where all is well.

    Only names whose ending promises something are judged. A document of another kind is one all the same. Text where
    something else was to come is how a site tells errors.

    Raises FileDownloadFailed when the bytes are not what the name says, and no other document either; PDFs are let
    through, for they may begin with something else.
    """
    ending = _ending(name)
    if kind is None:
        _check_promise(head, mime, ending)
        return ""
    promised = kind_of_ending(ending)
    if (promised is None and ending not in _TEXTS) or promised == kind:
        return ""
    if _ZIP in {promised, kind} and promised in _PACKED and kind in _PACKED:
        return ""  # an archive, of which no more can be told
    return kind.endings[0]


def _check_promise(head: bytes, mime: str, ending: str) -> None:
    """Refuse what is not as an ending promises, of what is no document known by its bytes."""
    text = head.lstrip(BLANKS)
    promised = kind_of_ending(ending)
    if promised is None and ending not in _TEXTS:
        return
    if ending != ".json" and text[:1] in {b"{", b"["} and JSON_TYPE.fullmatch(mime):
        raise FileDownloadFailed("JSON came instead, perhaps an error message")
    if ending in {".csv", ".txt", ".json"} and text.startswith(b"<?xml"):
        raise FileDownloadFailed("XML came instead, perhaps an error message")
    if ending == ".xml" and not text.startswith(b"<"):
        raise FileDownloadFailed("it is not XML: it does not begin with <")
    if ending in _TEXTS and b"\0" in head and not head.startswith(WIDE):
        raise FileDownloadFailed(f"it is not text, as {ending} says")
    if promised is not None and promised != PDF:
        raise FileDownloadFailed(f"it is no {promised.name}: its first bytes are not those of one")


def _ending(name: str) -> str:
    return f".{name.lower().rpartition('.')[2]}" if "." in name else ""
