"""A moment of a run, to which it can be taken back: what it has listed, what its session sends, what its page holds."""

from __future__ import annotations

import copy
from contextlib import suppress
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from requests.adapters import BaseAdapter

    from toolkit.report import EntryReport, OperationReport
    from toolkit.run import Entries, Run
    from toolkit.web import CookieJar, Session, SessionState

__all__ = ["Moment"]

OF_SESSION = ("learned", "login_pages", "is_fresh", "last_response", "renew", "lives", "on_change")


@dataclass(frozen=True)
class Moment:
    """What a run was just before an operation.

    What is in `run.data` is copied as deep as it can be. Documents and files that were saved since stay: to save them
    again changes nothing.
    """

    _entries: Mapping[str, list[Any]]
    _listings: list[Any]
    _data: dict[str, Any]
    _lines: list[EntryReport]
    _operations: list[OperationReport]
    _rewind: Callable[[], None]
    _login: SessionState | None
    _logged_in: bool
    _cookies: CookieJar
    _headers: Mapping[str, str | bytes]
    _origin_headers: dict[str, dict[str, str]]
    _adapters: dict[str, BaseAdapter]
    _session: Mapping[str, Any]
    _page: SessionState | None
    _url: str

    @classmethod
    def of(cls, run: Run) -> Moment:
        """What the run is now."""
        page, session = run.own_page, run.session
        return cls(
            {name: list(getattr(run.entries, name)) for name in _names(run.entries)},
            list(run.listings),
            {name: _copied(value) for name, value in run.data.items()},
            run.report.lines(),
            list(run.report.operations),
            run.transport.mark(),
            run.state,
            run.logged_in,
            session.cookies.copy(),
            dict(session.headers),
            {origin: dict(headers) for origin, headers in session.origin_headers.items()},
            dict(session.adapters),
            {name: getattr(session, name) for name in OF_SESSION},
            _held(run),
            page.url if page is not None else "",
        )

    def bring_back(self, run: Run, *, page: bool) -> None:
        """Make the run what it was: what it lists, reports and sends, and what a recording answers.

        Its page too when that is asked for, or has been closed since.
        """
        for name, entries in self._entries.items():
            setattr(run.entries, name, list(entries))
        run.listings[:] = self._listings
        run.data = {name: _copied(value) for name, value in self._data.items()}
        run.report.back_to(self._lines)
        run.report.operations[:] = self._operations
        run.state, run.logged_in = self._login, self._logged_in
        self._bring_session_back(run.session)
        self._rewind()
        if page or not _is_open(run):
            self._bring_page_back(run)

    def _bring_session_back(self, session: Session) -> None:
        session.cookies = self._cookies.copy()
        session.headers.clear()
        session.headers.update(self._headers)
        session.origin_headers = {origin: dict(headers) for origin, headers in self._origin_headers.items()}
        session.adapters.clear()
        session.adapters.update(self._adapters)
        for name, value in self._session.items():
            setattr(session, name, value)

    def _bring_page_back(self, run: Run) -> None:
        """Open a page that holds what it held, where it was; none when there was none."""
        from playwright.sync_api import Error  # noqa: PLC0415 - slow to import

        run.close_browser()
        if self._page is None:
            return
        page = run.open_with(self._page)
        if self._url.startswith(("http://", "https://")):
            with suppress(Error):  # a site in trouble shows that in the window
                page.goto(self._url)


def _is_open(run: Run) -> bool:
    return run.own_page is not None and not run.own_page.is_closed()


def _held(run: Run) -> SessionState | None:
    from playwright.sync_api import Error  # noqa: PLC0415 - slow to import

    with suppress(Error):  # somebody has closed the window
        return run.held()
    return None


def _names(entries: Entries) -> list[str]:
    return [field.name for field in fields(entries)]


def _copied(value: Any) -> Any:
    try:
        return copy.deepcopy(value)
    except Exception:  # noqa: BLE001 - a page, a lock or a generator: whatever a connector keeps
        return value
