"""Recordings as tests: the pytest plugin, and what its fixtures give."""

from toolkit.testing.recording import Recording

__all__ = ["Recording"]
