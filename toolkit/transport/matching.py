"""Which recorded answer belongs to a request: each is given once, in order, and the last one again and again.

A request is looked for in three ways:

1. *exact*: the same method, URL (fragment aside), body and headers that select content (`SELECTING`: Range,
   X-HTTP-Method-Override and the like). No other header counts.
2. *by shape*: the same once identifiers, times and tokens are masked, JSON is canonical, the query sorted, a form read
   as fields, a multipart body freed of its boundary and GraphQL of its layout. Among several, those that agree in
   the rarest of the masked values come first, so that a pool of downloads gets its own answers in any order. A value
   that was asked in the place of a recorded one stands for it from then on: who draws an identifier and asks for it
   later gets the answers of the one that was drawn when it was recorded.
3. *by path*, only when asked for: the same method, host and path. It hides wrong input, so it is said each time.
"""

import threading
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence

from toolkit.transport.canonical import Parts, RequestLike, parts_of, place_of, selecting, shape_of
from toolkit.transport.masking import Value
from toolkit.transport.miss import Miss, differences, nearest, title

__all__ = ["Tape"]

FLEETING = frozenset({"chance", "epoch", "time"})

Loud = Callable[[str], object]


class Queue:
    """Indexes that answer the same question, in order."""

    def __init__(self) -> None:
        self.indexes: list[int] = []
        self._next = 0

    def take(self, used: set[int]) -> int:
        """The first index that is not used yet, else the last one."""
        while self._next < len(self.indexes) and self.indexes[self._next] in used:
            self._next += 1
        return self.indexes[min(self._next, len(self.indexes) - 1)]


