"""What a client makes anew in each run, such as nonces, signatures and times, and what stands for it in a take.

It is known by its shape (see `masking`). In its place stands another value of that shape, the same in every take: two
takes of one journey are alike, and a request still meets its answer.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from urllib.parse import quote

from toolkit.transport.canonical import SELECTING, parts_of, place_of, shape_of
from toolkit.transport.determinism import milliseconds
from toolkit.transport.har_entry import HarEntry
from toolkit.transport.masking import Value, mask
from toolkit.transport.pseudonyms import typical
from toolkit.transport.request import Req
from toolkit.transport.shapes import stand_in

__all__ = ["RANDOM", "Answers", "leave_out", "make_alike", "runs_in", "said_in", "values_in"]

RANDOM = frozenset({"hex", "token", "uuid"})
TIMES = frozenset({"epoch", "time"})
READ = SELECTING | {"authorization", "content-type", "cookie"}  # headers in which each character may count
RUN = re.compile(rb"[A-Za-z0-9]{8,}")
ESCAPE = re.compile(rb"%[0-9A-Fa-f]{2}|\\(?:u[0-9A-Fa-f]{4}|.)|&#?\w{1,31};")
SHORTEST = 8  # characters of a stand-in that no other value holds by chance
SECOND = timedelta(seconds=1)


class Answers:
    """All that the site said, as far as it is text."""

    def __init__(self, entries: Iterable[HarEntry]) -> None:
        self._said = b"\n".join(map(said_in, entries))
        self._runs = set(runs_in(self._said))

    def hold(self, text: str) -> bool:
        """Whether a value is in an answer, or a run of its letters and digits: signs have many ways to be written."""
        runs = list(runs_in(text.encode()))
        return not self._runs.isdisjoint(runs) if runs else text.encode() in self._said


def runs_in(text: bytes) -> Iterator[bytes]:
    """The long runs of letters and digits, without the escapes around them."""
    return iter(RUN.findall(ESCAPE.sub(b" ", text)))


def said_in(entry: HarEntry) -> bytes:
    """The headers of an answer, and its body if that is text."""
    body = entry.body()
    headers = [value.encode("utf-8", "replace") for _, value in entry.response_headers]
    return b"\n".join(headers if b"\0" in body else [*headers, body])


def values_in(entry: HarEntry) -> list[Value]:
    """The values of a request that have a shape of their own."""
    return [*_in_content(entry), *_in_headers(entry)]


def _in_content(entry: HarEntry) -> Sequence[Value]:
    return shape_of(parts_of(Req.of(entry))).values


def _in_headers(entry: HarEntry) -> list[Value]:
    return [value for name, text in entry.request_headers if name.lower() not in READ for value in mask(text).values]


def make_alike(entries: Sequence[HarEntry], clock: datetime, stand_ins: Collection[str]) -> None:
    """Replace what clients made: in all headers that do not count, and in the rest of what the browser asked.

    That is what is in no answer and for no secret. Times may choose what is answered: of those that count only `clock`,
    which pages read, is replaced, and what stands beside a random value that the site gave for this request alone.
    """
    answers, fresh, often = Answers(entries), _Fresh("made"), _count(entries)
    long = [one for one in stand_ins if len(one) >= SHORTEST]

    def is_made(value: Value) -> bool:
        known = any(one in value.text for one in long)
        return value.shape != "jwt" and not known and not answers.hold(value.text)

    for entry in entries:
        _replace_in_headers(entry, fresh.stand_ins(entry, filter(is_made, _in_headers(entry))))
        values = _in_content(entry)
        signed = any(often[value] == 1 and answers.hold(value.text) for value in values)
        times = [value for value in values if value.shape in TIMES and (signed or is_now(value, clock))]
        drawn = [value for value in values if value.shape not in TIMES and entry.client == "browser"]
        _replace(entry, fresh.stand_ins(entry, [*times, *filter(is_made, drawn)]))


def _count(entries: Iterable[HarEntry]) -> Counter[Value]:
    """How often each random value counts in a request."""
    return Counter(value for entry in entries for value in _in_content(entry) if value.shape in RANDOM)


def leave_out(entries: Sequence[HarEntry], varied: Collection[Value]) -> None:
    """Replace what a replay asked otherwise than the run, unless it is in an answer."""
    answers, fresh = Answers(entries), _Fresh("varied")
    for entry in entries:
        values = [value for value in _in_content(entry) if value in varied and not answers.hold(value.text)]
        _replace(entry, fresh.stand_ins(entry, values))


def is_now(value: Value, clock: datetime) -> bool:
    """Whether a time is that of the clock, to the second at least."""
    if value.shape == "epoch":
        return value.text in {str(milliseconds(clock)), str(milliseconds(clock) // 1000)}
    try:
        moment = datetime.fromisoformat(value.text.replace(",", "."))
    except ValueError:  # it only looks like one
        return False
    return moment.tzinfo is not None and abs(moment - clock) < SECOND


class _Fresh:
    """Stand-ins by the order of appearance at a place: one that is not known as such does not change all others."""

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._known: dict[str, str] = {}
        self._count: Counter[str] = Counter()

    def stand_ins(self, entry: HarEntry, values: Iterable[Value]) -> dict[str, str]:
        """What stands for each of the values that an entry asked."""
        return {value.text: self._stand_in(value, " ".join(place_of(Req.of(entry)))) for value in values}

    def _stand_in(self, value: Value, place: str) -> str:
        if value.text not in self._known:
            kind = f"{self._kind}:{value.shape}" if value.shape == "chance" else f"{self._kind}:{value.shape}:{place}"
            self._count[kind] += 1
            self._known[value.text] = self._new(value, kind, self._count[kind])
        return self._known[value.text]

    def _new(self, value: Value, kind: str, number: int) -> str:
        if value.shape in TIMES:
            digits = iter("10000101" if value.shape == "time" else "1")
            return re.sub(r"\d", lambda _: next(digits, "0"), value.text)
        if value.shape == "chance":
            return f"0.{number:016}"
        return stand_in(typical(value.text), f"{kind}:{number}")


def _replace_in_headers(entry: HarEntry, names: dict[str, str]) -> None:
    headers = entry.request_headers
    entry.request_headers = [
        (name, value if name.lower() in READ else _in_place(value, names)) for name, value in headers
    ]


def _replace(entry: HarEntry, names: dict[str, str]) -> None:
    """Replace in URL and body, unless the request would no longer be found by its shape."""
    before = Req.of(entry)
    body = before.body
    if body is not None and b"\0" not in body:
        body = _in_place(body.decode("latin-1"), names).encode("latin-1")
    after = Req(before.method, _in_place(before.url, names), before.headers, body)
    if names and shape_of(parts_of(after)).key == shape_of(parts_of(before)).key:
        entry.url = after.url
        if body is not None:
            entry.set_request_body(body)


def _in_place(text: str, names: dict[str, str]) -> str:
    for old, new in sorted(names.items(), key=lambda pair: -len(pair[0])):
        text = text.replace(old, new).replace(quote(old, safe=""), quote(new, safe=""))
    return text
