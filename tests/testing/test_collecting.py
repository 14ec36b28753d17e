"""Recordings are tests, without a line of code."""

import json
import shutil
from pathlib import Path

import pytest

from tests.testing.conftest import Project
from toolkit.account import Account
from toolkit.jobs import RunOptions, find_connector
from toolkit.jobs.recordings import record_connector

GOOD = "recordings/acme/good"


def failed(result: pytest.RunResult) -> list[str]:
    """The tests that failed, without the file they are of."""
    return [line.split("::")[1].split(" - ")[0] for line in result.outlines if line.startswith("FAILED")]


def expect(project: Project, row: int, **fields: object) -> None:
    """Write another expectation into the recording."""
    path = project.path / GOOD / "expected.json"
    expected = json.loads(path.read_text())
    expected["entries"][row].update(fields)
    path.write_text(json.dumps(expected))


def test_a_recording_is_a_test_for_each_thing_that_it_saved(acme: Project) -> None:
    """Named by the bill and the group of fields; collecting runs nothing."""
    listed = acme.run("--collect-only", "-q").outlines

    assert [line.partition("::")[2] for line in listed if line.startswith(f"{GOOD}/take.json::")] == [
        "test_ending",
        "test_entry[A-1-identity]",
        "test_entry[A-1-money]",
        "test_entry[A-1-outcome]",
        "test_entry[A-2-identity]",
        "test_entry[A-2-money]",
        "test_entry[A-2-outcome]",
        "test_file[A-1]",
        "test_file[A-2]",
        "test_links",
        "test_nothing_else",
        "test_second_replay_saves_nothing",
    ]
    assert acme.runs() == []


def test_its_tests_share_one_replay_without_a_browser(acme: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """The connector runs once for all, with the recorded account, and twice more to see that nothing is saved again."""
    monkeypatch.setenv("TOOLKIT_BROWSER", "/there/is/none")
    login = json.loads((acme.path / GOOD / "take.json").read_text())["fields"]["login"]
    acme.run().assert_outcomes(passed=12)

    assert login != "ada"
    assert acme.runs() == [login] * 3


def test_one_test_can_be_chosen(acme: Project) -> None:
    """By words of its name, as any test."""
    acme.run("-k", "A-2 and money").assert_outcomes(passed=1, deselected=11)

    assert len(acme.runs()) == 1


def test_a_changed_amount_fails_one_test(acme: Project) -> None:
    """Its message is one sentence: the recording, the row, the field, what should be and what is."""
    expect(acme, 0, amount="99.99")
    result = acme.run()
    result.assert_outcomes(passed=11, failed=1)

    assert failed(result) == ["test_entry[A-1-money]"]
    assert "acme/good: row 1 (A-1), `amount` should be '99.99', and is '12.50'" in result.outlines
    assert "toolkit/" not in result.stdout.str()


def test_a_changed_file_and_link_fail_their_tests(acme: Project) -> None:
    """The file by its name or content, the links together."""
    expect(acme, 1, sha256="0" * 64, paid_by={"label": "another"})
    result = acme.run("-k", "not second")

    assert failed(result) == ["test_file[A-2]", "test_links"]
    result.stdout.re_match_lines([r"acme/good: row 2 \(A-2\), `sha256` should be '0+', and is '[0-9a-f]{64}'"])
    result.stdout.re_match_lines([r"acme/good: row 2 \(A-2\), `paid_by` should be \{'label': 'another'\}, and is None"])


def test_a_new_bill_is_something_else(acme: Project) -> None:
    """It does not put the others out of place."""
    path = acme.path / GOOD / "expected.json"
    expected = json.loads(path.read_text())
    path.write_text(json.dumps({**expected, "entries": expected["entries"][1:]}))
    result = acme.run("-k", "not second")

    assert failed(result) == ["test_nothing_else"]
    result.stdout.fnmatch_lines(["acme/good: row 1 (A-1) is listed, and is not expected"])


def test_a_request_that_was_not_recorded_is_told_beside_the_nearest(acme: Project) -> None:
    """With the line of the connector that asked for it; what was not listed therefore says so."""
    acme.rewrite("connectors/acme/connector.py", 'get("/bills")', 'get("/bills?page=1")')
    result = acme.run("-k", "ending or A-1-money")

    assert failed(result) == ["test_ending", "test_entry[A-1-money]"]
    result.stdout.re_match_lines(
        [
            r"acme/good: GET http://[0-9.:]+/bills was not recorded\. Nearest is GET .*/bills \(request 1 of 3\):",
            r"  query `page`: recorded nothing, asked 1",
            r"  at connectors/acme/connector\.py:11",
            r"the end of the run should be no error, and is NOT_RECORDED",
        ]
    )
    result.stdout.fnmatch_lines(["acme/good: row 1 (A-1) should be listed, and is not: the run ended in NOT_RECORDED"])
    assert "site-packages" not in result.stdout.str()


def test_a_recorded_request_that_is_not_made_is_told(acme: Project) -> None:
    """All is saved, and yet the connector does something else than it did."""
    acme.rewrite("connectors/acme/connector.py", "/pdf/{row['id']}", "/pdf/A-1")
    result = acme.run("-k", "nothing_else")

    result.stdout.re_match_lines([r"acme/good: session\.har: entry 3 \(GET .*/pdf/A-2\) was recorded, and not asked"])


def test_a_connector_that_saves_twice_fails(acme: Project) -> None:
    """A bill with another number each time is a new bill."""
    acme.rewrite(
        "connectors/acme/connector.py",
        'number=row["id"]',
        "number=len(open('runs.txt').readlines()) * 10 + int(row['id'][-1])",
    )
    result = acme.run("-k", "second")

    assert failed(result) == ["test_second_replay_saves_nothing"]
    result.stdout.fnmatch_lines(["acme/good: row 1 is saved again", "row 2 is saved again"])


def test_a_recording_after_another_starts_with_what_that_saved(
    acme: Project, acme_site: str, sharing: RunOptions
) -> None:
    """The other is replayed into the same store, and must replay."""
    found = find_connector("acme", acme.path / "connectors")
    account = Account(fields={"url": acme_site, "login": "ada", "password": "hunter22"})
    record_connector(found, account, acme.path / "recordings/acme/nothing-new", sharing, after="good")
    acme.run("recordings/acme/nothing-new").assert_outcomes(passed=12)
    acme.rewrite(f"{GOOD}/expected.json", "12.50", "13.50")
    result = acme.run("recordings/acme/nothing-new", "-k", "ending")

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["acme/good, which comes before, does not replay: row 1, `amount` should be '13.50'*"])


