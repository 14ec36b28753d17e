"""`Run`: everything that one operation may touch."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from threading import RLock, get_ident
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

from toolkit.errors import HostNotAllowed, TwoFaCancelled, TwoFaExpired, UsageError
from toolkit.report import Outcome, Report
from toolkit.totp import Totp, unused_code
from toolkit.transport import Certificate
from toolkit.web import (
    Browser,
    Session,
    SessionState,
    Watch,
    open_browser,
    places_of,
    restore_options,
    restore_tabs,
    session_storage_of,
    storage_of,
)
from toolkit.web.browser import QUIET
from toolkit.web.origin import origin_of
from toolkit.web.page_files import NO_DIALOG
from toolkit.whereabouts import line_at_work

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import BrowserContext, Page

    from toolkit.account import Account, Mask
    from toolkit.cozy import Client
    from toolkit.errors import ToolkitError
    from toolkit.log import RunLog
    from toolkit.manifest import Manifest
    from toolkit.models import BaseModel
    from toolkit.store import Files, Provenance, Store
    from toolkit.transport import Transport

__all__ = [
    "Ask",
    "BrowserOptions",
    "Entries",
    "Keeps",
    "Observer",
    "OpensPages",
    "Run",
    "Silent",
    "TakesEvidence",
    "join_page",
    "open_page_of",
    "refuse_to_ask",
    "site_of",
]

Ask = Callable[[str, str, float], str]
"""`ask(kind, message, seconds)` returns what the person answers within so many seconds, "" when he will not.

It raises TwoFaExpired when nobody does.
"""

DEADLINE = 300.0


class Observer(Protocol):
    """Who watches a run; the command line does, to show progress."""

    def operation_started(self, name: str) -> None:
        """An operation begins."""

    def operation_ended(self, name: str, did: str, seconds: float) -> None:
        """An operation is over."""

    def advanced(self, done: int, total: int) -> None:
        """The operation under way has done so many of so many."""

    def told(self, words: str) -> None:
        """The operation under way has something to say to the person, such as what he has to do elsewhere."""


class Silent:
    """The observer that looks away."""

    def operation_started(self, name: str) -> None:
        """Nothing."""

    def operation_ended(self, name: str, did: str, seconds: float) -> None:
        """Nothing."""

    def advanced(self, done: int, total: int) -> None:
        """Nothing."""

    def told(self, words: str) -> None:
        """Nothing."""


@dataclass
class Entries:
    """The entries of a run: all that were listed, those that are new, those that were saved."""

    fetched: list[BaseModel] = field(default_factory=list)
    filtered: list[BaseModel] = field(default_factory=list)
    saved: list[BaseModel] = field(default_factory=list)


class OpensPages(Protocol):
    """What opens the page of a run; a test may give the run pages of its own browser."""

    def open_page(
        self, transport: Transport, options: Mapping[str, Any], state: SessionState | None = None
    ) -> AbstractContextManager[Page]:
        """Return a new page whose traffic the transport carries, in a context that holds what `state` does.

        `options` are those of Playwright's `new_context`. The context closes with the block.
        """


@dataclass(frozen=True)
class BrowserOptions:
    """A browser for one run: `headed` in a window, `slow_mo` milliseconds between its actions."""

    headed: bool = False
    slow_mo: float = 0

    @contextmanager
    def open_page(
        self, transport: Transport, options: Mapping[str, Any], state: SessionState | None = None
    ) -> Iterator[Page]:
        """Open a page in a browser that closes with the block."""
        args = [*QUIET, *transport.launch_args()]  # the last of two equal switches counts
        with open_browser(headed=self.headed, slow_mo=self.slow_mo, args=args) as browser:
            yield open_page_of(browser, transport, options, state)


def open_page_of(
    browser: Browser, transport: Transport, options: Mapping[str, Any], state: SessionState | None
) -> Page:
    """A page in a new context of a browser, joined to the transport, with what a kept session held."""
    context = browser.new_context(**{**options, **restore_options(state), **transport.browser_options()})
    return join_page(context, transport, state)


def join_page(
    context: BrowserContext, transport: Transport, state: SessionState | None, page: Page | None = None
) -> Page:
    """The page, or a new one, of a context that nobody has joined to the transport yet."""
    transport.attach(context)
    restore_tabs(context, state)
    context.add_init_script(NO_DIALOG)
    page = page or context.new_page()
    transport.prepare(page)
    return page


class Keeps(Protocol):
    """Keeps the session of an account between runs."""

    def load(self) -> SessionState | None:
        """Return the session that was kept, None when there is none."""

    def load_device(self) -> SessionState | None:
        """Return what makes the site know this browser, None when nothing does."""

    def save(self, state: SessionState, before: SessionState | None = None) -> None:
        """Keep a session, in place of the one before.

        With `before` only the cookies that changed since then, and nothing when this login is kept no more.
        """

    def alone(self) -> AbstractContextManager[object]:
        """Let nobody else log this account in, or renew its session, while the block lasts."""

    def claim(self, step: int) -> int:
        """Return the first step from this one on whose code no run has used, and keep that this one uses it."""


class TakesEvidence(Protocol):
    """Takes the evidence of a failure, while the page is still open."""

    def attach(self, context: BrowserContext) -> None:
        """Begin to watch the browser of a run."""

    def take(self, run: Run, operation: str, error: ToolkitError, raised: BaseException) -> None:
        """Look at what there is to see, now that an operation has failed: what was `raised`, as people are told it."""

    def forget(self) -> None:
        """Let go of what was taken: the operation is tried again."""

    def save_trace(self, run: Run, target: Path) -> list[str]:
        """Write the browser's trace so far without secrets; return which were found left in it, when it is not kept."""


