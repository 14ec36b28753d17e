"""Our own browser: started late, closed always."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Error

from tests.web.conftest import Site
from toolkit.errors import BrowserMissing, UsageError
from toolkit.web import Browser, find_browser, open_browser
from toolkit.web.browser import QUIET


def test_opens_pages(site: Site) -> None:
    """A context with options, and a page that runs its script."""
    url = site.page("/", b"<script>document.title = navigator.language</script>", Content_Type="text/html")
    with open_browser() as browser:
        page = browser.new_context(locale="fr-FR", base_url=url).new_page()
        page.goto("/")

        assert page.title() == "fr-FR"


def test_starts_nothing_before_it_is_needed() -> None:
    """Opening one that no context is asked of needs no browser at all."""
    with Browser(environ={"TOOLKIT_BROWSER": "/nowhere", "PATH": ""}) as browser:
        pass
    with pytest.raises(UsageError, match="TOOLKIT_BROWSER"):
        browser.new_context()
    browser.close()


def test_closes_when_something_goes_wrong() -> None:
    """The page is gone after the error, and the error is the one that was raised."""
    browser = open_browser()
    page = browser.new_context().new_page()
    with pytest.raises(KeyError), browser:
        raise KeyError
    with pytest.raises(Error, match="closed"):
        page.title()


def test_closing_a_browser_that_is_gone_is_no_error() -> None:
    """It crashed, or its window was closed."""
    with open_browser() as browser:
        owner = browser.new_context().browser
        assert owner is not None
        owner.close()


def test_starts_again_after_closing() -> None:
    """A run may log in a second time."""
    with open_browser() as browser:
        browser.new_context()
        browser.close()

        assert browser.new_context().pages == []


def test_without_a_browser_says_what_to_do(tmp_path: Path) -> None:
    """The sentence names the command."""
    environ = {"PATH": str(tmp_path), "HOME": str(tmp_path)}
    with Browser(environ=environ) as browser, pytest.raises(BrowserMissing, match="toolkit install-browser"):
        browser.new_context()


def test_one_that_does_not_start_says_why(tmp_path: Path) -> None:
    """One sentence, in place of Playwright's log."""
    program = tmp_path / "chromium"
    program.write_text("#!/bin/sh\necho error while loading shared libraries: libnss3.so >&2; exit 127\n")
    program.chmod(0o755)
    with Browser(environ={"TOOLKIT_BROWSER": str(program)}) as browser, pytest.raises(BrowserMissing) as caught:
        browser.new_context()

    assert "libnss3.so" in caught.value.message
    assert "playwright install-deps chromium" in caught.value.message
    assert "\n" not in caught.value.message


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have a display always")
def test_a_window_needs_a_display() -> None:
    """One sentence, and no browser is looked for."""
    with Browser(headed=True, environ={}) as browser, pytest.raises(UsageError, match="no display"):
        browser.new_context()


def test_keeps_its_own_calls_at_home() -> None:
    """Chromium's update and account calls get no address; no site needs those hosts."""
    assert any("MAP update.googleapis.com ~NOTFOUND" in switch for switch in QUIET)
    assert any(switch.startswith("--gaia-url=http://127.0.0.1") for switch in QUIET)


WAITS = """
from toolkit.web import open_browser
with open_browser() as browser:
    page = browser.new_context().new_page()
    print("ready", flush=True)
    page.wait_for_selector("#never")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX")
def test_ctrl_c_closes_all_of_it(tmp_path: Path) -> None:
    """The terminal interrupts the whole group: nothing stays behind, and nothing is said but the traceback."""
    run = subprocess.Popen(
        [sys.executable, "-c", WAITS],
        env=os.environ | {"TMPDIR": str(tmp_path)},  # the profile's place, by which the browser is known
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    with run:
        assert run.stdout is not None
        assert run.stdout.readline() == "ready\n"
        assert _browsers(tmp_path)
        os.killpg(run.pid, signal.SIGINT)
        _, said = run.communicate(timeout=30)

    assert run.returncode == -signal.SIGINT
    assert said.splitlines()[-1] == "KeyboardInterrupt"
    assert _browsers(tmp_path) == []
    assert list(tmp_path.glob("playwright*")) == []


def _browsers(temporary: Path) -> list[str]:
    """The processes that have their profile there."""
    done = subprocess.run(["ps", "-ewwo", "args="], capture_output=True, text=True, check=True)
    return [row for row in done.stdout.splitlines() if f"--user-data-dir={temporary}" in row]


def test_finds_the_browser_that_the_tests_use() -> None:
    """Discovery works on this machine, and what it finds runs."""
    found = find_browser()

    assert found is not None
    assert found.version()[0].isdigit()
