"""The bytes of a body, however a HAR holds them: text in some charset, base64, form fields, a file beside the HAR.

Playwright keeps bodies in files (`_file`), browsers keep decoded text, proxies base64, and some tools keep what was
still compressed on the wire. `content.size` and Content-Length say how long the bytes were, which settles what the
text alone leaves open.
"""

import base64
import binascii
import codecs
import contextlib
import gzip
import re
import zlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import quote_plus

__all__ = ["INLINE_LIMIT", "BodyContext", "Files", "Unreadable", "as_text", "extension", "put_body", "read_body"]

Raw = dict[str, Any]

INLINE_LIMIT = 4096
"""Bodies up to this many bytes may stay in the HAR itself."""

# Browsers read these labels as another charset than their name says (the WHATWG Encoding Standard); unlike Python they
# also read utf-16 without a mark as little-endian.
CODECS = {
    **dict.fromkeys(("iso-8859-1", "iso8859-1", "latin1", "latin-1", "ascii", "us-ascii", "l1"), "cp1252"),
    **dict.fromkeys(("shift_jis", "shift-jis", "sjis", "x-sjis"), "cp932"),
    **dict.fromkeys(("euc-kr", "ks_c_5601-1987"), "cp949"),
    **dict.fromkeys(("gb2312", "gb_2312-80"), "gbk"),
    **dict.fromkeys(("iso-8859-11", "tis-620"), "cp874"),
    **dict.fromkeys(("utf-16", "unicode"), "utf-16-le"),
    "iso-8859-9": "cp1254",
}
EXTENSIONS = {
    "application/gzip": "gz",
    "application/javascript": "js",
    "application/json": "json",
    "application/pdf": "pdf",
    "application/x-javascript": "js",
    "application/x-www-form-urlencoded": "txt",
    "application/xhtml+xml": "html",
    "application/xml": "xml",
    "application/zip": "zip",
    "font/woff": "woff",
    "font/woff2": "woff2",
    "image/gif": "gif",
    "image/jpeg": "jpg",
    "image/jpg": "jpg",
    "image/png": "png",
    "image/svg+xml": "svg",
    "image/vnd.microsoft.icon": "ico",
    "image/webp": "webp",
    "image/x-icon": "ico",
    "text/css": "css",
    "text/csv": "csv",
    "text/html": "html",
    "text/javascript": "js",
    "text/xml": "xml",
}
TEXTUAL = re.compile(r"$|text/|multipart/|image/svg|.*(json|xml|javascript|ecmascript|graphql|urlencoded|x-unknown)")
CHARSET = re.compile(r"""charset\s*=\s*["']?([\w.:-]+)""", re.IGNORECASE)
DECLARED = re.compile(r"""<(?:meta\b[^>]*?charset|\?xml\b[^>]*?encoding)\s*=\s*["']?([\w.:-]+)""", re.IGNORECASE)


class Unreadable(Exception):
    """Why a body cannot be read, as the end of a sentence that begins with which body it is."""


class Files(Protocol):
    """The files beside a HAR."""

    def read(self, name: str) -> bytes:
        """Give the bytes of a file named by `_file`; raise Unreadable when it is not there."""
        ...


@dataclass(frozen=True, slots=True)
class BodyContext:
    """What the rest of the entry says about a body: its type, its charsets, how it was compressed, how long it was."""

    mime: str = ""
    declared: Sequence[str] = ()
    coding: str = ""
    sizes: Collection[int] = ()
    wire_sizes: Collection[int] = ()

    @property
    def textual(self) -> bool:
        """Whether a body of this type is for people to read."""
        return TEXTUAL.match(self.mime) is not None


def read_body(holder: Raw, context: BodyContext, files: Files | None) -> bytes | None:
    """Give the bytes that `content` or `postData` holds, None when it holds none; raise Unreadable."""
    name, text = holder.get("_file"), holder.get("text")
    if isinstance(name, str) and name:
        return _from_file(name, files)
    if isinstance(text, str):
        return _from_text(text, holder, context)
    if text is not None:
        raise Unreadable("is not stored as text")
    params = holder.get("params")
    return _from_params(params, context) if isinstance(params, list) and params else None


def put_body(holder: Raw, data: bytes, mime: str = "application/octet-stream") -> None:
    """Store bytes in `content` or `postData`: as text where they are text of a textual type, else in base64."""
    for key in ("_file", "encoding", "compression", "params"):
        holder.pop(key, None)
    text = as_text(data, mime)
    if text is None:
        holder.update(text=base64.b64encode(data).decode("ascii"), encoding="base64")
    else:
        holder["text"] = text


def as_text(data: bytes, mime: str = "") -> str | None:
    """Give the text of bytes that are UTF-8 of a textual type, else None."""
    if b"\0" in data or not TEXTUAL.match(mime):
        return None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return None


def extension(mime: str) -> str:
    """Give the file ending for a type: the same on every machine, unlike the one of `mimetypes`."""
    if mime in EXTENSIONS:
        return EXTENSIONS[mime]
    for suffix in ("json", "xml"):
        if mime.endswith("+" + suffix):
            return suffix
    return "txt" if mime.startswith("text/") else "bin"


