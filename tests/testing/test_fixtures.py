"""Tests by hand, on recordings: the mark, the fixtures, and what a conftest.py puts in their place."""

import pytest

from tests.testing.conftest import Project

MARKED = "import pytest\npytestmark = pytest.mark.recording('acme/good')\n"


def test_a_mark_gives_a_test_the_recording(acme: Project) -> None:
    """All fixtures are of it; `replayed` runs the whole connector, `run` and `session` what the test makes of them."""
    acme.pytester.makepyfile(
        MARKED
        + """
def test_everything(recording, account, run, session, store):
    assert recording.name == "acme/good"
    assert run.account is account and run.session is session and run.store is store
    assert account.fields["login"] == recording.take.fields["login"]
    assert run.now() == recording.take.clock

def test_session(session):
    assert [row["id"] for row in session.get("/bills").json()] == ["A-1", "A-2"]

def test_run(run, recording):
    recording.connector.fetch(run)
    assert run.report.verdict == "2 listed: 2 saved"
    assert [row.number for row in run.store.overview()] == ["A-2", "A-1"]

def test_replayed(replayed, recording):
    assert replayed.report.verdict == "2 listed: 2 saved"
    assert replayed.found == recording.expected
    assert replayed.differences == []
"""
    )
    acme.run("-k", "not take").assert_outcomes(passed=4, deselected=12)


def test_an_answer_that_was_not_recorded_fails_the_test_at_its_line(acme: Project) -> None:
    """The error is the session's own."""
    acme.pytester.makepyfile(MARKED + "def test_it(session):\n    session.get('/bill')\n")
    result = acme.run("-k", "test_it")

    result.assert_outcomes(failed=1, deselected=12)
    result.stdout.re_match_lines([r">\s+session\.get\('/bill'\)", r"E .*GET http://[0-9.:]+/bill was not recorded\."])


@pytest.mark.parametrize(
    ("mark", "sentence"),
    [
        (
            "'acme/bad'",
            "There is no recording acme/bad in */recordings: `pytest --record once` makes it, with the account*.",
        ),
        ("'acne/good'", "No connector is called `acne`*did you mean `acme`?"),
        ("'acme'", "@pytest.mark.recording('acme') names no recording: write it as \"acme/good\"."),
        ("'acme/../good'", "@pytest.mark.recording('acme/../good') names no recording: *"),
        ("", "@pytest.mark.recording() names no recording: *"),
    ],
)
def test_a_mark_that_leads_nowhere_is_a_sentence(acme: Project, mark: str, sentence: str) -> None:
    """Nothing of the toolkit's code is shown."""
    acme.pytester.makepyfile(f"import pytest\n@pytest.mark.recording({mark})\ndef test_it(run): pass\n")
    result = acme.run("-k", "test_it")

    result.assert_outcomes(errors=1, deselected=12)
    result.stdout.fnmatch_lines([sentence])
    assert "toolkit/" not in result.stdout.str()
    assert "During handling" not in result.stdout.str()


def test_a_test_without_a_mark_is_told_what_to_write(acme: Project) -> None:
    """It asked for a fixture that needs a recording."""
    acme.pytester.makepyfile("def test_it(session): pass\n")
    result = acme.run("-k", "test_it")

    result.assert_outcomes(errors=1, deselected=12)
    result.stdout.fnmatch_lines(['Which recording? Say it above the test: @pytest.mark.recording("acme/good").'])


def test_fixtures_are_overridden_in_a_conftest(acme: Project) -> None:
    """Another store, account and session, and another connector for the recording: its own tests use them."""
    other = acme.path / "other" / "acme"
    (acme.path / "connectors" / "acme").rename(acme.path / "moved")
    other.parent.mkdir()
    (acme.path / "moved").rename(other)
    acme.pytester.makeconftest(
        """
from dataclasses import replace
from pathlib import Path
import pytest
from toolkit.jobs import find_connector
from toolkit.store import Store

@pytest.fixture
def recording(recording):
    return replace(recording, found=find_connector("acme", Path("other")))

@pytest.fixture
def account(account):
    return replace(account, fields={**account.fields, "login": "somebody"})

@pytest.fixture
def session(session):
    session.headers["X-Mine"] = "1"
    return session

@pytest.fixture
def store():
    with Store("sqlite:///bills.sqlite") as store:
        yield store
"""
    )
    (acme.path / "connectors" / "acme").mkdir(parents=True)
    (acme.path / "connectors/acme/manifest.konnector").write_text((other / "manifest.konnector").read_text())
    acme.run("-k", "ending or entry").assert_outcomes(passed=7, deselected=5)

    assert acme.runs() == ["somebody"]
    assert (acme.path / "bills.sqlite").exists()


def test_python_reaches_nothing_but_this_machine(acme: Project) -> None:
    """In tests with a recording; one without, or with a word of its own, is as free as before."""
    acme.pytester.makepyfile(
        """
import socket
import pytest

def connect(host):
    with socket.socket() as one:
        one.settimeout(0.01)
        one.connect((host, 9))

@pytest.mark.recording("acme/good")
def test_closed():
    with pytest.raises(Exception, match="connect\\\\(\\\\) with host"):
        connect("192.0.2.1")
    with pytest.raises(ConnectionRefusedError):
        connect("127.0.0.1")

def test_open():
    assert socket.socket.connect.__name__ == "connect"

@pytest.mark.recording("acme/good")
@pytest.mark.allow_hosts(["192.0.2.1"])
def test_own_word():
    with pytest.raises(Exception, match="connect\\\\(\\\\) with host"):
        connect("127.0.0.1")
"""
    )
    acme.run_apart("-k", "closed or open or own").assert_outcomes(passed=3, deselected=12)
