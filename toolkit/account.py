"""Whose bills these are: the values of the fields that a connector asks for, and the mask that hides secrets."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, quote_plus

__all__ = ["Account", "Mask"]

HIDDEN = "•••"
SHORTEST = 4
# A signed link or a token in an address is a secret that nobody has named: of queries only the names are shown.
QUERY = re.compile(r"""([?&;#][\w.~%\[\]-]+=)[^\s&;#"'\\<>()]+""")

# Playwright's call log tells what it typed, however short.
TYPED = re.compile(r"""(\b(?:fill|type|press_sequentially|insert_text)\((\\*["'])).*?(\2\))""")


class Mask:
    """Hides known secrets in any text, as they stand, percent-encoded or JSON-escaped, and what nobody named: the
    values of URL queries, and what a browser was made to type.

    A secret of fewer than four characters is hidden only where it stands alone as the whole text: hiding every
    "12" of a log would make it unreadable and betray the secret by its gaps.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._forms: list[str] = []
        for secret in secrets:
            self.add(secret)

    def __repr__(self) -> str:
        return f"Mask({len(self._forms)} forms)"

    def add(self, secret: str) -> None:
        """Hide this text from now on."""
        forms = {secret, quote(secret, safe=""), quote_plus(secret), json.dumps(secret)[1:-1]}
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
        return text


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
    def open_fields(self) -> dict[str, str]:
        """The fields that are no secrets: they say whose account it is."""
        return {name: value for name, value in self.fields.items() if name not in self.secret}

    def mask(self) -> Mask:
        """A mask for the secret fields of this account."""
        return Mask(self.fields[name] for name in self.secret if self.fields.get(name))
