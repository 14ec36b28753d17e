"""`save_data_and_file`: each new entry's file on disk and its document in the store."""

from __future__ import annotations

import hashlib
import mimetypes
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from multiprocessing.pool import AsyncResult, ThreadPool
from typing import TYPE_CHECKING

from toolkit.errors import (
    Blocked,
    FileDownloadFailed,
    InvalidEntry,
    LoginFailed,
    StoreError,
    ToolkitError,
    UserActionNeeded,
)
from toolkit.models import BaseModel, File
from toolkit.operations.drafts import Drafts
from toolkit.operations.naming import get_entry_file_name
from toolkit.report import Outcome
from toolkit.uninterrupted import uninterrupted
from toolkit.web import Downloaded, check_document, download
from toolkit.whereabouts import declared

if TYPE_CHECKING:
    from toolkit.run import Run
    from toolkit.store import Draft

__all__ = ["SaveOptions", "save_data_and_file"]

EDGE = 2048
AHEAD = 4


@dataclass(frozen=True)
class SaveOptions:
    """How files are fetched: `concurrency` downloads at once, into `sub_path` below the folder to save to."""

    concurrency: int = 4
    sub_path: str = ""


@dataclass(frozen=True)
class _Fetched:
    """A file that has arrived and waits for its name; closing lets go of it."""

    draft: Draft
    facts: Downloaded
    closing: ExitStack


def save_data_and_file(
    model: type[BaseModel], *, options: SaveOptions | None = None, tags: Sequence[str] = ()
) -> Callable[[Run], str]:
    """An operation that saves every entry of `run.entries.filtered`, its file first.

    The file is what `pdfurl` answers (any kind of file) or what `fetch(run)` returns. It is checked, written beside
    its place and renamed, so that no half file ever has a name. An entry whose file fails is stored without it,
    reported as failed, and completed by the next run. Saved entries go into `run.entries.saved`, in the order of
    the site. `tags` are kept with each document.
    """
    chosen = options or SaveOptions()

    def save_data_and_file(run: Run) -> str:
        mine = [entry for entry in run.entries.filtered if isinstance(entry, model)]
        saved = 0
        for done, (entry, arrival) in enumerate(_arrivals(run, mine, chosen), 1):
            entry.tags = [*entry.tags, *tags]
            saved += _save(run, entry, arrival)
            run.observer.advanced(done, len(mine))
        return f"{saved} saved" if saved == len(mine) else f"{saved} saved, {len(mine) - saved} failed"

    return declared(save_data_and_file)


Arrival = Callable[[], _Fetched | None]


def _arrivals(run: Run, entries: Sequence[BaseModel], options: SaveOptions) -> Iterator[tuple[BaseModel, Arrival]]:
    """Each entry in order, with what to call for its file; a few downloads run ahead of the caller.

    Whatever ends the caller, Ctrl-C included, no download is waited for and no draft is left: the pool's threads
    are daemons, and their drafts are closed here.
    """
    drafts = Drafts(run.files)
    if run.browser_is_open:  # a page answers only in the thread that opened it
        yield from ((entry, partial(_fetch, run, entry, options, drafts)) for entry in entries)
        return
    pool = ThreadPool(options.concurrency)
    waiting: deque[tuple[BaseModel, Arrival]] = deque()
    try:
        for entry in entries:
            coming = pool.apply_async(_settled, (partial(_fetch, run, entry, options, drafts),))
            waiting.append((entry, partial(_settle, coming)))
            if len(waiting) > options.concurrency * AHEAD:
                yield waiting.popleft()
        yield from waiting
    finally:
        pool.terminate()
        drafts.close()


def _settled(fetch: Arrival) -> _Fetched | BaseException | None:
    """Whatever is raised comes back as a value: a pool's thread would die of SystemExit and leave us waiting."""
    try:
        return fetch()
    except BaseException as error:  # noqa: BLE001 - raised again by `_settle`
        return error


def _settle(coming: AsyncResult[_Fetched | BaseException | None]) -> _Fetched | None:
    settled = coming.get()
    if isinstance(settled, BaseException):
        raise settled
    return settled


def _fetch(run: Run, entry: BaseModel, options: SaveOptions, drafts: Drafts) -> _Fetched | None:
    if not entry.has_file:
        return None
    folder = "/".join(filter(None, [run.folder, options.sub_path]))
    draft, closing = drafts.begin(folder)
    try:
        return _Fetched(draft, _download(run, entry, draft), closing)
    except BaseException:
        closing.close()
        raise


def _download(run: Run, entry: BaseModel, draft: Draft) -> Downloaded:
    name = get_entry_file_name(entry)
    if entry.fetch is None:
        return download(run.session, str(entry.pdfurl), draft, name=name)
    body = entry.fetch(run)
    if not isinstance(body, bytes):
        raise FileDownloadFailed(f"`fetch` returned {type(body).__name__}, and not bytes")
    mime = mimetypes.guess_type(name)[0] or "application/octet-stream"
    check_document(body[:EDGE], body[-EDGE:], len(body), mime, name)
    draft.write(body)
    return Downloaded(size=len(body), sha256=hashlib.sha256(body).hexdigest(), mime=mime)


def _save(run: Run, entry: BaseModel, arrival: Arrival) -> bool:
    try:
        return _save_with_file(run, entry, arrival)
    except InvalidEntry as error:
        run.report.outcome(entry, Outcome.REFUSED, reason=run.mask(error.message))
        run.log.failure(error)
        return False


def _save_with_file(run: Run, entry: BaseModel, arrival: Arrival) -> bool:
    try:
        fetched = arrival()
    except (
        StoreError,
        Blocked,
        LoginFailed,
        UserActionNeeded,
    ):  # it is not this entry's fault
        raise
    except Exception as error:  # noqa: BLE001 - whatever one file's trouble is, the others go on
        _store(run, entry, None)
        run.report.outcome(entry, Outcome.FAILED, reason=run.mask(_reason(error)))
        run.log.failure(error)
        return False
    if fetched is None:
        _store(run, entry, None)
        return True
    with fetched.closing, uninterrupted():  # a file with a name has its row
        facts = fetched.facts
        name = get_entry_file_name(entry)
        _store(run, entry, fetched.draft.save(name, sha256=facts.sha256, size=facts.size, mime=facts.mime))
    return True


def _reason(error: Exception) -> str:
    return error.message if isinstance(error, ToolkitError) else f"{type(error).__name__}: {error}"


def _store(run: Run, entry: BaseModel, file: File | None) -> None:
    if entry.id is None:
        entry.id = run.store.insert(entry, run.provenance, file)
        outcome = Outcome.SAVED if entry.id else Outcome.ALREADY_THERE  # another run may have saved it meanwhile
    elif file is not None:
        run.store.attach_file(type(entry), entry.id, file, run.provenance)
        outcome = Outcome.COMPLETED
    else:
        return
    if outcome is not Outcome.ALREADY_THERE:
        run.entries.saved.append(entry)
    run.report.outcome(entry, outcome, file=file.path if file else "")
