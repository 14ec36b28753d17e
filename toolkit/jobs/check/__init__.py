"""Whether connectors and their recordings are as they should be, by rules that need no test of their own."""

from toolkit.jobs.check.problem import Finding, Problem, Rule
from toolkit.jobs.check.runner import RULES, Checked, check

__all__ = ["RULES", "Checked", "Finding", "Problem", "Rule", "check"]
