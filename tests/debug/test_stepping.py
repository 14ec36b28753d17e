"""A run step by step: where it stops, and what each way on does to run, session and page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.debug.conftest import Author
from tests.debug.troubles import LISTING, ROWS, Portal, form_login
from toolkit.debug import Step, Stop, failures
from toolkit.errors import UsageError
from toolkit.jobs import RunOptions, find_connector
from toolkit.jobs.debugging import Stepping, debug_connector, debug_recording
from toolkit.report import Report
from toolkit.run import Run

RENAMED = next(row for row in ROWS if row.name == "selector renamed")
OPERATIONS = ["login_form", "hand_over", "bills", "filter_existing", "save_data_and_file"]
RECORDING = Path(__file__).parents[2] / "recordings" / "demo" / "good"
BREAKS_HALF = """def bills(run):
    for row in run.session.get("/api/bills").json()["items"]:
        yield Bill(number=row["id"], date=row["day"], amount=row["total"], currency="EUR")
        {then}
"""


@dataclass
class Scripted:
    """Does at each stop what the script says, and then goes on; keeps the stops."""

    script: Sequence[Step | Callable[[Run], Step]]
    stops: list[Stop] = field(default_factory=list)

    def choose(self, stop: Stop, run: Run) -> Step:
        """The next of the script."""
        self.stops.append(stop)
        at = len(self.stops) - 1
        step = self.script[at] if at < len(self.script) else Step.CONTINUE
        return step if isinstance(step, Step) else step(run)

    @property
    def told(self) -> list[tuple[str, str]]:
        """When and where each stop was."""
        return [(stop.when, stop.operation) for stop in self.stops]


@pytest.fixture
def debug(author: Author) -> Callable[..., tuple[Report, Scripted]]:
    """`debug(step, …)` runs the author's connector so."""

    def debug(*script: Step | Callable[[Run], Step], **options: Any) -> tuple[Report, Scripted]:
        who = Scripted(script)
        found = find_connector("acme", author.folder / "connectors")
        stepping = Stepping(who, **options)
        return debug_connector(found, author.account(), author.workspace, author.options, stepping), who

    return debug


Debug = Callable[..., tuple[Report, Scripted]]


def test_it_stops_before_the_first_operation_and_after_each(author: Author, debug: Debug) -> None:
    """Each with what it did."""
    author.write(form_login(), LISTING)
    report, who = debug(*[Step.NEXT] * 6)

    assert who.told == [("before", "login_form"), *(("after", name) for name in OPERATIONS)]
    assert [stop.did for stop in who.stops][3:] == ["3 listed", "3 new", "3 saved"]
    assert who.stops[0].line.endswith("connector.py:6")
    assert report.verdict == "3 listed: 3 saved"


@pytest.mark.parametrize(
    ("until", "stops"),
    [("bills", [("after", "hand_over")]), ("login_form", [("before", "login_form")]), ("", [])],
)
def test_it_runs_until_an_operation_or_to_the_end(
    author: Author, debug: Debug, until: str, stops: list[tuple[str, str]]
) -> None:
    """It stops before the one that is named, and nowhere where nothing breaks when only failures count."""
    author.write(form_login(), LISTING)
    report, who = debug(until=until, on_failure=not until)

    assert who.told == stops
    assert report.verdict == "3 listed: 3 saved"


def test_an_unknown_operation_is_said_before_anything_runs(author: Author, debug: Debug, portal: Portal) -> None:
    """With the ones that there are."""
    author.write(form_login(), LISTING)
    report, who = debug(until="invoices")

    assert isinstance(report.error, UsageError)
    assert report.error.message == f"No operation is called 'invoices'; there are: {', '.join(OPERATIONS)}."
    assert who.told == []
    assert not portal.sessions


