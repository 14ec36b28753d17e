"""Where files that have arrived are put, and which are there already."""

from collections.abc import Callable

from toolkit.models import Bill, File
from toolkit.operations import filter_existing, save_data_and_file
from toolkit.report import Outcome
from toolkit.run import Run

MakeRun = Callable[..., Run]

PDF = b"%PDF-1.4\nmarch\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(300)


def bill(number: int, body: bytes = PDF, name: str | None = None) -> Bill:
    """A bill whose file has these bytes."""
    return Bill(date="2025-03-09", amount=number, currency="EUR", number=number, fetch=lambda _: body, filename=name)


def save(run: Run, *bills: Bill) -> list[tuple[Outcome | None, str, str]]:
    """List, filter and save these bills; what became of each, under which name, and why."""
    run.entries.fetched, run.entries.filtered = [], []
    for one in bills:
        run.add(one)
    filter_existing(Bill)(run)
    save_data_and_file(Bill)(run)
    lines = [run.report.of(one) for one in bills]
    return [(line.outcome, line.file.rpartition("/")[2], line.reason) for line in lines]


def on_disk(run: Run) -> list[str]:
    """The names of all files."""
    return sorted(path.name for path in (run.files.root / "acme").rglob("*"))


def test_the_same_bytes_are_kept_once(make_run: MakeRun) -> None:
    """Under the first name, in one batch and in later runs; both documents have it, and the report says so."""
    run = make_run()
    first, second = save(run, bill(1, name="one.pdf"), bill(2, name="two.pdf"))
    (third,) = save(run, bill(3, name="three.pdf"))

    assert first == (Outcome.SAVED, "one.pdf", "")
    assert second == third == (Outcome.SAVED, "one.pdf", "the same file as one.pdf")
    assert on_disk(run) == ["one.pdf"]
    assert len(run.store.all(File)) == 1
    assert {row.file for row in run.store.overview()} == {"acme/one.pdf"}
    assert len(run.store.overview()) == 3


def test_the_same_bytes_elsewhere_are_another_file(make_run: MakeRun) -> None:
    """The folder of another vendor, whose name begins like ours, is none of ours."""
    run = make_run()
    save(run, bill(1, name="one.pdf"))
    run.folder = "acm"

    assert save(run, bill(2, name="two.pdf")) == [(Outcome.SAVED, "two.pdf", "")]


def test_a_shared_file_that_was_deleted_is_fetched_again_once(make_run: MakeRun) -> None:
    """For all entries that had it, under the name that it had."""
    run = make_run()
    bills = bill(1, name="one.pdf"), bill(2, name="two.pdf")
    save(run, *bills)
    (run.files.root / "acme/one.pdf").unlink()

    outcomes = save(run, bill(1, name="one.pdf"), bill(2, name="two.pdf"))
    assert outcomes[0] == (Outcome.COMPLETED, "one.pdf", "")
    assert outcomes[1] == (Outcome.COMPLETED, "one.pdf", "the same file as one.pdf")
    assert on_disk(run) == ["one.pdf"]
    assert len(run.store.all(File)) == 1


def test_a_damaged_file_is_no_other_entrys_file(make_run: MakeRun) -> None:
    """What the store says was there has to be there still, byte by byte."""
    run = make_run()
    save(run, bill(1, name="one.pdf"))
    (run.files.root / "acme/one.pdf").write_bytes(b"x" * len(PDF))

    assert save(run, bill(2, name="two.pdf")) == [(Outcome.SAVED, "two.pdf", "")]
    assert (run.files.root / "acme/two.pdf").read_bytes() == PDF


def test_another_run_that_saves_the_same_at_the_same_moment_loses_nothing(make_run: MakeRun) -> None:
    """It has put its file in place, and not yet stored its row: a file of that name and content is used as it is."""
    run = make_run()
    (run.files.root / "acme").mkdir()
    (run.files.root / "acme/one.pdf").write_bytes(PDF)

    assert save(run, bill(1, name="one.pdf")) == [(Outcome.SAVED, "one.pdf", "")]
    assert on_disk(run) == ["one.pdf"]


def test_a_document_of_another_kind_is_named_as_what_it_is(make_run: MakeRun) -> None:
    """A picture called PDF gets its own ending and type, and the report says so."""
    run = make_run()
    saved = save(run, bill(1, PNG, "scan.pdf"), bill(2, PNG + b"2"))

    remark = "by its content it is PNG, and named so"
    assert saved == [(Outcome.SAVED, "scan.png", remark), (Outcome.SAVED, "2025-03-09_acme_2.00.png", remark)]
    assert {file.mime for file in run.store.all(File)} == {"image/png"}
    assert save(run, bill(1, PNG, "scan.pdf")) == [(Outcome.ALREADY_THERE, "scan.png", "")]
