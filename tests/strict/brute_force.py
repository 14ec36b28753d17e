"""Looks for texts in a folder, whatever they are wrapped in; it knows nothing of how the toolkit looks for leaks."""

import base64
import binascii
import html
import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from itertools import chain
from pathlib import Path
from urllib.parse import unquote_to_bytes

DEEPEST = 5
LARGEST = 2_000_000
SHORT = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def find(folder: Path, texts: Mapping[str, str], *, until_all: bool = False) -> dict[str, set[str]]:
    """The names of the texts that are in the folder, each with the places and the wrappings; or of each but one."""
    found: dict[str, set[str]] = {}
    wanted = [(name, form) for name, text in texts.items() for form in forms(text)]
    for path in sorted(folder.rglob("*")):
        data = path.read_bytes() if path.is_file() else b""
        for way, inside in chain(unwrapped(path.name.encode()), unwrapped(data)):
            small = inside.lower()
            for name in {name for name, form in wanted if form in small}:
                found.setdefault(name, set()).add(f"{path.name}: {way or 'as it is'}")
            if until_all and len(found) == len(texts):
                return found
    return found


def forms(text: str) -> set[bytes]:
    """A text as bytes, in small letters: with spaces of two kinds, without, with plus signs, in Latin-1."""
    kinds = {space.join(text.split(" ")) for space in (" ", "\u00a0", "", "+")}
    return {kind.encode(charset).lower() for kind in kinds for charset in ("utf-8", "latin-1")}


def unwrapped(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Everything that some bytes can be read as, each reading once, with the way to it."""
    seen: set[bytes] = set()
    waiting = [("", data)]
    while waiting:
        way, inside = waiting.pop()
        if inside in seen or len(inside) > LARGEST:
            continue
        seen.add(inside)
        yield way, inside
        if way.count(">") < DEEPEST:
            waiting += [(f"{way} > {name}", reading) for name, reading in readings(inside) if len(reading) > 5]


def readings(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Each single wrapping taken off everywhere."""
    yield "percent", unquote_to_bytes(data)
    yield "escapes", re.sub(rb"\\(u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|.)", unescaped, data)
    yield "references", html.unescape(data.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")
    yield "zero bytes", data.replace(b"\0", b"")
    yield "one line", b"".join(data.split(b"\n")).replace(b"\r", b"")
    yield "json", json_texts(data)
    yield "base64", b"\n".join(in_base64(data))
    yield "hex", b"\n".join(in_hex(run, odd) for run in HEX.findall(data) for odd in range(2))
    with suppress(zipfile.BadZipFile, ValueError), zipfile.ZipFile(io.BytesIO(data)) as archive:
        yield "zip", b"\n".join([*map(str.encode, archive.namelist()), *map(archive.read, archive.namelist())])
    for found in re.finditer(rb"\x1f\x8b\x08|\x78[\x01\x5e\x9c\xda]", data):
        yield "compressed", inflated(data[found.start() :])


HEX = re.compile(rb"[0-9a-fA-F]{10,}")


def unescaped(found: re.Match[bytes]) -> bytes:
    """What one backslash escape stands for."""
    escape = found[1]
    if escape[:1] in b"ux" and len(escape) > 1:
        return chr(int(escape[1:], 16)).encode("utf-8", "surrogatepass")
    return SHORT.get(escape, escape)


def json_texts(data: bytes) -> bytes:
    """All texts in JSON, a line each; those of a HAR's bodies in base64 decoded."""
    try:
        waiting = [json.loads(data)]
    except ValueError:
        return b""
    texts: list[bytes] = []
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            waiting += [*value, *value.values()]
            if value.get("encoding") == "base64":
                texts.append(base64.b64decode(value["text"]))
        elif isinstance(value, list):
            waiting += value
        else:
            texts.append(str(value).encode("utf-8", "surrogatepass"))
    return b"\n".join(texts)


def in_hex(run: bytes, odd: int) -> bytes:
    """What a run of hex digits says, from its first or its second on."""
    return binascii.unhexlify(run[odd : odd + (len(run) - odd) // 2 * 2])


def in_base64(data: bytes) -> Iterator[bytes]:
    """What every run of either alphabet says, read from each of its first four characters on."""
    for signs, standard in ((b"+/", b"+/"), (b"-_", b"+/")):
        for run in set(re.findall(rb"[A-Za-z0-9" + re.escape(signs) + rb"]{8,}", data)):
            text = run.translate(bytes.maketrans(signs, standard))
            for rest in (text[offset:] for offset in range(4)):
                whole = rest[:-1] if len(rest) % 4 == 1 else rest
                yield binascii.a2b_base64(whole + b"==")


def inflated(data: bytes) -> bytes:
    """What a compressed stream holds, as far as it goes."""
    try:
        return zlib.decompressobj(47).decompress(data, LARGEST)
    except zlib.error:
        return b""
