"""Which secret becomes which stand-in: one map per take, numbered by first appearance."""

import re
from collections import Counter
from collections.abc import Iterator

from toolkit.transport.encodings import Layer
from toolkit.transport.forms import Form, Secret, forms_of
from toolkit.transport.shapes import Reach, reach_of, stand_in, with_check_digits

__all__ = ["Pseudonyms"]

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-([0-9a-f])[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
HEX = re.compile(r"(?=[0-9]*[a-f])(?=[a-f]*[0-9])[0-9a-f]{16,}")
RANDOM = re.compile(r"(?=.*[A-Z])(?=.*[a-z])(?=.*[0-9]|.*[a-z][A-Z])([A-Za-z0-9_+/-]{16,})(={0,2})")

TRIES = 100  # a stand-in that is a secret itself is thrown again; one or two digits may leave no other choice


class Pseudonyms:
    """Secrets and their stand-ins. The same seed and the same order of appearance give the same stand-ins."""

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._known: dict[str, Secret] = {}
        self._places: dict[tuple[str, str], Secret] = {}
        self._numbers: dict[str, str] = {}
        self._count: Counter[str] = Counter()
        self._stand_ins: dict[str, str] = {}
        self._given: set[str] = set()
        self._forms: dict[bytes, Form] | None = None
        self._narrow: dict[bytes, Form] = {}

    def __repr__(self) -> str:
        return f"Pseudonyms({len(self.secrets)} secrets)"

    @property
    def secrets(self) -> list[Secret]:
        """All that is known: first what is replaced everywhere, then what is one only in its field."""
        return [*self._known.values(), *self._places.values()]

    @property
    def places(self) -> list[Secret]:
        """The secrets that are replaced only in their field."""
        return list(self._places.values())

    def add(self, name: str, value: str) -> bool:
        """Learn one secret; False when it is known, empty or a stand-in."""
        secret = Secret(name, value, reach_of(value))
        known = (name, value) in self._places if secret.reach is Reach.PLACE else value in self._known
        if known or not value or value in self._given:
            return False
        if secret.reach is Reach.PLACE:
            self._places[name, value] = secret
        else:
            self._known[value] = secret
        if value not in self._numbers:
            self._count[name] += 1
            self._numbers[value] = f"{name}:{self._count[name]}"
        self._forms = None
        return True

    def stand_in(self, value: str) -> str:
        """The stand-in of a known secret; any other value is given back as it is."""
        if value not in self._numbers:
            return value
        if value not in self._stand_ins:
            self._stand_ins[value] = self._throw(value)
            self._given.add(self._stand_ins[value])
        return self._stand_ins[value]

    def forms(self) -> dict[bytes, Form]:
        """Every form of every secret that is replaced wherever it stands."""
        if self._forms is None:
            self._forms = {}
            for secret in sorted(self._known.values(), key=lambda each: each.reach, reverse=True):
                for form in forms_of(secret, self.stand_in(secret.value)):
                    self._forms.setdefault(form.old, form)
            self._narrow = {old: form for old, form in self._forms.items() if b"\0" not in old}
        return self._forms

    def forms_without_zero(self) -> dict[bytes, Form]:
        """Those that can stand in bytes without a zero byte."""
        return self._narrow if self.forms() else {}

    def _throw(self, value: str) -> str:
        inner = [other for other in self._inside(value) if other != value]
        candidates = (self._candidate(value, inner, attempt) for attempt in range(TRIES))
        thrown = list(self._until_good(value, candidates))
        return thrown[-1]

    def _until_good(self, value: str, candidates: Iterator[str]) -> Iterator[str]:
        for candidate in candidates:
            yield candidate
            free = candidate not in self._numbers and candidate not in self._given and not self._inside(candidate)
            if free and is_far(value, candidate):
                return

    def _candidate(self, value: str, inner: list[str], attempt: int) -> str:
        candidate = stand_in(typical(value), f"{self._seed}:{self._numbers[value]}:{attempt}")
        for other in inner:
            at = value.find(other)
            candidate = candidate[:at] + self.stand_in(other) + candidate[at + len(other) :]
        return with_check_digits(candidate, value)

    def _inside(self, text: str) -> list[str]:
        """Secrets that are part of a text, shorter ones first: a site may cut one out of another."""
        found = [other for other, secret in self._known.items() if secret.reach is Reach.ANYWHERE and other in text]
        return sorted(found, key=len)


def typical(value: str) -> str:
    """The value itself, or for a random one another of its kind and length, always the same.

    Where a random value has its digits is chance: a stand-in that follows it differs from take to take.
    """
    if found := UUID.fullmatch(value):
        return f"a0a0a0a0-a0a0-{found[1]}0a0-a0a0-a0a0a0a0a0a0"
    if HEX.fullmatch(value):
        return ("a0" * len(value))[: len(value)]
    if found := RANDOM.fullmatch(value):
        return ("aA0" * len(value))[: len(found[1])] + found[2]
    return value


def is_far(value: str, candidate: str) -> bool:
    """Whether most letters and digits differ, and escapes mean as many bytes in both."""
    sizes = {len(Layer(text.encode("utf-8", "surrogatepass")).text) for text in (value, candidate)}
    pairs = [(old, new) for old, new in zip(value, candidate, strict=True) if old.isalnum()]
    return len(sizes) == 1 and sum(old == new for old, new in pairs) * 2 <= len(pairs)
