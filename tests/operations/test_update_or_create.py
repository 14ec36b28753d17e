"""Storing what is listed over what is stored."""

from collections.abc import Callable
from datetime import date, timedelta

from toolkit.models import BankOperation, BaseModel, Bill
from toolkit.operations import filter_existing, save_data_and_file, update_or_create
from toolkit.report import Outcome
from toolkit.run import Run

MakeRun = Callable[..., Run]
Kitten = BaseModel.create_new(name="me.cozy.kitten", display_name="kitten")


def bill(number: str | None = "1", **fields: object) -> Bill:
    """A bill of the same day and amount as any other."""
    return Bill(**{"date": "2025-03-09", "amount": "23.90", "currency": "EUR", "number": number, **fields})


def stored(run: Run, operation: Callable[[Run], str], *entries: BaseModel) -> str:
    """What the operation says when the site lists these and no others."""
    run.entries.fetched, run.entries.saved = [], []
    for one in entries:
        run.add(one)
    return operation(run)


def test_each_entry_is_created_updated_or_left(make_run: MakeRun) -> None:
    """The words count them, each has its outcome, and what was written is what may be linked."""
    run, operation = make_run(), update_or_create(Bill, keys=["number"])
    stored(run, operation, bill("1"), bill("2"))
    same, changed, new = bill("1"), bill("2", amount="24"), bill("3")

    assert stored(run, operation, same, changed, new) == "1 created, 1 updated, 1 unchanged"
    assert [run.report.of(one).outcome for one in (same, changed, new)] == [
        Outcome.ALREADY_THERE,
        Outcome.UPDATED,
        Outcome.SAVED,
    ]
    assert run.entries.saved == [changed, new]
    assert {(one.number, str(one.amount)) for one in Bill.all(run.store)} == {
        ("1", "23.90"),
        ("2", "24"),
        ("3", "23.90"),
    }


def test_keys_compare_values(make_run: MakeRun) -> None:
    """A date that comes with an hour, and 23.9 for 23.90, are the same."""
    run, operation = make_run(), update_or_create(Bill, keys=["date", "amount"])
    stored(run, operation, bill(None))

    assert (
        stored(run, operation, bill(None, date="2025-03-09T10:00:00", amount=23.9))
        == "0 created, 0 updated, 1 unchanged"
    )


def test_another_account_has_documents_of_its_own(make_run: MakeRun) -> None:
    """Two contracts may count their bills alike."""
    run, operation = make_run(), update_or_create(Bill, keys=["number"])
    stored(run, operation, bill(account="home"), bill(account="work"))

    assert len(Bill.all(run.store)) == 2


def test_what_was_saved_before_is_found(make_run: MakeRun) -> None:
    """A connector may begin with `filter_existing` and change to this."""
    run = make_run()
    stored(run, filter_existing(Bill), bill())
    save_data_and_file(Bill)(run)

    assert (
        stored(run, update_or_create(Bill, keys=["number"]), bill(title="March")) == "0 created, 1 updated, 0 unchanged"
    )
    assert [one.title for one in Bill.all(run.store)] == ["March"]


def test_an_entry_without_its_key_is_refused_alone(make_run: MakeRun) -> None:
    """The others are stored."""
    run, keyless = make_run(), bill(None)

    assert stored(run, update_or_create(Bill, keys=["number"]), keyless, bill()) == "1 created, 0 updated, 0 unchanged"
    assert run.report.of(keyless).reason == "number is missing, and tells this bill from others"


def test_other_models_are_stored_too(make_run: MakeRun) -> None:
    """Operations of a bank, and any fields of a model that a connector made."""
    run = make_run()
    paid = [BankOperation(date=date(2025, 1, 1) + timedelta(days=n), amount=-n, label="ACME") for n in (1, 2)]
    stored(run, update_or_create(BankOperation, keys=["date", "label"]), *paid)
    kittens = update_or_create(Kitten, keys=["name"])
    stored(run, kittens, Kitten(name="Tom", age=1))

    assert stored(run, kittens, Kitten(name="Tom", age=2)) == "0 created, 1 updated, 0 unchanged"
    assert [one.model_dump()["age"] for one in Kitten.all(run.store)] == [2]
    assert len(BankOperation.all(run.store)) == 2