def test_a_mended_connector_goes_on_in_the_same_browser(author: Author, debug: Debug, portal: Portal) -> None:
    """The stop names the cause; the code is read anew, the page stays, and of the failure nothing is left."""
    RENAMED.breaks(portal)
    author.write(form_login(), LISTING)
    pages: list[Any] = []

    def mend(run: Run) -> Step:
        pages.append(run.own_page)
        author.write(RENAMED.login_after, LISTING)
        return Step.AGAIN

    def look(run: Run) -> Step:
        pages.append(run.own_page)
        return Step.CONTINUE

    report, who = debug(Step.NEXT, mend, look)

    assert who.told == [("before", "login_form"), ("failed", "login_form"), ("after", "login_form")]
    assert who.stops[1].error is not None
    assert who.stops[1].error.cause == RENAMED.cause
    assert pages[0] is pages[1] is not None
    assert report.verdict == "3 listed: 3 saved"
    assert [line.name for line in report.operations] == OPERATIONS
    assert not author.workspace.failures.exists() or not list(author.workspace.failures.iterdir())


def test_who_quits_at_a_failure_has_its_report(author: Author, debug: Debug, portal: Portal) -> None:
    """The same as of any run, and the error of the run is that one."""
    RENAMED.breaks(portal)
    author.write(form_login(), LISTING)
    report, _ = debug(Step.NEXT, Step.QUIT)

    assert report.error is not None
    assert report.error.cause == RENAMED.cause
    assert Path(report.failure).is_file()
    assert "toolkit debug acme" in Path(report.failure).read_text(encoding="utf-8")


def test_who_quits_elsewhere_leaves_the_rest_undone(author: Author, debug: Debug) -> None:
    """What was listed is not saved, and the report says so."""
    author.write(form_login(), LISTING)
    report, _ = debug(Step.QUIT, until="filter_existing")

    assert report.error is None
    assert report.verdict == "3 listed: 3 not saved"


def test_code_that_cannot_be_read_changes_nothing(author: Author, debug: Debug, portal: Portal) -> None:
    """The reason is told with the line, and the next try counts."""
    RENAMED.breaks(portal)
    author.write(form_login(), LISTING)

    def spoil(_: Run) -> Step:
        author.write("log_in = (", LISTING)
        return Step.AGAIN

    def mend(_: Run) -> Step:
        author.write(RENAMED.login_after, LISTING)
        return Step.AGAIN

    report, who = debug(Step.NEXT, spoil, mend)

    assert who.told[1:3] == [("failed", "login_form"), ("before", "login_form")]
    assert who.stops[2].note.startswith("The code cannot be loaded (SyntaxError: '(' was never closed (connector.py, ")
    assert report.verdict == "3 listed: 3 saved"


def test_a_listing_that_broke_halfway_is_not_listed_twice(author: Author, debug: Debug) -> None:
    """What it had yielded is taken back before it runs again."""
    author.write(form_login(), BREAKS_HALF.format(then="run.nothing"))

    def mend(_: Run) -> Step:
        author.write(form_login(), BREAKS_HALF.format(then="pass"))
        return Step.AGAIN

    report, who = debug(mend, on_failure=True)

    assert who.told == [("failed", "bills"), ("after", "bills")]
    assert report.verdict == "3 listed: 3 saved"


def test_back_is_before_the_login_in_a_browser_that_knows_nothing_of_it(author: Author, debug: Debug) -> None:
    """Cookies, entries and the page are what they were, of the session too; then all of it runs again."""
    author.write(form_login(), LISTING)
    seen: list[tuple[list[str], int, bool]] = []

    def look(step: Step) -> Callable[[Run], Step]:
        def look(run: Run) -> Step:
            held = run.held()
            names = [cookie["name"] for cookie in held.storage["cookies"]] if held else []
            seen.append((names + list(run.session.cookies.keys()), len(run.entries.fetched), run.logged_in))
            return step

        return look

    script = [Step.NEXT, Step.NEXT, Step.NEXT, look(Step.BACK), look(Step.BACK), look(Step.BACK), look(Step.CONTINUE)]
    report, who = debug(*script)

    assert who.told[3:] == [("after", "bills"), ("before", "bills"), ("before", "hand_over"), ("before", "login_form")]
    assert seen == [(["sid"], 3, True), (["sid"], 0, True), (["sid"], 0, False), ([], 0, False)]
    assert report.verdict == "3 listed: 3 saved"
    assert [line.name for line in report.operations] == OPERATIONS


