"""What a phase costs, over this process and every process below it: seconds by the wall and of CPU, memory at most."""

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

import psutil

Measured = Mapping[str, float]
"""What one way was measured to take, by the heading of its column, such as {"wall s": 0.52, "CPU s": 0.31}."""

WALL, CPU = "wall s", "CPU s"


def cost_of(phase: Callable[[], object]) -> Measured:
    """Run a phase and measure its seconds; CPU is summed over the whole tree of processes."""
    cpu, wall = cpu_of_tree(), time.perf_counter()
    phase()
    return {WALL: time.perf_counter() - wall, CPU: cpu_of_tree() - cpu}


def cpu_of_tree() -> float:
    """CPU seconds so far, of this process and all below it, ended ones included."""
    return sum(_cpu_of(process) for process in tree())


def peak_of_tree() -> float:
    """The most memory that each process of the tree ever held, summed, in MB.

    It is what the kernel calls VmHWM. `ru_maxrss` would not do: a process inherits that of the one that started it.
    """
    return sum(_peak_of(process) for process in tree())


def tree() -> list[psutil.Process]:
    """This process and all below it."""
    me = psutil.Process()
    return [me, *me.children(recursive=True)]


def _cpu_of(process: psutil.Process) -> float:
    with suppress(psutil.NoSuchProcess):
        return float(sum(process.cpu_times()[:4]))
    return 0.0


def _peak_of(process: psutil.Process) -> float:
    with suppress(OSError):
        for line in Path(f"/proc/{process.pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024 / 1e6
    return 0.0
