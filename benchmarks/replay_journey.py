"""A whole journey, live on loopback and replayed offline: a login with two redirects and a poll, four pages, 20 PDFs.

Browser, handover and session, with a store and files; both ways run the same connector from a cold start of the
browser to the report. The site answers at once, which no real site does.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks import turns
from benchmarks.measure import CPU, WALL, Measured, cost_of
from benchmarks.server import portal
from benchmarks.turns import Benchmark, Goal
from toolkit.account import Account
from toolkit.jobs import Workspace, find_connector, run_connector
from toolkit.jobs.recordings import record_connector, replay_connector
from toolkit.report import Report

PORTAL = find_connector("portal", Path(__file__).parent / "connectors")
SHOWN = {"login_form": "login", "hand_over": "handover", "bills": "bills", "save_data_and_file": "save"}
REPLAYED, LIVE = "replay_connector, offline", "run_connector, live"

Prepared = dict[str, str]


def account(site: str) -> Account:
    """The login at a portal."""
    return Account(fields={"url": site, "login": "ada@example.com", "password": "correct-horse-17"})


@contextmanager
def prepare() -> Iterator[Prepared]:
    """A live portal, and a recording of the journey."""
    with portal() as site, tempfile.TemporaryDirectory() as folder:
        take = Path(folder) / "take"
        record_connector(PORTAL, account(site), take)
        yield {"site": site, "take": str(take)}


def replay(prepared: Prepared) -> Measured:
    """Offline."""
    reports: list[Report] = []

    def phase() -> None:
        replayed = replay_connector(PORTAL, Path(prepared["take"]))
        assert not replayed.differences, replayed.differences
        reports.append(replayed.report)

    return measured(cost_of(phase), reports)


def live(prepared: Prepared) -> Measured:
    """From the site."""
    reports: list[Report] = []

    def phase() -> None:
        with tempfile.TemporaryDirectory() as folder:
            reports.append(run_connector(PORTAL, account(prepared["site"]), Workspace(Path(folder))))

    return measured(cost_of(phase), reports)


def measured(cost: Measured, reports: list[Report]) -> Measured:
    """The cost and how long each operation took, once all is known to have gone well."""
    (report,) = reports
    assert report.verdict == "20 listed: 20 saved", report.verdict
    seconds = {line.name: line.seconds for line in report.operations}
    return {**cost, **{f"{shown} s": seconds[name] for name, shown in SHOWN.items()}}


BENCHMARK = Benchmark(
    title="A journey with login, redirects, poll, 4 pages and 20 PDFs of 200 KB",
    ways={LIVE: live, REPLAYED: replay},
    prepare=prepare,
    ratios=(WALL, CPU),
    goals=(Goal("The replay takes, of the live run", REPLAYED, WALL, 1.2, by=LIVE),),
)


def main() -> None:
    """Compare both ways."""
    turns.main(BENCHMARK, __doc__)


if __name__ == "__main__":
    main()
