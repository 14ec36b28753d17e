"""The transport that leads nowhere: browser and session get the answers that were recorded."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, get_args

from toolkit.errors import TwoFaExpired
from toolkit.transport.determinism import WorkerScripts, init_script
from toolkit.transport.har import Client, Har, HarEntry
from toolkit.transport.live import Live
from toolkit.transport.matching import Tape
from toolkit.transport.miss import Miss
from toolkit.transport.replay_adapter import ReplayAdapter
from toolkit.transport.replay_answer import Answer
from toolkit.transport.replay_server import ReplayServer
from toolkit.transport.request import Req
from toolkit.transport.take import HAR_NAME, Take
from toolkit.whereabouts import line_at_work

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from playwright.sync_api import BrowserContext, Page
    from requests.adapters import BaseAdapter
    from urllib3.util.retry import Retry

    from toolkit.errors import ToolkitError
    from toolkit.transport.certificate import Certificate
    from toolkit.transport.masking import Value

__all__ = ["Replay"]

# No host has an address: what does not go through the proxy, which is Chromium's own and WebRTC, goes nowhere.
CLOSED = (
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--ignore-certificate-errors",
)
OK, NOT_MODIFIED = 200, 304
WORKERS = {"serviceworker", "sharedworker", "worker"}
TOLD = {"", "document", "fetch", "xhr"}


class Replay:
    """Replays one take, offline: every recorded answer once, in order, to the half that asked first.

    `misses` are the requests that were asked for and not recorded, in the order in which they came. Safe to use from
    several threads. Raises TakeError or HarError when `folder` holds no recording.
    """

    def __init__(self, folder: Path, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.take = Take.load(folder)
        self.misses: list[ToolkitError] = []
        self._thread = threading.get_ident()
        self._age = now() - self.take.clock
        entries = Har.load(folder / HAR_NAME).entries
        halves: tuple[Client, ...] = get_args(Client)
        self._reels = {half: _Reel([one for one in entries if one.client == half], self.take) for half in halves}
        self._workers = WorkerScripts(self.take.clock, self.take.seed)
        self._server: ReplayServer | None = None
        self._answers = list(self.take.answers)

    def browser_options(self) -> dict[str, Any]:
        """A proxy that answers from the take, and the face that the browser had."""
        if self._server is None:
            self._server = ReplayServer(self._find_for_browser, self._missed, self.take.ignore)
        return {
            "proxy": {"server": self._server.url, "bypass": "<-loopback>"},
            "ignore_https_errors": True,
            "service_workers": "allow",
            "user_agent": self.take.user_agent or None,
            "locale": self.take.locale or None,
            "timezone_id": self.take.time_zone or None,
        }

    def launch_args(self) -> tuple[str, ...]:
        """Chromium's switches that close every way out but the proxy."""
        return CLOSED

    def attach(self, context: BrowserContext) -> None:
        """Give the pages the clock and the chance of the take."""
        context.add_init_script(init_script(self.take.clock, self.take.seed))

    def prepare(self, page: Page) -> None:
        """Do nothing."""

    def settle(self, page: Page) -> None:
        """Do nothing."""

    def present(self, certificate: Certificate) -> None:
        """Do nothing: nobody asks for it."""

    def wait_turn(self, host: str, per_second: float | None) -> None:
        """Do nothing: nobody minds."""

    def retries(self) -> Retry:
        """As when live, without the waits."""
        return Live(backoff=0, longest_wait=0).retries()

    def adapter(self) -> BaseAdapter:
        """An adapter that answers from the take, and raises Miss for what was not recorded."""
        return ReplayAdapter(self._find_for_session)

    def answer(self, ask: Callable[[], str]) -> str:  # noqa: ARG002 - nobody is asked
        """The recorded codes, in order. Raises TwoFaExpired after the last one."""
        if not self._answers:
            raise TwoFaExpired("The site wants a code, and in the recording nobody gave one.")
        return self._answers.pop(0)

    def mark(self) -> Callable[[], None]:
        """Return what takes the recording back to where it is now."""
        tapes = {reel.tape: reel.tape.used() for reel in self._reels.values()}
        answers, misses = list(self._answers), list(self.misses)

        def rewind() -> None:
            for tape, used in tapes.items():
                tape.rewind(used)
            self._answers[:], self.misses[:] = answers, misses

        return rewind

    def close(self) -> None:
        """Stop the proxy."""
        if self._server is not None:
            self._server.close()
            self._server = None

    @property
    def tiers(self) -> Counter[str]:
        """How many requests were matched in which way: {"exact": 36, "by shape": 11}."""
        return sum((reel.tape.tiers for reel in self._reels.values()), Counter[str]())

    @property
    def varied(self) -> set[Value]:
        """The recorded values in the place of which others were asked, such as nonces and signatures."""
        return {value for reel in self._reels.values() for value in reel.tape.varied}

    def unused(self, half: Client | None = None) -> list[HarEntry]:
        """The recorded requests, of one half or of both, that were never asked for, in order."""
        left = [entry for name, reel in self._reels.items() if half in {None, name} for entry in reel.unused()]
        return sorted(left, key=lambda entry: entry.number)

    def next_unused(self) -> HarEntry | None:
        """Where the recording would have gone on: what it asked next, images and the like aside."""
        last = max((entry.number for reel in self._reels.values() for entry in reel.used()), default=0)
        left = (entry for entry in self.unused() if entry.number > last)
        return next((entry for entry in left if entry.resource_type in TOLD), None)

    def _find_for_browser(self, request: Req) -> Answer:
        answer, kind = self._find(request, "browser"), request.header("sec-fetch-dest")
        if kind in WORKERS and request.header("sec-fetch-mode") == "same-origin" and answer.status == OK:
            return answer.after(self._workers.before(request.url, service=kind == "serviceworker"))
        return answer

    def _find_for_session(self, request: Req) -> Answer:
        try:
            return self._find(request, "session")
        except Miss as miss:
            miss.line = line_at_work(self._thread, here=True)
            self.misses.append(miss)
            raise

    def _find(self, request: Req, half: Client) -> Answer:
        """The recorded answer: of the same half, else of the other, for work may move between them. Raises Miss."""
        own = self._reels[half]
        try:
            entry = own.find(request)
        except Miss as miss:
            entry = self._find_elsewhere(request, own, miss)
        return Answer.of(entry, self._age)

    def _find_elsewhere(self, request: Req, own: _Reel, miss: Miss) -> HarEntry:
        (other,) = (reel for reel in self._reels.values() if reel is not own)
        try:
            return other.find(request)
        except Miss as second:
            raise (miss if own.entries else second) from None

    def _missed(self, miss: ToolkitError) -> None:
        miss.line = line_at_work(self._thread)
        self.misses.append(miss)


class _Reel:
    """The recorded requests of one half, and how far they are used up."""

    def __init__(self, entries: Sequence[HarEntry], take: Take) -> None:
        self.entries = entries
        requests = [Req.of(one) for one in entries]
        self.tape = Tape(requests, ignore=take.ignore)

    def find(self, request: Req) -> HarEntry:
        index = self.tape.find(request)
        entry = self.entries[index]
        return self._changed(index) if entry.status == NOT_MODIFIED and not is_conditional(request) else entry

    def _changed(self, index: int) -> HarEntry:
        """The answer that a 304 confirmed: the browser that asks now has not kept it."""
        entry, before = self.entries[index], reversed(self.entries[:index])
        return next(
            (one for one in before if (one.method, one.url, one.status) == (entry.method, entry.url, OK)), entry
        )

    def unused(self) -> list[HarEntry]:
        return [self.entries[index] for index in self.tape.unused()]

    def used(self) -> list[HarEntry]:
        unused = set(self.tape.unused())
        return [entry for index, entry in enumerate(self.entries) if index not in unused]


def is_conditional(request: Req) -> bool:
    """Whether a request says what its sender has already."""
    return bool(request.header("if-none-match") or request.header("if-modified-since"))
