"""A test of the session's half alone, from nothing to the verdict: a login, four pages, 20 PDFs of 20 KB, no browser.

Each is a whole run of a connector with a store and files of its own. The peer is what one would write without the
toolkit: the same requests through vcrpy, the files written, no store and no report. One process runs so many, as a
suite does, and the first is not counted.
"""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import requests
import vcr  # type: ignore[import-untyped]  # has no types

from benchmarks import turns
from benchmarks.measure import CPU, WALL, Measured, cost_of
from benchmarks.replay_journey import Prepared, Stopwatch, account
from benchmarks.server import portal
from benchmarks.turns import Benchmark
from toolkit.jobs import RunOptions, Workspace, find_connector, run_connector
from toolkit.jobs.recordings import record_connector
from toolkit.jobs.replaying import replay_connector

LISTING = find_connector("listing", Path(__file__).parent / "connectors")
TIMES, SIZE = 20, 20_000
SHOWN = {
    "bills": "list ms",
    "filter_existing": "filter ms",
    "save_data_and_file": "save ms",
    "link_bank_operation": "link ms",
}

VCR = vcr.VCR(serializer="yaml", match_on=["method", "uri"])


def by_hand(site: str, folder: Path) -> None:
    """What the connector asks for, with requests alone."""
    with requests.Session() as session:
        session.post(f"{site}/login", data=dict(account(site).fields))
        page: int | None = 1
        while page:
            answer = session.get(f"{site}/bills/{SIZE}/{page}").json()
            for row in answer["items"]:
                (folder / f"{row['id']}.pdf").write_bytes(session.get(site + row["pdf"]).content)
            page = answer["next"]


@contextmanager
def prepare() -> Iterator[Prepared]:
    """A live portal, and its listing recorded in both ways."""
    with portal() as site, tempfile.TemporaryDirectory() as name:
        take, cassette, files = (Path(name) / each for each in ("take", "take.yaml", "files"))
        record_connector(LISTING, account(site), take)
        files.mkdir()
        with VCR.use_cassette(str(cassette), record_mode="once"):
            by_hand(site, files)
        yield {"site": site, "take": str(take), "cassette": str(cassette)}


def runs(one: Callable[[RunOptions], None]) -> Measured:
    """So many runs, after one that imports what there is to import."""
    one(RunOptions())
    watch = Stopwatch()

    def phase() -> None:
        for _ in range(TIMES):
            one(RunOptions(observer=watch))

    cost = cost_of(phase)
    told = {shown: 1000 * watch.seconds[name] / TIMES for name, shown in SHOWN.items() if watch.seconds}
    return {"tests per s": TIMES / cost[WALL], WALL: cost[WALL], CPU: cost[CPU], **told}


def replay(prepared: Prepared) -> Measured:
    """Ours."""

    def one(options: RunOptions) -> None:
        replayed = replay_connector(LISTING, Path(prepared["take"]), options)
        assert replayed.report.verdict == "20 listed: 20 saved", replayed.report.verdict
        assert not replayed.differences, replayed.differences

    return runs(one)


def live(prepared: Prepared) -> Measured:
    """The live site."""

    def one(options: RunOptions) -> None:
        with tempfile.TemporaryDirectory() as folder:
            report = run_connector(LISTING, account(prepared["site"]), Workspace(Path(folder)), options)
            assert report.verdict == "20 listed: 20 saved", report.verdict

    return runs(one)


def replay_vcrpy(prepared: Prepared) -> Measured:
    """The peer."""

    def one(_: RunOptions) -> None:
        with VCR.use_cassette(prepared["cassette"], record_mode="none"), tempfile.TemporaryDirectory() as folder:
            by_hand(prepared["site"], Path(folder))
            assert len(list(Path(folder).iterdir())) == 20

    return runs(one)


BENCHMARK = Benchmark(
    title=f"{TIMES} tests of the session's half, each a login, 4 pages and 20 PDFs of {SIZE // 1000} KB",
    ways={
        "replay_connector": replay,
        "vcrpy and requests, no store": replay_vcrpy,
        "run_connector, live": live,
    },
    prepare=prepare,
    ratios=(WALL, CPU),
)


def main() -> None:
    """Compare all ways."""
    turns.main(BENCHMARK, __doc__)


if __name__ == "__main__":
    main()