class Alike(Queue):
    """Indexes of requests of one shape, found by the values that the shape masks."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[int, Sequence[Value]] = {}
        self._by_value: dict[tuple[int, Value], dict[int, None]] = {}

    def add(self, index: int, values: Sequence[Value]) -> None:
        """Add one request with its masked values."""
        self.indexes.append(index)
        self.values[index] = values
        for slot in enumerate(values):
            self._by_value.setdefault(slot, {})[index] = None

    def nearest(self, values: Sequence[Value], used: set[int]) -> int:
        """The next of those that agree in the values: identifiers before times, rare ones before frequent ones.

        The next of all when none agrees.
        """
        slots = [slot for slot in enumerate(values) if 0 < len(self._by_value.get(slot, ())) < len(self.indexes)]
        slots.sort(key=lambda slot: (slot[1].shape in FLEETING, len(self._by_value[slot])))
        if not slots:
            return self.take(used)
        left = list(self._by_value[slots[0]])
        for slot in slots[1:]:
            left = [index for index in left if index in self._by_value[slot]] or left
        return next((index for index in left if index not in used), left[-1])


class Tape:
    """The recorded requests and how far they are used up. Safe to use from several threads.

    `ignore` names fields of query and body ("csrf", "user.id") and headers that do not count. `loose`, when given,
    turns on matching by path and is told each time in a sentence. `varied` are the recorded values in the place of
    which others were asked.
    """

    def __init__(
        self, requests: Sequence[RequestLike], *, ignore: Iterable[str] = (), loose: Loud | None = None
    ) -> None:
        self.tiers: Counter[str] = Counter()
        self.varied: set[Value] = set()
        self._requests = requests
        self._ignore = frozenset(ignore)
        self._loose = loose
        self._lock = threading.Lock()
        self._used: set[int] = set()
        self._exact: dict[Hashable, list[int]] = {}
        self._exact_queues: dict[Hashable, dict[Hashable, Queue]] = {}
        self._places: dict[Hashable, Queue] = {}
        self._shapes: dict[Hashable, dict[Hashable, Alike]] = {}
        self._stands_for: dict[Value, Value] = {}
        for index, request in enumerate(requests):
            self._exact.setdefault(address(request), []).append(index)

    def find(self, request: RequestLike) -> int:
        """The index of the recorded request whose answer comes next; raises Miss when there is none."""
        with self._lock:
            index = self._find(request)
            self._used.add(index)
            return index

    def unused(self) -> list[int]:
        """The indexes of the recorded requests that were never asked for."""
        with self._lock:
            return [index for index in range(len(self._requests)) if index not in self._used]

    def used(self) -> frozenset[int]:
        """The indexes of those that were asked for, for `rewind`."""
        with self._lock:
            return frozenset(self._used)

    def rewind(self, used: frozenset[int]) -> None:
        """Have only these used up, as they once were."""
        with self._lock:
            self._used = set(used)
            for found in (self._exact_queues, self._places, self._shapes):  # made again; they know how far they are
                found.clear()

    def summary(self) -> str:
        """How the requests were matched: "36 exact, 11 by shape"."""
        return ", ".join(f"{self.tiers[tier]} {tier}" for tier in ("exact", "by shape", "by path") if self.tiers[tier])

    def _find(self, request: RequestLike) -> int:
        index = self._find_exact(request)
        if index is not None:
            return self._counted("exact", index)
        place, parts = place_of(request), parts_of(request, self._ignore)
        shape = shape_of(parts)
        alike = self._alike_at(place).get(shape.key)
        if alike is not None:
            return self._counted("by shape", self._nearest(alike, shape.values))
        if self._loose is not None and place in self._places:
            index = self._places[place].take(self._used)
            self._loose(self._sentence(parts, index))
            return self._counted("by path", index)
        raise self._miss(parts)

    def _nearest(self, alike: Alike, asked: Sequence[Value]) -> int:
        index = alike.nearest([self._stands_for.get(value, value) for value in asked], self._used)
        if index in self._used:  # a signature may be the same again where it was not when it was recorded
            index = alike.nearest(asked, self._used)
        for value, recorded in zip(asked, alike.values[index], strict=True):
            if value != recorded:
                self.varied.add(recorded)
            if value.shape not in FLEETING:
                self._stands_for.setdefault(value, recorded)
        return index

    def _counted(self, tier: str, index: int) -> int:
        self.tiers[tier] += 1
        return index

    def _find_exact(self, request: RequestLike) -> int | None:
        key = address(request)
        if key not in self._exact:
            return None
        queues = self._exact_queues.get(key)
        if queues is None:
            queues = self._exact_queues[key] = {}
            for index in self._exact[key]:
                queues.setdefault(content(self._requests[index]), Queue()).indexes.append(index)
        queue = queues.get(content(request))
        return None if queue is None else queue.take(self._used)

    def _alike_at(self, place: Hashable) -> dict[Hashable, Alike]:
        if not self._places:
            for index, request in enumerate(self._requests):
                self._places.setdefault(place_of(request), Queue()).indexes.append(index)
        if place not in self._places:
            return {}
        if place not in self._shapes:
            shapes = self._shapes[place] = {}
            for index in self._places[place].indexes:
                shape = shape_of(self._parts_at(index))
                shapes.setdefault(shape.key, Alike()).add(index, shape.values)
        return self._shapes[place]

    def _parts_at(self, index: int) -> Parts:
        return parts_of(self._requests[index], self._ignore)

    def _miss(self, asked: Parts) -> Miss:
        urls = ((request.method, request.url) for request in self._requests)
        index = nearest(asked, self._parts_at, urls)
        return Miss.of(asked, None if index is None else self._parts_at(index), index, len(self._requests))

    def _sentence(self, asked: Parts, index: int) -> str:
        found = "; ".join(differences(self._parts_at(index), asked))
        return f"{title(asked)} is answered by path alone with request {index + 1}: {found}"


def address(request: RequestLike) -> Hashable:
    """Method and URL without its fragment."""
    return request.method.upper(), request.url.partition("#")[0]


def content(request: RequestLike) -> Hashable:
    """What beside the address decides whether two requests are exactly the same."""
    return request.body or b"", tuple(selecting(request.headers))
