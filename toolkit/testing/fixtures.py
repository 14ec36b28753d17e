"""The fixtures: a recording and what replays it. Each is there to be overridden in a conftest.py."""

from __future__ import annotations

from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING

import pytest

from toolkit.errors import UsageError
from toolkit.testing.browsing import pages_of
from toolkit.testing.choosing import PASSED, RecordingFile, chosen, how_to_record, in_words, is_live, note_kept

if TYPE_CHECKING:
    from collections.abc import Iterator

    from toolkit.account import Account
    from toolkit.run import Run
    from toolkit.store import Store
    from toolkit.testing.performing import Performance, Tape
    from toolkit.testing.recording import Recording
    from toolkit.web import Session

ENVIRONMENT = pytest.StashKey[dict[str, str]]()
"""The variables that hold the account, which the browser does not inherit."""
PERFORMED = pytest.StashKey["Performance"]()


@pytest.fixture
def recording(request: pytest.FixtureRequest) -> Recording:
    """The recording that the test is of, or that its mark names."""
    with in_words():
        recording = chosen(request.node)
        if not recording.folder.exists() and not is_live(request.node, recording):
            raise UsageError(how_to_record(recording))
        return recording


@pytest.fixture
def account(recording: Recording, request: pytest.FixtureRequest) -> Account:
    """The account of the recording, whose values stand for the real ones; while it is recorded, the real one."""
    from toolkit.testing.performing import recorded_account  # noqa: PLC0415 - most runs of pytest have no recording
    from toolkit.testing.recorder import live_account  # noqa: PLC0415

    with in_words():
        if is_live(request.node, recording):
            environ = request.config.stash[ENVIRONMENT]
            return live_account(recording, environ)
        return recorded_account(recording)


@pytest.fixture
def _tape(recording: Recording, account: Account, request: pytest.FixtureRequest) -> Iterator[Tape]:
    """What carries the traffic of the test. Its contexts and sessions close before it."""
    from toolkit.testing.performing import Tape  # noqa: PLC0415 - most runs of pytest have no recording
    from toolkit.testing.recorder import live_tape  # noqa: PLC0415

    node: pytest.Item = request.node
    if is_live(node, recording):
        passed, tell = partial(node.stash.__contains__, PASSED), partial(note_kept, node, recording)
        with in_words(), live_tape(recording, account, node.nodeid, passed=passed, tell=tell) as tape:
            yield tape
    else:
        with in_words():
            tape = Tape.of(recording)
        with closing(tape.transport):
            yield tape


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

    place, pages = tmp_path_factory.mktemp("run"), pages_of(request)
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
        request.getfixturevalue("_tape").performed.append(stash[PERFORMED].report)
    return stash[PERFORMED]
