"""The test of a recording that is recorded anew: the connector runs live, and its run takes the recording's place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from toolkit.jobs import RunOptions
from toolkit.jobs.recordings import record_connector
from toolkit.testing.browsing import pages_of
from toolkit.testing.choosing import in_words, note_kept
from toolkit.testing.recorder import summary

if TYPE_CHECKING:
    import pytest

    from toolkit.account import Account
    from toolkit.testing.recording import Recording


def test_recorded_anew(recording: Recording, account: Account, request: pytest.FixtureRequest) -> None:
    """It ends as it did before; what else has changed is told after the last test."""
    options = RunOptions(browser=pages_of(request))
    with in_words():
        done = record_connector(recording.found, account, recording.folder, options, update=True)
        if done.report.interrupted:
            raise KeyboardInterrupt
        note_kept(request.node, recording, summary(done))
