"""Steps that Ctrl-C waits for."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor

import pytest

from toolkit.uninterrupted import uninterrupted


def test_ctrl_c_waits_for_the_end_of_the_block() -> None:
    """Both steps happen, and then the interruption comes."""
    steps = []
    with pytest.raises(KeyboardInterrupt), uninterrupted():  # noqa: PT012 - the block is what is tested
        steps.append("file")
        os.kill(os.getpid(), signal.SIGINT)
        steps.append("row")

    assert steps == ["file", "row"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_other_threads_are_left_alone() -> None:
    """A thread may not set signal handlers, and needs none."""

    def steps() -> str:
        with uninterrupted():
            return "done"

    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(steps).result() == "done"
