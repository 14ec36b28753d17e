"""Saving entries and their files."""

import json
from collections.abc import Callable, Mapping
from multiprocessing.pool import ThreadPool
from typing import Any

import pytest
import requests

from toolkit.demo.bills import BILLS
from toolkit.demo.pdf import render
from toolkit.errors import UsageError
from toolkit.models import Bill
from toolkit.operations import SaveOptions, filter_existing, save_data_and_file, whole_pdf
from toolkit.report import Outcome
from toolkit.run import Run

MakeRun = Callable[..., Run]
Serve = Callable[[Mapping[str, object]], str]

PDF = b"%PDF-1.4\n" + b"x" * 5000 + b"\n%%EOF\n"
TYPE = {"Content-Type": "application/pdf"}
SITE: dict[str, object] = {
    "/good": (200, TYPE, PDF),
    "/gone": (404, {}, b""),
    "/html": "<!doctype html><title>Log in</title>",
    "/empty": (200, TYPE, b""),
    "/cut": (200, {**TYPE, "Content-Length": "9999"}, PDF),
    "/truncated": (200, TYPE, PDF[:100]),
    "/dies": None,
}


def bill(number: int, path: str | None, **fields: object) -> Bill:
    """A bill whose file is at `path`."""
    return Bill(date="2025-03-09", amount="23.90", currency="EUR", number=number, pdfurl=path, **fields)


def save(run: Run, *bills: Bill, options: SaveOptions | None = None) -> str:
    """List, filter and save these bills."""
    run.entries.fetched = []
    for one in bills:
        run.add(one)
    filter_existing(Bill)(run)
    return save_data_and_file(Bill, options=options, tags=["paper"])(run)


def test_files_are_named_checked_and_stored(serve: Serve, make_run: MakeRun) -> None:
    """Two bills of one name get two files; what the store says is what is on disk."""
    run = make_run(url=serve(SITE))
    other = bill(2, None, fetch=lambda _: PDF + b"%%EOF")
    words = save(run, bill(1, "/good"), other)

    assert words == "2 saved"
    names = [run.report.of(one).file for one in run.entries.saved]
    assert names == ["acme/2025-03-09_acme_23.90.pdf", "acme/2025-03-09_acme_23.90 (2).pdf"]
    assert (run.files.root / names[0]).read_bytes() == PDF
    assert {row.file for row in run.store.overview()} == set(names)
    assert [one.tags for one in run.store.all(Bill)] == [["paper"], ["paper"]]


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/gone", "HTTP 404"),
        ("/html", "an HTML page came instead"),
        ("/empty", "the file is empty"),
        ("/cut", "of 9,999 bytes"),
        ("/truncated", "the PDF is truncated"),
    ],
)
def test_a_bad_file_is_reported_and_costs_no_other(serve: Serve, make_run: MakeRun, path: str, reason: str) -> None:
    """The bill is stored without a file, no half file is left, and the next run completes it."""
    run = make_run(url=serve(SITE))
    bad, good = bill(1, path), bill(2, "/good")
    words = save(run, bad, good)

    assert words == "1 saved, 1 failed"
    assert run.report.of(bad).outcome == Outcome.FAILED
    assert reason in run.report.of(bad).reason
    assert len(list((run.files.root / "acme").iterdir())) == 1
    again = bill(1, "/good")
    assert save(run, again, bill(2, "/good")) == "1 saved"
    assert run.report.of(again).outcome == Outcome.COMPLETED
    assert len(run.store.all(Bill)) == 2


def test_an_entry_without_a_file_is_saved_alone(make_run: MakeRun) -> None:
    """Data only."""
    run = make_run()
    plain = Bill(date="2025-03-09", amount="23.90", currency="EUR", number=1)
    save(run, plain)

    assert run.report.of(plain).outcome == Outcome.SAVED
    assert run.report.of(plain).file == ""


@pytest.mark.parametrize("path", [None, ""])
def test_an_entry_whose_link_is_missing_is_reported(make_run: MakeRun, path: str | None) -> None:
    """The connector looked for one and the site gave none: the entry is stored, each time told, and completed later."""
    run = make_run()
    for row in (bill(1, path), bill(1, path)):
        save(run, row)

        assert run.report.of(row).outcome == Outcome.FAILED
        assert run.report.of(row).reason == "the site gave no link to it"
    assert len(run.store.all(Bill)) == 1


def test_many_files_arrive_in_the_order_of_the_site(serve: Serve, make_run: MakeRun) -> None:
    """Eight at once, and still the first listed gets the plain name."""
    run = make_run(url=serve({f"/{n}": (200, TYPE, PDF + b"%" * n + b"%%EOF") for n in range(60)}))
    save(run, *(bill(n, f"/{n}") for n in range(60)), options=SaveOptions(concurrency=8, sub_path="2025"))

    assert [entry.summary()["number"] for entry in run.entries.saved] == [str(n) for n in range(60)]
    first = run.report.of(run.entries.saved[0]).file
    assert first == "acme/2025/2025-03-09_acme_23.90.pdf"