def _from_file(name: str, files: Files | None) -> bytes:
    if files is None:
        raise Unreadable(f"is in the file {name}, which did not come with the entry")
    return files.read(name)


def _from_text(text: str, holder: Raw, context: BodyContext) -> bytes:
    encoding = str(holder.get("encoding") or "").strip().lower()
    if encoding == "base64":
        return _undo_compression(_from_base64(text), context)
    if encoding in ("", "none", "text", "plain", "identity"):
        return _encode(text, context)
    try:
        return text.encode(encoding)
    except (LookupError, UnicodeError):
        raise Unreadable(f"is stored in an unknown encoding ({encoding[:40]})") from None


def _from_base64(text: str) -> bytes:
    compact = "".join(text.split())
    try:
        return base64.b64decode(compact + "=" * (-len(compact) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise Unreadable("is not valid base64") from None


def _undo_compression(data: bytes, context: BodyContext) -> bytes:
    """HAR bodies are decoded ones, but a few tools keep the bytes of the wire: a .gz download must not be mistaken."""
    if not _is_compressed(data, context):
        return data
    try:
        if context.coding == "deflate":
            return zlib.decompress(data)
        if context.coding.endswith("gzip"):
            return gzip.decompress(data)
    except (OSError, EOFError, zlib.error):
        raise Unreadable(f"is marked as {context.coding} and does not decompress") from None
    raise Unreadable(f"is still compressed with {context.coding}")


def _is_compressed(data: bytes, context: BodyContext) -> bool:
    """Look for the mark of the coding, and for why it should not be the one of the file itself."""
    has_wire_size = len(data) in context.wire_sizes
    match context.coding:
        case "gzip" | "x-gzip":
            marked = data[:2] == b"\x1f\x8b"
        case "deflate":
            marked = data[:1] == b"\x78" and int.from_bytes(data[:2], "big") % 31 == 0
        case "zstd":
            marked = data[:4] == b"\x28\xb5\x2f\xfd"
        case "br":  # has no mark of its own
            marked = context.textual and has_wire_size
        case _:
            return False
    return marked and (context.textual or has_wire_size) and as_text(data) is None


def _encode(text: str, context: BodyContext) -> bytes:
    """Give the bytes whose decoding is `text`: of the charsets that may be, the one that fits the known length."""
    candidates = list(_candidates(text, context))
    for data in candidates:
        if len(data) in context.sizes:
            return data
    if not candidates:
        raise Unreadable("is text that no charset can hold: its bytes were lost when it was stored")
    if "\ufffd" in text and any(size > 0 for size in context.sizes):
        raise Unreadable("was stored as text although it is not: its bytes are lost")
    return candidates[0]


def _candidates(text: str, context: BodyContext) -> Iterator[bytes]:
    labels = [label.lower() for kind in context.declared for label in CHARSET.findall(kind)]
    for label in [*labels, *DECLARED.findall(text[:1024])[:1], "utf-8"]:
        codec = CODECS.get(label.lower(), label)
        with contextlib.suppress(LookupError, UnicodeError):
            yield text.encode(codec, "toolkit-c1" if codec in ("cp1252", "windows-1252") else "strict")
    with contextlib.suppress(UnicodeError):  # browsers drop the byte order mark from the text
        yield text.encode("utf-8-sig")


def _control_byte(error: UnicodeError) -> tuple[bytes, int]:
    """Write a control character that windows-1252 has no name for as the byte that browsers made it from."""
    if isinstance(error, UnicodeEncodeError) and ord(error.object[error.start]) < 0x100:  # noqa: PLR2004 -- one byte
        return bytes([ord(error.object[error.start])]), error.start + 1
    raise error


codecs.register_error("toolkit-c1", _control_byte)


def _from_params(params: list[Raw], context: BodyContext) -> bytes:
    if context.mime == "multipart/form-data":
        return _multipart(params, context)
    pairs = [(str(param.get("name", "")), str(param.get("value") or "")) for param in params]
    # HAR does not say whether these are decoded; the length of the body does.
    raw = "&".join(f"{name}={value}" for name, value in pairs).encode()
    if len(raw) in context.sizes:
        return raw
    return "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in pairs).encode()


def _multipart(params: list[Raw], context: BodyContext) -> bytes:
    found = next((m for kind in context.declared if (m := re.search(r'boundary="?([^\s";]+)', kind))), None)
    if found is None:
        raise Unreadable("is a form whose boundary was not stored")
    lines: list[str] = []
    for param in params:
        lines += [f"--{found[1]}", *_part(param)]
    return "\r\n".join([*lines, f"--{found[1]}--", ""]).encode()


def _part(param: Raw) -> list[str]:
    name, file_name, value = param.get("name", ""), param.get("fileName"), param.get("value")
    if file_name and not isinstance(value, str):
        raise Unreadable(f"has an uploaded file ({file_name}) that was not stored")
    disposition = f'Content-Disposition: form-data; name="{name}"' + (f'; filename="{file_name}"' if file_name else "")
    kind = [f"Content-Type: {param['contentType']}"] if param.get("contentType") else []
    return [disposition, *kind, "", value or ""]