def refuse_to_ask(kind: str, message: str, deadline: float) -> str:  # noqa: ARG001 - nobody is waited for
    """The `Ask` of a run that nobody watches."""
    raise TwoFaExpired(f"The site wants a code ({kind}: {message}) and nobody is there to give it.")


def site_of(account: Account, manifest: Manifest) -> str | None:
    """The site of an account: its field `url`, else the manifest's `vendor_link`."""
    return account.fields.get("url") or manifest.vendor_link


class Run:
    """One run of one connector for one account.

    fields     the account's values, by the manifest's field names
    entries    `fetched`, `filtered` and `saved` entries
    listings   the operations that yielded them
    data       anything one operation leaves for the next
    page       the browser's page; the browser starts when it is first asked for; `browser` is what opens it. After
               `hand_over` it is a new one, logged in as the session is
    session    the requests session; `hand_over` gives it what the browser won
    logged_in  whether the session has a login that, for all that is known, still lives
    state      what the login won, once it was handed over or taken up
    client     the data API of the Cozy that asked for this run, else of the store, which answers alike
    store      the documents; `files` the files on disk; `folder` where this run puts its files
    log        `run.log("info", "message", **details)`, secrets masked
    ask        `run.ask("sms", "Code sent to ••12")` returns what the person answers; for "totp" the account's seed does
    pause      `run.pause("before the code")` stops there under `toolkit debug`, and nowhere else
    tell       `run.tell("Approve the login in your app")` shows it to the person, who has nothing to answer
    base_url   what relative addresses are relative to: the field `url`, else the manifest's `vendor_link`
    """

    def __init__(
        self,
        *,
        manifest: Manifest,
        account: Account,
        store: Store,
        files: Files,
        folder: str,
        transport: Transport,
        log: RunLog,
        report: Report,
        mask: Mask,
        observer: Observer | None = None,
        ask: Ask = refuse_to_ask,
        browser: OpensPages | None = None,
        session: Session | None = None,
        keeps: Keeps | None = None,
        evidence: TakesEvidence | None = None,
        client: Client | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.manifest = manifest
        self.account = account
        self.store = store
        self.files = files
        self.folder = folder
        self.transport = transport
        self.log = log
        self.report = report
        self.mask = mask
        self._ask = ask
        self.now = now
        self.sleep = sleep
        self._last_step = -1
        self.observer: Observer = observer or Silent()
        self.entries = Entries()
        self.listings: list[Callable[[Run], Iterable[BaseModel]]] = []
        self.data: dict[str, Any] = {}
        self.watch = Watch()
        self.browser: OpensPages = browser or BrowserOptions()
        self.keeps = keeps
        self.evidence = evidence
        self._client = client
        self.pauses: Callable[[str], object] | None = None
        self.state: SessionState | None = None
        self.logged_in = False
        self._changing = RLock()  # the session and `state` are as one, whichever threads the session's answers come in
        self._closing = ExitStack()
        self._page: Page | None = None
        self._page_thread = 0
        self._in_common = SessionState(now())  # what session and page had when they parted
        for certificate in self._certificates():
            transport.present(certificate)
        self.session = session or Session(transport, base_url=self.base_url)
        self.session.guard = self._refuse_other_hosts
        self.session.per_second = manifest.requests_per_second
        self.session.now = now
        self.trail = self.session.trail

    @property
    def fields(self) -> Mapping[str, str]:
        """The account's values, by the manifest's field names."""
        return self.account.fields

    @property
    def base_url(self) -> str | None:
        """The address that relative ones are relative to."""
        return site_of(self.account, self.manifest)

    @property
    def provenance(self) -> Provenance:
        """What every document saved in this run carries."""
        from toolkit.store import Provenance  # noqa: PLC0415 - the database library is slow to import

        report = self.report
        return Provenance(report.connector, report.version, report.account, report.run, self.now())

    @property
    def client(self) -> Client:
        """The data API: of the Cozy that asked for this run, else of the store, which answers as one does."""
        if self._client is None:
            from toolkit.cozy import LocalClient  # noqa: PLC0415 - the database library is slow to import

            self._client = LocalClient(self.store)
        return self._client

    @property
    def page(self) -> Page:
        """The page in which the login happens."""
        if self._page is None:
            self._page, self._page_thread = self._open_page(self._own_state()), get_ident()
        return self._page

    @property
    def browser_is_open(self) -> bool:
        """Whether `page` has been asked for and not been closed since."""
        return self._page is not None

    @property
    def own_page(self) -> Page | None:
        """The page, in the thread that opened it; no other can touch it, as after Ctrl-C in a download's login."""
        return self._page if self._page_thread == get_ident() else None

    def ask(self, kind: str, message: str, *, deadline: float = DEADLINE) -> str:
        """What the person answers within `deadline` seconds; a code is a secret like any other.

        `kind` tells what answers without a person, and that, what is asked for: "sms", "email", "totp", … Codes of the
        kind "totp" come from the account's own seed when it has one, in the field whose role is "totp": a code that
        was used before is left out and the next one waited for.

        Raises TwoFaExpired when no answer comes in time, TwoFaCancelled when it is empty.
        """
        answer = self.transport.answer(partial(self._answer, kind, message, deadline))
        if not answer.strip():
            raise TwoFaCancelled
        self._hide([answer, "".join(answer.split()).strip("<>")])  # as it was given, and as it is typed or opened
        return answer

    def tell(self, words: str) -> None:
        """Tell whoever watches the run what he has to do elsewhere."""
        self.log("info", words)
        self.observer.told(self.mask(words))

    def _answer(self, kind: str, message: str, deadline: float) -> str:
        name = self.manifest.totp_field
        seed = self.fields.get(name) if name and kind == "totp" else None
        if not seed:
            return self._ask(kind, message, deadline)
        try:
            totp = Totp.of(seed)
        except ValueError as error:
            raise UsageError(f"The field `{name}` is no seed of codes: {error}.") from None
        return unused_code(totp, claim=self._claim, now=self.now, sleep=self.sleep, deadline=deadline)

    def _claim(self, step: int) -> int:
        step = max(step, self._last_step + 1)
        self._last_step = step if self.keeps is None else self.keeps.claim(step)
        return self._last_step

    def settle(self) -> None:
        """Let an open page come to rest, where that matters to the transport."""
        if self.own_page is not None:
            self.transport.settle(self.own_page)

    def pause(self, words: str = "") -> None:
        """Stop here under `toolkit debug`, and say the words; do nothing in any other run."""
        if self.pauses is not None:
            self.pauses(self.mask(words))

    def held(self) -> SessionState | None:
        """What the open page's browser holds now; None when no page is open."""
        if self.own_page is None:
            return None
        context = self.own_page.context
        return SessionState(self.now(), storage_of(context), session_storage_of(context))

    def open_with(self, state: SessionState) -> Page:
        """Close the page, if one is open, and return a new one whose browser holds what `state` does."""
        self.close_browser()
        self._page, self._page_thread = self._open_page(state), get_ident()
        return self._page

    def close_browser(self) -> None:
        """Close the page and its browser; asking for `page` again starts a new one. Another thread's is left to it."""
        if self._page is None or self.own_page is not None:
            if self.evidence is not None:
                self.trail.keep()
            self._page = None
            self._closing.close()

    def reopen(self) -> Page:
        """Return a page of a browser that holds what the session holds: cookies, storage, IndexedDB. Its face too.

        Raises UsageError before there is a login to go back to.
        """
        if self.state is None:
            raise UsageError("There is no session to reopen a browser with: run.reopen() comes after hand_over.")
        self.bring_back()
        return self.page

    def bring_back(self) -> None:
        """Close a page that was opened with the session; what it has changed since, the session has, and is kept.

        Nothing of a page that has let go of something: when a site is in trouble it may do so in vain.
        """
        from playwright.sync_api import Error  # noqa: PLC0415 - slow to import

        if self.own_page is None or self.state is None:
            return
        with suppress(Error):  # the page has gone
            context = self.own_page.context
            context.route("**/*", lambda _: None)  # a token renewed from now on would be lost with the page
            if state := self._with_page(context, self.state):
                places = places_of(context, state.storage, state.session_storage)
                new = [one for one in self.watch.learned(places) if not one.left_out]
                latest = {(one.origin, one.name): one for one in [*state.learned, *new]}
                self.take_up(replace(state, learned=tuple(latest.values())))
                self._keep_whole(self.state)
        self.close_browser()

    def keep_page(self) -> None:
        """Keep what an open page has changed of a session that is kept, and leave the page open."""
        from playwright.sync_api import Error  # noqa: PLC0415 - slow to import

        if self.own_page is None or self.state is None:
            return
        with suppress(Error):  # the page has gone
            if state := self._with_page(self.own_page.context, self.state):
                self._keep_whole(state)

    def _with_page(self, context: BrowserContext, state: SessionState) -> SessionState | None:
        """The state, with what the session and the open page have changed; None when the page lacks some of it."""
        held = replace(state, storage=storage_of(context), session_storage=session_storage_of(context))
        latest = self._latest(state)
        both = held.with_cookies(held.changed_in(self._in_common, latest).storage["cookies"])
        return None if both.lacks(latest, self.now()) else both

    def _latest(self, state: SessionState) -> SessionState:
        """The state with the cookies that the session has by now."""
        return state.with_cookies(self.session.cookies.to_playwright()) if self.logged_in else state

    def _keep_whole(self, state: SessionState) -> None:
        """Keep all of a login that is kept."""
        if self.keeps is not None and (kept := self.keeps.load()) and kept.won == state.won:
            self.keeps.save(state)

    def take_over(self, state: SessionState) -> None:
        """Give the session what a login won, in place of what it had, and keep it."""
        with self._changing:
            self.take_up(state)
            self.session.is_fresh = True
            if self.keeps is not None:
                self.keeps.save(state)

    def alone(self) -> AbstractContextManager[object]:
        """Let no other run log the account in, or renew its session, while the block lasts; it may be entered twice."""
        return nullcontext() if self.keeps is None else self.keeps.alone()

    def kept(self) -> SessionState | None:
        """The session that was kept, unless it is the one that this run has: another run may have renewed it."""
        state = self.keeps.load() if self.keeps is not None else None
        return None if state is None or (self.state and state.is_login_of(self.state)) else state

    def take_up(self, state: SessionState) -> None:
        """Give the session a login that was kept."""
        self._hide(state.secrets())
        with self._changing:
            self.logged_in = True
            if self.state is not None:  # what is over must not stand beside what is new
                self.session.forget()
            self.state = self._in_common = state
            self.session.adopt(cookies=state.storage["cookies"], headers=state.headers, learned=state.learned)
            self.session.login_pages = frozenset(state.login_pages)
            self.session.on_change = self._keep

    def _hide(self, secrets: Iterable[str]) -> None:
        for secret in secrets:
            self.mask.add(secret)

    def hide_cookies(self) -> None:
        """Hide what the session and an open page have by now: an error may tell of it."""
        from playwright.sync_api import Error  # noqa: PLC0415 - slow to import

        cookies = self.session.cookies.to_playwright()
        if self.own_page is not None:
            with suppress(Error):  # it is gone already
                cookies += self.own_page.context.cookies()
        self._hide(SessionState(self.now(), {"cookies": cookies, "origins": []}).secrets())

    def _keep(self) -> None:
        """A site may give a new cookie at any time, and from then on know only that one; so with other values."""
        with self._changing:
            if self.state is None:
                return
            cookies = self.session.cookies.to_playwright()
            before, self.state = self.state, replace(self.state.with_cookies(cookies), learned=self.session.learned)
            self._hide(self.state.secrets())
            if self.keeps is not None:
                self.keeps.save(self.state, before)

    def close(self) -> None:
        """Let go of the browser, the session and the transport."""
        self.close_browser()
        self.session.close()
        self.transport.close()

    def add(self, entry: BaseModel) -> None:
        """Take in one listed entry. One that cannot be saved is reported as refused and goes no further."""
        entry.fill_in(vendor=self.manifest.name, account=self.account.name, currency=self.manifest.currency)
        self.report.listed(entry)
        if entry.problems:
            self.report.outcome(entry, Outcome.REFUSED, reason="; ".join(entry.problems))
            self.log("warning", "entry refused", row=len(self.report.entries), problems=entry.problems)
        else:
            self.entries.fetched.append(entry)

    def _certificates(self) -> Iterator[Certificate]:
        """The client certificate, which is for the site's own origin."""
        for name, field_ in self.manifest.fields.items():
            if field_.type == "certificate" and self.fields.get(name):
                passphrase = self.fields.get(f"{name}_passphrase", "")
                yield Certificate(origin_of(self.base_url or ""), self.fields[name], passphrase, name)

    def _refuse_other_hosts(self, url: str) -> None:
        """A connector reaches the hosts that its manifest tells, and no other, wherever a site may lead it."""
        host = urlsplit(url).hostname or ""
        if host and not self.manifest.allows(host, self.fields.get("url", "")):
            line = line_at_work(get_ident(), here=True)
            hosts = json.dumps([*self.manifest.hosts, host])
            raise HostNotAllowed(
                f"{host} was to be asked{f' by {line}' if line else ''}, and is none of the hosts of this connector. "
                f'If it should be, write "hosts": {hosts} in its manifest.konnector.'
            )

    def _own_state(self) -> SessionState | None:
        """What a new page is to hold: the login, else what makes the site know this browser."""
        if self.state is not None:
            self.state = self._latest(self.state)
        return self.state or (self.keeps.load_device() if self.keeps is not None else None)

    def _open_page(self, state: SessionState | None) -> Page:
        options = {"base_url": self.base_url, **self.manifest.browser_options()}
        page = self._closing.enter_context(self.browser.open_page(self.transport, options, state))
        self.watch = Watch()  # what an earlier browser sent is over
        self.watch.attach(page.context)
        self.trail.attach(page.context)
        if self.evidence is not None:
            self.evidence.attach(page.context)
        self._in_common = SessionState(self.now(), {"cookies": page.context.cookies(), "origins": []})
        return page
