"""Where secrets stand in traffic that nobody described: cookies, headers, fields, tokens and what they carry."""

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

from toolkit.transport.encodings import Layer, from_base64, is_text
from toolkit.transport.har_entry import HarEntry
from toolkit.transport.names import CLAIMS, KEYWORD, is_secret
from toolkit.transport.packing import unpack
from toolkit.transport.request import Headers, Req
from toolkit.transport.shapes import is_iban, looks_secret

__all__ = ["Found", "in_body", "in_entry", "in_request", "in_response"]


class Found(NamedTuple):
    """A value that must not be kept, and the name of the field, header or cookie it stood in."""

    name: str
    value: str


JWT = re.compile(rb"eyJ[\w-]{8,}(?:\.[\w-]*){2,4}")
IBAN = re.compile(rb"[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?![A-Za-z0-9])")
BEFORE = re.compile(rb"[\w.$-]{0,40}$")
QUOTE = rb"""(?:\\*["']|%22|&quot;|&\#34;)?"""
AFTER = re.compile(
    rb"([\w-]{0,24})\]?"
    + QUOTE
    + rb"\s*(?::|=|%3A|%3D)\s*"
    + QUOTE
    + rb"((?:[\w+/=.~%:|!*-]|\\+/|\\+u[0-9a-f]{4}){6,4096})"
)
TAG = re.compile(rb"<(?:meta|input)\b[^>]{1,2000}>", re.IGNORECASE)
ATTRIBUTE = re.compile(r"""\b(name|id|value|content)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
WORDLIKE = re.compile(rb"[a-z]+")
PART = re.compile(rb'name="([^"]*)"(?![^\r\n]*filename)[^\r\n]*\r\n(?:[^\r\n]+\r\n)*\r\n(.*?)\r\n--', re.DOTALL)
PAIR = re.compile(r'(\w+)="?([^",\s]+)')

TOKEN = re.compile(r"[\w+/=.~-]{16,}")  # long enough to be no number that people know

LARGEST_FORM = 1 << 20
SHORT_ANSWER = 1 << 10


def in_entry(entry: HarEntry) -> Iterator[Found]:
    """The secrets of one request, its answer, and the frames of its WebSocket."""
    yield from in_request(Req.of(entry))
    yield from in_response(entry.response_headers, entry.body())
    for message in entry.messages:
        yield from in_body(message.data.encode() if isinstance(message.data, str) else message.data)


def in_request(req: Req) -> Iterator[Found]:
    """The secrets of one request: its URL, headers, cookies and fields."""
    yield from in_url(req.url)
    yield from in_tokens(req.url.encode("utf-8", "replace"))
    yield from in_headers(req.headers, asked=True)
    if req.body:
        yield from in_form(req.body, req.header("content-type"))
        yield from in_body(req.body)


def in_response(headers: Headers, body: bytes) -> Iterator[Found]:
    """The secrets of one answer: its headers, cookies, and what its body calls a token or a password, or only says."""
    yield from in_headers(headers, asked=False)
    yield from in_body(body)
    yield from alone(body)


def in_headers(headers: Headers, *, asked: bool) -> Iterator[Found]:
    """The secrets of some headers, JWTs in any of them included."""
    for name, value in headers:
        yield from in_header(name, value, asked=asked)
        yield from in_tokens(value.encode("utf-8", "replace"))


def in_url(url: str) -> Iterator[Found]:
    """The secrets in a query or a fragment."""
    parts = urlsplit(url)
    for text in (parts.query, parts.fragment.rpartition("?")[2]):
        for name, value in parse_qsl(text):
            yield from kept(name, value, asked=True)


def in_header(name: str, value: str, *, asked: bool) -> Iterator[Found]:
    """The secrets of one header; a cookie is one whenever its value looks random, whatever its name."""
    low = name.lower()
    if low == "cookie":
        for pair in value.split(";"):
            yield from in_cookie(pair, asked=asked)
    elif low == "set-cookie":
        for line in value.split("\n"):
            yield from in_cookie(line.partition(";")[0], asked=asked)
    elif low in {"authorization", "proxy-authorization"}:
        yield from in_authorization(value)
    elif low in {"location", "referer"}:
        yield from in_url(value)
    else:
        yield from kept(name, value, asked=asked)


def in_cookie(pair: str, *, asked: bool) -> Iterator[Found]:
    """The secrets of one cookie: all of it or, where it says more, its random parts: `"Ada L:2:6629fae49393a053"`."""
    name, _, value = pair.strip().partition("=")
    for found in inside(name, value.strip('"')):
        if looks_secret(found.value) or is_secret(found.name, found.value, asked=asked):
            yield found
        else:
            yield from (Found(found.name, part) for part in TOKEN.findall(found.value) if looks_secret(part))


def in_authorization(value: str) -> Iterator[Found]:
    """The secrets of an Authorization header: a token, the two halves of Basic, the parameters of Digest."""
    scheme, _, rest = value.strip().partition(" ")
    plain = from_base64(rest.rstrip("=").encode()) if scheme.lower() == "basic" else None
    if plain is not None:
        user, _, password = plain.decode("utf-8", "replace").partition(":")
        yield Found("user", user)
        yield Found("password", password)
    elif "=" in rest.rstrip("="):
        yield from (Found(name, part) for name, part in PAIR.findall(rest) if looks_secret(part))
    else:
        yield from (found for found in inside("authorization", rest or scheme) if found.name == "authorization")


def in_form(body: bytes, content_type: str) -> Iterator[Found]:
    """The secrets among the fields that a request sends: JSON, form or multipart."""
    packed = unpack(body)
    body = packed.plain if packed else body
    if len(body) > LARGEST_FORM:
        return
    text = body.decode("utf-8", "replace")
    if "multipart/" in content_type:
        for name, value in PART.findall(body):
            yield from kept(name.decode("utf-8", "replace"), value.decode("utf-8", "replace"), asked=True)
    elif (tree := as_json(text)) is not None:
        yield from in_tree("", tree, asked=True)
    elif is_text(body):
        for name, value in parse_qsl(text):
            yield from kept(name, value, asked=True)


def in_tree(name: str, tree: Any, *, asked: bool) -> Iterator[Found]:
    """The secrets among the leaves of JSON, each under the nearest key above it."""
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield from in_tree(key, value, asked=asked)
    elif isinstance(tree, list):
        for value in tree:
            yield from in_tree(name, value, asked=asked)
    elif isinstance(tree, str | int) and not isinstance(tree, bool):
        yield from kept(name, str(tree), asked=asked)


def kept(name: str, value: str, *, asked: bool) -> Iterator[Found]:
    """The secrets of one named value, which may be JSON, a JWT or base64 of either."""
    yield from (found for found in inside(name, value) if is_secret(found.name, found.value, asked=asked))


def inside(name: str, value: str, depth: int = 0) -> Iterator[Found]:
    """What a named value really holds: its leaves when it is JSON or encoded text, else itself, percent-decoded."""
    plain = unquote(value) if "%" in value else value
    tree = as_json(plain)
    if tree is not None and depth < 4:  # noqa: PLR2004 - JSON in JSON in JSON in JSON
        for found in leaves(name, tree):
            yield from inside(found.name, found.value, depth + 1)
        return
    parts = plain.split(".")
    opened = [readable(part) for part in parts]
    if not any(opened):
        yield Found(name, plain)
        return
    for part, text in zip(parts, opened, strict=True):
        yield from inside(name, text, depth + 1) if text else [Found(name, part)]


def leaves(name: str, tree: Any) -> Iterator[Found]:
    """The named leaves of JSON."""
    if isinstance(tree, dict | list):
        for key, value in tree.items() if isinstance(tree, dict) else ((name, item) for item in tree):
            yield from leaves(key, value)
    elif isinstance(tree, str):
        yield Found(name, tree)


def as_json(text: str) -> Any:
    """The object or list that a text is; None when it is neither."""
    if text.lstrip()[:1] not in ("{", "["):
        return None
    try:
        return json.loads(text)
    except ValueError:
        return None


def readable(part: str) -> str:
    """The JSON that a part of a token holds in base64; empty when it holds none."""
    raw = from_base64(part.rstrip("=").encode()) if part.startswith(("eyJ", "W3", "ey")) and part.isascii() else None
    return raw.decode() if raw and is_text(raw) and as_json(raw.decode()) is not None else ""


def in_body(body: bytes) -> Iterator[Found]:
    """The secrets that any body shows by itself: JWTs, IBANs, and random values beside a telling name."""
    packed = unpack(body)
    body = packed.plain if packed else body
    yield from in_tokens(body)
    for iban in dict.fromkeys(found.decode() for found in IBAN.findall(body)):
        if is_iban(iban):
            yield Found("iban", iban)
    if b"\0" not in body:
        yield from beside_names(body)
        yield from in_tags(body)


def alone(body: bytes) -> Iterator[Found]:
    """The one random value that an answer consists of, whatever it is called: a token that was asked for."""
    said = list(inside("token", body.decode().strip())) if len(body) < SHORT_ANSWER and is_text(body) else []
    yield from (
        found for found in said if len(said) == 1 and TOKEN.fullmatch(found.value) and looks_secret(found.value)
    )


def in_tokens(data: bytes) -> Iterator[Found]:
    """The secrets of all JWTs, each looked at once, in order of appearance."""
    for token in dict.fromkeys(JWT.findall(data)):
        yield from in_jwt(token.decode())


def in_jwt(token: str) -> Iterator[Found]:
    """The signature of a JWT and the claims that say who it is for; exp, iat and nbf are no secrets."""
    head, *parts = token.split(".")
    if not readable(head):
        return
    for part in parts:
        claims = as_json(readable(part) or "")
        if claims is None and len(part) >= 8:  # noqa: PLR2004 - shorter is no signature
            yield Found("jwt", part)
        for found in leaves("", claims):
            if found.name in CLAIMS or is_secret(found.name, found.value, asked=False):
                yield found


def beside_names(body: bytes) -> Iterator[Found]:
    """Values after a telling name: `"csrf_token": "..."`, `token=...`, in JSON, scripts or forms, escaped or not."""
    for hit in KEYWORD.finditer(body.lower()):
        after = AFTER.match(body, hit.end())
        if after is None or WORDLIKE.fullmatch(after.group(2)):
            continue
        start = hit.start() - len(BEFORE.findall(body, max(0, hit.start() - 40), hit.start())[0])
        name = body[start : after.end(1)].decode("ascii", "replace")
        yield from kept(name, plain_text(after.group(2)), asked=False)


def in_tags(body: bytes) -> Iterator[Found]:
    """Values of hidden inputs and meta tags."""
    for tag in TAG.findall(body):
        found = ATTRIBUTE.findall(tag.decode("utf-8", "replace"))
        attributes = {key.lower(): double or single or bare for key, double, single, bare in found}
        name = attributes.get("name") or attributes.get("id") or ""
        yield from kept(name, attributes.get("value") or attributes.get("content") or "", asked=False)


def plain_text(value: bytes) -> str:
    """A value with all its escapes taken off."""
    layer = Layer(value)
    return Layer(layer.text).text.decode("utf-8", "replace") if layer else value.decode("utf-8", "replace")
