"""Bills and operations that fit when some are added up."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from toolkit.models import BankOperation
from toolkit.operations.candidates import Due, Ledger, Rules
from toolkit.operations.identifier import Labels
from toolkit.operations.sums import add_up

RULES = Rules(Labels("acme"))
START = date(2025, 3, 1)


def due(id_: str, day: int, amount: str, currency: str = "EUR") -> Due:
    """A bill so many days after the start."""
    return Due(id_, f"bill {id_}", START + timedelta(day), Decimal(amount), currency)


def operation(id_: str, day: int, amount: str) -> BankOperation:
    """A bank operation so many days after the start."""
    return BankOperation(_id=id_, date=START + timedelta(day), amount=amount, label="PRLV ACME")


def links(
    dues: Sequence[Due], operations: Sequence[BankOperation], taken: set[str] | None = None
) -> dict[str, list[str]]:
    """The ids of the operations of each linked bill."""
    found = add_up(dues, Ledger(operations, RULES.labels), RULES, taken or set())
    return {id_: [str(paid.id) for paid in (one.operation, *one.others) if paid] for id_, one in found.items()}


def test_one_debit_pays_several_bills() -> None:
    """Those that add up to it, exactly; the third has a payment of its own to wait for."""
    dues = [due("b1", 0, "-10.10"), due("b2", 2, "-20.20"), due("b3", 3, "-7")]
    found = add_up(dues, Ledger([operation("o", 5, "-30.30")], RULES.labels), RULES, set())

    assert set(found) == {"b1", "b2"}
    assert found["b1"].reason == "30.30 EUR on 2025-03-06 pay it together with bill b2"


def test_one_bill_is_paid_in_parts() -> None:
    """With both operations."""
    found = add_up(
        [due("b", 0, "-30")], Ledger([operation("o1", 1, "-10"), operation("o2", 9, "-20")], RULES.labels), RULES, set()
    )

    assert found["b"].reason == "30.00 EUR were paid in 2 parts: 10.00 on 2025-03-02 and 20.00 on 2025-03-10"
    assert links([due("b", 0, "-30")], [operation("o1", 1, "-10"), operation("o2", 9, "-20")]) == {"b": ["o1", "o2"]}


def test_the_nearest_in_time_belong_together() -> None:
    """Where several sums are right."""
    dues = [due("b1", 0, "-10"), due("b2", 10, "-20"), due("b3", 11, "-10")]

    assert links(dues, [operation("o", 12, "-30")]) == {"b2": ["o"], "b3": ["o"]}


def test_what_could_be_two_is_none() -> None:
    """A wrong link is worse than a missing one."""
    dues = [due("b1", 0, "-10"), due("b2", 2, "-10"), due("b3", 4, "-10")]

    assert links(dues, [operation("o", 5, "-20")]) == {}


def test_what_does_not_fit_is_in_no_sum() -> None:
    """Another currency, a credit, outside the window, an operation that pays already."""
    left = due("b1", 0, "-10")
    for other in (due("b2", 0, "-20", "CHF"), due("b2", 0, "20"), due("b2", -30, "-20")):
        assert links([left, other], [operation("o", 5, "-30")]) == {}
    assert links([left, due("b2", 0, "-20")], [operation("o", 5, "-30")], {"o"}) == {}


def test_the_search_is_bounded() -> None:
    """Of three hundred bills of a day, the first dozen are tried."""
    dues = [due(f"b{n:03}", 0, f"-{2**n}") for n in range(60)] + [due(f"c{n:03}", 0, "-0.3") for n in range(300)]

    assert links(dues, [operation("o", 5, "-6")]) == {"b001": ["o"], "b002": ["o"]}
