"""Running the operations of a connector."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from toolkit.errors import Blocked, HostNotAllowed, LoginFailed, UnknownError, UsageError, VendorDown
from toolkit.fetcher import Fetcher
from toolkit.models import Bill
from toolkit.report import Outcome
from toolkit.run import Run

MakeRun = Callable[..., Run]
Serve = Callable[[Mapping[str, object]], str]


def bills(_: Run) -> Iterator[Bill]:
    """A good bill, a wrong one, a good one."""
    for amount in ("1", "NaN", "2"):
        yield Bill(date="2025-03-09", amount=amount, currency="EUR")


def test_operations_run_in_order_and_are_named_and_timed(make_run: MakeRun) -> None:
    """A generator's entries are counted, a returned sentence is kept, None is fine."""
    run, ticks = make_run(), iter(range(10))

    def words(_: Run) -> str:
        return "did it"

    def nothing(_: Run) -> None:
        return None

    Fetcher([bills, words, nothing], clock=lambda: next(ticks)).fetch(run)

    assert [(one.name, one.did, one.seconds) for one in run.report.operations] == [
        ("bills", "3 listed", 1),
        ("words", "did it", 1),
        ("nothing", "", 1),
    ]


def test_a_wrong_entry_is_refused_and_the_others_go_on(make_run: MakeRun) -> None:
    """The row and the field are named; entries get the vendor and the account of the run."""
    run = make_run()
    Fetcher([bills]).fetch(run)

    assert [(bill.vendor, bill.account) for bill in run.entries.fetched] == [("Acme", "default")] * 2
    assert run.report.entries[1].outcome == Outcome.REFUSED
    assert run.report.entries[1].reason == "amount: 'NaN' is not a finite amount"
    assert run.report.exit_code == 1


def test_an_error_stops_the_list_and_no_entry_is_forgotten(make_run: MakeRun) -> None:
    """What was listed is reported as not saved, with the operation that stopped the run."""
    run = make_run()

    def refuse(_: Run) -> None:
        raise LoginFailed("No.")

    with pytest.raises(LoginFailed, match=r"No\."):
        Fetcher([bills, refuse, bills]).fetch(run)
    assert [one.name for one in run.report.operations] == ["bills", "refuse"]
    assert run.report.operations[1].error == "LOGIN_FAILED"
    assert {line.reason for line in run.report.entries if line.outcome == Outcome.NOT_SAVED} == {
        "the run stopped at refuse"
    }


@pytest.mark.parametrize("wrong", [lambda _: 7, lambda _: [{"amount": 1}]])
def test_what_is_neither_entries_nor_words_is_refused(make_run: MakeRun, wrong: Callable[[Run], object]) -> None:
    """A connector's author is told what an operation may give."""
    with pytest.raises(UsageError, match=r"an (operation|entry)"):
        Fetcher([wrong]).fetch(make_run())


def test_a_closed_port_is_the_sites_trouble(closed: str, make_run: MakeRun) -> None:
    """VENDOR_DOWN, with the host and the reason."""
    with pytest.raises(VendorDown, match=r"127\.0\.0\.1:\d+ does not answer \(the connection was refused\)"):
        Fetcher([lambda run: run.session.get("/api").json()]).fetch(make_run(url=closed))


@pytest.mark.parametrize("status", [429, 500])
def test_a_server_error_in_place_of_json_is_the_sites_trouble(serve: Serve, make_run: MakeRun, status: int) -> None:
    """The listing breaks on the body, but the status tells why."""
    run = make_run(url=serve({"/api": (status, {"Retry-After": "0"}, b"oops")}))

    with pytest.raises(VendorDown, match=f"HTTP {status}"):
        Fetcher([lambda run: run.session.get("/api").json()]).fetch(run)


def test_a_fault_of_ours_is_not_called_the_sites(serve: Serve, make_run: MakeRun) -> None:
    """A KeyError after a good answer is UNKNOWN_ERROR; the log has the traceback, and no secret is in the sentence."""
    run = make_run(url=serve({"/api": (200, {}, b"{}")}), password="hunter22")

    with pytest.raises(UnknownError, match="KeyError") as caught:
        Fetcher([lambda run: run.session.get("/api").json()["hunter22"]]).fetch(run)
    assert "hunter22" not in caught.value.message
    assert "Traceback" in run.log.path.read_text()
    assert "hunter22" not in run.log.path.read_text()


def test_a_page_that_cannot_be_opened_is_the_sites_trouble(closed: str, make_run: MakeRun) -> None:
    """A login written by hand, against a closed port: VENDOR_DOWN as in a declared one."""
    with pytest.raises(VendorDown, match="ERR_CONNECTION_REFUSED"):
        Fetcher([lambda run: run.page.goto("/")]).fetch(make_run(url=closed))


def test_a_page_that_shows_something_else_is_not(serve: Serve, make_run: MakeRun) -> None:
    """A selector that matches nothing is no trouble of the site's."""

    def log_in(run: Run) -> None:
        run.page.goto("/")
        run.page.locator("#nothing").click(timeout=200)

    with pytest.raises(UnknownError, match="TimeoutError"):
        Fetcher([log_in]).fetch(make_run(url=serve({"/": "<title>Acme</title>"})))


def test_an_earlier_answer_is_no_excuse(serve: Serve, make_run: MakeRun) -> None:
    """A 503 that one operation lived with does not explain the fault of the next."""
    run = make_run(url=serve({"/": (500, {}, b"")}))

    def ask(run: Run) -> None:
        run.session.get("/")

    def fail(run: Run) -> None:
        run.data["x"]

    with pytest.raises(UnknownError, match="KeyError"):
        Fetcher([ask, fail]).fetch(run)


def test_an_interrupted_operation_is_not_called_done(make_run: MakeRun) -> None:
    """Ctrl-C: the report's line says so."""
    run = make_run()

    def interrupted(_: Run) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Fetcher([interrupted]).fetch(run)
    assert run.report.operations[0].error == "INTERRUPTED"


def test_a_host_that_the_manifest_does_not_tell_is_not_asked(serve: Serve, make_run: MakeRun) -> None:
    """Neither by the connector nor where a site leads: the error names the host, the line, and what to write."""
    leads = (302, {"Location": "http://files.elsewhere.example/a.pdf"}, b"")
    run = make_run(url=serve({"/pdf": leads}))

    def ask(run: Run) -> None:
        run.session.get("/pdf")

    with pytest.raises(HostNotAllowed) as caught:
        Fetcher([ask], folder=str(Path(__file__).parent)).fetch(run)
    assert "files.elsewhere.example was to be asked by tests/test_fetcher.py:" in caught.value.message
    assert '"hosts": ["files.elsewhere.example"]' in caught.value.message


def test_a_wall_that_a_login_written_by_hand_meets_is_told(serve: Serve, make_run: MakeRun) -> None:
    """It waits in vain because the page never came."""

    def log_in(run: Run) -> None:
        run.page.goto("/")
        run.page.locator("#bills").wait_for(timeout=200)

    wall = (403, {"Content-Type": "text/html"}, b"<p>Unusual traffic from your network")
    with pytest.raises(Blocked, match="--headed"):
        Fetcher([log_in]).fetch(make_run(url=serve({"/": wall})))
