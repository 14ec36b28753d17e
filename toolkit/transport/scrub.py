"""Takes the secrets out of recorded traffic: each becomes a stand-in of the same shape, the same wherever it stood.

    scrubber = Scrubber({"password": "hunter2!"}, seed="case")
    for request, answer in traffic:
        scrubber.learn_request(request)
        scrubber.learn_response(answer.headers, answer.body)
    clean = scrubber.body(answer.body)

Learn the whole take first: a token may stand in an answer before the request that shows what it is. Stand-ins keep
the length in bytes of what they replace, so encodings, offsets and Content-Length stay true; only compressed bodies and
HTML references (`&#97;`) may change their length.
"""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from toolkit.transport import learning
from toolkit.transport.encodings import BASE64, Edits, Layer, apply, difference, from_base64, to_base64
from toolkit.transport.forms import BASE64_LEAD, Form, Secret, place_pattern
from toolkit.transport.packing import ZIP, rezipped, unpack
from toolkit.transport.pseudonyms import Pseudonyms
from toolkit.transport.request import Headers, Req
from toolkit.transport.tokens import Part, folded_in, parts_of

__all__ = ["Scrubber"]

DEEPEST = 8  # levels of encodings inside each other
CLOSED = 1 << 20  # bytes of binary data in which nothing is taken off
LARGE = 1 << 16  # bytes of binary data in which a form of few bytes may stand by chance
LEAST_IN_LARGE = 6
CACHED = 1 << 10  # characters; header values, URLs and the words of scripts come again


