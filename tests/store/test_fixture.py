"""Tests of loading a file of documents."""

import json
from pathlib import Path
from typing import Any

import pytest

from toolkit.errors import UsageError
from toolkit.models import BankOperation, BaseModel, Bill, File
from toolkit.store import Store

OPERATION = {"_id": "op-1", "date": "2025-04-02", "label": "ACME", "amount": -42.1, "currency": "EUR", "_rev": "1-a"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the file is."""
    return tmp_path / "fixture.json"


def _write(path: Path, content: Any) -> Path:
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def test_documents_of_any_doctype_are_loaded(store: Store, path: Path) -> None:
    """Known and declared doctypes are stored with all their fields, and counted."""
    kitten = {"name": "Tom"}
    file = {"_id": "f", "name": "a.pdf", "path": "a.pdf", "sha256": "00", "size": 1}
    content = {BankOperation.doctype: [OPERATION], "me.kitten": [kitten, kitten], File.doctype: [file]}

    assert store.load_fixture(_write(path, content)) == {
        BankOperation.doctype: 1,
        "me.kitten": 2,
        File.doctype: 1,
    }
    assert [BankOperation.from_cozy(OPERATION)] == store.all(BankOperation)
    assert [one.model_dump()["name"] for one in store.all(BaseModel.create_new(name="me.kitten"))] == ["Tom", "Tom"]


def test_loading_again_replaces(store: Store, path: Path) -> None:
    """A document with the same `_id`, or without one and the same content, is not stored a second time."""
    store.load_fixture(_write(path, {BankOperation.doctype: [OPERATION], "me.kitten": [{"name": "Tom"}] * 2}))
    changed = {**OPERATION, "label": "ACME Ltd"}

    store.load_fixture(_write(path, {BankOperation.doctype: [changed], "me.kitten": [{"name": "Tom"}] * 2}))

    assert [one.label for one in store.all(BankOperation)] == ["ACME Ltd"]
    assert len(store.all(BaseModel.create_new(name="me.kitten"))) == 2


def test_a_wrong_row_is_named_and_nothing_is_stored(store: Store, path: Path) -> None:
    """The sentence has file, doctype, row and field; the rows before it are not stored either."""
    wrong = {"_id": "op-2", "amount": "twelve", "date": "2025-04-02"}
    _write(path, {BankOperation.doctype: [OPERATION, wrong]})

    with pytest.raises(
        UsageError, match=rf"^{path}: io\.cozy\.bank\.operations row 2: amount: 'twelve' is no amount such"
    ):
        store.load_fixture(path)

    assert store.all(BankOperation) == []


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ([], "must be an object of lists of documents, by doctype"),
        ({"io.cozy.bills": {}}, "io.cozy.bills must be a list of documents"),
        ({"io.cozy.bills": ["x"]}, "io.cozy.bills row 1 is not a document"),
        ({"io.cozy.bills": [{"date": "2025-01-01", "amount": 1}]}, "io.cozy.bills row 1: currency is missing"),
    ],
)
def test_a_wrong_shape_is_said(store: Store, path: Path, content: Any, said: str) -> None:
    """What is not documents by doctype is refused with its place."""
    with pytest.raises(UsageError, match=said):
        store.load_fixture(_write(path, content))

    assert store.all(Bill) == []


def test_a_file_that_cannot_be_read_is_said(store: Store, path: Path) -> None:
    """A missing file and one that is no JSON are named."""
    with pytest.raises(UsageError, match=rf"^{path} cannot be read: No such file"):
        store.load_fixture(path)
    for content in (b'{"a": [', b"\xff\xfe"):
        path.write_bytes(content)
        with pytest.raises(UsageError, match=rf"^{path} is not JSON: "):
            store.load_fixture(path)
