"""Ways of doing one thing, compared: each in a process of its own, taking turns, the median of the rounds counts."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from rich.box import MARKDOWN
from rich.console import Console
from rich.table import Table

from benchmarks.measure import Measured

Way = Callable[[Any], Measured]


@dataclass(frozen=True)
class Goal:
    """`heading` of `way`, divided by that of `by`, is to be at least or at most `bound`; without `by`, it itself is."""

    says: str
    way: str
    heading: str
    bound: float
    at_least: bool = False
    by: str | None = None


@dataclass(frozen=True)
class Benchmark:
    """What is compared, after what is prepared once, in which rounds.

    title     of the table
    ways      by name; each is told what `prepare` gave, as JSON holds it
    prepare   makes what all the ways need, and removes it
    ratios    the headings that get a column of ratios, to the first way
    goals     what has to hold
    """

    title: str
    ways: Mapping[str, Way]
    prepare: Callable[[], AbstractContextManager[Any]]
    ratios: Sequence[str] = ()
    goals: Sequence[Goal] = ()
    rounds: int = 5


def main(benchmark: Benchmark, text: str | None) -> None:
    """Compare all the ways and print the table, or with --way run one here and print what it took as JSON."""
    parser = argparse.ArgumentParser(description=text, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=benchmark.rounds)
    parser.add_argument("--way", choices=benchmark.ways, help=argparse.SUPPRESS)
    parser.add_argument("--with", dest="prepared", type=json.loads, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.way:
        print(json.dumps(benchmark.ways[options.way](options.prepared)))
    else:
        show(benchmark, measure(benchmark, options.rounds))


def measure(benchmark: Benchmark, rounds: int) -> list[dict[str, Measured]]:
    """What each way took, round by round."""
    with tempfile.TemporaryDirectory() as place, benchmark.prepare() as prepared:
        os.environ["TOOLKIT_KEY_FILE"] = f"{place}/key"  # what is kept meanwhile is not locked with the person's own
        return [{way: _apart(way, prepared) for way in benchmark.ways} for _ in range(rounds)]


def _apart(way: str, prepared: Any) -> Measured:
    """Run one way in a process of its own: that of this module's own program again."""
    spec = sys.modules["__main__"].__spec__
    command = [sys.executable, "-m", spec.name if spec else "", "--way", way, "--with", json.dumps(prepared)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False, cwd=Path(__file__).parent.parent)
    if done.returncode:
        sys.exit(f"{way} failed: see above.")
    measured: Measured = json.loads(done.stdout)
    return measured


def show(benchmark: Benchmark, rounds: Sequence[Mapping[str, Measured]]) -> None:
    """Print the table, fit for a document too, and of each goal whether it is met."""
    first = next(iter(benchmark.ways))
    headings = list(dict.fromkeys(heading for way in rounds[0].values() for heading in way))
    table = Table(box=MARKDOWN)
    table.add_column("way", no_wrap=True)
    for heading in [*headings, *(f"{heading.split()[0]} ratio" for heading in benchmark.ratios)]:
        table.add_column(heading, justify="right")
    for way in benchmark.ways:
        values = [_number(_median(rounds, way, heading)) for heading in headings]
        table.add_row(way, *values, *(_number(_median(rounds, way, each, first)) for each in benchmark.ratios))
    console = Console(width=140, highlight=False)
    console.print(f"{benchmark.title}, median of {len(rounds)}:")
    console.print(table)
    for goal in benchmark.goals:
        console.print(_verdict(goal, _median(rounds, goal.way, goal.heading, goal.by)))


def _median(rounds: Sequence[Mapping[str, Measured]], way: str, heading: str, by: str | None = None) -> float | None:
    """The median over the rounds; a ratio is taken within each round, so that what disturbs both does not count."""
    values = [one[way][heading] / (one[by][heading] if by else 1) for one in rounds if heading in one[way]]
    return median(values) if values else None


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _verdict(goal: Goal, found: float | None) -> str:
    value = found or 0.0
    met = value >= goal.bound if goal.at_least else value <= goal.bound
    words = f"at {'least' if goal.at_least else 'most'} {goal.bound:g}"
    return f"{goal.says}: {_number(value)} ({words}): {'met' if met else 'NOT MET'}"
