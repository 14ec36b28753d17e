"""1,000 documents of 200 KB from a site that takes 20 ms for each answer: `save_data_and_file` against curl.

Four at once, both over connections that are kept. Curl writes the files and no more. The toolkit also looks at each,
hashes it, writes it beside its place, syncs it, names it and stores its row; it may ask as fast as it can. Every file
is compared at the end.
"""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import turns
from benchmarks.measure import CPU, WALL, Measured, cost_of
from benchmarks.server import document, portal
from benchmarks.stored import fields_of, run_on
from benchmarks.turns import Benchmark, Goal
from toolkit.models import Bill
from toolkit.operations import SaveOptions, filter_existing, save_data_and_file
from toolkit.store import Store

COUNT, SIZE, AT_ONCE, LATENCY = 1_000, 200_000, 4, 20  # documents, bytes, downloads, ms
COOKIE = "session=benchmark"
AS_FAST_AS_CAN_BE = 1e6  # requests per second


def address(site: str, number: int) -> str:
    """Where a document is."""
    return f"{site}/later/{LATENCY}/pdf/{SIZE}/{number}"


def compare(folder: Path) -> None:
    """Make sure that every document is there as it was sent."""
    for number in range(COUNT):
        assert (folder / f"{number}.pdf").read_bytes() == document(SIZE, number), f"document {number} differs"


def curl(site: str) -> Measured:
    """The peer: each file by its own name, in one process."""
    with TemporaryDirectory() as name:
        wanted = "".join(
            f'url = "{address(site, number)}"\noutput = "{name}/{number}.pdf"\n' for number in range(COUNT)
        )
        options = ["--parallel", "--parallel-max", str(AT_ONCE), "--fail", "--no-progress-meter", "--cookie", COOKIE]
        cost = cost_of(lambda: subprocess.run(["curl", *options, "--config", "-"], input=wanted, text=True, check=True))
        compare(Path(name))
        return cost


def toolkit(site: str) -> Measured:
    """Ours, the rows in a database on the same disk."""
    with TemporaryDirectory() as name, Store(f"sqlite:///{name}/store.sqlite") as store:
        with run_on(store, Path(name), site=site) as run:
            run.session.per_second = AS_FAST_AS_CAN_BE
            run.session.get(f"{site}/links/{SIZE}/0")  # gives the cookie
            for number in range(COUNT):
                day, amount = fields_of(number)
                link = {"pdfurl": address(site, number), "filename": f"{number}.pdf"}
                run.add(Bill(date=day, amount=amount, currency="EUR", number=number, **link))
            save = save_data_and_file(Bill, options=SaveOptions(concurrency=AT_ONCE))
            cost = cost_of(lambda: (filter_existing(Bill)(run), save(run)))
        assert len(store.all(Bill)) == COUNT
        compare(Path(name) / "files" / "acme")
        return cost


@contextmanager
def prepared() -> Iterator[str]:
    """A portal that has its documents ready."""
    with portal() as site:
        every = f"{site}/pdf/{SIZE}/[0-{COUNT - 1}]"
        subprocess.run(["curl", "--silent", "--cookie", COOKIE, every], stdout=subprocess.DEVNULL, check=True)
        yield site


CURL, TOOLKIT = "curl --parallel --parallel-max 4", "save_data_and_file, concurrency=4"

BENCHMARK = Benchmark(
    title=f"{COUNT:,} documents of {SIZE // 1000} KB, {LATENCY} ms for each answer",
    ways={CURL: curl, TOOLKIT: toolkit},
    prepare=prepared,
    ratios=(WALL, CPU),
    goals=[Goal("toolkit's wall time, of curl's", TOOLKIT, WALL, 2, by=CURL)],
    rounds=3,
)


def main() -> None:
    """Compare the ways."""
    turns.main(BENCHMARK, __doc__)


if __name__ == "__main__":
    main()
