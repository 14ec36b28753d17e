"""Running one connector for one account."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from toolkit.account import Account
from toolkit.jobs import RunOptions, Workspace, find_connector, run_connector
from toolkit.report import Report

MANIFEST = {
    "name": "Acme",
    "slug": "acme",
    "type": "konnector",
    "version": "1.2.3",
    "source": "here",
    "currency": "EUR",
    "developer": {"name": "Ada"},
}
CODE = """
import toolkit

def bills(run):
    run.data["saw"] = run.fields["login"]
    {body}
    yield toolkit.Bill(date="2025-03-09", amount="1", number="7", fetch=lambda run: b"%PDF-1.4 %%EOF")

connector = toolkit.create_new(
    name="Acme",
    models=[toolkit.Bill],
    fetch_operations=[bills, toolkit.filter_existing(toolkit.Bill), toolkit.save_data_and_file(toolkit.Bill)],
)
"""
ACCOUNT = Account(fields={"login": "ada", "password": "hunter22"})


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """An empty place for data."""
    return Workspace(tmp_path / "data")


def run(folder: Path, workspace: Workspace, body: str = "pass", **options: Any) -> Report:
    """Run a connector whose listing begins with `body`."""
    (folder / "acme").mkdir(exist_ok=True)
    (folder / "acme" / "manifest.konnector").write_text(json.dumps(MANIFEST))
    (folder / "acme" / "connector.py").write_text(CODE.format(body=body))
    return run_connector(find_connector("acme", folder), ACCOUNT, workspace, RunOptions(**options))


def test_a_run_reports_and_keeps_a_log(tmp_path: Path, workspace: Workspace) -> None:
    """The report names the version, the run and the log; the log ends with the verdict; only its owner may read."""
    noon = datetime(2025, 3, 9, 12, tzinfo=UTC)
    report = run(tmp_path, workspace, now=lambda: noon)
    last = json.loads(Path(report.log).read_text().splitlines()[-1])

    assert (report.version, report.verdict, report.exit_code) == ("1.2.3", "1 listed: 1 saved", 0)
    assert report.run.startswith("20250309T120000-")
    assert last["message"] == "end: 1 listed: 1 saved"
    assert (workspace.files_root / "acme" / "2025-03-09_acme_1.00.pdf").exists()
    assert workspace.data.stat().st_mode & 0o777 == 0o700


def test_a_missing_folder_to_save_ends_the_run_before_it_starts(tmp_path: Path, workspace: Workspace) -> None:
    """NOT_EXISTING_DIRECTORY, and the connector was not even imported."""
    report = run(tmp_path, workspace, body="syntax error", folder_to_save=tmp_path / "nowhere")

    assert report.error is not None
    assert (report.error.code, report.exit_code) == ("NOT_EXISTING_DIRECTORY", 6)
    assert "nowhere" in report.error.message


def test_files_go_to_the_chosen_folder(tmp_path: Path, workspace: Workspace) -> None:
    """And are found there again by the next run."""
    chosen = tmp_path / "paper"
    chosen.mkdir()
    report = run(tmp_path, workspace, folder_to_save=chosen)

    assert [path.name for path in chosen.iterdir()] == ["2025-03-09_acme_1.00.pdf"]
    assert report.entries[0].file == str(chosen / "2025-03-09_acme_1.00.pdf")
    assert run(tmp_path, workspace, folder_to_save=chosen).verdict == "1 bill, all already there"


def test_a_broken_connector_is_told_without_a_traceback(tmp_path: Path, workspace: Workspace) -> None:
    """UNKNOWN_ERROR names the fault; the traceback is in the log."""
    report = run(tmp_path, workspace, body="1 / 0")

    assert report.error is not None
    assert (report.error.code, report.exit_code) == ("UNKNOWN_ERROR", 6)
    assert "ZeroDivisionError" in report.error.message
    assert "Traceback" in Path(report.log).read_text()


def test_an_interruption_is_reported(tmp_path: Path, workspace: Workspace) -> None:
    """Ctrl-C ends in a report with exit 130, and the next run goes on."""
    report = run(tmp_path, workspace, body="raise KeyboardInterrupt")

    assert (report.interrupted, report.exit_code) == (True, 130)
    assert run(tmp_path, workspace, body="pass  # again").exit_code == 0


def test_a_data_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    """A file stands where the folder should be."""
    (tmp_path / "data").write_text("")
    report = run(tmp_path, Workspace(tmp_path / "data" / "deeper"))

    assert report.error is not None
    assert report.error.code == "STORE_FAILED"
    assert str(tmp_path / "data") in report.error.message


def test_a_code_is_asked_of_whoever_runs(tmp_path: Path, workspace: Workspace) -> None:
    """`run.ask` reaches the one who answers; when nobody does, the user must act."""
    body = 'run.log("info", str(len(run.ask("sms", "Code sent"))))'
    answered = run(tmp_path, workspace, body=body, ask=lambda kind, message, seconds: f"{kind}:{message}:{seconds}")
    silent = run(tmp_path, workspace, body=body)

    assert '"message": "19"' in Path(answered.log).read_text()  # the length of "sms:Code sent:300.0"
    assert silent.exit_code == 4


def test_a_fixture_is_loaded_first(tmp_path: Path, workspace: Workspace) -> None:
    """As in the seed's standalone mode, {doctype: [documents]}."""
    fixture = tmp_path / "fixture.json"
    operation = {"_id": "o1", "label": "x", "amount": -1, "date": "2025-03-09"}
    fixture.write_text(json.dumps({"io.cozy.bank.operations": [operation]}))
    body = 'run.log("info", f"{len(run.store.all(toolkit.BankOperation))} operations")'

    assert "1 operations" in Path(run(tmp_path, workspace, body=body, fixture=fixture).log).read_text()


def test_what_a_site_says_again_is_masked(tmp_path: Path, workspace: Workspace) -> None:
    """The error, the words of an operation and the answer to a code: none of them shows what was typed."""
    body = "raise toolkit.LoginFailed(f\"The site says: {run.fields['password']} and {run.ask('sms', 'x')}\")"
    report = run(tmp_path, workspace, body=body, ask=lambda *_: "99887766")
    told = json.dumps(report.as_dict()) + Path(report.log).read_text()

    assert report.exit_code == 3
    assert "hunter22" not in told
    assert "99887766" not in told
    assert report.mask("99887766") == "•••"
