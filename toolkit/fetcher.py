"""`Fetcher`: runs the operations of a connector in order, names and times each, and says what an error means."""

import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import requests

from toolkit.errors import ToolkitError, UnknownError, UsageError, VendorDown
from toolkit.login import Check, hands_over, lives, stays_in_page, take_up
from toolkit.models import BaseModel, reading_as
from toolkit.report import OperationReport
from toolkit.run import Observer, Run, Silent
from toolkit.web import certificate_trouble, forbidden, network_error, sentence_for
from toolkit.whereabouts import at_work, line_in_traceback, line_of

__all__ = ["Fetcher", "LoggedOut", "Operation", "name_of"]

Operation = Callable[[Run], Any]
LoggedOut = Callable[[requests.Response], bool]

FORBIDDEN, TOO_MANY, SERVER_ERROR = 403, 429, 500
TITLE = re.compile(r"<title>(.*?)</title>", re.IGNORECASE | re.DOTALL)


class Fetcher:
    """The list of operations, run for one `Run`.

    Those up to `hand_over` are the login. They are left out when a session was kept that still lives, which `check`
    asks for (see `create_new`), and run again when the site ends the session in the middle of what follows, each time
    by one run of an account only, which the others wait for, to take up what it has won.
    `folder` is that of the connector, whose lines errors name.
    """

    def __init__(
        self,
        operations: Sequence[Operation],
        *,
        folder: str = "",
        check: Check | None = None,
        logged_out: LoggedOut | None = None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        end = next((place for place, one in enumerate(operations, 1) if hands_over(one)), 0)
        self._login, self._rest = operations[:end], operations[end:]
        self._folder = folder
        self._check = check
        self._logged_out = logged_out
        self._clock = clock

    @property
    def operations(self) -> tuple[Operation, ...]:
        """All of them, in order."""
        return (*self._login, *self._rest)

    def fetch(self, run: Run) -> None:
        """Run every operation. Raises ToolkitError, whatever went wrong; entries without an outcome get one."""
        with self.around(run):
            if self._login:
                self._take_up_kept(run, run.observer)
                if not run.logged_in:
                    self._log_in(run, run.observer)
                self.renew(run)
            self._run_all(self._rest, run, run.observer)

    @contextmanager
    def around(self, run: Run) -> Iterator[None]:
        """A block in which operations are performed, in `fetch` or one by one: what comes before and after them."""
        run.session.logged_out = self._logged_out
        try:
            with run.alone() if self._in_page else nullcontext():  # a page renews what it holds when it likes
                try:
                    yield
                finally:
                    run.keep_page()
        except ToolkitError:
            run.settle()
            raise
        finally:
            at = next((line.name for line in run.report.operations if line.error), "")
            run.report.close(f"the run stopped at {at}" if at else "no operation of the connector saved it")

    def renew(self, run: Run) -> None:
        """Have the login run again, from now on, when the site ends the session."""
        run.session.logged_out = self._logged_out
        run.session.renew = partial(self._log_in_again, run)
        if not self._in_page:  # there, a request from elsewhere may end the session
            run.session.lives = partial(lives, run.session, self._check)

    def perform(self, operation: Operation, run: Run) -> None:
        """Run one operation. Raises ToolkitError, whatever went wrong, once the evidence is taken."""
        self._run_one(operation, run, run.observer)

    def ends_login(self, operation: Operation) -> bool:
        """Whether the login is over with this operation."""
        return bool(self._login) and operation is self._login[-1]

    @property
    def _in_page(self) -> bool:
        return bool(self._login) and stays_in_page(self._login[-1])

    def _take_up_kept(self, run: Run, observer: Observer) -> bool:
        """Take up the session that was kept, and tell whether there is one that this run did not know."""
        state = run.kept()
        if state is None:
            return False
        if self._in_page:
            run.state = state  # the page opens with it
            return False

        def kept_session(run: Run) -> str:
            return take_up(run, state, self._check)

        self._run_one(kept_session, run, observer)
        return run.logged_in

    def _log_in(self, run: Run, observer: Observer) -> bool:
        """Log in, while no other run of the account does; return whether that was needed after all."""
        with run.alone():
            if self._take_up_kept(run, observer):
                return False
            try:
                self._run_all(self._login, run, observer)
            except ToolkitError:
                run.keep_page()
                raise
            return True

    def _log_in_again(self, run: Run) -> bool:
        try:
            return self._log_in(run, Silent())
        finally:
            if not self._in_page:
                run.close_browser()  # it may be a download's thread, and no other can close what this one opened

    def _run_all(self, operations: Sequence[Operation], run: Run, observer: Observer) -> None:
        for operation in operations:
            self._run_one(operation, run, observer)

    def _run_one(self, operation: Operation, run: Run, observer: Observer) -> None:
        line = OperationReport(name_of(operation))
        run.report.operations.append(line)
        observer.operation_started(line.name)
        started = self._clock()
        try:
            run.session.last_response = None  # what an earlier operation was told is no excuse for this one
            with at_work(operation, self._folder), reading_as(run.manifest.written_in):
                line.did = run.mask(_perform(operation, run))
        except Exception as error:
            run.hide_cookies()
            run.log.failure(error)
            meant = _meaning(error, run)
            meant.line = line_in_traceback(error.__traceback__, self._folder) or line_of(operation)
            line.error = meant.code
            self._take_evidence(run, line.name, meant, error)
            if meant is error:
                raise
            raise meant from error
        except BaseException:  # Ctrl-C
            line.error = "INTERRUPTED"
            raise
        finally:
            line.seconds = round(self._clock() - started, 3)
            run.log("info", f"{line.name}: {line.did or line.error or 'done'}", seconds=line.seconds)
            observer.operation_ended(line.name, line.did or line.error, line.seconds)

    def _take_evidence(self, run: Run, name: str, meant: ToolkitError, error: Exception) -> None:
        if run.evidence is None:
            return
        try:
            run.evidence.take(run, name, meant, error)
        except Exception as trouble:  # noqa: BLE001 - it must not stand before the failure itself
            run.log.failure(trouble)


def name_of(operation: Operation) -> str:
    """What an operation is called."""
    return str(getattr(operation, "__name__", type(operation).__name__))


def _perform(operation: Operation, run: Run) -> str:
    result = operation(run)
    if result is None or isinstance(result, str):
        return result or ""
    if not isinstance(result, Iterable):
        raise UsageError(
            f"{name_of(operation)} returned {type(result).__name__}; an operation yields entries or words."
        )
    before = len(run.report.entries)
    run.listings.append(operation)
    for entry in _entries(result, operation):
        run.add(entry)
    return f"{len(run.report.entries) - before} listed"


def _entries(result: Iterable[Any], operation: Operation) -> Iterator[BaseModel]:
    for entry in result:
        if not isinstance(entry, BaseModel):
            raise UsageError(
                f"{name_of(operation)} yielded {type(entry).__name__}; an entry is a Bill or another model."
            )
        yield entry


def _meaning(error: Exception, run: Run) -> ToolkitError:
    """The error that a user is told: the site's trouble is not called ours, nor ours the site's."""
    if isinstance(error, ToolkitError):
        return error
    if isinstance(error, requests.ConnectionError | requests.Timeout):
        down = VendorDown(f"{_host(error)} does not answer ({sentence_for(error)}): try again later.")
        return certificate_trouble(str(error)) or down
    if type(error).__module__.startswith("playwright"):
        if refusal := run.watch.refusal():
            return refusal
        if reason := _browsers_trouble(error, run):
            return VendorDown(f"The site does not answer ({reason}): try again later.")
    if said := _by_last_answer(error, run):
        return said
    return UnknownError(f"Something unexpected happened ({run.mask(_brief(error))}); the log has the details.")


def _by_last_answer(error: Exception, run: Run) -> ToolkitError | None:
    """What was answered in place of what a listing could have read."""
    last = run.session.last_response
    if last is not None and (last.status_code >= SERVER_ERROR or last.status_code == TOO_MANY):
        return VendorDown(f"The site answers HTTP {last.status_code}: try again later.")
    if last is not None and last.status_code == FORBIDDEN and run.logged_in:
        return forbidden(urlsplit(last.url).hostname or "")
    if (
        last is not None
        and isinstance(error, requests.JSONDecodeError)
        and "html" in last.headers.get("Content-Type", "")
    ):
        title = run.mask(" ".join("".join(TITLE.findall(last.text)[:1]).split())[:100])
        return VendorDown(f'The site answers with a page where data was expected ("{title}"): try again later.')
    return None


def _browsers_trouble(error: Exception, run: Run) -> str | None:
    """What the page met: it could not be opened, or waited in vain because a request of its own failed."""
    failure = run.watch.failure()
    return network_error(str(error)) or (failure.reason if failure else None)


def _host(error: requests.RequestException) -> str:
    url = getattr(error.request, "url", None) or ""
    return urlsplit(url).netloc.rpartition("@")[2] or "The site"


def _brief(error: Exception) -> str:
    """The first line, and what Playwright waited for in vain."""
    first, *others = str(error).splitlines() or [""]
    waited = next((line for line in others if "waiting for" in line), "").strip(" -")
    return f"{type(error).__name__}: {first} {waited}".strip()[:200]
