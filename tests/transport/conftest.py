"""Replays of entries made by hand."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from toolkit.transport.har import Har, HarEntry
from toolkit.transport.replay import Replay
from toolkit.transport.take import HAR_NAME, Take

NOON = datetime(2025, 3, 9, 12, tzinfo=UTC)
Written = Callable[..., Replay]


@pytest.fixture
def written(tmp_path: Path) -> Iterator[Written]:
    """`written(entry, …, days=3)`: a replay of entries made by hand, so many days after they were recorded at NOON."""
    with ExitStack() as closing:

        def write(*entries: HarEntry, days: int = 0) -> Replay:
            Har(entries).save(tmp_path / HAR_NAME)
            Take(clock=NOON, seed=1).save(tmp_path)
            replay = Replay(tmp_path, now=lambda: NOON + timedelta(days=days))
            closing.callback(replay.close)
            return replay

        yield write
