"""Linking many bills to many bank operations, all in memory: CPU, and memory at its most over what the process held.

One bill in fifty is of an amount that others have too, one in twenty was never paid; one operation in five is of the
vendor. The peer has the small size only: at ten times both numbers it would take minutes.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from benchmarks import turns
from benchmarks.cozy import run_node
from benchmarks.linking import SCRIPT
from benchmarks.measure import CPU, PEAK, WALL, Measured, growth_of
from benchmarks.turns import Benchmark, Goal, Way
from toolkit.models import BankOperation
from toolkit.operations.candidates import Due, Ledger, Rules
from toolkit.operations.identifier import Labels
from toolkit.operations.matching import match

SMALL, MIDDLE, LARGE = (1_000, 10_000), (10_000, 100_000), (100_000, 1_000_000)
START = date(2015, 1, 1)
STRANGERS = ["CB MARKET", "VIR RENT", "CB FUEL", "PRLV WATER", "CB BAKER", "ACMEA"]
RULES = Rules(Labels("acme telecom"), past=15, future=29)


def made(bills: int, operations: int) -> tuple[list[Due], list[tuple[str, date, Decimal, str]]]:
    """So many of each, over as many years as give a thousand bills a year."""
    random, days = Random(1), max(365, bills * 365 // 1_000)
    dues, moved = [], []
    for number in range(bills):
        day = START + timedelta(random.randrange(days) % 1_000_000)
        amount = Decimal("-29.99") if random.random() < 0.02 else -Decimal(random.randint(100, 100_000)) / 100
        dues.append(Due(f"b{number}", f"bill {number}", day, amount, "EUR"))
        if random.random() < 0.95:
            moved.append((day + timedelta(random.randint(0, 12)), amount, f"PRLV ACME TELECOM {number}"))
    while len(moved) < operations:
        label = "PRLV ACME TELECOM" if random.random() < 0.12 else random.choice(STRANGERS)
        moved.append((START + timedelta(random.randrange(days)), -Decimal(random.randint(100, 100_000)) / 100, label))
    random.shuffle(moved)
    return dues, [(f"o{number}", *one) for number, one in enumerate(moved)]


def ours(size: Sequence[int]) -> Way:
    """Link so many."""

    def way(_: Any) -> Measured:
        few, some = made(100, 1_000)
        match(few, [_ours(*one) for one in some], RULES)  # imports what there is to import
        dues, moved = made(*size)
        operations = [_ours(*one) for one in moved]
        del moved
        found: dict[str, Any] = {}
        cost = growth_of(lambda: found.update(match(dues, Ledger(operations, RULES.labels), RULES)))
        linked = sum(one.operation is not None for one in found.values())
        return {WALL: cost[WALL], CPU: cost[CPU], PEAK: cost[PEAK], "linked %": 100 * linked / len(dues)}

    return way


def _ours(id_: str, day: date, amount: Decimal, label: str) -> BankOperation:
    return BankOperation(_id=id_, date=day, amount=amount, label=label)


def cozy(_: Any) -> Measured:
    """The peer."""
    dues, moved = made(*SMALL)
    given = {
        "identifier": "acme telecom",
        "bills": [
            {"_id": due.id, "date": f"{due.date}T12:00:00Z", "amount": -float(due.amount), "vendor": "Acme"}
            for due in dues
        ],
        "operations": [
            {"_id": id_, "date": f"{day}T12:00:00Z", "amount": float(amount), "label": label}
            for id_, day, amount, label in moved
        ],
    }
    started = time.perf_counter()
    answer = run_node(SCRIPT, [given])
    return {WALL: time.perf_counter() - started, CPU: answer["cpu"], "linked %": 100 * len(answer["paid"]) / len(dues)}


@contextmanager
def prepare() -> Iterator[None]:
    """Each process makes its own."""
    yield None


NAMES = [f"toolkit, {bills:,} x {operations:,}" for bills, operations in (SMALL, MIDDLE, LARGE)]
COZY = f"cozy-konnector-libs, {SMALL[0]:,} x {SMALL[1]:,}"
BENCHMARK = Benchmark(
    title="Bills x bank operations",
    ways={NAMES[0]: ours(SMALL), COZY: cozy, NAMES[1]: ours(MIDDLE), NAMES[2]: ours(LARGE)},
    prepare=prepare,
    ratios=(CPU,),
    goals=(
        Goal("the peer's CPU", COZY, CPU, 50, at_least=True, by=NAMES[0]),
        Goal("growth of CPU with ten times of both", NAMES[2], CPU, 12, by=NAMES[1]),
    ),
    rounds=3,
)


def main() -> None:
    """Compare them."""
    turns.main(BENCHMARK, __doc__)


if __name__ == "__main__":
    main()
