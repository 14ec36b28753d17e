"""What a phase costs, over this process and every process below it: seconds by the wall and of CPU, memory at most."""

import ctypes
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil

Measured = dict[str, float]
"""What one way was measured to take, by the heading of its column, such as {"wall s": 0.52, "CPU s": 0.31}."""

PR_SET_CHILD_SUBREAPER = 36  # of Linux' prctl
WALL, CPU, PEAK, MEMORY = "wall s", "CPU s", "peak MB", "PSS MB"


def cost_of(phase: Callable[[], object]) -> Measured:
    """Run a phase and measure its seconds; CPU is summed over the whole tree of processes, ended ones included.

    A browser that closes leaves processes of its own behind, which then become children of this one.
    """
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)
    cpu, wall = cpu_of_tree(), time.perf_counter()
    phase()
    wall = time.perf_counter() - wall
    return {WALL: wall, CPU: cpu_of_tree() - cpu}


def cpu_of_tree() -> float:
    """CPU seconds so far, of this process and all below it."""
    return sum(_cpu_of(process) for process in tree())


def growth_of(phase: Callable[[], object], process: psutil.Process | None = None) -> Measured:
    """Run a phase and measure its cost, and by how many MB at most a process, by default this one, grew in it.

    The kernel's VmHWM says it, set back to what the process holds at first. `ru_maxrss` would not do: a process
    inherits that of the one that started it.
    """
    place = Path(f"/proc/{(process or psutil.Process()).pid}")
    (place / "clear_refs").write_text("5")
    before = _megabytes(place, "VmRSS")
    cost = cost_of(phase)
    return {**cost, PEAK: _megabytes(place, "VmHWM") - before}


def memory_of_tree() -> float:
    """MB that this process and all below it hold, what several share counted once (PSS)."""
    return sum(_memory_of(process) for process in tree()) / 1e6


def tree() -> list[psutil.Process]:
    """This process and all below it."""
    me = psutil.Process()
    return [me, *me.children(recursive=True)]


def _cpu_of(process: psutil.Process) -> float:
    with suppress(psutil.NoSuchProcess):
        return float(sum(process.cpu_times()[:4]))
    return 0.0


def _memory_of(process: psutil.Process) -> float:
    with suppress(psutil.NoSuchProcess):
        return float(process.memory_full_info().pss)
    return 0.0


def _megabytes(place: Path, name: str) -> float:
    lines = (place / "status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith(f"{name}:"))
