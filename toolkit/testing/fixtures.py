"""The fixtures: a recording and what replays it. Each is there to be overridden in a conftest.py."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from toolkit.testing.choosing import RecordingFile, chosen, in_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from toolkit.account import Account
    from toolkit.run import Run
    from toolkit.store import Store
    from toolkit.testing.performing import Performance, Tape
    from toolkit.testing.recording import Recording
    from toolkit.web import Session

PERFORMED = pytest.StashKey["Performance"]()


@pytest.fixture
def recording(request: pytest.FixtureRequest) -> Recording:
    """The recording that the test is of, or that its mark names."""
    with in_words():
        return chosen(request.node)


@pytest.fixture
def _tape(recording: Recording) -> Iterator[Tape]:
    """What carries the traffic of the test."""
    from toolkit.testing.performing import Tape  # noqa: PLC0415 - most runs of pytest have no recording

    with in_words():
        tape = Tape.of(recording)
    with closing(tape.transport):
        yield tape


@pytest.fixture
def account(recording: Recording) -> Account:
    """The account of the recording, whose values stand for the real ones."""
    from toolkit.testing.performing import recorded_account  # noqa: PLC0415 - most runs of pytest have no recording

    with in_words():
        return recorded_account(recording)


@pytest.fixture
def store() -> Iterator[Store]:
    """The documents: an empty store in memory."""
    from toolkit.store import Store  # noqa: PLC0415 - most runs of pytest have no recording

    with Store("sqlite://") as store:
        yield store


@pytest.fixture
def session(recording: Recording, account: Account, _tape: Tape) -> Iterator[Session]:
    """The requests session of the run, which gets the recorded answers."""
    from toolkit.run import site_of  # noqa: PLC0415 - most runs of pytest have no recording
    from toolkit.web import Session  # noqa: PLC0415

    with Session(_tape.transport, base_url=site_of(account, recording.found.manifest)) as session:
        yield session


@pytest.fixture
def run(
    recording: Recording,
    *,
    account: Account,
    store: Store,
    session: Session,
    _tape: Tape,
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Run]:
    """A run on the recording, in which nothing has happened yet; its browser starts when `run.page` is asked for."""
    from toolkit.testing.performing import open_run, prepare  # noqa: PLC0415 - most runs of pytest have no recording

    pages = None
    if request.config.pluginmanager.hasplugin("playwright"):
        from toolkit.testing.browsing import Pages  # noqa: PLC0415

        pages = Pages(request)
    place = tmp_path_factory.mktemp("run")
    with open_run(recording, _tape, place, account=account, store=store, session=session, browser=pages) as run:
        with in_words():
            prepare(recording, run)
        yield run


@pytest.fixture
def replayed(recording: Recording, request: pytest.FixtureRequest) -> Performance:
    """How the connector's run went. The tests of one recording share one run."""
    from toolkit.testing.performing import perform  # noqa: PLC0415

    stash: pytest.Stash = (request.node.getparent(RecordingFile) or request.node).stash
    if PERFORMED not in stash:
        stash[PERFORMED] = perform(recording, request.getfixturevalue("run"))
    return stash[PERFORMED]