def test_an_interruption_leaves_no_half_file(make_run: MakeRun) -> None:
    """Ctrl-C while a file is on its way: what was saved stays, nothing else has a name or a draft."""
    run = make_run()

    def interrupted(_: Run) -> bytes:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        save(
            run,
            bill(1, None, fetch=lambda _: PDF),
            bill(2, None, fetch=interrupted),
            options=SaveOptions(concurrency=1),
        )
    assert [path.name for path in (run.files.root / "acme").iterdir()] == ["2025-03-09_acme_23.90.pdf"]


def test_an_interruption_lets_go_of_the_threads(make_run: MakeRun, monkeypatch: pytest.MonkeyPatch) -> None:
    """At once: whoever keeps the error, as a report does, would else keep them waiting for work."""
    pools: list[ThreadPool] = []

    def opened(threads: int) -> ThreadPool:
        pools.append(ThreadPool(threads))
        return pools[-1]

    def interrupted(_: Run) -> bytes:
        raise KeyboardInterrupt

    monkeypatch.setattr("toolkit.operations.arrivals.ThreadPool", opened)
    with pytest.raises(KeyboardInterrupt) as kept:
        save(make_run(), bill(1, None, fetch=interrupted))

    with pytest.raises(ValueError, match="not running"):
        pools[0].apply_async(int)
    assert kept.tb is not None


def test_whatever_a_connector_raises_for_one_file_costs_no_other(make_run: MakeRun) -> None:
    """A KeyError in `fetch` is that entry's failure."""
    run = make_run()
    bad = bill(1, None, fetch=lambda _: run.data["pdf"])
    words = save(run, bad, bill(2, None, fetch=lambda _: PDF))

    assert words == "1 saved, 1 failed"
    assert run.report.of(bad).reason == "KeyError: 'pdf'"
    assert "KeyError" in run.log.path.read_text()


def test_a_signed_link_is_not_logged(closed: str, make_run: MakeRun) -> None:
    """The failure and its traceback are in the log, the link's secret is not."""
    run = make_run(url=closed)
    save(run, bill(1, "/pdf/1?signature=s3cr3t-s1gnature"))

    assert "refused" in run.log.path.read_text()
    assert "s3cr3t" not in run.log.path.read_text() + json.dumps(run.report.as_dict())


def test_an_entry_that_cannot_be_stored_costs_no_other(make_run: MakeRun) -> None:
    """Bytes in a field of its own: refused with a sentence, the next one is saved."""
    run = make_run()
    odd = bill(1, None, blob=b"\xff")
    words = save(run, odd, bill(2, None, fetch=lambda _: PDF))

    assert words == "1 saved, 1 failed"
    assert run.report.of(odd).outcome == Outcome.REFUSED
    assert "cannot be stored" in run.report.of(odd).reason


def test_a_fetch_that_returns_no_bytes_is_told(make_run: MakeRun) -> None:
    """None, or text: what came in place of bytes is named."""
    run = make_run()
    bad = bill(1, None, fetch=lambda _: None)
    save(run, bad)

    assert run.report.of(bad).reason == "`fetch` returned NoneType, and neither bytes nor a response"


def test_what_ends_too_early_is_fetched_again(serve: Serve, make_run: MakeRun, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twice by default, and as often as `retry` says; `timeout` is for silence."""
    run = make_run(url=serve(SITE))
    asked: list[float | None] = []
    send = run.session.request

    def request(*of: Any, **by: Any) -> requests.Response:
        asked.append(by.get("timeout"))
        return send(*of, **by)

    monkeypatch.setattr(run.session, "request", request)
    save(run, bill(1, "/cut"))
    save(run, bill(2, "/cut"), options=SaveOptions(retry=0, timeout=7))

    assert asked == [None] * 3 + [7]


def test_a_pdf_that_cannot_be_read_is_refused_where_that_is_asked_for(make_run: MakeRun) -> None:
    """Its structure and its pages are looked at; other files are let through, and the store keeps the bytes."""
    run = make_run()
    whole = render(BILLS[0])
    options = SaveOptions(validate=whole_pdf(pages=1))
    good, bad = bill(1, None, fetch=lambda _: whole), bill(2, None, fetch=lambda _: PDF)
    table = bill(3, None, fetch=lambda _: b"a;b", filename="t.csv")
    save(run, good, bad, table, options=options)
    few = bill(4, None, fetch=lambda _: whole)
    save(run, few, options=SaveOptions(validate=whole_pdf(pages=2)))

    assert [run.report.of(one).outcome for one in (good, bad, table)] == [Outcome.SAVED, Outcome.FAILED, Outcome.SAVED]
    assert run.report.of(bad).reason.startswith("the PDF cannot be read (")
    assert run.report.of(few).reason == "the PDF has 1 of at least 2 pages"
    assert (run.files.root / run.report.of(good).file).read_bytes() == whole


@pytest.mark.parametrize("wrong", [{"concurrency": 0}, {"retry": -1}, {"timeout": 0}])
def test_options_that_make_no_sense_are_refused(wrong: dict[str, int]) -> None:
    """Where they are declared."""
    with pytest.raises(UsageError, match=next(iter(wrong))):
        SaveOptions(**wrong)  # type: ignore[arg-type]
