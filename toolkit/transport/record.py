"""The transport that leads to the real network and keeps what passes: browser and session on one tape."""

from __future__ import annotations

import tempfile
import threading
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from toolkit.transport.determinism import init_script
from toolkit.transport.har import Har, HarEntry, lint
from toolkit.transport.hops import RecordingAdapter
from toolkit.transport.leaks import scan
from toolkit.transport.live import Live
from toolkit.transport.request import Req
from toolkit.transport.scrub import Scrubber
from toolkit.transport.steady import in_order, make_steady
from toolkit.transport.take import HAR_NAME, Take, TakeError
from toolkit.transport.tap import Tap

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from playwright.sync_api import BrowserContext, Page
    from requests.adapters import BaseAdapter

    from toolkit.transport.live import Transport

__all__ = ["Record"]

NO_ANSWER = "no answer"
REFUSED = 400
READ = {"document", "fetch", "xhr"}
STAND_INS = "take"  # what stands for a secret follows from its place alone, so that two takes are alike


class Record:
    """Records one run. `clock` and `seed` are what its pages are told; both are kept with the take."""

    def __init__(self, take: Take, live: Transport | None = None) -> None:
        self.take = take
        self._live = live or Live()
        self._folder = tempfile.TemporaryDirectory(prefix="toolkit-record-")
        self._contexts = 0
        self._tap = Tap()
        self._entries: list[HarEntry] = []
        self._lock = threading.Lock()

    def browser_options(self) -> dict[str, Any]:
        """Ask Playwright for a HAR with bodies beside it; a service worker would hide requests from it."""
        self._contexts += 1
        return {
            **self._live.browser_options(),
            "record_har_path": Path(self._folder.name) / f"{self._contexts}" / "browser.har",
            "record_har_content": "attach",
            "service_workers": "block",
        }

    def launch_args(self) -> tuple[str, ...]:
        """As when live."""
        return self._live.launch_args()

    def attach(self, context: BrowserContext) -> None:
        """Fix the clock and the chance of a context."""
        self._live.attach(context)
        context.add_init_script(init_script(self.take.clock, self.take.seed))
        version = context.browser.version if context.browser else ""
        self.take = replace(self.take, browser=version)

    def prepare(self, page: Page) -> None:
        """See to it that no body goes with its page, nor with a window that the page opens."""
        self._live.prepare(page)
        self._tap.watch(page)

    def adapter(self) -> BaseAdapter:
        """An adapter that keeps what the session asks and gets."""
        return RecordingAdapter(self._live.adapter(), self._keep)

    def _keep(self, entry: HarEntry) -> None:
        with self._lock:
            self._entries.append(entry)

    def close(self) -> None:
        """Let go of the network; what was recorded stays until `forget`."""
        self._live.close()

    def write(self, folder: Path, fields: Mapping[str, str], secret: frozenset[str], answers: Sequence[str]) -> int:
        """Write the take into an empty folder, without the secrets, and return how many were replaced.

        The fields named in `secret`, the `answers` that the person gave, and what the traffic calls a cookie, a token
        or a password, get stand-ins. Raises TakeError when a body is missing, or when a secret is found in what was
        written.
        """
        har = Har(in_order([*self._of_browser(), *self._entries]))
        if lacks := lint(har):
            raise TakeError(f"The recording is not complete: {lacks[0]}")
        scrubber = Scrubber({name: fields[name] for name in fields if name in secret}, seed=STAND_INS)
        for answer in answers:
            scrubber.add("code", answer)
        for entry in har.entries:
            _learn(scrubber, entry)
        for entry in har.entries:
            _scrub(scrubber, entry)
            make_steady(entry)
        har.save(folder / HAR_NAME)
        shown = {name: scrubber.stand_in(value) if name in secret else value for name, value in fields.items()}
        codes = tuple(map(scrubber.stand_in, answers))
        agent, language = _face(har.entries)
        replace(self.take, fields=shown, answers=codes, user_agent=agent, locale=language).save(folder)
        if leaks := scan(folder, scrubber.secrets).leaks:
            raise TakeError(f"A secret ({leaks[0].secret}) is still in {leaks[0].where}, as {leaks[0].encoding}.")
        return len(scrubber.secrets)

    def forget(self) -> None:
        """Remove what was recorded; it holds secrets."""
        self._folder.cleanup()

    def _of_browser(self) -> list[HarEntry]:
        files = sorted(Path(self._folder.name).glob("*/browser.har"))
        if len(files) < self._contexts:
            raise TakeError("The recording is not complete: the browser ended before it wrote down its traffic.")
        entries = [entry for file in files for entry in Har.load(file).entries]
        for entry in entries:
            entry.raw["_client"] = "browser"
        self._tap.fill(entries)
        for entry in entries:
            if entry.resource_type not in READ and not entry.has_body:
                _without_body(entry)
        # What was still under way when the browser closed has neither an answer nor a reason.
        return [entry for entry in entries if _counts(entry) and entry.error != NO_ANSWER]


def _without_body(entry: HarEntry) -> None:
    """An image or a script whose body no page ever had is complete without it."""
    if entry.status >= REFUSED:
        entry.set_body(b"")  # the page that comes in its place is never read
    elif entry.raw["response"].get("_failureText"):
        entry.raw["response"]["status"] = -1  # it was under way when its page went


def _face(entries: list[HarEntry]) -> tuple[str, str]:
    """What the browser called itself, and its language."""
    first = next((entry for entry in entries if entry.client == "browser"), None)
    agent, languages = (first.request_header(name) if first else "" for name in ("user-agent", "accept-language"))
    return agent or "", (languages or "").partition(",")[0]


def _counts(entry: HarEntry) -> bool:
    """Not a blob of the page's own, nor the browser's PDF viewer, nor the icon that a browser asks for by itself."""
    return entry.url.startswith(("http", "ws")) and not entry.url.endswith("/favicon.ico")


def _request(entry: HarEntry) -> Req:
    return Req(entry.method, entry.url, entry.request_headers, entry.request_body())


def _learn(scrubber: Scrubber, entry: HarEntry) -> None:
    scrubber.learn_request(_request(entry))
    scrubber.learn_response(entry.response_headers, entry.body())
    for message in entry.messages:
        scrubber.learn_message(_bytes(message.data))


def _scrub(scrubber: Scrubber, entry: HarEntry) -> None:
    clean = scrubber.request(_request(entry))
    entry.url, entry.request_headers = clean.url, clean.headers
    if clean.body is not None:
        entry.set_request_body(clean.body)
    entry.response_headers = scrubber.headers(entry.response_headers)
    body = entry.body()
    if (clean_body := scrubber.body(body)) != body:  # else the length told stays, which in answers to HEAD is not 0
        entry.set_body(clean_body)
    if entry.messages:
        entry.messages = [replace(one, data=_clean(scrubber, one.data)) for one in entry.messages]


def _bytes(data: str | bytes) -> bytes:
    return data.encode() if isinstance(data, str) else data


def _clean(scrubber: Scrubber, data: str | bytes) -> str | bytes:
    return scrubber.text(data) if isinstance(data, str) else scrubber.body(data)
