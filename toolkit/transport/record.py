"""The transport that leads to the real network and keeps what passes: browser and session on one tape."""

from __future__ import annotations

import re
import tempfile
import threading
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from toolkit.transport.determinism import WorkerScripts, init_script
from toolkit.transport.har import Har, HarEntry
from toolkit.transport.har_lint import lacks_body
from toolkit.transport.hops import RecordingAdapter
from toolkit.transport.live import Live
from toolkit.transport.steady import in_order
from toolkit.transport.take import Take, TakeError
from toolkit.transport.tap import Tap
from toolkit.transport.write_take import write_take

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from playwright.sync_api import BrowserContext, Page, Request
    from requests.adapters import BaseAdapter
    from urllib3.util.retry import Retry

    from toolkit.transport.certificate import Certificate
    from toolkit.transport.live import Transport

__all__ = ["Record"]

NO_ANSWER = "no answer"
GIVEN_UP = "net::ERR_ABORTED"
QUIET = 500  # milliseconds
REFUSED = 400
READ = {"document", "fetch", "xhr"}
NETWORK = re.compile(r"^(?:http|ws)s?:")
TIME_ZONE = "Intl.DateTimeFormat().resolvedOptions().timeZone"


class Record:
    """Records one run. `clock` and `seed` are what its pages are told; both are kept with the take."""

    def __init__(self, take: Take, live: Transport | None = None, *, patience: float = 5) -> None:
        self.take = take
        self._patience = patience
        self._live = live or Live()
        self._folder = tempfile.TemporaryDirectory(prefix="toolkit-record-")
        self._contexts = 0
        self._tap = Tap(WorkerScripts(take.clock, take.seed))
        self._under_way: set[Request] = set()
        self._entries: list[HarEntry] = []
        self._lock = threading.Lock()

    def browser_options(self) -> dict[str, Any]:
        """Ask Playwright for a HAR with bodies beside it.

        Only of the network: the many files of the browser's own PDF viewer would not let the context close.
        """
        self._contexts += 1
        return {
            **self._live.browser_options(),
            "record_har_path": Path(self._folder.name) / f"{self._contexts}" / "browser.har",
            "record_har_content": "attach",
            "record_har_url_filter": NETWORK,
            "service_workers": "allow",
        }

    def launch_args(self) -> tuple[str, ...]:
        """As when live."""
        return self._live.launch_args()

    def attach(self, context: BrowserContext) -> None:
        """Fix the clock and the chance of a context, and watch what its browser sends and gets."""
        self._live.attach(context)
        context.on("request", self._began)
        context.on("requestfinished", self._ended)
        context.on("requestfailed", self._ended)
        context.add_init_script(init_script(self.take.clock, self.take.seed))
        self._tap.watch(context)
        version = context.browser.version if context.browser else ""
        self.take = replace(self.take, browser=version)

    def _began(self, request: Request) -> None:
        self._under_way.add(request)

    def _ended(self, request: Request) -> None:
        self._under_way.discard(request)

    def prepare(self, page: Page) -> None:
        """Note the time zone of the page."""
        self._live.prepare(page)
        self.take = replace(self.take, time_zone=page.evaluate(TIME_ZONE))

    def settle(self, page: Page) -> None:
        """Wait until a page asks for nothing more, at most `patience` seconds: else chance cuts the recording short."""
        from playwright.sync_api import Error, TimeoutError  # noqa: A004, PLC0415 - slow to import

        end = monotonic() + self._patience
        with suppress(Error):  # the page has gone
            while monotonic() < end:
                try:
                    page.context.wait_for_event("requestfinished", timeout=QUIET)
                except TimeoutError:
                    if not self._under_way:
                        return

    def present(self, certificate: Certificate) -> None:
        """As when live; it stands in no recording."""
        self._live.present(certificate)

    def wait_turn(self, host: str, per_second: float | None) -> None:
        """As when live."""
        self._live.wait_turn(host, per_second)

    def retries(self) -> Retry:
        """As when live."""
        return self._live.retries()

    def adapter(self) -> BaseAdapter:
        """An adapter that keeps what the session asks and gets."""
        return RecordingAdapter(self._live.adapter(), self._keep)

    def _keep(self, entry: HarEntry) -> None:
        with self._lock:
            self._entries.append(entry)

    def answer(self, ask: Callable[[], str]) -> str:
        """Ask, and keep what was answered."""
        answer = self._live.answer(ask)
        self.take = replace(self.take, answers=(*self.take.answers, answer))
        return answer

    def mark(self) -> Callable[[], None]:
        """Nothing that would be used up."""
        return self._live.mark()

    def close(self) -> None:
        """Let go of the network; what was recorded stays until `forget`."""
        self._live.close()

    def write(self, folder: Path, fields: Mapping[str, str], secret: frozenset[str]) -> int:
        """Write the take into an empty folder, without the secrets, and return how many were replaced.

        The fields named in `secret`, the codes that were given, and what the traffic calls a cookie, a token or a
        password, get stand-ins. Raises TakeError when a body is missing, or when a secret is found in what was
        written.
        """
        return write_take(self._all(), replace(self.take, fields=fields), folder, secret)

    def save(self, file: Path) -> None:
        """Write what was recorded as it is, its secrets too: `file` must reach no disk. Raises TakeError."""
        Har(self._all()).export(file)

    def _all(self) -> list[HarEntry]:
        return in_order([*self._of_browser(), *self._entries])

    def forget(self) -> None:
        """Remove what was recorded; it holds secrets."""
        self._folder.cleanup()

    def _of_browser(self) -> list[HarEntry]:
        files = sorted(Path(self._folder.name).glob("*/browser.har"))
        if len(files) < self._contexts:
            raise TakeError("The recording is not complete: the browser ended before it wrote down its traffic.")
        entries = [entry for file in files for entry in Har.load(file).entries if not _is_viewer(entry)]
        for entry in entries:
            entry.raw["_client"] = "browser"
        entries = self._tap.complete(entries)
        for entry in entries:
            if entry.resource_type not in READ and not entry.has_body:
                _without_body(entry)
        for entry in _left_behind(entries):
            entry.set_body(b"")
        # What was still under way when the browser closed has neither an answer nor a reason.
        return [entry for entry in entries if _counts(entry) and entry.error != NO_ANSWER]


