"""When a run breaks: its evidence, the cause in words, and what keeps both."""

from toolkit.debug.evidence import Evidence
from toolkit.debug.failures import REPORT, TRACE, Failure, failures, find_failure, sweep

__all__ = ["REPORT", "TRACE", "Evidence", "Failure", "failures", "find_failure", "sweep"]
