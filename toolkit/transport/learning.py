"""Where secrets stand in traffic that nobody described: cookies, headers, fields, tokens and what they carry."""

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import parse_qsl, urlsplit

from toolkit.transport.encodings import Layer, decoded, from_base64, is_text
from toolkit.transport.har_entry import HarEntry
from toolkit.transport.learned_values import Found, as_json, in_tokens, in_tree, inside, kept, readable
from toolkit.transport.names import KEYWORD, is_secret
from toolkit.transport.packing import unpack
from toolkit.transport.request import Headers, Req
from toolkit.transport.shapes import is_iban, looks_secret

__all__ = ["Found", "in_body", "in_entry", "in_request", "in_response"]


SPACE = rb"(?: |\xc2\xa0|\xe2\x80\xaf)?"  # also those that do not break
IBAN = re.compile(rb"[A-Z]{2}[0-9]{2}(?:%b[A-Z0-9]{4}){2,7}(?:%b[A-Z0-9]{1,3})?(?![A-Za-z0-9])" % (SPACE, SPACE))
PACKED_JSON = re.compile(rb"(?:eyJ|W3[si])[\w+/-]{16,}")
BEFORE = re.compile(rb"[\w.$-]{0,40}$")
QUOTE = rb"""(?:\\*["']|%22|&quot;|&\#34;)?"""
AFTER = re.compile(
    rb"([\w-]{0,24})\]?"
    + QUOTE
    + rb"\s*(?::|=|%3A|%3D)\s*("
    + QUOTE
    + rb")((?:[\w+/=.~%:|!*-]|\\+/|\\+u[0-9a-f]{4}){6,4096})"
)
WORD = rb"[A-Za-z_$]+(?:\d{1,3}[A-Za-z_$]*)?"  # of a script; chance mixes more
EXPRESSION = re.compile(rb"=|%b(?:\.%b)+(?![\w.])" % (WORD, WORD))
TAG = re.compile(rb"<(?:meta|input)\b[^>]{1,2000}>", re.IGNORECASE)
ATTRIBUTE = re.compile(r"""\b(name|id|value|content)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
ELEMENT = re.compile(rb"<(?:[\w.-]{1,40}:)?([\w.-]{2,60})(?:\s[^<>]{0,300})?>([^<>\s]{1,4096})</")
WORDLIKE = re.compile(rb"[a-z]+")
PART = re.compile(rb'name="([^"]*)"(?![^\r\n]*filename)[^\r\n]*\r\n(?:[^\r\n]+\r\n)*\r\n(.*?)\r\n--', re.DOTALL)
PAIR = re.compile(r'(\w+)="?([^",\s]+)')

FOLDERS = re.compile(r"^(?:/[a-z][a-z_-]{1,30})+/")
TOKEN = re.compile(r"[\w+/=.~-]{16,}")  # long enough to be no number that people know

DEEPEST = 3  # levels of JSON in base64
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
    yield from in_shapes(req.url.encode("utf-8", "replace"))
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
    """The secrets of some headers, JWTs and IBANs in any of them included."""
    for name, value in headers:
        yield from in_header(name, value, asked=asked)
        yield from in_shapes(value.encode("utf-8", "replace"))


def in_url(url: str) -> Iterator[Found]:
    """The secrets in a query or a fragment."""
    parts = urlsplit(url)
    for text in (parts.query, parts.fragment.rpartition("?")[2]):
        for name, value in pairs(text):
            yield from kept(name, value, asked=True)


def pairs(text: str) -> list[tuple[str, str]]:
    """The names and values of a query or a form, in UTF-8 or else in Latin-1."""
    found = parse_qsl(text)
    return parse_qsl(text, encoding="latin-1") if any("\ufffd" in value for _, value in found) else found


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
        user, _, password = decoded(plain).partition(":")
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
    text = decoded(body)
    if "multipart/" in content_type:
        for name, value in PART.findall(body):
            yield from kept(decoded(name), decoded(value), asked=True)
    elif (tree := as_json(text)) is not None:
        yield from in_tree("", tree, asked=True)
    elif is_text(body):
        for name, value in pairs(text):
            yield from kept(name, value, asked=True)
        yield from in_elements(body, asked=True)


def in_body(body: bytes, depth: int = 0) -> Iterator[Found]:
    """The secrets that any body shows by itself: JWTs, IBANs, and random values beside a telling name."""
    packed = unpack(body)
    body = packed.plain if packed else body
    yield from in_shapes(body)
    if b"\0" not in body:
        yield from beside_names(body)
        yield from in_tags(body)
        yield from in_elements(body, asked=False)
    for token in dict.fromkeys(PACKED_JSON.findall(body)) if depth < DEEPEST else ():
        if text := readable(token.decode()):
            yield from in_body(text.encode(), depth + 1)


def in_shapes(data: bytes) -> Iterator[Found]:
    """The secrets that look like nothing else, JWTs and IBANs, escaped or not."""
    layer = Layer(data) if len(data) <= LARGEST_FORM else None
    for view in (data, layer.text) if layer else (data,):
        yield from in_tokens(view)
        for iban in dict.fromkeys(decoded(found) for found in IBAN.findall(view)):
            if is_iban(iban):
                yield Found("iban", iban)


def alone(body: bytes) -> Iterator[Found]:
    """The one random value that an answer consists of, whatever it is called: a token that was asked for.

    The folders of an address lead to its token, and are none of it.
    """
    said = list(inside("token", body.decode().strip())) if len(body) < SHORT_ANSWER and is_text(body) else []
    values = [Found(found.name, FOLDERS.sub("", found.value)) for found in said if len(said) == 1]
    yield from (found for found in values if TOKEN.fullmatch(found.value) and looks_secret(found.value))


def beside_names(body: bytes) -> Iterator[Found]:
    """Values after a telling name: `"csrf_token": "..."`, `token=...`, in JSON, scripts or forms, escaped or not."""
    for hit in KEYWORD.finditer(body.lower()):
        after = AFTER.match(body, hit.end())
        if after is None or WORDLIKE.fullmatch(after[3]) or (not after[2] and EXPRESSION.match(after[3])):
            continue  # `session = other.session` is code
        start = hit.start() - len(BEFORE.findall(body, max(0, hit.start() - 40), hit.start())[0])
        name = body[start : after.end(1)].decode("ascii", "replace")
        yield from kept(name, plain_text(after[3]), asked=False)


def in_tags(body: bytes) -> Iterator[Found]:
    """Values of hidden inputs and meta tags."""
    for tag in TAG.findall(body):
        found = ATTRIBUTE.findall(tag.decode("utf-8", "replace"))
        attributes = {key.lower(): double or single or bare for key, double, single, bare in found}
        name = attributes.get("name") or attributes.get("id") or ""
        yield from kept(name, attributes.get("value") or attributes.get("content") or "", asked=False)


def in_elements(body: bytes, *, asked: bool) -> Iterator[Found]:
    """Texts of XML elements: `<ns:sessionToken>…</ns:sessionToken>`; HTML shows code in elements of that name."""
    for name, value in ELEMENT.findall(body):
        if name != b"code":
            yield from kept(decoded(name), unescape(decoded(value)), asked=asked)


def plain_text(value: bytes) -> str:
    """A value with all its escapes taken off."""
    layer = Layer(value)
    return Layer(layer.text).text.decode("utf-8", "replace") if layer else value.decode("utf-8", "replace")