def _left_behind(entries: Iterable[HarEntry]) -> Iterator[HarEntry]:
    """Answers whose page went elsewhere before their bodies could be read: an application that only wants the status.

    Had the page read the body all the same, the replay would fail, and say so.
    """
    left: list[HarEntry] = []
    for entry in entries:
        if entry.resource_type == "document":
            yield from left
            left = []
        elif entry.resource_type in READ and lacks_body(entry):
            left.append(entry)


def _without_body(entry: HarEntry) -> None:
    """An image or a script whose body no page ever had is complete without it."""
    if entry.status >= REFUSED:
        entry.set_body(b"")  # the page that comes in its place is never read
    elif entry.raw["response"].get("_failureText") or lacks_body(entry):
        # It was under way when its page went, or when the browser closed, which the recorder does not call a failure.
        entry.raw["response"] = {"_failureText": GIVEN_UP, **entry.raw["response"], "status": -1}


def _is_viewer(entry: HarEntry) -> bool:
    """Whether it is the page in which the browser shows a PDF: under its address, but no header came with it."""
    return entry.resource_type == "document" and entry.status > 0 and not entry.response_headers


def _counts(entry: HarEntry) -> bool:
    """Not a blob of the page's own, nor the browser's PDF viewer, nor the icon that a browser asks for by itself."""
    return entry.url.startswith(("http", "ws")) and not entry.url.endswith("/favicon.ico")
