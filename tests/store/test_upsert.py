"""Tests of storing entries over those that say the same thing."""

from collections.abc import Callable

from sqlalchemy import select

from toolkit.models import BankOperation, BaseModel, Bill, File
from toolkit.store import Provenance, Store
from toolkit.store.schema import bills

MakeBill = Callable[..., Bill]
KEYS = ["vendor", "number"]


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
