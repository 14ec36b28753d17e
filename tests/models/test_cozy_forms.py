"""A document of a Cozy is read and written unchanged, through a store too."""

import json
from pathlib import Path
from typing import Any

import pytest

from toolkit.models import BankOperation, BaseModel, Bill, File, Folder
from toolkit.store import Store

FILE = {
    "_id": "f1",
    "_rev": "2-a",
    "type": "file",
    "name": "a.pdf",
    "dir_id": "d1",
    "created_at": "2017-01-02T10:00:00Z",
    "size": "1234",
    "md5sum": "kAFQmDzST7DWlj99KOF/cg==",
    "mime": "application/pdf",
    "class": "pdf",
    "executable": False,
    "trashed": False,
    "tags": [],
    "referenced_by": [{"type": "io.cozy.bills", "id": "7"}],
    "cozyMetadata": {"doctypeVersion": 1},
}
FOLDER = {"_id": "d1", "_rev": "1-a", "type": "directory", "name": "Acme", "path": "/Acme", "dir_id": "io.cozy.root"}
BILL = {
    "_id": "b1",
    "_rev": "1-b",
    "date": "2017-03-04T12:30:00.000Z",
    "amount": 12.5,
    "vendor": "Acme",
    "isRefund": False,
    "currency": "EUR",
    "invoice": "io.cozy.files:f9",
    "weird_key": None,
    "contractId": 5,
    "originalAmount": None,
}
OPERATION = {
    "_id": "o1",
    "date": "2017-03-04T01:00:00Z",
    "dateOperation": "2017-03-05T01:00:00.000Z",
    "amount": -3,
    "label": "PRLV",
    "manualCategoryId": None,
    "bills": ["io.cozy.bills:b1"],
}
EACH = [(File, FILE), (Folder, FOLDER), (Bill, BILL), (BankOperation, OPERATION)]


@pytest.mark.parametrize(("model", "document"), EACH)
def test_a_document_is_written_as_it_was_read(model: type[BaseModel], document: dict[str, Any]) -> None:
    """Hours, numbers, lists and fields that say nothing."""
    entry = model.from_cozy(document)
    assert (entry.problems, entry.to_cozy()) == ([], document)


@pytest.mark.parametrize(("model", "document"), EACH)
def test_so_it_is_after_it_was_stored(model: type[BaseModel], document: dict[str, Any], tmp_path: Path) -> None:
    """A fixture is made of such documents; a folder is among the files of a Cozy."""
    doctype = "io.cozy.files" if model is Folder else model.doctype
    (tmp_path / "fixture.json").write_text(json.dumps({doctype: [document]}), "utf-8")
    with Store("sqlite://") as store:
        store.load_fixture(tmp_path / "fixture.json")
        (entry,) = model.all(store)
    assert entry.to_cozy() == document


def test_what_changed_is_written_and_the_rest_stays() -> None:
    """An amount that is corrected does not cost the day its hour."""
    bill = Bill.from_cozy(BILL)
    bill.amount = bill.amount + 1
    assert bill.to_cozy() == {**BILL, "amount": 13.5}


def test_a_connectors_bill_has_the_names_and_numbers_of_a_cozy() -> None:
    """Fields that say nothing are left out."""
    bill = Bill(date="2025-01-02", amount="12.50", vendor="Acme", currency="EUR", contract_id="7")
    want = {"vendor": "Acme", "date": "2025-01-02", "amount": 12.5, "currency": "EUR", "contractId": "7"}
    assert bill.to_cozy() == want


def test_a_document_may_call_a_field_as_the_library_does() -> None:
    """It is a document like any other."""
    kitten = BaseModel.create_new(name="me.kitten").from_cozy({"_id": "k", "as_in_cozy": 5, "self": 1})
    assert (kitten.problems, kitten.to_cozy()) == ([], {"_id": "k", "as_in_cozy": 5, "self": 1})
