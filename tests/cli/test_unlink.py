"""`toolkit unlink`."""

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
    """Two bills of one number, at two vendors, and a paid one."""
    opened, _ = Workspace(tmp_path / "data").open()
    with closing(opened):
        ids = []
        for key, (vendor, number) in enumerate([("Acme", "A-1"), ("Acme", "B-1"), ("Denki", "B-1")]):
            bill = Bill(vendor=vendor, date="2025-03-31", amount="5", currency="EUR", number=number, natural_key=key)
            ids.append(str(opened.insert(bill, BY)))
        paying = opened.insert(BankOperation(date="2025-04-02", amount="-5", label="PRLV ACME"), BY)
        opened.link(ids[0], str(paying), "same amount", BY)
        yield opened


def test_a_bill_is_parted_for_good(command: Command, store: Store) -> None:
    """It is told from what; once more, there is nothing to part."""
    said = command("unlink", "A-1")

    assert (said.code, store.links()) == (0, [])
    assert said.out == "Acme, A-1 is not linked to 2025-04-02 PRLV ACME any more; no run links them again.\n"
    assert command("unlink", "A-1").out == "Acme, A-1 was linked to nothing.\n"


def test_the_id_says_which_of_several(command: Command, store: Store) -> None:
    """Its beginning is enough; `bills --json` tells it, with who saved the bill."""
    told = command("unlink", "B-1")
    rows = json.loads(command("bills", "--json").out)
    (mine,) = [row for row in rows if row["number"] == "A-1"]

    assert (told.code, "2 bills are B-1: Acme of 2025-03-31 (" in told.err) == (2, True)
    assert mine["by"] | {"created": "", "updated": ""} == {
        "connector": "acme", "version": "1.2.0", "run": "run1", "created": "", "updated": "",
    }  # fmt: skip
    said = json.loads(command("unlink", mine["id"][:12], "--json").out)
    assert (said["bill"], len(said["operations"]), store.links()) == (mine["id"], 1, [])


@pytest.mark.usefixtures("store")
def test_no_such_bill(command: Command) -> None:
    """A sentence, and what to look at."""
    said = command("unlink", "C-1")

    assert said.code == 2
    assert "No bill has the number C-1" in said.err
