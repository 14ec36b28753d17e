"""When a run breaks: its evidence, the cause in words, what keeps both, and the way through it step by step."""

from toolkit.debug.evidence import Evidence
from toolkit.debug.failures import REPORT, TRACE, Failure, failures, find_failure, sweep
from toolkit.debug.stepping import Asks, Step, Stepper, Stop

__all__ = [
    "REPORT",
    "TRACE",
    "Asks",
    "Evidence",
    "Failure",
    "Step",
    "Stepper",
    "Stop",
    "failures",
    "find_failure",
    "sweep",
]
