"""What any store does. Each store only names itself, at the end."""

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from toolkit.errors import StoreError
from toolkit.models import BankOperation, BaseModel, Bill, File, Folder
from toolkit.store import Existing, LinkRow, Mark, Provenance, Store

MakeBill = Callable[..., Bill]
MakeFile = Callable[..., File]
Kitten = BaseModel.create_new(name="me.cozy.kitten")


class StoreContract:
    """The contract: a subclass gives the address of an empty store."""

    @pytest.fixture
    def url(self, tmp_path: Path) -> str:
        """The address of an empty store."""
        raise NotImplementedError

    @pytest.fixture
    def store(self, url: str) -> Iterator[Store]:
        """The store under test."""
        with Store(url) as opened:
            yield opened

    def test_insert_gives_back_an_id_that_finds_the_document(
        self, store: Store, provenance: Provenance, bill: MakeBill
    ) -> None:
        """A stored document comes back equal, with its id, unknown fields and natural key."""
        entry = bill(number="F-1", natural_key="key", kilowattHours=12.5, lines=[{"label": "été ☀"}])

        id_ = store.insert(entry, provenance)

        entry.id = id_
        assert [entry] == store.all(Bill)
        assert store.all(Bill)[0].natural_key == "key"

    def test_a_natural_key_is_stored_once(self, store: Store, provenance: Provenance, bill: MakeBill) -> None:
        """The second insert of a natural key says so with None and changes nothing."""
        first = store.insert(bill(natural_key="key", title="first"), provenance)

        assert store.insert(bill(natural_key="key", title="second"), provenance) is None
        assert [(first, "first")] == [(one.id, one.title) for one in store.all(Bill)]

    def test_many_documents_are_stored_at_once(self, store: Store, provenance: Provenance, bill: MakeBill) -> None:
        """Of any models; each gets its id, and what is there already, or cannot be stored, costs no other one."""
        first = store.insert(bill(natural_key="old"), provenance)
        old, new, own = bill(natural_key="old"), bill(natural_key="new", title="été"), bill(_id="mine")
        wrong, kitten = Bill(amount=1, currency="EUR"), Kitten(natural_key="old", name="Tom")
        twin = bill(natural_key="new", title="twin")

        changes = store.insert_all([old, new, own, wrong, kitten, twin], provenance)

        assert [*map(id, changes.created)] == [*map(id, (new, own, kitten))]
        assert [*map(id, changes.unchanged)] == [*map(id, (old, twin))]
        assert [(wrong, "This bill cannot be stored: date is missing.")] == changes.refused
        assert {one.id: one.title for one in store.all(Bill)} == {first: None, new.id: "été", "mine": None}
        assert [one.id for one in store.all(Kitten)] == [kitten.id]
        assert (old.id, twin.id) == (None, None)

    def test_an_id_that_is_there_is_not_stored_again(
        self, store: Store, provenance: Provenance, bill: MakeBill
    ) -> None:
        """In a batch as alone."""
        store.create(bill(_id="mine", title="first"))

        assert store.insert(bill(_id="mine"), provenance) is None
        assert len(store.insert_all([bill(_id="mine"), bill(_id="other")], provenance).created) == 1
        assert {one.id: one.title for one in store.all(Bill)} == {"mine": "first", "other": None}

    def test_a_conflict_leaves_no_trace_of_the_file(
        self, store: Store, provenance: Provenance, bill: MakeBill, file: MakeFile
    ) -> None:
        """A document that is there already takes no file row with it."""
        store.insert(bill(natural_key="key"), provenance)

        store.insert(bill(natural_key="key"), provenance, file())

        assert store.all(File) == []

    def test_documents_without_natural_key_never_collide(
        self, store: Store, provenance: Provenance, bill: MakeBill
    ) -> None:
        """Two equal documents without a natural key are two documents."""
        ids = {store.insert(bill(), provenance), store.insert(bill(), provenance)}

        assert len(ids) == 2
        assert None not in ids

    def test_doctypes_do_not_share_natural_keys(self, store: Store, provenance: Provenance) -> None:
        """The same key and the same id in two declared doctypes are two documents."""
        puppy = BaseModel.create_new(name="me.cozy.puppy")

        for model in (Kitten, puppy):
            assert store.insert(model(_id="tom", natural_key="key", name="Tom"), provenance) == "tom"

        assert store.existing(puppy, ["key"]) == {"key": Existing("tom", None)}
        assert [type(one) for one in store.all(Kitten)] == [Kitten]

    def test_existing_tells_id_and_file(
        self, store: Store, provenance: Provenance, bill: MakeBill, file: MakeFile
    ) -> None:
        """Of many keys, those that are stored come back, with the file or with None for an incomplete document."""
        whole = store.insert(bill(natural_key="whole"), provenance, file(size=77))
        bare = store.insert(bill(natural_key="bare"), provenance)

        found = store.existing(Bill, ["whole", "bare", *(f"unknown {number}" for number in range(1200))])

        assert set(found) == {"whole", "bare"}
        assert found["bare"] == Existing(str(bare), None)
        assert found["whole"].id == whole
        assert found["whole"].file is not None
        assert (found["whole"].file.path, found["whole"].file.size) == ("acme/march.pdf", 77)

    def test_a_bill_refers_to_its_file(
        self, store: Store, provenance: Provenance, bill: MakeBill, file: MakeFile
    ) -> None:
        """`invoice` names the stored file the way a Cozy does."""
        store.insert(bill(), provenance, file())

        assert store.all(Bill)[0].invoice == f"io.cozy.files:{store.all(File)[0].id}"

    def test_attach_file_replaces_the_file(
        self, store: Store, provenance: Provenance, later: Provenance, bill: MakeBill, file: MakeFile
    ) -> None:
        """A later run completes a document, or replaces its file, also by one of the same path."""
        id_ = str(store.insert(bill(natural_key="key"), provenance))

        for replacement in (file(), file(sha256="cd" * 32, size=99), file(path="acme/other.pdf")):
            store.attach_file(Bill, id_, replacement, later)

            stored = store.existing(Bill, ["key"])["key"].file
            assert stored is not None
            assert stored == replacement.model_copy(update={"id": stored.id})

        assert len(store.all(File)) == 2

    def test_a_file_that_was_replaced_is_still_known(
        self, store: Store, provenance: Provenance, later: Provenance, bill: MakeBill, file: MakeFile
    ) -> None:
        """In the order of the site's versions, also when the first comes back; the same file again is none."""
        id_ = str(store.insert(bill(), provenance, file(path="a.pdf")))
        other = str(store.insert(bill(), provenance, file(path="a.pdf")))
        for path in ("a.pdf", "b.pdf", "a.pdf", "c.pdf"):
            store.attach_file(Bill, id_, file(path=path), later)

        assert [one.path for one in store.versions(Bill, id_)] == ["a.pdf", "b.pdf", "a.pdf"]
        assert store.versions(Bill, other) == []

    def test_a_path_with_other_content_is_no_longer_the_old_file(
        self, store: Store, provenance: Provenance, bill: MakeBill, file: MakeFile
    ) -> None:
        """A shared file was deleted, and one document's is another by now: the other document has none."""
        id_ = str(store.insert(bill(natural_key="one"), provenance, file()))
        store.insert(bill(natural_key="two"), provenance, file())
        store.attach_file(Bill, id_, file(sha256="cd" * 32), provenance)

        found = store.existing(Bill, ["one", "two"])
        assert [found[key].file is None for key in ("one", "two")] == [False, True]

    def test_files_are_found_by_their_content(
        self, store: Store, provenance: Provenance, bill: MakeBill, file: MakeFile
    ) -> None:
        """Those of one folder, whatever signs its name has, and of the folders in it."""
        for path in ("a_e/1.pdf", "a_e/2025/2.pdf", "acme/3.pdf", "a_e2/4.pdf"):
            store.insert(bill(), provenance, file(path=path))
        store.insert(bill(), provenance, file(path="a_e/5.pdf", sha256="cd" * 32))

        assert [len(store.files_with("ab" * 32, size, "a_e")) for size in (1234, 1)] == [2, 0]
        assert len(store.files_with("ab" * 32, 1234, "")) == 4

    def test_what_the_site_says_of_a_file_is_kept(
        self, store: Store, provenance: Provenance, bill: MakeBill, file: MakeFile
    ) -> None:
        """With the document, by itself, and with the file that replaces it, which may come without."""
        mark = Mark("1", '"a"', "Mon, 31 Mar 2025 08:00:00 GMT")
        id_ = str(store.insert(bill(), provenance, file(), mark))
        other = str(store.insert(bill(), provenance, file()))
        assert store.marks(Bill, [id_, other]) == {id_: mark}

        store.mark(Bill, id_, Mark("2"))
        assert store.marks(Bill, [id_]) == {id_: Mark("2")}

        store.attach_file(Bill, id_, file(), provenance)
        assert store.marks(Bill, [id_]) == {id_: Mark()}

    def test_attach_file_to_nothing_is_refused(self, store: Store, provenance: Provenance, file: MakeFile) -> None:
        """A file for a document that is not there is an error, and leaves nothing behind."""
        with pytest.raises(StoreError, match=r"no bill with the id nobody"):
            store.attach_file(Bill, "nobody", file(), provenance)

        assert store.all(File) == []

    def test_what_has_problems_is_refused(self, store: Store, provenance: Provenance) -> None:
        """A bill that cannot be right is not stored, and the sentence says why."""
        with pytest.raises(StoreError, match=r"This bill cannot be stored: date is missing"):
            store.insert(Bill(amount=1, currency="EUR"), provenance)

    def test_a_nul_costs_no_document(self, store: Store, provenance: Provenance, bill: MakeBill) -> None:
        """Postgres has no text with one: it is left out."""
        store.insert_all([bill(number="a\0b", lines=["\0", "\\u0000"])], provenance)

        stored = store.all(Bill)[0].model_dump()
        assert (stored["number"], stored["lines"]) == ("ab", ["", "\\u0000"])
        assert len(store.overview()) == 1

    def test_values_beyond_the_database_are_refused(self, store: Store) -> None:
        """A number or a text that the database cannot take is a sentence."""
        with pytest.raises(StoreError, match=r"^The store .* failed: "):
            store.create(File(name="a", path="a", sha256="", size=2**70))
        with pytest.raises(StoreError, match=r"^The store .* failed: "):
            store.existing(Bill, ["half a smile \ud83d"])

    def test_models_of_ones_own_on_a_known_doctype(self, store: Store, provenance: Provenance) -> None:
        """A connector's own model of bills lies beside all other bills."""
        own = BaseModel.create_new(name="io.cozy.bills")

        store.insert(own(date="2025-03-31", amount=12.5, currency="EUR", natural_key="key"), provenance)

        assert [(date(2025, 3, 31), Decimal("12.5"))] == [(one.date, one.amount) for one in store.all(Bill)]
        assert "key" in store.existing(own, ["key"])

    def test_models_meet_their_store(self, store: Store) -> None:
        """`create`, `all` and `update_attributes` of a model work on a store."""
        id_ = Kitten.create(store, name="Tom", color="grey")

        Kitten.update_attributes(store, id_, name="Mia")

        assert [Kitten(_id=id_, name="Mia", color="grey")] == Kitten.all(store)

    def test_create_refuses_what_is_there(self, store: Store) -> None:
        """To create a document twice under one id is an error."""
        store.create(Folder(_id="folder", path="/bills"))

        with pytest.raises(StoreError, match="stored already"):
            store.create(Folder(_id="folder", path="/bills"))

    def test_update_attributes_keeps_key_and_file(
        self, store: Store, provenance: Provenance, bill: MakeBill, file: MakeFile
    ) -> None:
        """Changing fields, by either of their names, changes nothing else; columns follow."""
        id_ = str(store.insert(bill(natural_key="key", kept="so"), provenance, file()))
        before = store.all(Bill)[0]

        store.update_attributes(Bill, id_, {"is_refund": True, "amount": "1.5", "pdfPages": 3})

        expected = before.model_copy(update={"is_refund": True, "amount": Decimal("1.5"), "pdfPages": 3})
        assert [expected.model_dump()] == [one.model_dump() for one in store.all(Bill)]
        assert store.existing(Bill, ["key"])["key"].file is not None
        assert store.overview()[0].is_refund

    @pytest.mark.parametrize(
        ("id_", "changes", "said"),
        [
            ("nobody", {}, "no bill with the id nobody"),
            ("known", {"date": "soon"}, "date: 'soon' is no date such as 2025-03-31"),
        ],
    )
    def test_update_attributes_refuses(
        self, store: Store, bill: MakeBill, id_: str, changes: dict[str, Any], said: str
    ) -> None:
        """An unknown document, or a value that cannot be, is an error and changes nothing."""
        store.create(bill(_id="known"))

        with pytest.raises(StoreError, match=said):
            store.update_attributes(Bill, id_, changes)

        assert [bill(_id="known")] == store.all(Bill)

    def test_all_goes_by_date(self, store: Store, provenance: Provenance, bill: MakeBill) -> None:
        """Bills come by date, whatever the order they were stored in."""
        for day in ("2025-03-02", "2024-12-31", "2025-03-01"):
            store.insert(bill(date=day), provenance)

        assert [date(2024, 12, 31), date(2025, 3, 1), date(2025, 3, 2)] == [one.date for one in store.all(Bill)]

    def test_links_are_kept_once(self, store: Store, provenance: Provenance, bill: MakeBill) -> None:
        """Linking a pair again keeps the first link."""
        store.create(bill(_id="bill"))
        store.create(BankOperation(_id="operation", date="2025-04-02", amount="-42.10"))

        for reason in ("same amount", "again"):
            store.link("bill", "operation", reason, provenance)

        assert [LinkRow("bill", "operation", "same amount")] == store.links()

    def test_links_join_what_is_stored(self, store: Store, provenance: Provenance, bill: MakeBill) -> None:
        """A link to an operation that is not there is refused."""
        store.create(bill(_id="bill"))

        with pytest.raises(StoreError, match="does not hold one of the documents"):
            store.link("bill", "nobody", "no reason", provenance)

        assert store.links() == []

    def test_reports_are_kept_by_run(self, store: Store) -> None:
        """The report of a run is kept, the last word wins, and an unknown run has none."""
        store.save_report("run-1", {"verdict": "nothing listed"})
        store.save_report("run-1", {"verdict": "1 listed: 1 saved", "entries": [{"row": 1}]})

        assert store.report("run-1") == {"verdict": "1 listed: 1 saved", "entries": [{"row": 1}]}
        assert store.report("run-2") is None

    # One store for all examples: each looks for its own document.
    @settings(
        deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.differing_executors]
    )
    @given(data=st.data())
    def test_any_document_comes_back_equal(self, store: Store, data: st.DataObject) -> None:
        """Whatever a bill holds, exact amounts, any text and unknown fields, loading gives what was saved."""
        text = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
        json_values = st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | text,
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
            max_leaves=5,
        )
        entry = Bill(
            date=data.draw(st.dates()),
            amount=data.draw(st.decimals(allow_nan=False, allow_infinity=False)),
            currency=data.draw(st.sampled_from(["EUR", "JPY", "KWD", "ABC"])),
            vendor=data.draw(text),
            number=data.draw(st.none() | text),
            isRefund=data.draw(st.booleans()),
            **data.draw(st.dictionaries(text.map("x{}".format), json_values, max_size=3)),
        )
        entry.id = store.create(entry)

        assert [entry] == [one for one in store.all(Bill) if one.id == entry.id]


class TestSqliteFile(StoreContract):
    """The store in a file, the default."""

    @pytest.fixture
    def url(self, tmp_path: Path) -> str:
        """A file that is not there yet, in a folder that is not there either."""
        return f"sqlite:///{tmp_path}/data/toolkit.sqlite"


class TestSqliteMemory(StoreContract):
    """The store in memory, for tests and for trying."""

    @pytest.fixture
    def url(self) -> str:
        """Memory."""
        return "sqlite://"


class TestPostgres(StoreContract):
    """The store on a server."""

    @pytest.fixture
    def url(self, postgres_url: str) -> str:
        """A server's empty database."""
        return postgres_url
