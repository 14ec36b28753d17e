"""One of several processes that save the same bills: `python -m tests.store.writer up ADDRESS …`; a line begins it."""

import json
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from toolkit.models import Bill, File
from toolkit.store import Provenance, Store

COUNT = 120  # of each kind: saved with a file one by one, saved many at once, brought up to date
AT_ONCE = 20
PROVENANCE = Provenance("acme", "1.0", "me", "run", datetime(2025, 4, 1, tzinfo=UTC))


def bills(kind: str, *, down: bool) -> list[Bill]:
    """The same ones, from either end."""
    made = [
        Bill(date="2025-03-31", amount=n, currency="EUR", vendor=kind, number=str(n), natural_key=f"{kind} {n:03}")
        for n in range(COUNT)
    ]
    return made[::-1] if down else made


def batches(made: list[Bill]) -> Iterator[list[Bill]]:
    """Some at once."""
    return (made[place : place + AT_ONCE] for place in range(0, COUNT, AT_ONCE))


def save(store: Store, *, down: bool) -> Iterator[int]:
    """How many bills this process was the one to store, of each kind."""
    alone = bills("alone", down=down)
    files = [File(name=bill.number, path=f"{bill.number}.pdf", sha256="", size=1) for bill in alone]
    yield sum(bool(store.insert(*pair)) for pair in zip(alone, [PROVENANCE] * COUNT, files, strict=True))
    yield len(store.insert_all(bills("together", down=down), PROVENANCE).created)
    anew = batches(bills("anew", down=down))
    yield sum(len(store.upsert(some, ["vendor", "number"], PROVENANCE).created) for some in anew)


def main(arguments: Sequence[str]) -> None:
    """Wait for a line, save to each store, and say what came of it."""
    way, *addresses = arguments
    stores = [Store(address) for address in addresses]
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    sys.stdout.write(json.dumps([list(save(store, down=way == "down")) for store in stores]))
    for store in stores:
        store.close()


if __name__ == "__main__":
    main(sys.argv[1:])
