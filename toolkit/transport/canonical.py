"""A request taken to parts, and the key under which requests that mean the same meet."""

import json
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from email.message import Message
from hashlib import sha256
from typing import Any, Protocol
from urllib.parse import parse_qsl, unquote, urlsplit

from toolkit.transport.encodings import is_text
from toolkit.transport.masking import Value, mask, mask_path
from toolkit.transport.packing import unpack
from toolkit.transport.request import Headers

__all__ = ["SELECTING", "Fields", "Parts", "RequestLike", "Shape", "parts_of", "place_of", "selecting", "shape_of"]

SELECTING = frozenset(
    {
        "hx-request",
        "range",
        "rsc",
        "soapaction",
        "x-amz-target",
        "x-http-method",
        "x-http-method-override",
        "x-inertia",
        "x-method-override",
        "x-pjax",
    }
)
"""Headers that choose what an address answers. Every other header may differ: cookies, tokens, caching, Accept."""

LARGEST = 1 << 20  # a longer body is compared as a whole
DEFAULT_PORTS = {"http": ":80", "https": ":443"}
GRAPHQL = re.compile(r"(?:\s|#[^\n]*\n)*+(?:\{|(?:query|mutation|subscription|fragment)\b[^{}]*\{)")
AROUND_SIGNS = re.compile(r" ?([{}()\[\]:!=|@]) ?")
GRAPHQL_SPACE = re.compile(r"#[^\n\r]*|[\s,]+")
BETWEEN = "\x1f"
NOT_HEX = str.maketrans("0123456789abcdef", "ghijklmnopqrstuv")  # a digest must not be masked as one more long hex

Fields = list[tuple[str, str]]


class RequestLike(Protocol):
    """What the tape needs of a request; `body` is read only when it decides."""

    @property
    def method(self) -> str: ...  # noqa: D102 - see Req
    @property
    def url(self) -> str: ...  # noqa: D102 - see Req
    @property
    def headers(self) -> Headers: ...  # noqa: D102 - see Req
    @property
    def body(self) -> bytes | None: ...  # noqa: D102 - see Req


@dataclass(frozen=True)
class Parts:
    """A request in parts: `host` with its scheme, query and body as sorted fields; `kind` is how the body was read."""

    method: str
    host: str
    path: str
    query: Fields
    headers: Fields
    kind: str
    body: Fields


@dataclass(frozen=True)
class Shape:
    """The key of a request, in which values known by their shape are masked, and those values in order."""

    key: tuple[str, ...]
    values: tuple[Value, ...]


def shape_of(parts: Parts) -> Shape:
    """The shape of a request."""
    masked = [mask_path(parts.path), *(mask(joined(fields)) for fields in (parts.query, parts.headers, parts.body))]
    values = tuple(value for each in masked for value in each.values)
    return Shape((parts.method, parts.host, parts.kind, *(each.text for each in masked)), values)


def joined(fields: Fields) -> str:
    """Fields as one text, in which no value can run into the next."""
    return BETWEEN.join(f"{name}{BETWEEN}{value}" for name, value in fields)


def parts_of(request: RequestLike, ignore: Collection[str] = ()) -> Parts:
    """Take a request to parts, without the fields and headers named in `ignore`."""
    host, path, query = split(request.url)
    kind, body = body_of(request, ignore)
    fields = [(name, canonical(value)) for name, value in parse_qsl(query, keep_blank_values=True)]
    return Parts(
        method=request.method.upper(),
        host=host,
        path=path,
        query=sorted(field for field in fields if field[0] not in ignore),
        headers=[header for header in selecting(request.headers) if header[0] not in ignore],
        kind=kind,
        body=[field for field in body if field[0] not in ignore],
    )


def split(url: str) -> tuple[str, str, str]:
    """Scheme and host, path and query of a URL, as one would compare them."""
    parts = urlsplit(url)
    host = parts.netloc.lower().removesuffix(DEFAULT_PORTS.get(parts.scheme, " "))
    return f"{parts.scheme}://{host}", unquote(parts.path) or "/", parts.query


