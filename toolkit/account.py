"""Whose bills these are: the values of the fields that a connector asks for, and the mask that hides secrets."""

import json
import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, quote_plus

__all__ = ["HIDDEN", "RANDOM", "Account", "Mask"]

HIDDEN = "•••"
SHORTEST = 4
# A signed link or a token in an address is a secret that nobody has named: of queries only the names are shown.
QUERY = re.compile(r"""([?&;#][\w.~%\[\]-]+=)[^\s&;#"'\\<>()]+""")

# Playwright's call log tells what it typed, however short.
TYPED = re.compile(r"""(\b(?:fill|type|press_sequentially|insert_text)\((\\*["'])).*?(\2\))""")

# Nobody writes so, and no bill is numbered so: a long run of letters and digits, or of capitals and small letters too.
RANDOM = re.compile(
    r"(?<![\w-])(?:(?=(?:[a-zA-Z]*\d){3})(?=(?:\d*[a-zA-Z]){3})[a-zA-Z\d]{20,}"
    r"|(?=(?:[\w-]*?\d){2})(?=(?:[\w-]*?[A-Z]){2})(?=(?:[\w-]*?[a-z]){2})[a-zA-Z\d_-]{20,})(?![\w-])"
)
SHORTEST_IN_BASE64 = 6


class Mask:
    """Hides known secrets in any text, as they stand, percent-encoded, JSON-escaped or in base64, and what nobody
    named: the values of URL queries, what a browser was made to type, and what looks like a token.

    A secret of fewer than four characters is hidden only where it stands alone as the whole text: hiding every
    "12" of a log would make it unreadable and betray the secret by its gaps. `secrets` are those that were named.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self.secrets: list[str] = []
        self._forms: list[str] = []
        for secret in secrets:
            self.add(secret)

    def __repr__(self) -> str:
        return f"Mask({len(self._forms)} forms)"

    def add(self, secret: str) -> None:
        """Hide this text from now on."""
        if secret and secret not in self.secrets:
            self.secrets.append(secret)
        forms = {secret, quote(secret, safe=""), quote_plus(secret), json.dumps(secret)[1:-1], *_in_base64(secret)}
        known = {*self._forms, *(form for form in forms if form)}
        self._forms = sorted(known, key=len, reverse=True)

    def __call__(self, text: str) -> str:
        """The text without the secrets."""
        text = TYPED.sub(rf"\1{HIDDEN}\3", QUERY.sub(rf"\1{HIDDEN}", text))
        for form in self._forms:
            if len(form) >= SHORTEST:
                text = text.replace(form, HIDDEN)
            elif text == form:
                text = HIDDEN
        return RANDOM.sub(HIDDEN, text)


def _in_base64(secret: str) -> Iterator[str]:
    """What is the same of it in base64 whatever stands around, at each of three offsets, in both alphabets."""
    data = secret.encode("utf-8", "surrogatepass")
    for offset in range(3 if len(data) >= SHORTEST_IN_BASE64 else 0):
        padded = bytes(offset) + data
        first, last = (offset * 8 + 5) // 6, len(padded) * 8 // 6
        yield from (encoded(padded).decode()[first:last] for encoded in (b64encode, urlsafe_b64encode))


@dataclass(frozen=True)
class Account:
    """One login at one site. `fields` maps a manifest's field names to values; those in `secret` are never shown."""

    name: str = "default"
    fields: Mapping[str, str] = field(default_factory=dict)
    secret: frozenset[str] = frozenset({"password"})

    def __repr__(self) -> str:
        shown = {name: HIDDEN if name in self.secret else value for name, value in self.fields.items()}
        return f"Account(name={self.name!r}, fields={shown!r})"

    @property
    def identity(self) -> dict[str, str]:
        """The fields that say whose it is: those that are no secrets; all, where only the `url` is none."""
        open_fields = {name: value for name, value in self.fields.items() if name not in self.secret}
        return open_fields if open_fields.keys() - {"url"} else dict(self.fields)

    def mask(self) -> Mask:
        """A mask for the secret fields of this account."""
        return Mask(self.fields[name] for name in self.secret if self.fields.get(name))
