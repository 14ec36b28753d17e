"""The connector against its site: the whole road, and what the site can spoil; `test_command.py` has exit codes."""

import ast
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

import toolkit.demo
from toolkit import BankOperation, Bill, Outcome, Report
from toolkit.account import Account
from toolkit.demo.bills import BILLS
from toolkit.demo.pdf import render
from toolkit.demo.site import EMAIL, PASSWORD, Broken, Faults, Site
from toolkit.jobs import RunOptions, Workspace, find_connector, run_connector
from toolkit.report import EntryReport

HERE = Path(toolkit.demo.__file__).parent
BROKEN: dict[str, Broken] = {
    "OT-202501": "cut",
    "OT-202502": "truncated",
    "OT-202503": "empty",
    "OT-202504": "login-page",
}


def fetch(site: Site, workspace: Workspace, sharing: RunOptions, password: str = PASSWORD) -> Report:
    """Run the connector as the command does, with the bank operations of the fixture."""
    account = Account(fields={"url": site.url, "login": EMAIL, "password": password})
    options = replace(sharing, fixture=HERE / "fixture.json")
    return run_connector(find_connector("demo", workspace.data), account, workspace, options)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """An empty place for data."""
    return Workspace(tmp_path / "data")


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A place that holds what a first run brought."""
    return Workspace(tmp_path_factory.mktemp("full"))


@pytest.fixture(scope="module")
def arrived(full: Workspace, sharing: RunOptions) -> Report:
    """What that first run reported."""
    with Site() as site:
        return fetch(site, full, sharing)


def files(workspace: Workspace) -> set[bytes]:
    """The contents of the files that were saved."""
    return {path.read_bytes() for path in workspace.files_root.rglob("*") if path.is_file()}


def number(line: EntryReport) -> str:
    """The vendor's number of a listed bill."""
    return str(line.entry.summary()["number"])


def failed(report: Report) -> list[str]:
    """The numbers of the bills whose file failed."""
    return [number(line) for line in report.entries if line.outcome is Outcome.FAILED]


def test_it_is_short_and_knows_nothing_but_the_toolkit() -> None:
    """At most 40 lines without blanks; what it imports of ours is `toolkit` alone."""
    text = (HERE / "connector.py").read_text(encoding="utf-8")
    imports = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Import | ast.ImportFrom)]
    modules = {getattr(node, "module", None) or node.names[0].name for node in imports}

    assert len([line for line in text.splitlines() if line.strip()]) <= 40
    assert modules == {"collections.abc", "toolkit"}


def test_everything_arrives(arrived: Report, full: Workspace) -> None:
    """24 bills, and their files as the site has them."""
    assert (arrived.verdict, arrived.exit_code) == ("24 listed: 24 saved", 0)
    assert files(full) == {render(bill) for bill in BILLS}


def test_each_bill_has_the_operation_that_paid_it(arrived: Report) -> None:
    """22 debits and the refund, each its own; the newest bill has none and says what was nearest."""
    links = {number(line): line.link for line in arrived.entries}
    unpaid = links.pop("OT-202509")
    payers = {name: link.operation["label"] for name, link in links.items() if link and link.operation}

    assert unpaid is not None
    assert unpaid.operation is None
    assert "2.90 EUR off" in unpaid.reason
    assert payers.pop("OT-202408-R") == "VIR SEPA ORMA TELECOM REMB 0819"
    assert payers == {name: f"PRLV SEPA ORMA TELECOM 0312{name[-4:]}" for name in links if name != "OT-202408-R"}


@pytest.mark.usefixtures("arrived")
def test_the_store_holds_what_the_site_lists(full: Workspace) -> None:
    """Date, amount, currency, number and refund of every bill, beside the 38 bank operations."""
    store, _ = full.open()
    with closing(store):
        stored = {bill.number: (bill.date, bill.amount, bill.currency, bill.is_refund) for bill in store.all(Bill)}
        operations = store.all(BankOperation)

    assert stored == {bill.id: (bill.issued, bill.total, "EUR", bill.kind == "refund") for bill in BILLS}
    assert len(operations) == 38


def test_no_secret_is_left_behind(arrived: Report, full: Workspace) -> None:
    """Neither the password nor a token is in the log, the report, the store or the name of a file."""
    kept = b"".join(path.read_bytes() for path in full.data.rglob("*") if path.is_file())
    kept += repr(arrived.as_dict()).encode() + "".join(map(str, full.data.rglob("*"))).encode()

    assert b"OT-202509" in kept
    assert PASSWORD.encode() not in kept
    assert b"eyJhbGciOi" not in kept


@pytest.mark.usefixtures("arrived")
def test_a_second_run_fetches_nothing(full: Workspace, site: Site, sharing: RunOptions) -> None:
    """It logs in and lists; no file is asked for."""
    again = fetch(site, full, sharing)

    assert (again.verdict, again.exit_code) == ("24 bills, all already there", 0)
    assert site.downloads == []


def test_a_refused_password_is_tried_once(workspace: Workspace, site: Site, sharing: RunOptions) -> None:
    """LOGIN_FAILED in the site's words, exit 3, and not a second request that could lock the account."""
    report = fetch(site, workspace, sharing, "wrong")

    assert report.error is not None
    assert (report.error.code, report.exit_code) == ("LOGIN_FAILED", 3)
    assert "Wrong email address or password." in report.error.message
    assert site.requests.count("POST /api/login") == 1


def test_what_came_before_the_site_went_down_is_kept(workspace: Workspace, sharing: RunOptions) -> None:
    """Ten of 24 are saved and the run ends in 1; the next run fetches the other 14 and nothing twice."""
    with Site(faults=Faults(down_after=10)) as dying:
        first = fetch(dying, workspace, sharing)
    assert first.exit_code == 1
    assert len(dying.downloads) == len(files(workspace)) == 10
    assert len(failed(first)) == 14

    with Site() as healed:
        second = fetch(healed, workspace, sharing)
    assert second.exit_code == 0
    assert sorted(healed.downloads) == sorted(failed(first))
    assert files(workspace) == {render(bill) for bill in BILLS}


def test_broken_files_cost_only_themselves(workspace: Workspace, sharing: RunOptions) -> None:
    """Cut off, truncated, empty, a login page: reported and left out, the others come, the next run completes."""
    with Site(faults=Faults(pdf=BROKEN)) as site:
        first = fetch(site, workspace, sharing)
    assert (first.exit_code, sorted(failed(first))) == (1, sorted(BROKEN))
    assert files(workspace) == {render(bill) for bill in BILLS if bill.id not in BROKEN}

    with Site() as healed:
        second = fetch(healed, workspace, sharing)
    assert (second.exit_code, sorted(healed.downloads)) == (0, sorted(BROKEN))
    assert files(workspace) == {render(bill) for bill in BILLS}
