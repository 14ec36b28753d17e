"""100,000 bills, half of them stored, against 100,000 and 1,000,000 stored: which are new, by date, amount and vendor.

The peer loads all that is stored, ours looks up what is asked for. Its database is in memory here, as objects that need
not be fetched or parsed: the server, the network and the JSON that a real one costs are left out. Ours is SQLite on a
disk.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks import turns
from benchmarks.cozy import run_node
from benchmarks.measure import CPU, WALL, Measured, cost_of
from benchmarks.stored import DAYS, VENDOR, documents, fields_of, fill, run_on
from benchmarks.turns import Benchmark, Goal, Way
from toolkit.models import Bill
from toolkit.operations import filter_existing
from toolkit.store import Store

COUNT = 100_000
SMALL, LARGE = 100_000, 1_000_000

SCRIPT = """
const hydrateAndFilter = require('cozy-konnector-libs/dist/libs/hydrateAndFilter')
const client = require('cozy-konnector-libs/dist/libs/cozyclient')
const { stored, days, count, vendor } = JSON.parse(require('fs').readFileSync(0, 'utf-8'))
const start = Date.UTC(2000, 0, 1, 12)
const bill = number => ({
  date: new Date(start + (number % days) * 864e5), amount: number / 100, vendor, currency: 'EUR'
})
const documents = Array.from({ length: stored }, (_, number) => {
  const one = bill(number)
  return { ...one, date: one.date.toISOString(), _id: String(number), _rev: '1-0' }
})
const bills = Array.from({ length: count }, (_, number) => bill(stored - count / 2 + number))
client.data.defineIndex = async () => ({})
client.data.findAll = async () => documents
const main = async () => {
  const started = process.cpuUsage(), begun = process.hrtime.bigint()
  const kept = await hydrateAndFilter(bills, 'io.cozy.bills', { keys: ['date', 'amount', 'vendor'] })
  const wall = Number(process.hrtime.bigint() - begun) / 1e9, used = process.cpuUsage(started)
  console.log(JSON.stringify({ kept: kept.length, wall, cpu: (used.user + used.system) / 1e6 }))
}
main()
"""


def database(folder: str, stored: int) -> str:
    """The address of so many."""
    return f"sqlite:///{folder}/{stored}.sqlite"


@contextmanager
def prepare() -> Iterator[str]:
    """What is stored."""
    with TemporaryDirectory(prefix="stored-") as name:
        for stored in (SMALL, LARGE):
            with Store(database(name, stored)) as store:
                fill(store, documents(stored))
        yield name


def toolkit(stored: int) -> Way:
    """Ours, once it has imported what there is to import."""

    def way(folder: str) -> Measured:
        fresh = range(stored - COUNT // 2, stored + COUNT // 2)
        with TemporaryDirectory() as name, Store(database(folder, stored)) as store:
            with run_on(store, Path(name) / "warm", map(fields_of, range(10))) as run:
                filter_existing(Bill)(run)
            with run_on(store, Path(name), map(fields_of, fresh)) as run:
                said: list[str] = []
                cost = cost_of(lambda: said.append(filter_existing(Bill)(run)))
                assert said == [f"{COUNT // 2} new"], said
                return cost

    return way


def cozy(stored: int) -> Way:
    """The peer."""

    def way(_: Any) -> Measured:
        answer = run_node(SCRIPT, {"stored": stored, "days": DAYS, "count": COUNT, "vendor": VENDOR})
        assert answer["kept"] == COUNT // 2, answer
        return {WALL: answer["wall"], CPU: answer["cpu"]}

    return way


TOOLKIT = {stored: f"filter_existing, {stored:,} stored" for stored in (SMALL, LARGE)}
COZY = {stored: f"hydrateAndFilter, {stored:,} stored" for stored in (SMALL, LARGE)}
BENCHMARK = Benchmark(
    title=f"{COUNT:,} bills, half of them stored",
    ways={
        **{TOOLKIT[stored]: toolkit(stored) for stored in TOOLKIT},
        **{COZY[stored]: cozy(stored) for stored in COZY},
    },
    prepare=prepare,
    ratios=(CPU,),
    goals=[
        Goal(f"the peer's CPU at {stored:,} stored", COZY[stored], CPU, 5, at_least=True, by=TOOLKIT[stored])
        for stored in TOOLKIT
    ],
)


def main() -> None:
    """Compare the two."""
    turns.main(BENCHMARK, __doc__)


if __name__ == "__main__":
    main()
