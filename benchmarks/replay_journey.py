"""A whole journey, live on loopback and replayed offline: a login with two redirects and a poll, four pages, 20 PDFs.

Browser, handover and session, with a store and files; both ways run the same connector from a cold start of the
browser to the report. The site answers at once, which no real site does.
"""

import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks import turns
from benchmarks.measure import CPU, WALL, Measured, cost_of
from benchmarks.server import portal
from benchmarks.turns import Benchmark, Goal
from toolkit.account import Account
from toolkit.jobs import RunOptions, Workspace, find_connector, run_connector
from toolkit.jobs.recordings import record_connector
from toolkit.jobs.replaying import replay_connector
from toolkit.run import Silent

PORTAL = find_connector("portal", Path(__file__).parent / "connectors")
SHOWN = {"login_form": "login s", "hand_over": "handover s", "bills": "bills s", "save_data_and_file": "save s"}
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


class Stopwatch(Silent):
    """Hears how long each operation took, over all runs that it observes."""

    def __init__(self) -> None:
        self.seconds: Counter[str] = Counter()

    def operation_ended(self, name: str, did: str, seconds: float) -> None:  # noqa: ARG002 - an observer's way
        """Note it."""
        self.seconds[name] += seconds  # type: ignore[assignment]  # a Counter may well hold fractions


def replay(prepared: Prepared) -> Measured:
    """Offline."""
    watch = Stopwatch()

    def phase() -> None:
        replayed = replay_connector(PORTAL, Path(prepared["take"]), RunOptions(observer=watch))
        assert not replayed.differences, replayed.differences

    return cost_of(phase) | {shown: watch.seconds[name] for name, shown in SHOWN.items()}


def live(prepared: Prepared) -> Measured:
    """From the site."""
    watch = Stopwatch()

    def phase() -> None:
        with tempfile.TemporaryDirectory() as folder:
            workspace = Workspace(Path(folder))
            report = run_connector(PORTAL, account(prepared["site"]), workspace, RunOptions(observer=watch))
            assert report.verdict == "20 listed: 20 saved", report.verdict

    return cost_of(phase) | {shown: watch.seconds[name] for name, shown in SHOWN.items()}


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
