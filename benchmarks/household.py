"""A household of three years, made by chance: what twelve vendors billed, what the bank moved, and what paid what.

It has what makes linking hard: payments that never come, come twice, late, in parts or for two bills at once; a vendor
that begins to take its money a week later; refunds; prices that change; two vendors with equal amounts; labels in
capitals without accents; and five thousand operations of others, some of them with the amounts and some with the words
of the vendors.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random

__all__ = ["Bill", "Household", "Operation", "Vendor", "make_household"]

START, DAYS, OTHERS = date(2022, 1, 1), 3 * 365, 5_000


@dataclass(frozen=True)
class Vendor:
    """Who bills every so many days, by a name as it stands in labels; `delays` are the days from bill to debit."""

    name: str
    label: str
    every: int
    price: Decimal
    delays: tuple[int, int]
    varies: bool = False
    moves: int = 0  # from the middle of the time on, payments come so many days later


@dataclass(frozen=True)
class Bill:
    """`paid_by` are the ids of the operations that paid it, none when it was not paid within the time."""

    id: str
    vendor: str
    date: date
    amount: Decimal
    is_refund: bool = False
    paid_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class Operation:
    """What the bank moved; negative for a debit."""

    id: str
    date: date
    amount: Decimal
    label: str


@dataclass
class Household:
    """All of it, in no order. `twins` has the second debit, by its id, of each bill that was paid twice, and the first:
    on paper nobody can tell them apart.
    """

    vendors: list[Vendor]
    twins: dict[str, str] = field(default_factory=dict)
    bills: list[Bill] = field(default_factory=list)
    operations: list[Operation] = field(default_factory=list)


VENDORS = [
    Vendor("Télécom Éclair", "PRLV SEPA TELECOM ECLAIR", 30, Decimal("29.99"), (3, 8)),
    Vendor("Free", "PRLV FREE MOBILE", 30, Decimal("29.99"), (15, 20)),
    Vendor("Électricité du Midi", "PRLV SEPA ELECTRICITE DU MIDI", 30, Decimal("84.10"), (10, 14), varies=True),
    Vendor("Eaux de la Ville", "PRLV EAUX DE LA VILLE", 91, Decimal("61.40"), (5, 12), varies=True),
    Vendor("Mutuelle Santé", "PRLV MUTUELLE SANTE", 30, Decimal("48.00"), (0, 3)),
    Vendor("Panier Bio", "CB PANIER BIO", 7, Decimal("25.00"), (0, 2)),
    Vendor("Piscine Municipale", "CB PISCINE MUNICIPALE", 7, Decimal("6.50"), (1, 3)),
    Vendor("Assurance Pont", "PRLV ASSURANCE PONT", 365, Decimal("412.00"), (8, 14)),
    Vendor("Internet Azur", "PRLV INTERNET AZUR", 30, Decimal("34.90"), (12, 18)),
    Vendor("Garage Leroy", "CB GARAGE LEROY", 91, Decimal("120.00"), (0, 5), varies=True),
    Vendor("Cantine", "PRLV CANTINE SCOLAIRE", 30, Decimal("72.00"), (20, 25), varies=True),
    Vendor("Journal", "PRLV LE JOURNAL", 30, Decimal("9.90"), (5, 10), moves=7),
]
STRANGERS = [
    "CB SUPERMARCHE",
    "CB FREELANCE EDITIONS",
    "CB PISCINE PRIVEE",
    "VIR LOYER",
    "CB BOULANGERIE",
    "RETRAIT DAB",
    "CB ESSENCE",
]


class _Maker:
    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.made = Household(VENDORS)

    def move(self, day: date, amount: Decimal, label: str) -> str:
        """A bank operation, and its id."""
        id_ = f"o{len(self.made.operations):05}"
        self.made.operations.append(Operation(id_, day, amount, label))
        return id_

    def bill(self, vendor: Vendor, day: date, amount: Decimal, *, refund: bool = False, paid: list[str]) -> None:
        """A bill."""
        id_ = f"b{len(self.made.bills):05}"
        self.made.bills.append(Bill(id_, vendor.name, day, amount, refund, tuple(paid)))

    def vendor(self, vendor: Vendor) -> None:
        """Three years of one vendor."""
        price, day, due = vendor.price, START + timedelta(self.random.randrange(vendor.every)), date.min
        while day < START + timedelta(DAYS):
            amount = price
            if vendor.varies:
                amount = (price * Decimal(self.random.randint(60, 140)) / 100).quantize(Decimal("0.01"))
            due = day + timedelta(self.random.randint(*vendor.delays))
            if vendor.moves and day > START + timedelta(DAYS // 2):
                due += timedelta(vendor.moves)
            if vendor.every > 7 and self.random.random() < 0.02:  # late, for once; what is paid on the spot is not
                due += timedelta(self.random.randint(5, 14))
            self.pay(vendor, day, amount, due)
            if self.random.random() < 0.04:  # a price that changes
                price = (price * Decimal(self.random.choice([95, 103, 105, 110])) / 100).quantize(Decimal("0.01"))
            day += timedelta(vendor.every + self.random.randint(-1, 1) * (vendor.every > 7))

    def pay(self, vendor: Vendor, day: date, amount: Decimal, due: date) -> None:
        """One bill and how it was paid, if it was."""
        chance, number = self.random.random(), self.random.randrange(10**6)
        label = f"{vendor.label} {number:06}"
        if chance < 0.04:
            self.bill(vendor, day, amount, paid=[])
        elif chance < 0.06:  # in two parts, the second a few days later
            part = (amount * Decimal(self.random.randint(20, 80)) / 100).quantize(Decimal("0.01"))
            both = [self.move(due, -part, label), self.move(due + timedelta(2), part - amount, label)]
            self.bill(vendor, day, amount, paid=both)
        elif chance < 0.08:  # two bills of one day by one debit
            more = (amount * Decimal(self.random.randint(20, 80)) / 100).quantize(Decimal("0.01"))
            paid = [self.move(due, -amount - more, label)]
            self.bill(vendor, day, amount, paid=paid)
            self.bill(vendor, day, more, paid=paid)
        else:
            paid = [self.move(due, -amount, label)]
            self.bill(vendor, day, amount, paid=paid)
            if chance > 0.985:  # twice, and the second comes back
                self.made.twins[self.move(due + timedelta(1), -amount, label)] = paid[0]
                self.move(due + timedelta(9), amount, label)
            elif chance > 0.96:
                back = (amount / 2).quantize(Decimal("0.01"))
                when = day + timedelta(self.random.randint(4, 9))
                self.bill(vendor, when, back, refund=True, paid=[self.move(when + timedelta(4), back, label)])

    def others(self) -> None:
        """What has nothing to do with any bill, though it may look so."""
        amounts = [bill.amount for bill in self.made.bills]
        for _ in range(OTHERS):
            day = START + timedelta(self.random.randrange(DAYS))
            known = self.random.random() < 0.2
            amount = self.random.choice(amounts) if known else Decimal(self.random.randint(100, 20_000)) / 100
            self.move(day, -amount, f"{self.random.choice(STRANGERS)} {self.random.randrange(10**4):04}")


def make_household(seed: int) -> Household:
    """One of many: the same seed makes the same."""
    maker = _Maker(seed)
    for vendor in VENDORS:
        maker.vendor(vendor)
    maker.others()
    maker.random.shuffle(maker.made.bills)
    maker.random.shuffle(maker.made.operations)
    return maker.made
