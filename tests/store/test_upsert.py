"""Tests of storing entries over those that say the same thing."""

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import event, select

from toolkit.models import BankOperation, BaseModel, Bill, File
from toolkit.store import Provenance, Store
from toolkit.store.schema import bills

MakeBill = Callable[..., Bill]
KEYS = ["vendor", "number"]
Kitten = BaseModel.create_new(name="me.cozy.kitten")


@pytest.fixture(params=["SQLite", "Postgres"])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    """An empty store of each kind."""
    with Store("sqlite://" if request.param == "SQLite" else request.getfixturevalue("postgres_url")) as opened:
        yield opened


def test_new_changed_and_same_are_told_apart(store: Store, provenance: Provenance, bill: MakeBill) -> None:
    """Each entry is created, updated or unchanged, and gets the id of its document."""
    old = [bill(number="1"), bill(number="2")]
    store.upsert(old, KEYS, provenance)
    same, changed, new = bill(number="1", amount="42.1"), bill(number="2", amount="43"), bill(number="3")

    changes = store.upsert([same, changed, new], KEYS, provenance)

    assert ([new], [changed], [same], []) == (
        changes.created, changes.updated, changes.unchanged, changes.refused
    )  # fmt: skip
    assert [old[0].id, old[1].id] == [same.id, changed.id]
    assert {(one.id, one.number, str(one.amount)) for one in store.all(Bill)} == {
        (same.id, "1", "42.10"),
        (changed.id, "2", "43"),
        (new.id, "3", "42.10"),
    }


def test_an_update_keeps_what_the_entry_does_not_say(
    store: Store, provenance: Provenance, later: Provenance, bill: MakeBill, file: Callable[..., File]
) -> None:
    """Natural key, file, birthday and unknown fields stay; the run is the one that changed it."""
    store.insert(bill(number="1", natural_key="key", paper=True, filename="1.pdf"), provenance, file())

    store.upsert([bill(number="1", title="March", filename=None)], KEYS, later)

    stored = store.all(Bill)[0]
    assert (stored.title, stored.filename, stored.natural_key) == ("March", "1.pdf", "key")
    assert stored.model_dump()["paper"]
    assert store.existing(Bill, ["key"])["key"].file is not None
    with store._reading() as connection:
        row = connection.execute(select(bills.c.created, bills.c.updated, bills.c.run)).one()
    assert (row.created.day, row.updated.day, row.run) == (1, 2, "run-2")


def test_what_an_entry_says_counts_even_if_usual(store: Store, provenance: Provenance, bill: MakeBill) -> None:
    """A value that was given replaces the stored one, the default value too; a default that was not given does not."""
    store.insert(bill(number="1", is_refund=True, tags=["mine"]), provenance)
    store.insert(bill(number="2", is_refund=True, tags=["mine"]), provenance)

    store.upsert([bill(number="1"), bill(number="2", is_refund=False, tags=[])], KEYS, provenance)

    stored = {one.number: (one.is_refund, one.tags) for one in store.all(Bill)}
    assert stored == {"1": (True, ["mine"]), "2": (False, [])}


def test_what_was_filled_in_counts(store: Store, provenance: Provenance, bill: MakeBill) -> None:
    """A field that the run filled in, not the connector, is part of what the entry says."""
    store.insert(bill(number="1", currency="EUR"), provenance)
    entry = Bill(date="2025-03-31", amount="42.10", number="1")
    entry.fill_in(vendor="acme", currency="CHF")

    assert store.upsert([entry], KEYS, provenance).updated == [entry]
    assert store.all(Bill)[0].currency == "CHF"


def test_equals_within_one_batch_are_one_document(store: Store, provenance: Provenance, bill: MakeBill) -> None:
    """A second entry with the same key is an update of the first, and the last one wins."""
    first, second, third = (bill(number="1", title=title) for title in ("March", "April", "March"))

    changes = store.upsert([first, second, third], KEYS, provenance)

    assert ([first], [second, third]) == (changes.created, changes.updated)
    assert [one.title for one in store.all(Bill)] == ["March"]


