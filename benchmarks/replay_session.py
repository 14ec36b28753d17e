"""The session's half of a recording, 200 answers of 1 KB and 20 documents of 200 KB, against vcrpy.

Each way loads the recording, asks for everything once and reads the bodies. vcrpy has its fastest honest setting: its
own yaml format read by libyaml (json refuses documents), requests matched by method and URL alone, a plain
requests.Session. What is measured besides is the same through toolkit.Session to a live site on loopback.
"""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import requests
import vcr  # type: ignore[import-untyped]  # has no types
import yaml  # type: ignore[import-untyped]  # asked for one fact

from benchmarks import turns
from benchmarks.measure import CPU, WALL, Measured, cost_of
from benchmarks.server import document, filler, portal
from benchmarks.turns import Benchmark, Goal
from toolkit import Session
from toolkit.transport import Live
from toolkit.transport.record import Record
from toolkit.transport.replay import Replay
from toolkit.transport.take import Take

TIMES, SMALL, LARGE = 5, (200, 1_000), (20, 200_000)
TOOLKIT, VCRPY = "toolkit.Session over Replay", "vcrpy, requests.Session"

Prepared = dict[str, str]
Asking = Callable[[requests.Session, str], None]


def ask(session: requests.Session, site: str) -> None:
    """Ask for everything once; what does not come whole is an error."""
    for kind, (count, size) in {"json": SMALL, "pdf": LARGE}.items():
        for number in range(count):
            body = session.get(f"{site}/{kind}/{size}/{number}").content
            assert len(body) == size


def compare(session: requests.Session, site: str) -> None:
    """Every byte is the one that was sent."""
    assert session.get(f"{site}/json/{SMALL[1]}/7").content == filler("json", SMALL[1], 7)
    assert session.get(f"{site}/pdf/{LARGE[1]}/7").content == document(LARGE[1], 7)


def let_in(session: requests.Session, site: str) -> requests.Session:
    """The session with the cookie that documents want."""
    session.get(f"{site}/links/0/0")
    return session


def recorder(folder: str) -> vcr.VCR:
    """A vcrpy that keeps its cassettes in a folder."""
    assert yaml.__with_libyaml__, "PyYAML without libyaml would not be vcrpy at its best"
    return vcr.VCR(cassette_library_dir=folder, serializer="yaml", match_on=["method", "uri"])


@contextmanager
def prepare() -> Iterator[Prepared]:
    """A live portal, and its answers recorded in both ways."""
    with portal() as site, tempfile.TemporaryDirectory() as folder:
        record = Record(Take(clock=datetime.now(UTC), seed=1))
        with Session(record) as session:
            ask(let_in(session, site), site)
        record.write(Path(folder), {}, frozenset())
        record.forget()
        with requests.Session() as plain, recorder(folder).use_cassette("session.yaml", record_mode="once"):
            ask(let_in(plain, site), site)
        yield {"site": site, "folder": folder}


def times(once: Callable[[], object]) -> Measured:
    """What so many times in a row take, after one that imports what there is to import."""
    once()

    def phase() -> None:
        for _ in range(TIMES):
            once()

    return cost_of(phase)


def replay(prepared: Prepared) -> Measured:
    """Ours."""

    def once(*, check: Asking = ask) -> None:
        with Session(Replay(Path(prepared["folder"]))) as session:
            check(session, prepared["site"])

    once(check=compare)
    return times(once)


def replay_vcrpy(prepared: Prepared) -> Measured:
    """The peer."""

    def once(*, check: Asking = ask) -> None:
        cassette = recorder(prepared["folder"]).use_cassette("session.yaml", record_mode="none")
        with cassette, requests.Session() as session:
            check(session, prepared["site"])

    once(check=compare)
    return times(once)


def live(prepared: Prepared) -> Measured:
    """The live site."""
    with Session(Live()) as session:
        let_in(session, prepared["site"])
        return times(lambda: ask(session, prepared["site"]))


BENCHMARK = Benchmark(
    title=f"{TIMES} times {SMALL[0]} answers of 1 KB and {LARGE[0]} of 200 KB, the recording loaded each time",
    ways={TOOLKIT: replay, VCRPY: replay_vcrpy, "toolkit.Session, live": live},
    prepare=prepare,
    ratios=(WALL, CPU),
    goals=(Goal("vcrpy takes longer", VCRPY, WALL, 5, at_least=True, by=TOOLKIT),),
)


def main() -> None:
    """Compare all ways."""
    turns.main(BENCHMARK, __doc__)


if __name__ == "__main__":
    main()
