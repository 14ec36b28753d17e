"""Wall and CPU seconds of a phase, over this process and every process below it."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import psutil


@dataclass(frozen=True)
class Cost:
    """What a phase took: `wall` and `cpu` in seconds, CPU summed over the whole tree of processes."""

    wall: float
    cpu: float


def cost_of(phase: Callable[[], object]) -> Cost:
    """Run a phase and measure it."""
    cpu, wall = cpu_of_tree(), time.perf_counter()
    phase()
    return Cost(time.perf_counter() - wall, cpu_of_tree() - cpu)


def cpu_of_tree() -> float:
    """CPU seconds so far, of this process and all below it, ended ones included."""
    me = psutil.Process()
    return sum(_cpu_of(process) for process in [me, *me.children(recursive=True)])


def _cpu_of(process: psutil.Process) -> float:
    with suppress(psutil.NoSuchProcess):
        return float(sum(process.cpu_times()[:4]))
    return 0.0
