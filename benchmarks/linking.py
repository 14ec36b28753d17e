"""Which bills find their bank operations: those of households, and five years of equal monthly bills.

The households are those of benchmarks/household.py. A bill is right when it has the operations that paid it, or none
where none did; wrong when it has any other; missing when it has none although it was paid. Both linkers have the same
window, 15 days before and 29 days after the bill, and the vendor's name without accents as identifier.
"""

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from benchmarks import turns
from benchmarks.cozy import run_node
from benchmarks.household import Bill, Operation, make_household
from benchmarks.measure import CPU, Measured
from benchmarks.turns import Benchmark, Goal
from toolkit.models import BankOperation
from toolkit.operations.candidates import Due, Ledger, Rules
from toolkit.operations.identifier import Labels
from toolkit.operations.matching import match
from toolkit.operations.sums import add_up
from toolkit.operations.usual import learn
from toolkit.operations.words import fold

TOOLKIT, COZY = "toolkit", "cozy-konnector-libs"
SEEDS = range(5)
PAST, FUTURE = 15, 29
DELAYS = [(0, 3), (5, 10), (10, 14), (12, 18), (15, 20), (20, 25), (0, 25)]

SCRIPT = """
const { Linker } = require('cozy-konnector-libs/dist/libs/linkBankOperations')
const given = JSON.parse(require('fs').readFileSync(0, 'utf-8'))
const main = async () => {
  const started = process.cpuUsage(), paid = {}
  for (const one of given) {
    const operations = one.operations.map(operation => ({ ...operation, automaticCategoryId: '400110' }))
    const stub = { findAll: async () => operations, updateAll: async () => [] }
    const linker = new Linker({ data: stub, fetchJSON: async () => [], files: {} })
    const bills = one.bills.map(bill => ({ ...bill, date: new Date(bill.date) }))
    await linker.linkBillsToOperations(bills, { identifiers: [one.identifier] })
    for (const operation of operations)
      for (const bill of operation.bills || []) {
        const id = bill.split(':').pop()
        paid[id] = [...(paid[id] || []), operation._id]
      }
  }
  const used = process.cpuUsage(started)
  console.log(JSON.stringify({ paid, cpu: (used.user + used.system) / 1e6 }))
}
main()
"""


@dataclass(frozen=True)
class Case:
    """What one vendor billed, what the bank moved, and the second of two equal payments by the first."""

    vendor: str
    bills: Sequence[Bill]
    operations: Sequence[Operation]
    twins: Mapping[str, str]


Links = dict[str, list[str]]


def households() -> Iterator[Case]:
    """Each vendor of each household."""
    for seed in SEEDS:
        made = make_household(seed)
        operations = [replace(one, id=f"{seed}-{one.id}") for one in made.operations]
        twins = {f"{seed}-{second}": f"{seed}-{first}" for second, first in made.twins.items()}
        for vendor in made.vendors:
            mine = (bill for bill in made.bills if bill.vendor == vendor.name)
            bills = [replace(b, id=f"{seed}-{b.id}", paid_by=tuple(f"{seed}-{one}" for one in b.paid_by)) for b in mine]
            yield Case(vendor.name, bills, operations, twins)


