"""A browser that outlasts its run, for others to join; and joining one that somebody else has opened."""

from __future__ import annotations

import json
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urljoin

from toolkit.disk import in_memory, make_private, write_atomically
from toolkit.errors import UsageError
from toolkit.jobs.shared import SharedBrowser
from toolkit.run import join_page
from toolkit.web import open_browser, restore_options, storage_of
from toolkit.web.browser import QUIET, join_browser

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from playwright.sync_api import BrowserContext, Page

    from toolkit.transport import Transport
    from toolkit.web import SessionState

__all__ = ["JoinedBrowser", "LastingBrowser", "Window"]

PORT_FILE = "DevToolsActivePort"  # where Chromium says which port it took


@dataclass
class LastingBrowser:
    """A browser whose debugging port is open on this machine while its page is. `place` says there where it is.

    Any user of the machine can reach that port, as with every such port of Chromium.
    """

    place: Path
    headed: bool = True
    slow_mo: float = 0
    switches: Sequence[str] = ()

    @contextmanager
    def open_page(
        self, transport: Transport, options: Mapping[str, Any], state: SessionState | None = None
    ) -> Iterator[Page]:
        """Open a page in a browser of its own, which closes with the block."""
        args = [*QUIET, *self.switches, *transport.launch_args(), "--remote-debugging-port=0"]
        chosen = {**options, **restore_options(state), **transport.browser_options()}
        storage = chosen.pop("storage_state", None)
        with ExitStack() as closing:
            profile = closing.enter_context(in_memory())
            browser = closing.enter_context(open_browser(headed=self.headed, slow_mo=self.slow_mo, args=args))
            context = browser.open_profile(profile, **chosen)
            if storage is not None:
                context.set_storage_state(storage)
            self._tell((profile / PORT_FILE).read_text().splitlines()[0])
            closing.callback(self.place.unlink, missing_ok=True)
            yield join_page(context, transport, state, context.pages[0])

    def _tell(self, port: str) -> None:
        make_private(self.place.parent)
        write_atomically(self.place, [json.dumps({"port": int(port)}).encode()])


@dataclass(frozen=True)
class Window:
    """How a browser is shown to who debugs in it; `place` is where one that is left open says where it is."""

    place: Path
    headed: bool = True
    slow_mo: float = 0
    devtools: bool = False

    @property
    def _switches(self) -> list[str]:
        return ["--auto-open-devtools-for-tabs"] if self.devtools else []

    def shared(self) -> SharedBrowser:
        """One that stays the same when its page is closed and opened again."""
        return SharedBrowser(headed=self.headed, slow_mo=self.slow_mo, switches=self._switches)

    def lasting(self) -> AbstractContextManager[LastingBrowser]:
        """One that others can join while it is open."""
        return nullcontext(LastingBrowser(self.place, self.headed, self.slow_mo, self._switches))

    def joined(self, port: int = 0) -> JoinedBrowser:
        """The one at a port, by default the one that was left open. Raises UsageError when there is none."""
        return JoinedBrowser(port or _kept_port(self.place))


def _kept_port(place: Path) -> int:
    """The port of the browser that was left open. Raises UsageError when there is none."""
    try:
        return int(json.loads(place.read_bytes())["port"])
    except (OSError, ValueError, KeyError, TypeError):
        raise UsageError(
            "No browser was left open for this connector: leave one open with --keep-open, or name the debugging port "
            "of another with --port."
        ) from None


@dataclass
class JoinedBrowser:
    """A browser that is open already and listens at a port of this machine: its page becomes that of the run.

    It stays open when the run is over. What a context is told when it is made, such as a user agent, is as it is there.
    """

    port: int
    _closing: ExitStack = field(default_factory=ExitStack, repr=False)
    _context: BrowserContext | None = field(default=None, repr=False)
    _held: Any = field(default=None, repr=False)

    def __enter__(self) -> Self:
        self._context = self._closing.enter_context(join_browser(self.port))
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.close()

    @contextmanager
    def open_page(
        self,
        transport: Transport,
        options: Mapping[str, Any],
        state: SessionState | None = None,
    ) -> Iterator[Page]:
        """Give the page that a person sees there; a second time, a new one beside it that holds what `state` does.

        Without a state, what there was at first.
        """
        context = self._context
        if context is None:
            raise UsageError("The browser has not been joined yet.")
        first = self._held is None
        if self._held is None:
            self._held = storage_of(context)
        else:
            context.set_storage_state(restore_options(state).get("storage_state", self._held))
        page = context.pages[-1] if first and context.pages else context.new_page()
        join_page(context, transport, None if first else state, page)
        if base := options.get("base_url"):
            _take_relative(page, base)
        try:
            yield page
        finally:
            context.unroute_all()  # a hand-over holds back what the page sends, and a person goes on with this one


def _take_relative(page: Page, base: str) -> None:
    """Let a connector go to relative addresses: a context can be told what they are relative to only when made."""
    go = page.goto

    def goto(url: str, **options: Any) -> Any:
        return go(urljoin(base, url), **options)

    page.goto = goto  # type: ignore[method-assign]
