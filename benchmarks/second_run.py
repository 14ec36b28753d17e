"""The demo twice in one folder, by the real command: the first run logs in with a browser, the second has its session.

Both list the same 24 bills; the first downloads and saves them, the second finds them there. To tell what the browser
takes from what saving does, the third way runs a second time with the session forgotten.
"""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks import turns
from benchmarks.measure import CPU, WALL, Measured, cost_of
from benchmarks.turns import Benchmark, Goal

FIRST, SECOND, ANEW = "first run", "second run, on the kept session", "second run, session forgotten"
FORGET = ("account", "forget", "demo", "--session", "--data", "data/demo")
THERE = "24 bills, all already there"


@contextmanager
def prepare() -> Iterator[None]:
    """Nothing: each way has a folder of its own."""
    yield


def toolkit(folder: str, *arguments: str) -> str:
    """What the command prints in a folder."""
    command = [sys.executable, "-m", "toolkit", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout


def measured(*before: tuple[str, ...], says: str) -> Measured:
    """What the demo takes in a new folder, after these commands."""
    with tempfile.TemporaryDirectory() as folder:
        for command in before:
            toolkit(folder, *command)

        def phase() -> None:
            assert says in toolkit(folder, "demo")

        cost = cost_of(phase)
        assert (Path(folder) / "data" / "demo" / "vault").is_dir()
    return cost


BENCHMARK = Benchmark(
    title="`toolkit demo`, 24 bills",
    ways={
        FIRST: lambda _: measured(says="24 saved"),
        SECOND: lambda _: measured(("demo",), says=THERE),
        ANEW: lambda _: measured(("demo",), FORGET, says=THERE),
    },
    prepare=prepare,
    ratios=(WALL, CPU),
    goals=(Goal("The second run takes, of the first", SECOND, WALL, 0.5, by=FIRST),),
)


def main() -> None:
    """Compare the ways."""
    turns.main(BENCHMARK, __doc__)


if __name__ == "__main__":
    main()