def equal_bills() -> Iterator[Case]:
    """Sixty monthly bills of one amount, paid so many days later, by chance between two bounds."""
    for number, (first, last) in enumerate(DELAYS):
        random = Random(number)
        days = [date(2020 + month // 12, 1 + month % 12, 5) for month in range(60)]
        bills = [
            Bill(f"{number}-b{n}", "Acme", day, Decimal("19.99"), paid_by=(f"{number}-o{n}",))
            for n, day in enumerate(days)
        ]
        paid = [day + timedelta(random.randint(first, last)) for day in days]
        operations = [Operation(f"{number}-o{n}", day, Decimal("-19.99"), "PRLV ACME") for n, day in enumerate(paid)]
        random.shuffle(operations)
        yield Case("Acme", bills, operations, {})


def told(cases: Sequence[Case], paid: Links) -> Measured:
    """How many of a hundred bills are right, missing and wrong."""
    counts = Counter(_kind(bill, paid.get(bill.id, []), case.twins) for case in cases for bill in case.bills)
    return {f"{kind} %": 100 * counts[kind] / counts.total() for kind in ("right", "missing", "wrong")}


def _kind(bill: Bill, paid: Sequence[str], twins: Mapping[str, str]) -> str:
    found = {twins.get(one, one) for one in paid}
    if found == set(bill.paid_by):
        return "right"
    return "wrong" if found else "missing"


def by_toolkit(cases: Sequence[Case]) -> tuple[Links, float]:
    """Our links, and the seconds of CPU that they took."""
    paid: Links = {}
    books = {id(case.operations): [_ours(one) for one in case.operations] for case in cases}
    started = time.process_time()
    for case in cases:
        rules = Rules(Labels(case.vendor), past=PAST, future=FUTURE)
        ledger = Ledger(books[id(case.operations)], rules.labels)
        dues = [Due(b.id, b.id, b.date, b.amount if b.is_refund else -b.amount, "EUR") for b in case.bills]
        found = match(dues, ledger, rules)
        taken = {str(one.operation.id) for one in found.values() if one.operation}
        delays = [(one.operation.date - due.date).days for due in dues if (one := found[due.id]).operation]
        left = [due for due in dues if found[due.id].operation is None]
        found |= add_up(left, ledger, replace(rules, usual=learn(delays)), taken)
        paid |= {
            id_: [str(operation.id) for operation in (one.operation, *one.others)]
            for id_, one in found.items()
            if one.operation
        }
    return paid, time.process_time() - started


def _ours(one: Operation) -> BankOperation:
    return BankOperation(_id=one.id, date=one.date, amount=one.amount, label=one.label)


def by_cozy(cases: Sequence[Case]) -> tuple[Links, float]:
    """The peer's."""
    given = [
        {
            "identifier": fold(case.vendor),
            "bills": [
                {
                    "_id": b.id,
                    "date": f"{b.date}T12:00:00Z",
                    "amount": float(b.amount),
                    "vendor": case.vendor,
                    "isRefund": b.is_refund,
                }
                for b in case.bills
            ],
            "operations": [
                {"_id": one.id, "date": f"{one.date}T12:00:00Z", "amount": float(one.amount), "label": one.label}
                for one in case.operations
            ],
        }
        for case in cases
    ]
    answer: Any = run_node(SCRIPT, given)
    return answer["paid"], answer["cpu"]


def toolkit(_: Any) -> Measured:
    """Ours."""
    return _measured(by_toolkit)


def cozy(_: Any) -> Measured:
    """The peer."""
    return _measured(by_cozy)


def _measured(link: Any) -> Measured:
    cases, alike = list(households()), list(equal_bills())
    paid, cpu = link(cases)
    rows = {}
    for (first, last), case in zip(DELAYS, alike, strict=True):
        rows[f"{first}-{last}"] = told([case], link([case])[0])["right %"] * 0.6
    return {**told(cases, paid), CPU: cpu, **rows}


@contextmanager
def prepare() -> Iterator[None]:
    """Everything is made by chance, the same each time."""
    yield None


COUNT = sum(len(case.bills) for case in households()) if __name__ == "__main__" else 0
TITLE = f"{len(SEEDS)} households of {COUNT} bills together; then how many of 60 equal monthly bills, by days of delay"
BENCHMARK = Benchmark(
    title=TITLE,
    ways={TOOLKIT: toolkit, COZY: cozy},
    prepare=prepare,
    goals=(
        Goal("right", TOOLKIT, "right %", 95, at_least=True),
        Goal("wrong", TOOLKIT, "wrong %", 0.5),
        *(Goal(f"paid {a} to {b} days later", TOOLKIT, f"{a}-{b}", 59, at_least=True) for a, b in DELAYS),
    ),
    rounds=1,
)


def main() -> None:
    """Compare both."""
    turns.main(BENCHMARK, __doc__)


if __name__ == "__main__":
    main()
