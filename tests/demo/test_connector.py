"""The connector against its site: the whole road, and every way in which the site can spoil it."""

import ast
from collections.abc import Callable
from pathlib import Path

import pytest

import toolkit.demo
from toolkit import BankOperation, Bill, Outcome, Report
from toolkit.account import Account
from toolkit.demo.bills import BILLS
from toolkit.demo.pdf import render
from toolkit.demo.site import EMAIL, PASSWORD, Broken, Faults, Site
from toolkit.jobs import RunOptions, Workspace, find_connector, run_connector

HERE = Path(toolkit.demo.__file__).parent

Fetch = Callable[..., Report]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """An empty place for data."""
    return Workspace(tmp_path / "data")


@pytest.fixture
def fetch(workspace: Workspace, tmp_path: Path) -> Fetch:
    """`fetch(site)` runs the connector as the command does, with the bank operations of the fixture."""

    def fetch(site: Site, password: str = PASSWORD) -> Report:
        account = Account(fields={"url": site.url, "login": EMAIL, "password": password})
        options = RunOptions(fixture=HERE / "fixture.json")
        return run_connector(find_connector("demo", tmp_path), account, workspace, options)

    return fetch


def files(workspace: Workspace) -> set[bytes]:
    """The contents of the files that were saved."""
    return {path.read_bytes() for path in workspace.files_root.rglob("*") if path.is_file()}


def failed(report: Report) -> list[str]:
    """The numbers of the bills whose file failed."""
    return [str(line.entry.summary()["number"]) for line in report.entries if line.outcome is Outcome.FAILED]


def test_it_is_short_and_knows_nothing_but_the_toolkit() -> None:
    """At most 40 lines without blanks; what it imports of ours is `toolkit` alone."""
    text = (HERE / "connector.py").read_text(encoding="utf-8")
    imports = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Import | ast.ImportFrom)]
    modules = {getattr(node, "module", None) or node.names[0].name for node in imports}

    assert len([line for line in text.splitlines() if line.strip()]) <= 40
    assert modules == {"collections.abc", "toolkit"}


def test_everything_arrives_and_a_second_run_fetches_nothing(fetch: Fetch, workspace: Workspace, site: Site) -> None:
    """24 bills and their files as the site has them; then, with a new login, no file twice."""
    first, second = fetch(site), fetch(site)

    assert (first.verdict, first.exit_code) == ("24 listed: 24 saved", 0)
    assert (second.verdict, second.exit_code) == ("24 listed, all already there", 0)
    assert files(workspace) == {render(bill) for bill in BILLS}
    assert sorted(site.downloads) == sorted(bill.id for bill in BILLS)


def test_each_bill_has_the_operation_that_paid_it(fetch: Fetch, site: Site) -> None:
    """22 debits and the refund, each its own; the newest bill has none and says what was nearest."""
    report = fetch(site)
    links = {str(line.entry.summary()["number"]): line.link for line in report.entries}
    unpaid = links.pop("OT-202509")
    payers = {name: link.operation["label"] for name, link in links.items() if link and link.operation}

    assert unpaid is not None
    assert unpaid.operation is None
    assert "2.90 EUR off" in unpaid.reason
    assert payers.pop("OT-202408-R") == "VIR SEPA ORMA TELECOM REMB 0819"
    assert payers == {name: f"PRLV SEPA ORMA TELECOM 0312{name[-4:]}" for name in links if name != "OT-202408-R"}


def test_the_store_holds_what_the_site_lists(fetch: Fetch, workspace: Workspace, site: Site) -> None:
    """Date, amount, currency, number and refund of every bill, beside the 38 bank operations."""
    fetch(site)
    store, _ = workspace.open()
    stored = {bill.number: (bill.date, bill.amount, bill.currency, bill.is_refund) for bill in store.all(Bill)}
    operations = store.all(BankOperation)
    store.close()

    assert stored == {bill.id: (bill.issued, bill.total, "EUR", bill.kind == "refund") for bill in BILLS}
    assert len(operations) == 38


def test_a_refused_password_is_tried_once(fetch: Fetch, site: Site) -> None:
    """LOGIN_FAILED in the site's words, exit 3, and not a second request that could lock the account."""
    report = fetch(site, "wrong")

    assert report.error is not None
    assert (report.error.code, report.exit_code) == ("LOGIN_FAILED", 3)
    assert "Wrong email address or password." in report.error.message
    assert site.requests.count("POST /api/login") == 1


@pytest.mark.parametrize("faults", [Faults(login_down=True), Faults(listing_down=True)], ids=["login", "listing"])
def test_a_site_that_is_down_is_not_a_wrong_password(fetch: Fetch, faults: Faults) -> None:
    """VENDOR_DOWN and exit 5, at the login and at the listing."""
    with Site(faults=faults) as site:
        report = fetch(site)

    assert report.error is not None
    assert (report.error.code, report.exit_code) == ("VENDOR_DOWN", 5)
    assert site.downloads == []


def test_a_site_that_is_gone_is_down(fetch: Fetch) -> None:
    """Nobody listens on the port any more: VENDOR_DOWN."""
    with Site() as site:
        pass
    report = fetch(site)

    assert report.error is not None
    assert report.error.code == "VENDOR_DOWN"


def test_what_came_before_the_site_went_down_is_kept(fetch: Fetch, workspace: Workspace) -> None:
    """Ten of 24 are saved and the run ends in 1; the next run fetches the other 14 and nothing twice."""
    with Site(faults=Faults(down_after=10)) as dying:
        first = fetch(dying)
    assert first.exit_code == 1
    assert len(dying.downloads) == len(files(workspace)) == 10
    assert len(failed(first)) == 14

    with Site() as healed:
        second = fetch(healed)
    assert second.exit_code == 0
    assert sorted(healed.downloads) == sorted(failed(first))
    assert files(workspace) == {render(bill) for bill in BILLS}


@pytest.mark.parametrize("broken", ["cut", "truncated", "empty", "login-page"])
def test_a_broken_file_costs_only_itself(fetch: Fetch, workspace: Workspace, broken: Broken) -> None:
    """23 files come, the broken one is reported and left out, the next run completes it."""
    with Site(faults=Faults(pdf={"OT-202503": broken})) as site:
        first = fetch(site)
    assert (first.exit_code, failed(first)) == (1, ["OT-202503"])
    assert files(workspace) == {render(bill) for bill in BILLS if bill.id != "OT-202503"}

    with Site() as healed:
        second = fetch(healed)
    assert (second.exit_code, healed.downloads) == (0, ["OT-202503"])
    assert files(workspace) == {render(bill) for bill in BILLS}


def test_no_secret_is_left_behind(fetch: Fetch, workspace: Workspace, site: Site) -> None:
    """Neither the password nor a token is in the log, the report, the store or the name of a file."""
    report = fetch(site)
    kept = b"".join(path.read_bytes() for path in workspace.data.rglob("*") if path.is_file())
    kept += repr(report.as_dict()).encode() + "".join(map(str, workspace.data.rglob("*"))).encode()

    assert b"OT-202509" in kept
    assert PASSWORD.encode() not in kept
    assert b"eyJhbGciOi" not in kept
