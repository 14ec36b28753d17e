"""How long a vendor's bills usually wait for their payment, learned from those that are paid."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median_low

__all__ = ["Usual", "learn"]

ENOUGH = 6  # payments; fewer tell nothing
LEAST = 4  # days off that are nothing unusual: weekends, holidays
SPREADS = 3


@dataclass(frozen=True)
class Usual:
    """Payments come `day` days after the bill, give or take `off`."""

    day: int
    off: int


def learn(delays: Iterable[int]) -> Usual | None:
    """What is usual, from the days between bills and their payments; None where these are too few.

    Medians, so that some wrong pairs among many right ones change nothing.
    """
    known = list(delays)
    if len(known) < ENOUGH:
        return None
    day = median_low(known)
    spread = median_low([abs(delay - day) for delay in known])
    return Usual(day, max(LEAST, SPREADS * spread + 2))