def test_an_entry_without_its_key_is_refused(store: Store, provenance: Provenance, bill: MakeBill) -> None:
    """Entries that lack a key field are not taken for each other, and do not cost the others."""
    keyless, whole = bill(), bill(number="1")

    changes = store.upsert([keyless, whole], KEYS, provenance)

    assert [(keyless, "number is missing, and tells this bill from others")] == changes.refused
    assert [whole] == changes.created


def test_an_entry_with_problems_is_refused(store: Store, provenance: Provenance) -> None:
    """What cannot be stored comes back with the reason."""
    wrong = Bill(vendor="acme", number="1", amount=1, currency="EUR")

    assert [(wrong, "date is missing")] == store.upsert([wrong], KEYS, provenance).refused


def test_a_natural_key_of_another_document_is_refused(store: Store, provenance: Provenance, bill: MakeBill) -> None:
    """An entry that is another one by its natural key is reported, not lost."""
    store.insert(bill(number="1", natural_key="key"), provenance)
    impostor = bill(number="2", natural_key="key")

    changes = store.upsert([impostor], KEYS, provenance)

    assert [(impostor, "another bill with the same natural key is stored")] == changes.refused


def test_any_model_can_be_brought_up_to_date(store: Store, provenance: Provenance) -> None:
    """Unknown fields may be keys, and models may be mixed."""
    kitten = BaseModel.create_new(name="me.cozy.kitten")
    operation = BankOperation(date="2025-01-01", amount=-1, name="Tom")

    store.upsert([kitten(name="Tom", lives=9), operation], ["name"], provenance)
    changes = store.upsert([kitten(name="Tom", lives=8)], ["name"], provenance)

    assert len(changes.updated) == 1
    assert [one.model_dump()["lives"] for one in store.all(kitten)] == [8]
    assert len(store.all(BankOperation)) == 1


def test_keys_are_compared_by_value(store: Store, provenance: Provenance, bill: MakeBill) -> None:
    """A day with an hour is the day, and cents are what money is counted in; of any model, a number is a number."""
    keys = ["date", "amount"]
    store.upsert([bill(amount="12.5"), Kitten(date=date(2025, 1, 1), amount=Decimal("12.50"))], keys, provenance)

    noisy = bill(date="2025-03-31T09:30:00", amount=12.500000001)
    kitten = Kitten(date=date(2025, 1, 1), amount=Decimal("12.5"))
    changes = store.upsert([noisy, kitten], keys, provenance)

    assert (changes.created, changes.refused) == ([], [])
    assert (len(store.all(Bill)), len(store.all(Kitten))) == (1, 1)


def test_texts_that_look_like_numbers_are_texts(store: Store, provenance: Provenance) -> None:
    """Version 1.10 is not version 1.1."""
    store.upsert([Kitten(version="1.1")], ["version"], provenance)

    assert len(store.upsert([Kitten(version="1.10")], ["version"], provenance).created) == 1


def test_what_is_written_once_is_written_by_one_statement(store: Store, provenance: Provenance, bill: MakeBill) -> None:
    """However many are new or have changed."""
    store.upsert([bill(number=str(n)) for n in range(50)], KEYS, provenance)
    said: list[str] = []
    event.listen(store._engine, "before_cursor_execute", lambda *told: said.append(told[2]))

    store.upsert([bill(number=str(n), title="new") for n in range(100)], KEYS, provenance)

    assert len([one for one in said if one.startswith(("insert into bills", "INSERT", "update", "UPDATE"))]) == 1
    assert len(store.all(Bill)) == 100


def test_one_that_cannot_be_written_costs_no_other(store: Store, provenance: Provenance, bill: MakeBill) -> None:
    """It is refused, with the reason, whether it is new or an update."""
    store.upsert([bill(number="1")], KEYS, provenance)
    wrong = [bill(number="1", lines=[b"\xff"]), bill(number="2", lines=[b"\xff"])]

    changes = store.upsert([*wrong, bill(number="3")], KEYS, provenance)

    assert [entry for entry, _ in changes.refused] == wrong
    assert all("cannot be stored" in reason for _, reason in changes.refused)
    assert {one.number for one in store.all(Bill)} == {"1", "3"}
