"""Recordings in pytest-playwright's browser: its pages get the recorded answers, and its options hold for runs."""

import socket
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from tests.testing.conftest import Project
from toolkit.demo.site import EMAIL, PASSWORD, Site

LOG_IN = """
def log_in(page, account):
    page.goto("/")
    page.locator("#email").fill(account.fields["login"])
    page.locator("#password").fill(account.fields["password"])
    page.locator("button[type=submit]").click()
    page.locator("#bills").wait_for()
"""
LOOK = """
def look(run):
    run.page.locator("#bill").wait_for(timeout=1)
"""

Serve = Callable[..., str]


@pytest.fixture
def port() -> Iterator[socket.socket]:
    """A listening port on loopback; whether anybody connected is seen by `accept`."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        server.settimeout(0)
        yield server


def test_pages_are_answered_from_the_recording(demo: Project, port: socket.socket, serve: Serve) -> None:
    """With its clock and its face, and nothing else is reached; the run's page is traced like any other."""
    number, site = port.getsockname()[1], serve({"/": "my own site"}).replace("127.0.0.1", "localhost")
    demo.pytester.makepyfile(
        LOG_IN
        + f"""
import pytest
from playwright.sync_api import Error
marked = pytest.mark.recording("demo/good")

@marked
def test_page(page, account, recording, session):
    log_in(page, account)
    assert page.evaluate("Date.now()") == recording.take.clock.timestamp() * 1000
    assert page.evaluate("navigator.userAgent") == recording.take.user_agent
    assert page.url.startswith(account.fields["url"])
    other = page.context.new_page()
    assert other.goto("http://127.0.0.1:{number}/").status == 502
    assert other.goto("http://foreign.example/").status == 502
    assert "was not recorded" in other.content()

@marked
def test_run(run, recording):
    recording.connector.fetch(run)
    assert run.report.verdict == "24 listed: 24 saved"

def test_unmarked(page):
    page.goto("{site}")
    assert page.inner_text("body") == "my own site"
    with pytest.raises(Error, match="ERR_NAME_NOT_RESOLVED"):
        page.goto("http://foreign.localhost:{number}/")
"""
    )
    result = demo.run_apart("--tracing", "on", "--slowmo", "1", "-k", "test_page or test_run or unmarked")
    result.assert_outcomes(passed=3, deselected=100)

    with pytest.raises(BlockingIOError):
        port.accept()
    traces = sorted(path.parent.name for path in (demo.path / "test-results").glob("*/trace.zip"))
    assert [name.rpartition("-py-")[2] for name in traces] == [
        "test-page-chromium",
        "test-run",
        "test-unmarked-chromium",
    ]


def test_a_changed_page_fails_with_a_sentence(demo: Project) -> None:
    """The selector, and the line of the connector that waits for it; without pytest-playwright, too."""
    demo.rewrite("connectors/demo/connector.py", "def bills(", f"{LOOK}\n\ndef bills(")
    demo.rewrite("connectors/demo/connector.py", "        log_in,", "        log_in,\n        look,")
    result = demo.run("recordings/demo/good", "-k", "ending or 202509-money")

    result.assert_outcomes(failed=2, deselected=98)
    result.stdout.re_match_lines(
        [
            r"demo/good: the end of the run should be no error, and is UNKNOWN_ERROR",
            r"UNKNOWN_ERROR: Something unexpected happened \(TimeoutError: .*locator\(\"#bill\"\).*\); the log has .*",
            r"  at connectors/demo/connector\.py:\d+",
            r"the recording goes on with session\.har: entry \d+ \(GET .*\), which was not asked",
            r"the log is /.*/log\.jsonl",
        ]
    )
    assert "site-packages" not in result.stdout.str()


def test_no_display_is_a_sentence(demo: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """For a run and for a page."""
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    demo.pytester.makepyfile("import pytest\n@pytest.mark.recording('demo/good')\ndef test_page(page): pass\n")
    result = demo.run_apart("--headed", "-k", "test_page or ending")
    sentence = "There is no display to show the browser on: leave out --headed, or run under xvfb-run."

    result.assert_outcomes(failed=1, errors=1, deselected=99)
    result.stdout.fnmatch_lines(["demo/good: the end of the run should be no error*", f"USAGE: {sentence}"])
    result.stdout.fnmatch_lines([sentence])
    assert "site-packages" not in result.stdout.str()


def test_a_browser_that_does_not_start_is_a_sentence(demo: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """It names the program."""
    monkeypatch.setenv("TOOLKIT_BROWSER", "/bin/true")
    demo.pytester.makepyfile("import pytest\n@pytest.mark.recording('demo/good')\ndef test_page(page): pass\n")
    result = demo.run_apart("-k", "test_page")

    result.assert_outcomes(errors=1, deselected=100)
    result.stdout.fnmatch_lines(["The browser /bin/true does not start (*"])
    assert "site-packages" not in result.stdout.str()


def test_a_journey_is_recorded_and_replayed(demo: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page, a run and a refused login, live; then all without the site, and the runs as tests of their own."""
    demo.pytester.makeconftest(
        """
import pytest
from dataclasses import replace

@pytest.fixture
def account(account, request):
    wrong = request.node.name == "test_refused" and request.config.getoption("--record") == "once"
    return replace(account, fields={**account.fields, "password": "not it at all"}) if wrong else account
"""
    )
    demo.pytester.makepyfile(
        LOG_IN
        + """
import pytest

@pytest.mark.recording("demo/page")
def test_page(page, account):
    log_in(page, account)

@pytest.mark.recording("demo/run")
def test_run(replayed):
    assert replayed.report.verdict == "24 listed: 24 saved"

@pytest.mark.recording("demo/refused")
def test_refused(replayed):
    assert replayed.report.error.code == "LOGIN_FAILED"
"""
    )
    with Site() as site:
        for name, value in {"URL": site.url, "LOGIN": EMAIL, "PASSWORD": PASSWORD}.items():
            monkeypatch.setenv(f"TOOLKIT_FIELD_{name}", value)
        result = demo.run_apart("--record", "once", "test_a_journey_is_recorded_and_replayed.py")
    result.assert_outcomes(passed=3)

    result.stdout.fnmatch_lines(["demo/page: *secrets replaced*", "demo/run: *", "demo/refused: *"])
    assert PASSWORD not in "".join(path.read_text("latin-1") for path in demo.path.rglob("*") if path.is_file())
    folders = [f"recordings/demo/{name}" for name in ("page", "run", "refused")]
    again = demo.run_apart(*folders, "test_a_journey_is_recorded_and_replayed.py", "-k", "not entry and not second")
    again.assert_outcomes(passed=32, deselected=74)