def place_of(request: RequestLike) -> tuple[str, str, str]:
    """Method, host and masked path."""
    host, path, _ = split(request.url)
    return request.method.upper(), host, mask_path(path).text


def selecting(headers: Headers) -> Fields:
    """The headers that select content, sorted, names in small letters."""
    low = ((name.lower(), value) for name, value in headers)
    return sorted(header for header in low if header[0] in SELECTING)


def canonical(value: str) -> str:
    """A value of a query or form; JSON and GraphQL without the freedom of writing them."""
    tree = as_json(value)
    if tree is None:
        return squeezed(value) if GRAPHQL.match(value) else value
    return json.dumps(tree, sort_keys=True, separators=(",", ":"))


def as_json(text: str) -> Any:
    """The object or list that a text is; None when it is neither."""
    if not text.lstrip().startswith(("{", "[")):
        return None
    try:
        return json.loads(text)
    except ValueError:
        return None


def body_of(request: RequestLike, ignore: Collection[str]) -> tuple[str, Fields]:
    """How a body reads, and its fields: JSON, GraphQL, form, multipart, text, or the digest of what is none of it."""
    body = request.body
    if not body:
        return "none", []
    packed = unpack(body)
    body = packed.plain if packed else body
    content_type = next((value for name, value in request.headers if name.lower() == "content-type"), "")
    if "multipart/" in content_type:
        return "multipart", sorted(multipart_fields(body, content_type))
    if len(body) > LARGEST or not is_text(body):
        return "bytes", [("sha256", sha256(body).hexdigest().translate(NOT_HEX))]
    return text_fields(body.decode(), content_type, ignore)


def text_fields(text: str, content_type: str, ignore: Collection[str]) -> tuple[str, Fields]:
    """How a text reads, and its fields."""
    tree = as_json(text)
    if tree is not None:
        return "json", sorted(leaves(graphql(tree), ignore))
    if "x-www-form-urlencoded" in content_type or re.fullmatch(r"[\w.\[\]%+-]+=[^\s{<]*", text):
        return "form", sorted((name, canonical(value)) for name, value in parse_qsl(text, keep_blank_values=True))
    return "text", [("", text)]


def graphql(tree: Any) -> Any:
    """JSON in which the text of GraphQL queries has no freedom of space, comma and comment."""
    if isinstance(tree, list):
        return [graphql(item) for item in tree]
    query = tree.get("query") if isinstance(tree, dict) else None
    return tree | {"query": squeezed(query)} if isinstance(query, str) and GRAPHQL.match(query) else tree


def squeezed(query: str) -> str:
    """A GraphQL query in the fewest characters."""
    return AROUND_SIGNS.sub(r"\1", GRAPHQL_SPACE.sub(" ", query)).strip()


def leaves(tree: Any, ignore: Collection[str], path: str = "") -> Iterator[tuple[str, str]]:
    """The leaves of JSON as (path, JSON text), such as ("bills[0].id", "7")."""
    if isinstance(tree, dict) and tree:
        for key, value in tree.items():
            name = f"{path}.{key}" if path else key
            if key == "sha256Hash":  # names a persisted GraphQL query
                yield name, str(value).translate(NOT_HEX)
            elif key not in ignore and name not in ignore:
                yield from leaves(value, ignore, name)
    elif isinstance(tree, list) and tree:
        for i, value in enumerate(tree):
            yield from leaves(value, ignore, f"{path}[{i}]")
    else:
        yield path, json.dumps(tree, ensure_ascii=False)


def multipart_fields(body: bytes, content_type: str) -> Iterator[tuple[str, str]]:
    """The parts of a multipart body as (name, text or digest); the boundary, which is chance, is left out."""
    head = Message()
    head["content-type"] = content_type
    boundary = f"--{head.get_param('boundary', '')}".encode()
    for part in body.split(boundary)[1:]:
        if part.startswith(b"--"):
            return
        about, _, content = part.partition(b"\r\n\r\n")
        name = re.search(rb'name="([^"]*)"', about)
        content = content.removesuffix(b"\r\n")
        text = content.decode() if is_text(content) else sha256(content).hexdigest().translate(NOT_HEX)
        yield name[1].decode("utf-8", "replace") if name else "", text
