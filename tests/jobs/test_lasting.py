"""A browser that outlasts its run, and a run that joins a browser that is open already."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.debug.conftest import Author
from tests.debug.test_stepping import Scripted
from tests.debug.troubles import LISTING, PASSWORD, Portal, form_login
from toolkit.debug import Step
from toolkit.errors import UsageError
from toolkit.jobs import RunOptions, SharedBrowser, find_connector
from toolkit.jobs.debugging import Stepping, debug_connector
from toolkit.jobs.lasting import Window
from toolkit.web import join_browser

if TYPE_CHECKING:
    from toolkit.run import Run

RELATIVE = """def log_in(run):
    run.page.goto("/")
    run.page.fill("[name=username]", run.fields["login"])
    run.page.fill("[name=password]", run.fields["password"])
    run.page.click("#go")
    run.page.wait_for_selector("#in")
"""


@pytest.fixture
def portal() -> Iterator[Portal]:
    """The site."""
    with Portal() as site:
        yield site


@pytest.fixture
def author(tmp_path: Path, portal: Portal) -> Author:
    """An author whose connector goes to relative addresses."""
    author = Author(tmp_path, portal.url(), RunOptions())
    author.write(RELATIVE, LISTING)
    return author


@pytest.fixture
def window(tmp_path: Path, shared_pages: SharedBrowser) -> Window:
    """One that nobody sees."""
    del shared_pages  # its driver is this thread's
    return Window(tmp_path / "browsers" / "acme.json", headed=False)


def test_a_browser_that_is_left_open_can_be_joined(author: Author, window: Window) -> None:
    """Where a login breaks; who joins has the page, its cookies and its storage. Afterwards the place is gone."""
    author.write(
        RELATIVE.replace("#in", "#nothing").replace(
            "log_in(run):", "log_in(run):\n    run.page.set_default_timeout(1000)"
        ),
        LISTING,
    )
    found = find_connector("acme", author.folder / "connectors")
    seen: list[tuple[str, list[str], int]] = []

    def join(run: Run) -> None:
        assert run.own_page is not None
        port = json.loads(window.place.read_bytes())["port"]
        with join_browser(port) as context:
            seen.append((context.pages[0].url, [one["name"] for one in context.cookies()], window.place.stat().st_mode))

    with window.lasting() as browser:
        options = replace(author.options, browser=browser)
        stepping = Stepping(Scripted([Step.QUIT]), on_failure=True, at_end=join)
        report = debug_connector(found, author.account(), author.workspace, options, stepping)

    assert report.error is not None
    assert [(url, names, oct(mode & 0o777)) for url, names, mode in seen] == [(f"{author.site}/home", ["sid"], "0o600")]
    assert not window.place.exists()


def test_a_run_goes_on_in_a_browser_that_a_person_has_logged_in(author: Author, window: Window, portal: Portal) -> None:
    """From the hand-over: it takes what that browser holds, and leaves it open where it was."""
    found = find_connector("acme", author.folder / "connectors")
    with window.lasting() as lasting, lasting.open_page(author.options.transport(), {}) as page:
        page.goto(portal.url("/"))
        page.fill("[name=username]", "ada@example.org")
        page.fill("[name=password]", PASSWORD)
        page.click("#go")
        page.wait_for_selector("#in")
        with window.joined() as joined:
            stepping = Stepping(Scripted([]), start="hand_over", on_failure=True)
            options = replace(author.options, browser=joined)
            report = debug_connector(found, author.account("not needed"), author.workspace, options, stepping)
        page.reload()
        still = page.locator("#in").count()

    assert report.verdict == "3 listed: 3 saved"
    assert still == 1


def test_relative_addresses_are_those_of_the_site(author: Author, window: Window) -> None:
    """A whole login in a joined browser, and back to before it."""
    found = find_connector("acme", author.folder / "connectors")
    with window.lasting() as lasting, lasting.open_page(author.options.transport(), {}), window.joined() as joined:
        who = Scripted([Step.NEXT, Step.BACK])
        options = replace(author.options, browser=joined)
        report = debug_connector(found, author.account(), author.workspace, options, Stepping(who))

    assert report.error is None, report.error.cause
    assert who.told == [("before", "log_in"), ("after", "log_in"), ("before", "log_in")]
    assert report.verdict == "3 listed: 3 saved"


def test_without_a_browser_to_join_it_says_so(window: Window) -> None:
    """Neither one that was left open, nor one at the port."""
    with pytest.raises(UsageError, match="No browser was left open for this connector"):
        window.joined()
    with pytest.raises(UsageError, match="No browser listens at port 1 of this machine"), window.joined(1):
        pass


def test_the_login_form_of_the_portal_is_used(author: Author, window: Window) -> None:
    """A lasting browser does all that another does."""
    author.write(form_login(), LISTING)
    found = find_connector("acme", author.folder / "connectors")
    with window.lasting() as browser:
        options = replace(author.options, browser=browser)
        report = debug_connector(found, author.account(), author.workspace, options, Stepping(Scripted([])))

    assert report.verdict == "3 listed: 3 saved"