def test_a_window_that_was_closed_is_opened_again(author: Author, debug: Debug) -> None:
    """The operation runs again in another, which holds what the first one did."""
    author.write(form_login(), LISTING)

    def close(run: Run) -> Step:
        run.page.close()
        return Step.AGAIN

    report, who = debug(Step.NEXT, close, close)

    assert who.told == [("before", "login_form"), *[("after", "login_form")] * 3]
    assert report.verdict == "3 listed: 3 saved"


def test_there_is_nothing_before_the_first(author: Author, debug: Debug) -> None:
    """Which is said."""
    author.write(form_login(), LISTING)
    _, who = debug(Step.BACK)

    assert [stop.note for stop in who.stops] == ["", "There is nothing to go back to: this is where it began."]


def test_what_was_done_by_hand_is_passed_over(author: Author, debug: Debug, portal: Portal) -> None:
    """The failure no longer counts, and the next operation runs."""
    RENAMED.breaks(portal)
    author.write(form_login(), LISTING)

    def by_hand(run: Run) -> Step:
        run.page.fill("#username", "ada@example.org")
        run.page.fill("#password", "correct horse")
        run.page.click("#go")
        return Step.CONTINUE

    report, _ = debug(Step.NEXT, by_hand)

    assert report.error is None
    assert report.operations[0].did == "passed over"
    assert report.verdict == "3 listed: 3 saved"


PAUSES = '''def log_in(run):
    """Log in."""
    login(run)
    run.pause("logged in as " + run.fields["password"])
    run.page.wait_for_selector("{selector}", timeout=1500)

login = {login}'''


def test_a_pause_stops_in_the_middle_of_an_operation(author: Author, debug: Debug) -> None:
    """With its line and its words, secrets masked; from there the operation can run again, of other code."""
    login = form_login().partition(" = ")[2]
    author.write(PAUSES.format(selector="#nothing", login=login), LISTING)

    def mend(_: Run) -> Step:
        author.write(PAUSES.format(selector="#in", login=login), LISTING)
        return Step.AGAIN

    report, who = debug(mend, Step.CONTINUE, on_failure=True)

    assert who.told == [("paused", "log_in"), ("paused", "log_in")]
    assert who.stops[0].line.endswith("connector.py:9")
    assert who.stops[0].words == "logged in as •••"
    assert report.verdict == "3 listed: 3 saved"


def test_a_pause_is_nothing_in_a_run(author: Author) -> None:
    """Nobody is asked."""
    login = form_login().partition(" = ")[2]
    author.write(PAUSES.format(selector="#in", login=login), LISTING)

    assert author.run().verdict == "3 listed: 3 saved"


def test_a_recording_answers_again_after_each_step_back(sharing: RunOptions) -> None:
    """The whole run is stepped through, each operation twice and the login from its start, and saves what it should."""
    again = [Step.NEXT, Step.AGAIN, Step.NEXT, Step.BACK, Step.BACK, *[Step.NEXT, Step.AGAIN] * 4]
    who = Scripted(again)
    report = debug_recording(find_connector("demo", Path("nowhere")), RECORDING, sharing, Stepping(who))

    assert report.error is None
    assert report.verdict == "24 listed: 24 saved"
    assert {stop.when for stop in who.stops} == {"before", "after"}
    assert len(who.stops) == len(again) + 1


def test_a_recording_breaks_as_a_site_does(sharing: RunOptions, tmp_path: Path) -> None:
    """At a recorded refusal it stops, and the report of the failure is kept."""
    who = Scripted([Step.QUIT])
    options = replace(sharing, failures=tmp_path)
    folder = RECORDING.with_name("wrong-password")
    report = debug_recording(find_connector("demo", Path("nowhere")), folder, options, Stepping(who, on_failure=True))

    assert who.told == [("failed", "login_form")]
    assert report.error is not None
    assert report.error.code == "LOGIN_FAILED"
    assert Path(report.failure).parent.parent == tmp_path
    (kept,) = failures(tmp_path)
    assert datetime.now(UTC) - kept.at < timedelta(hours=1)  # not when it was recorded: it is kept for 30 days
