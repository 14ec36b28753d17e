"""`save_data_and_file`: each new entry's file on disk and its document in the store."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from toolkit.errors import (
    Blocked,
    FileDownloadFailed,
    InvalidEntry,
    LoginFailed,
    StoreError,
    ToolkitError,
    UsageError,
    UserActionNeeded,
)
from toolkit.models import BaseModel, File
from toolkit.operations.arrivals import arrivals
from toolkit.operations.drafts import Drafts
from toolkit.operations.get_file import RequestOptions, get_file, options_for
from toolkit.operations.links import Links
from toolkit.operations.naming import get_entry_file_name
from toolkit.operations.whole_pdf import Validate
from toolkit.operations.without_file import save_without_file
from toolkit.report import Outcome
from toolkit.uninterrupted import uninterrupted
from toolkit.whereabouts import declared

if TYPE_CHECKING:
    from toolkit.run import Run
    from toolkit.store import Draft
    from toolkit.web import Downloaded

__all__ = ["SaveOptions", "save_data_and_file"]


@dataclass(frozen=True)
class SaveOptions:
    """How files are fetched.

    `concurrency` downloads at once, 1 in the run's own thread, into `sub_path` below the folder to save to.
    `requestoptions` are how to ask for what stands at `pdfurl`, as `session.request` takes it:
    `{"method": "POST", "data": {"format": "pdf"}}`; or a function that gives them for an entry. The site may be silent
    for `timeout` seconds, as long as the session allows when None. A file that ends too early is asked for again, from
    where it ended where the site allows that, at most `retry` times. `validate` is called with each file that has
    arrived, open for reading, and raises FileDownloadFailed when it is not what it should be: `whole_pdf()` reads PDFs
    through.

    Raises UsageError for a number that makes no sense.
    """

    concurrency: int = 4
    sub_path: str = ""
    requestoptions: RequestOptions = field(default_factory=dict)
    timeout: float | None = None
    retry: int = 2
    validate: Validate | None = None

    def ways(self) -> RequestOptions:
        """How to ask for the file of an entry, with what holds for all."""
        general = {"retry": self.retry} | ({} if self.timeout is None else {"timeout": self.timeout})
        return lambda entry: {**general, **options_for(self.requestoptions, entry)}

    def __post_init__(self) -> None:
        if self.concurrency < 1 or self.retry < 0 or (self.timeout is not None and self.timeout <= 0):
            raise UsageError(
                f"SaveOptions: concurrency={self.concurrency}, retry={self.retry}, timeout={self.timeout}; they are at "
                "least 1, at least 0, and more than 0 seconds."
            )


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

    Several files are fetched at once, in threads. A `fetch` that asks for `run.page`, which is a page logged in as the
    session is, begins anew in the run's own thread, where it is alone: let it ask for the page first. An address that
    the site refuses (HTTP 4xx) may have ended: the bills are listed again, and the file is asked for at its new one.
    """
    chosen = options or SaveOptions()

    def save_data_and_file(run: Run) -> str:
        mine = [entry for entry in run.entries.filtered if isinstance(entry, model)]
        for entry in mine if tags else ():
            entry.tags = [*entry.tags, *tags]
        files = [entry for entry in mine if entry.has_file or entry.lacks_file]
        begun, links, was_open = len(run.entries.saved), Links(), run.browser_is_open
        saved = save_without_file(run, [entry for entry in mine if not (entry.has_file or entry.lacks_file)])
        with closing(Drafts(run.files)) as drafts:

            def fetch(run: Run, entry: BaseModel) -> _Fetched:
                return _fetch(run, entry, chosen, drafts, links)

            coming = arrivals(run, files, fetch, concurrency=chosen.concurrency)
            for done, (entry, arrival) in enumerate(coming, len(mine) - len(files) + 1):
                saved += _save(run, entry, arrival)
                run.observer.advanced(done, len(mine))
        run.entries.saved[begun:] = sorted(run.entries.saved[begun:], key=lambda entry: run.report.of(entry).row)
        if not was_open:
            run.bring_back()
        return f"{saved} saved" if saved == len(mine) else f"{saved} saved, {len(mine) - saved} failed"

    return declared(save_data_and_file)


Arrival = Callable[[], _Fetched]


def _fetch(run: Run, entry: BaseModel, options: SaveOptions, drafts: Drafts, links: Links) -> _Fetched:
    if entry.lacks_file:
        raise FileDownloadFailed("the site gave no link to it")
    folder = "/".join(filter(None, [run.folder, options.sub_path]))
    draft, begun = drafts.begin(folder)
    try:
        facts = get_file(run, entry, draft, links, options.ways())
        if options.validate is not None:
            with draft.reading() as file:
                options.validate(file, get_entry_file_name(entry))
        return _Fetched(draft, facts, begun)
    except BaseException:
        begun.close()
        raise


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
    except (StoreError, Blocked, LoginFailed, UserActionNeeded):  # it is not this entry's fault
        raise
    except Exception as error:  # noqa: BLE001 - whatever one file's trouble is, the others go on
        _store(run, entry, None)
        run.report.outcome(entry, Outcome.FAILED, reason=run.mask(_reason(error)))
        run.log.failure(error)
        return False
    with fetched.closing, uninterrupted():  # a file with a name has its row
        facts = fetched.facts
        name = get_entry_file_name(entry)
        file = fetched.draft.save(name, sha256=facts.sha256, size=facts.size, mime=facts.mime)
        file.rendered = facts.rendered
        _store(run, entry, file)
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
