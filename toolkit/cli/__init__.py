"""The command `toolkit`."""

from toolkit.cli.application import main

__all__ = ["main"]