def broken_json(folder: Path) -> str:
    """An expectation that is cut off."""
    (folder / "expected.json").write_text('{"error": null, "entr')
    return "recordings/acme/good is no recording: expected.json cannot be read."


def no_entries(folder: Path) -> str:
    """An expectation of something else."""
    (folder / "expected.json").write_text('{"error": null, "entries": ["A-1"]}')
    return "recordings/acme/good is no recording: expected.json has no `error` or no list of `entries`."


def no_clock(folder: Path) -> str:
    """A take without a clock."""
    (folder / "take.json").write_text("{}")
    return "recordings/acme/good/take.json is not the take of a recording: KeyError, 'clock'."


def missing_body(folder: Path) -> str:
    """A body that somebody forgot to add."""
    shutil.rmtree(folder / "bodies")
    return "recordings/acme/good/session.har cannot be replayed: session.har: entry 2 (GET */pdf/A-1): *"


def no_connector(folder: Path) -> str:
    """A recording whose connector has another name by now."""
    shutil.move(folder.parents[2] / "connectors" / "acme", folder.parents[2] / "connectors" / "acne")
    return "No connector is called `acme` in *connectors or among the installed packages; did you mean `acne`?"


@pytest.mark.parametrize("damage", [broken_json, no_entries, no_clock, missing_body, no_connector])
def test_a_broken_recording_is_a_sentence(acme: Project, damage: object) -> None:
    """It cannot be collected; nothing of the toolkit's code is shown."""
    assert callable(damage)
    sentence = damage(acme.path / GOOD)
    result = acme.run()

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([f"*{sentence}"])
    assert "Traceback" not in result.stdout.str()


def test_where_there_is_no_recording_nothing_happens(project: Project) -> None:
    """Not every take.json is ours, and a project's tests are its own."""
    (project.path / "take.json").write_text("not JSON")
    project.pytester.makepyfile("def test_nothing(): pass")
    project.run("-W", "error").assert_outcomes(passed=1)


def test_without_pytest_socket_nothing_is_replayed(acme: Project) -> None:
    """Python's network could not be closed; one sentence says what to install."""
    acme.pytester.makeconftest("import sys\nsys.modules['pytest_socket'] = None")
    result = acme.run()

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: Recordings are replayed without a network: `pip install 'toolkit?testing?'*"])
    assert acme.runs() == []


def test_a_project_may_have_its_own_folders_and_names(acme: Project) -> None:
    """Another folder of connectors, and tests that are called otherwise."""
    (acme.path / "connectors").rename(acme.path / "sites")
    acme.pytester.makeini("[pytest]\nconnectors = sites\npython_functions = check_*\ncollect_imported_tests = false")
    acme.run("-k", "money").assert_outcomes(passed=2, deselected=10)
    acme.pytester.makeini("[pytest]\npython_functions = check_*")
    acme.run("-k", "money", "--connectors", "sites").assert_outcomes(passed=2, deselected=10)
