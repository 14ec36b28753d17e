"""`toolkit bills`."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from toolkit.jobs import Workspace
from toolkit.models import BankOperation, Bill
from toolkit.store import Provenance, Store

Command = Callable[..., Any]

BY = Provenance("acme", "1.2.0", "default", "run1", datetime(2025, 5, 1, tzinfo=UTC))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """The store that the command reads."""
    opened, _ = Workspace(tmp_path / "data").open()
    with closing(opened):
        yield opened


@pytest.fixture
def filled(store: Store) -> Store:
    """Three bills of two vendors in two currencies; one is a refund, one is paid."""
    paid = Bill(vendor="Acme Telecom", date="2025-03-31", amount="23.90", currency="EUR", number="A-1", natural_key="1")
    back = Bill(vendor="Acme Telecom", date="2025-04-30", amount="5", currency="EUR", is_refund=True, natural_key="2")
    yens = Bill(vendor="Denki", date="2024-04-30", amount="1200", currency="JPY", account="work", natural_key="3")
    operation = BankOperation(date="2025-04-02", amount="-23.90", label="PRLV ACME")
    first, _, _, paying = (str(store.insert(entry, BY)) for entry in (paid, back, yens, operation))
    store.link(first, paying, "same amount", BY)
    return store


@pytest.mark.usefixtures("filled")
def test_table(command: Command) -> None:
    """Bills are in the order of their dates, then comes the total of each currency."""
    said = command("bills")

    assert said.code == 0
    assert said.out.splitlines() == [
        "Date        Vendor        Account  Number     Amount  Paid by",
        "2024-04-30  Denki         work             1,200 JPY",
        "2025-03-31  Acme Telecom           A-1     23.90 EUR  2025-04-02 PRLV ACME",
        "2025-04-30  Acme Telecom                   -5.00 EUR",
        "",
        "2 bills: 18.90 EUR, 1 refund taken off",
        "1 bill: 1,200 JPY",
    ]


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(
    ("arguments", "dates"),
    [
        (["--vendor", "acme"], ["2025-03-31", "2025-04-30"]),
        (["--year", "2024"], ["2024-04-30"]),
        (["--vendor", "acme", "--year", "2024"], []),
    ],
)
def test_filters(command: Command, arguments: list[str], dates: list[str]) -> None:
    """Vendors are found by part of their name, in any case; years by their number."""
    assert [row["date"] for row in json.loads(command("bills", "--json", *arguments).out)] == dates


@pytest.mark.usefixtures("filled")
def test_json(command: Command) -> None:
    """As JSON, amounts are exact texts and operations a list."""
    row = json.loads(command("bills", "--json", "--vendor", "acme").out)[0]

    assert row.pop("id")
    assert row == {
        "date": "2025-03-31",
        "vendor": "Acme Telecom",
        "account": "",
        "number": "A-1",
        "amount": "23.90",
        "currency": "EUR",
        "is_refund": False,
        "file": None,
        "operations": [{"date": "2025-04-02", "label": "PRLV ACME"}],
        "by": {
            "connector": "acme",
            "version": "1.2.0",
            "run": "run1",
            "created": "2025-05-01T00:00:00+00:00",
            "updated": "2025-05-01T00:00:00+00:00",
        },
    }


def test_empty(command: Command, tmp_path: Path) -> None:
    """Where nothing is stored the command says how to begin, and makes no folder."""
    said = command("bills")

    assert said.code == 0
    assert said.out.startswith(f"No bills in {tmp_path}/data yet. `toolkit list` shows")
    assert not (tmp_path / "data").exists()
    assert command("bills", "--json").out == "[]\n"


@pytest.mark.usefixtures("filled")
def test_nothing_fits(command: Command) -> None:
    """A filter that leaves nothing is told apart from an empty store."""
    assert command("bills", "--year", "1999").out.startswith("No bill in ")


def test_database_that_is_none(command: Command, tmp_path: Path) -> None:
    """A file that is no database is one sentence and exit code 6."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data/toolkit.sqlite").write_bytes(b"not a database" * 100)

    said = command("bills")

    assert said.code == 6
    assert said.err == (
        f"STORE_FAILED: The store {tmp_path}/data/toolkit.sqlite is not a database: "
        "move that file away, or choose another place.\n"
    )
