"""The bytes of a body, however a HAR holds them: text in some charset, base64, form fields, a file beside the HAR.

Playwright keeps bodies in files (`_file`), browsers keep decoded text, proxies base64, and some tools keep what was
still compressed on the wire. `content.size` and Content-Length say how long the bytes were, which settles what the
text alone leaves open.
"""

import base64
import binascii
import gzip
import re
import zlib
from typing import Any, Protocol
from urllib.parse import quote_plus

from toolkit.transport.har_charsets import BodyContext, Unreadable, as_text, encode
from toolkit.transport.packing import unpack

__all__ = ["BODIES", "INLINE_LIMIT", "Files", "extension", "plain_body", "put_body", "read_body"]

Raw = dict[str, Any]

BODIES = "bodies"
"""The folder beside a HAR that holds its bodies."""

PACKED = re.compile(rf"{BODIES}/[0-9a-f]{{40}}\.(?:css|js)\.gz")
INLINE_LIMIT = 4096
"""Bodies up to this many bytes may stay in the HAR itself."""

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


class Files(Protocol):
    """The files beside a HAR.

    `recoded` tells that text in them, and in the HAR, is not what was sent but what Playwright made of it.
    """

    recoded: bool

    def read(self, name: str) -> bytes:
        """Give the bytes of a file named by `_file`; raise Unreadable when it is not there."""
        ...


def read_body(holder: Raw, context: BodyContext, files: Files | None) -> bytes | None:
    """Give the bytes that `content` or `postData` holds, None when it holds none; raise Unreadable."""
    name, text = holder.get("_file"), holder.get("text")
    if isinstance(name, str) and name:
        return _from_file(name, files, context)
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


def plain_body(name: str, data: bytes) -> bytes:
    """Give the body that a file of this name beside a HAR holds, decompressed where it is ours; raise Unreadable."""
    if not PACKED.fullmatch(name):
        return data
    packed = unpack(data)
    if packed is None:
        raise Unreadable(f"is in the file {name}, which does not decompress")
    return packed.plain


def extension(mime: str) -> str:
    """Give the file ending for a type: the same on every machine, unlike the one of `mimetypes`."""
    if mime in EXTENSIONS:
        return EXTENSIONS[mime]
    for suffix in ("json", "xml"):
        if mime.endswith("+" + suffix):
            return suffix
    return "txt" if mime.startswith("text/") else "bin"


def _from_file(name: str, files: Files | None, context: BodyContext) -> bytes:
    if files is None:
        raise Unreadable(f"is in the file {name}, which did not come with the entry")
    data = plain_body(name, files.read(name))
    # What lies in a folder below was written by `har_files.write_body`, with the true bytes.
    text = as_text(data, context.mime) if context.recoded and "/" not in name else None
    return data if text is None else encode(text, context)


def _from_text(text: str, holder: Raw, context: BodyContext) -> bytes:
    encoding = str(holder.get("encoding") or "").strip().lower()
    if encoding == "base64":
        return _undo_compression(_from_base64(text), context)
    if encoding in ("", "none", "text", "plain", "identity"):
        return encode(text, context)
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