class Scrubber:
    """One map from secrets to stand-ins, for one take.

    `secrets` are known beforehand: a mapping from field names to values, or values alone. The same seed and the same
    order of appearance give the same stand-ins. A value that is trivial or very short ("1", "true", "EUR") is replaced
    only in the field, header or cookie where it is a secret.
    """

    def __init__(self, secrets: Mapping[str, str] | Iterable[str] = (), seed: str = "") -> None:
        self._names = Pseudonyms(seed)
        self._texts: dict[str, str] = {}
        self._tokens: dict[bytes, Edits] = {}
        pairs = secrets.items() if isinstance(secrets, Mapping) else (("secret", value) for value in secrets)
        for name, value in pairs:
            self.add(name, value)

    def __repr__(self) -> str:
        return f"Scrubber({len(self.secrets)} secrets)"

    @property
    def secrets(self) -> list[Secret]:
        """All that is known by now, for the scan that proves that none is left."""
        return self._names.secrets

    def add(self, name: str, value: str) -> None:
        """Learn one secret."""
        if self._names.add(name, value):
            self._texts.clear()
            self._tokens.clear()

    def learn_request(self, request: Req) -> None:
        """Learn the secrets of a request: cookies, tokens, passwords and codes among its fields, its URL."""
        self._learn(learning.in_request(request))

    def learn_response(self, headers: Headers, body: bytes) -> None:
        """Learn the secrets of an answer: cookies, JWTs, IBANs, and what its body calls a token or a password."""
        self._learn(learning.in_response(headers, body))

    def learn_message(self, data: bytes) -> None:
        """Learn the secrets of a WebSocket frame."""
        self._learn(learning.in_body(data))

    def _learn(self, found: Iterable[learning.Found]) -> None:
        for name, value in found:
            self.add(name, value)

    def stand_in(self, value: str) -> str:
        """What stands for a secret; the value itself when it is none."""
        return self._names.stand_in(value)

    def text(self, text: str) -> str:
        """The text without the secrets, whatever escapes or encodings they stand in."""
        clean = self._texts.get(text)
        if clean is None:
            clean = self.body(text.encode("utf-8", "surrogatepass")).decode("utf-8", "surrogatepass")
            if len(text) <= CACHED:
                self._texts[text] = clean
        return clean

    def url(self, url: str) -> str:
        """The URL without the secrets."""
        return self.text(url)

    def body(self, data: bytes, content_encoding: str = "") -> bytes:
        """The bytes without the secrets. Compressed bodies are packed again, but only when something was replaced."""
        packed = unpack(data, content_encoding)
        if packed is None:
            return rezipped(data, self.body) if data[: len(ZIP)] == ZIP else apply(data, self._edits(data))
        plain = self.body(packed.plain)
        return data if plain == packed.plain else packed.repack(plain)

    def headers(self, headers: Headers) -> list[tuple[str, str]]:
        """The headers without the secrets, in the same order."""
        return [(name, self.named(name, value)) for name, value in headers]

    def named(self, name: str, value: str) -> str:
        """The value of a field, header or cookie of this name, without the secrets."""
        own = any((secret.name, secret.value) == (name, value) for secret in self._names.places)
        return self.stand_in(value) if own else self.text(value)

    def request(self, request: Req) -> Req:
        """The request without the secrets."""
        body = None if request.body is None else self.body(request.body, request.header("content-encoding"))
        return Req(request.method, self.url(request.url), self.headers(request.headers), body)

    def tree(self, tree: Any) -> Any:
        """The same JSON with every text in it scrubbed; `{"name": ..., "value": ...}` is a field of that name."""
        if isinstance(tree, str):
            return self.text(tree)
        if isinstance(tree, list):
            return [self.tree(item) for item in tree]
        if not isinstance(tree, dict):
            return tree
        clean = {self.text(key): self.tree(value) for key, value in tree.items()}
        if isinstance(tree.get("name"), str) and isinstance(tree.get("value"), str):
            clean["value"] = self.named(tree["name"], tree["value"])
        return clean

    def _edits(self, data: bytes, depth: int = 0) -> Edits:
        """What to change: first as the data stands, then under one level of escapes at a time, at last in tokens."""
        edits = self._edits_of_forms(data) | self._edits_of_places(data)
        if depth == DEEPEST or (len(data) > CLOSED and b"\0" in data):
            return edits
        seen = apply(data, edits) if edits else data
        layer = Layer(seen)
        return edits | (
            layer.carry(self._edits(layer.text, depth + 1)) if layer else self._edits_of_tokens(seen, depth)
        )

    def _edits_of_forms(self, data: bytes) -> Edits:
        forms = self._names.forms()
        if b"\0" in data:
            least = LEAST_IN_LARGE if len(data) > LARGE else 0
            forms = {old: form for old, form in forms.items() if len(old) >= least}
        else:
            forms = self._names.forms_without_zero()
        # Looking for each form alone is faster than one pattern of them all, for nearly all are never there.
        present = tuple(form for old, form in forms.items() if old in data)
        edits: Edits = {}
        if present:
            for found in pattern_of(present).finditer(data):
                edits |= edit_form(data, found.start(), forms[found.group()])
        return edits

    def _edits_of_places(self, data: bytes) -> Edits:
        edits: Edits = {}
        for secret in self._names.places:
            value = secret.value.encode("utf-8", "surrogatepass")
            if value in data and secret.name.encode() in data:
                new = self.stand_in(secret.value).encode("utf-8", "surrogatepass")
                for found in place_pattern(secret).finditer(data):
                    edits |= difference(found.start(1), value, new)
        return edits

    def _edits_of_tokens(self, data: bytes, depth: int) -> Edits:
        """Changes inside base64 and hex, looked for once in each different token; base64 in lines before each line."""
        folded: Edits = {}
        for part in folded_in(data):
            folded |= part.edits(self._inside(part, depth))
        return folded | self._edits_of_runs(apply(data, folded) if folded else data, depth)

    def _edits_of_runs(self, data: bytes, depth: int) -> Edits:
        changed: dict[bytes, Edits] = {}
        for token in set(BASE64.findall(data)):
            if inner := self._edits_of_token(token, depth):
                changed[token] = inner
        edits: Edits = {}
        for found in BASE64.finditer(data) if changed else ():
            for position, new in changed.get(found.group(), {}).items():
                edits[found.start() + position] = new
        return edits

    def _edits_of_token(self, token: bytes, depth: int) -> Edits:
        edits = self._tokens.get(token)
        if edits is None:
            edits = {}
            for part in parts_of(token):
                edits |= part.edits(self._inside(part, depth))
            if len(token) <= CACHED:
                self._tokens[token] = edits
        return edits

    def _inside(self, part: Part, depth: int) -> bytes:
        """What a token says, without the secrets."""
        packed = unpack(part.raw)
        if packed is None:
            return apply(part.raw, self._edits(part.raw, depth + 1))
        plain = apply(packed.plain, self._edits(packed.plain, depth + 1))
        return part.raw if plain == packed.plain else packed.repack(plain)


@lru_cache(maxsize=256)
def pattern_of(forms: tuple[Form, ...]) -> re.Pattern[bytes]:
    """One pattern for several forms, the longest first."""
    longest_first = sorted(forms, key=lambda form: len(form.old), reverse=True)
    return re.compile(b"|".join(form.pattern for form in longest_first))


def edit_form(data: bytes, start: int, form: Form) -> Edits:
    """The edits that replace one form; in base64 the characters at both ends also carry bits of the neighbours."""
    end = start + len(form.old)
    if form.encoding != "base64":
        return difference(start, data[start:end], form.new)
    old, new = form.plain
    first = start - BASE64_LEAD[form.offset]
    run = BASE64.match(data, first, first + (form.offset + len(old) + 2) // 3 * 4) if first >= 0 else None
    window = run.group() if run else b""
    raw = from_base64(window) or b""
    if raw[form.offset : form.offset + len(old)] != old:
        return difference(start, form.old, form.new)
    return difference(first, window, to_base64(raw[: form.offset] + new + raw[form.offset + len(old) :], window))
