"""What Orma Telecom, an invented vendor, has billed its only customer: 23 invoices and a refund, newest first."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

__all__ = ["BILLS", "CURRENCY", "CUSTOMER", "VENDOR", "Bill", "find"]

VENDOR = "Orma Telecom"
CUSTOMER = "Ada Lovelace"
CURRENCY = "EUR"

# In June 2024 the vendor moved its billing day from the 28th to the 6th, so two equal invoices are nine days apart.
_INVOICED = """
    2025-09-06 22.70   2025-08-06 29.80   2025-07-06 27.45   2025-06-06 23.35   2025-05-06 21.60   2025-04-06 22.95
    2025-03-06 24.70   2025-02-06 20.90   2025-01-06 21.15   2024-12-06 25.60   2024-11-06 22.10   2024-10-06 20.40
    2024-09-06 21.85   2024-08-06 31.20   2024-07-06 26.75   2024-06-06 23.90   2024-05-28 23.90   2024-04-28 20.20
    2024-03-28 24.15   2024-02-28 21.30   2024-01-28 20.65   2023-12-28 22.40   2023-11-28 19.90
"""


@dataclass(frozen=True)
class Bill:
    """One paper of the vendor. `total` is positive for an invoice and for a refund."""

    id: str
    issued: date
    total: Decimal
    kind: Literal["invoice", "refund"] = "invoice"

    def as_json(self) -> dict[str, str]:
        """The row that the API lists."""
        return {
            "id": self.id,
            "issued": self.issued.isoformat(),
            "total": f"{self.total:.2f}",
            "currency": CURRENCY,
            "kind": self.kind,
            "pdf": f"/pdf/{self.id}",
        }


def _invoices() -> list[Bill]:
    words = _INVOICED.split()
    days = [date.fromisoformat(day) for day in words[::2]]
    return [Bill(f"OT-{day:%Y%m}", day, Decimal(total)) for day, total in zip(days, words[1::2], strict=True)]


_REFUND = Bill("OT-202408-R", date(2024, 8, 19), Decimal("12.00"), "refund")

BILLS = tuple(sorted([*_invoices(), _REFUND], key=lambda bill: bill.issued, reverse=True))


def find(bill_id: str) -> Bill | None:
    """The bill of that id, if there is one."""
    return next((bill for bill in BILLS if bill.id == bill_id), None)
