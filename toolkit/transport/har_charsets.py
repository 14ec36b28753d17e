"""From text back to the bytes that it was decoded from.

A HAR holds text; a recording has to give the bytes. The charset is the one that the browser took: declared in the
header, in the page, or its default. Playwright's recorder keeps every text as UTF-8, decoded by the charset that
Chromium took: a style sheet without charset, for one, as windows-1252. That is undone here.
"""

import codecs
import contextlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

__all__ = ["BodyContext", "Unreadable", "as_text", "encode"]

# Browsers read these labels as another charset than their name says (the WHATWG Encoding Standard); unlike Python they
# also read utf-16 without a mark as little-endian.
CODECS = {
    **dict.fromkeys(
        ("windows-1252", "iso-8859-1", "iso8859-1", "latin1", "latin-1", "ascii", "us-ascii", "l1"), "cp1252"
    ),
    **dict.fromkeys(("shift_jis", "shift-jis", "sjis", "x-sjis"), "cp932"),
    **dict.fromkeys(("euc-kr", "ks_c_5601-1987"), "cp949"),
    **dict.fromkeys(("gb2312", "gb_2312-80"), "gbk"),
    **dict.fromkeys(("iso-8859-11", "tis-620"), "cp874"),
    **dict.fromkeys(("utf-16", "unicode"), "utf-16-le"),
    "iso-8859-9": "cp1254",
}
TEXTUAL = re.compile(r"$|text/|multipart/|image/svg|.*(json|xml|javascript|ecmascript|graphql|urlencoded|x-unknown)")
# Types that Chromium decodes as windows-1252 when nothing names a charset; the others it takes for UTF-8.
LATIN = re.compile(r"text/(?!html$|xml$|.*(?:java|ecma)script)|application/(?!xhtml\+)[^;]*\+xml$")
CHARSET = re.compile(r"""charset\s*=\s*["']?([\w.:-]+)""", re.IGNORECASE)
DECLARED = re.compile(r"""<(?:meta\b[^>]*?charset|\?xml\b[^>]*?encoding)\s*=\s*["']?([\w.:-]+)""", re.IGNORECASE)


class Unreadable(Exception):
    """Why a body cannot be read, as the end of a sentence that begins with which body it is."""


@dataclass(frozen=True, slots=True)
class BodyContext:
    """What the rest of the entry says about a body: its type, its charsets, how it was compressed, how long it was.

    `sizes` are lengths that the bytes may have, the surest first; `recoded` is the one of `Files`.
    """

    mime: str = ""
    declared: Sequence[str] = ()
    coding: str = ""
    sizes: Sequence[int] = ()
    wire_sizes: Sequence[int] = ()
    recoded: bool = False

    @property
    def textual(self) -> bool:
        """Whether a body of this type is for people to read."""
        return TEXTUAL.match(self.mime) is not None


def as_text(data: bytes, mime: str = "") -> str | None:
    """Give the text of bytes that are UTF-8 of a textual type, else None."""
    if b"\0" in data or not TEXTUAL.match(mime):
        return None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return None


def encode(text: str, context: BodyContext) -> bytes:
    """Give the bytes whose decoding is `text`: of the charsets that may be, the one that fits a known length."""
    candidates = list(_candidates(text, context))
    for size in context.sizes:
        if fitting := [data for data in candidates if len(data) == size]:
            return fitting[0]
    if not candidates:
        raise Unreadable("is text that no charset can hold: its bytes were lost when it was stored")
    if "\ufffd" in text and any(size > 0 for size in context.sizes):
        raise Unreadable("was stored as text although it is not: its bytes are lost")
    return candidates[0]


def _candidates(text: str, context: BodyContext) -> Iterator[bytes]:
    labels = [label for kind in context.declared for label in CHARSET.findall(kind)]
    labels += DECLARED.findall(text[:1024])[:1]
    if context.recoded and LATIN.match(context.mime):
        labels.append("latin-1")
    for label in [*labels, "utf-8", "utf-8-sig"]:  # browsers drop the byte order mark from the text
        codec = CODECS.get(label.lower(), label)
        with contextlib.suppress(LookupError, UnicodeError):
            yield text.encode(codec, "toolkit-c1" if codec == "cp1252" else "strict")


def _control_byte(error: UnicodeError) -> tuple[bytes, int]:
    """Write a control character that windows-1252 has no name for as the byte that browsers made it from."""
    if isinstance(error, UnicodeEncodeError) and ord(error.object[error.start]) < 0x100:  # noqa: PLR2004 - one byte
        return bytes([ord(error.object[error.start])]), error.start + 1
    raise error


codecs.register_error("toolkit-c1", _control_byte)
