"""`--record`: tests run live, and what they asked becomes their recording."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.testing.conftest import Project
from toolkit.jobs.check import check
from toolkit.jobs.recordings import find_recordings

Live = Callable[..., pytest.RunResult]

TEST = """
import pytest

@pytest.mark.recording("acme/first-page")
def test_bills(session):
    assert [row["id"] for row in session.get("/bills").json()] == ["A-1", "A-2"]
"""
RUN = """
import pytest

@pytest.mark.recording("acme/new")
def test_run(replayed):
    assert replayed.report.verdict == "2 listed: 2 saved"
"""


@pytest.fixture
def live(acme: Project, acme_site: str, monkeypatch: pytest.MonkeyPatch) -> Live:
    """Runs pytest with an account in the environment."""

    def run(*arguments: str, url: str = acme_site) -> pytest.RunResult:
        for name, value in {"URL": url, "LOGIN": "ada@acme.example", "PASSWORD": "sesame-open-7"}.items():
            monkeypatch.setenv(f"TOOLKIT_FIELD_{name}", value)
        return acme.run(*arguments)

    return run


def kept(folder: Path) -> str:
    """All that is in a recording."""
    return "".join(path.read_text("latin-1") for path in sorted(folder.rglob("*")) if path.is_file())


def test_what_a_test_asks_is_recorded_once(acme: Project, live: Live, closed: str) -> None:
    """Without its secrets; then it is replayed, and nothing is asked any more."""
    acme.pytester.makepyfile(TEST)
    result = live("--record", "once", "-k", "bills")
    result.assert_outcomes(passed=1, deselected=12)
    folder = acme.path / "recordings/acme/first-page"
    before = kept(folder)

    result.stdout.fnmatch_lines(["acme/first-page: 1 requests, * secrets replaced, none found by the scan."])
    assert sorted(path.name for path in folder.iterdir()) == ["session.har", "take.json"]
    assert "sesame-open-7" not in before
    assert "ada@acme.example" not in before
    assert json.loads((folder / "take.json").read_text())["test"].endswith(".py::test_bills")
    acme.run("-k", "bills").assert_outcomes(passed=1, deselected=12)
    live("--record", "once", "-k", "bills", url=closed).assert_outcomes(passed=1, deselected=12)
    assert kept(folder) == before


def test_a_recording_of_a_test_is_none_of_a_run(acme: Project, live: Live) -> None:
    """It is checked for secrets and hosts like any other; it is not replayed by the connector."""
    acme.pytester.makepyfile(TEST)
    live("--record", "once", "-k", "bills")
    recordings = acme.path / "recordings"
    checked = check(acme.path / "connectors", recordings, "acme")

    assert find_recordings(recordings, "acme") == ["good"]
    assert checked.recordings == ["acme/first-page", "acme/good"]
    assert [one for one in checked.wrong if one.subject == "acme/first-page"] == []


def test_a_run_is_recorded_as_such(acme: Project, live: Live) -> None:
    """A test that performs the connector's run makes a recording that is collected."""
    acme.pytester.makepyfile(RUN)
    live("--record", "once", "-k", "test_run").assert_outcomes(passed=1, deselected=12)
    acme.run("recordings/acme/new", "test_a_run_is_recorded_as_such.py").assert_outcomes(passed=13)


def test_a_run_is_recorded_alone(acme: Project, live: Live) -> None:
    """A test that asks more than the connector does makes no recording of its run."""
    acme.pytester.makepyfile(RUN.replace("(replayed)", "(replayed, session)") + "    session.get('/bills')\n")
    result = live("--record", "once", "-k", "test_run")
    result.assert_outcomes(passed=1, errors=1, deselected=12)

    result.stdout.re_match_lines([r"The recording holds more than the run asks .*: session\.har: entry 4 .*/bills\)\."])
    assert not (acme.path / "recordings/acme/new").exists()


def test_what_a_failed_test_asked_is_not_kept(acme: Project, live: Live) -> None:
    """Nothing is left of it, and an older recording stays."""
    acme.pytester.makepyfile(TEST + "    raise AssertionError\n")
    live("--record", "once", "-k", "bills").assert_outcomes(failed=1, deselected=12)

    assert [path.name for path in (acme.path / "recordings/acme").iterdir()] == ["good"]


def test_a_test_that_asks_nothing_has_no_recording(acme: Project, live: Live) -> None:
    """It is told at the end of the test."""
    acme.pytester.makepyfile("import pytest\n@pytest.mark.recording('acme/none')\ndef test_it(session): pass\n")
    result = live("--record", "once", "-k", "test_it")
    result.assert_outcomes(passed=1, errors=1, deselected=12)

    result.stdout.fnmatch_lines(["The test asked nothing: there is nothing to keep in *acme/none."])
    assert not (acme.path / "recordings/acme/none").exists()


def test_all_are_recorded_anew(acme: Project, live: Live) -> None:
    """Each recording is one test; what has changed since is told, and what a person chose is kept."""
    acme.pytester.makepyfile(TEST)
    live("--record", "once", "-k", "bills")
    acme.rewrite("recordings/acme/good/expected.json", "12.50", "13.50")
    acme.rewrite("recordings/acme/good/take.json", '"ignore": []', '"ignore": ["stamp"]')
    acme.rewrite("recordings/acme/first-page/take.json", '"seed":', '"old": 1, "seed":')
    result = live("--record", "all")
    result.assert_outcomes(passed=2)

    assert acme.runs()[:1] == ["ada@acme.example"]
    result.stdout.fnmatch_lines(["acme/good: 3 requests*", "- row 1, `amount` was '13.50', and is '12.50' now"])
    assert '"stamp"' in (acme.path / "recordings/acme/good/take.json").read_text()
    assert '"old"' not in (acme.path / "recordings/acme/first-page/take.json").read_text()
    acme.run().assert_outcomes(passed=13)


def test_a_recording_that_would_end_otherwise_stays(acme: Project, live: Live, closed: str) -> None:
    """The site is down today: the recording's test fails with a sentence, and the old one is as it was."""
    folder = acme.path / "recordings/acme/good"
    before = kept(folder)
    result = live("--record", "all", url=closed)

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*good ends in no error and this run in VENDOR_DOWN: it stays.*"])
    assert kept(folder) == before


def test_a_test_does_not_record_over_a_run(acme: Project, live: Live) -> None:
    """A test that is marked with a connector's recording replays it, even when all are recorded anew."""
    acme.pytester.makepyfile(TEST.replace("first-page", "good"))
    live("--record", "all", "-k", "bills").assert_outcomes(passed=1, deselected=1)

    assert (acme.path / "recordings/acme/good/expected.json").exists()
    assert len(json.loads((acme.path / "recordings/acme/good/session.har").read_text())["log"]["entries"]) == 3


def test_an_account_that_is_not_there_is_told(acme: Project) -> None:
    """By the name of its variable."""
    acme.pytester.makepyfile(TEST)
    result = acme.run("--record", "once", "-k", "bills")

    result.assert_outcomes(errors=1, deselected=12)
    result.stdout.fnmatch_lines(["acme needs the field `url`: set TOOLKIT_FIELD_URL."])


def test_nothing_is_recorded_in_ci(acme: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a missing recording is a mistake."""
    monkeypatch.setenv("CI", "true")
    result = acme.run("--record", "once")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: Nothing is recorded in CI, where the variable CI is set: leave out --record."])
