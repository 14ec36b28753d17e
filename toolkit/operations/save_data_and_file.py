"""`save_data_and_file`: each new entry's file on disk and its document in the store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from toolkit.errors import UsageError
from toolkit.models import BaseModel
from toolkit.operations.arrivals import arrivals
from toolkit.operations.drafts import Drafts
from toolkit.operations.get_file import RequestOptions, options_for
from toolkit.operations.refetch import Before, Refetch, changed_at_site
from toolkit.operations.saving import Saving
from toolkit.operations.whole_pdf import Validate
from toolkit.operations.without_file import save_without_file
from toolkit.report import Outcome
from toolkit.whereabouts import declared

if TYPE_CHECKING:
    from toolkit.run import Run

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
    through. A stored file is fetched anew when the listing gives another `file_version`; where listings do not tell,
    `refetch` is True, or a function that says of an entry whether the site is to be asked.

    Raises UsageError for a number that makes no sense.
    """

    concurrency: int = 4
    sub_path: str = ""
    requestoptions: RequestOptions = field(default_factory=dict)
    timeout: float | None = None
    retry: int = 2
    validate: Validate | None = None
    refetch: Refetch = False

    def ways(self, entry: BaseModel) -> Mapping[str, Any]:
        """How to ask for the file of an entry, with what holds for all."""
        general = {"retry": self.retry} | ({} if self.timeout is None else {"timeout": self.timeout})
        return {**general, **options_for(self.requestoptions, entry)}

    def __post_init__(self) -> None:
        if self.concurrency < 1 or self.retry < 0 or (self.timeout is not None and self.timeout <= 0):
            raise UsageError(
                f"SaveOptions: concurrency={self.concurrency}, retry={self.retry}, timeout={self.timeout}; they are at "
                "least 1, at least 0, and more than 0 seconds."
            )


def save_data_and_file(
    model: type[BaseModel], *, options: SaveOptions | None = None, tags: Sequence[str] = ()
) -> Callable[[Run], str]:
    """An operation that saves every entry of `run.entries.filtered`, its file first.

    The file is what `pdfurl` answers (any kind of file) or what `fetch(run)` returns. It is checked, written beside
    its place and renamed, so that no half file ever has a name. An entry whose file fails is stored without it,
    reported as failed, and completed by the next run. Saved entries go into `run.entries.saved`, in the order of
    the site. `tags` are kept with each document.

    A file with the same bytes as one that is stored is not stored again: both entries have the one that is there. One
    that the site has changed is stored beside the old one, which `run.store.versions` still knows.

    Several files are fetched at once, in threads. A `fetch` that asks for `run.page`, which is a page logged in as the
    session is, begins anew in the run's own thread, where it is alone: let it ask for the page first. An address that
    the site refuses (HTTP 4xx) may have ended: the bills are listed again, and the file is asked for at its new one.
    """
    chosen = options or SaveOptions()

    def save_data_and_file(run: Run) -> str:
        mine = [entry for entry in run.entries.filtered if isinstance(entry, model)]
        for entry in mine if tags else ():
            entry.tags = [*entry.tags, *tags]
        plain, files = _parted(mine)
        befores = changed_at_site(run, model, chosen.refetch)
        begun, total, was_open = len(run.entries.saved), len(mine) + len(befores), run.browser_is_open
        saved = save_without_file(run, plain)
        with closing(Drafts(run.files)) as drafts:
            saving = Saving(run, chosen, drafts, befores)
            again = [before.entry for before in befores.values()]
            with closing(arrivals(run, [*files, *again], saving.fetch, concurrency=chosen.concurrency)) as coming:
                for done, (entry, arrival) in enumerate(coming, len(plain) + 1):
                    saved += saving.save(entry, arrival)
                    run.observer.advanced(done, total)
        run.entries.saved[begun:] = sorted(run.entries.saved[begun:], key=lambda entry: run.report.of(entry).row)
        if not was_open:
            run.bring_back()
        return _words(run, saved, total, befores)

    return declared(save_data_and_file)


def _parted(entries: Sequence[BaseModel]) -> tuple[list[BaseModel], list[BaseModel]]:
    """Those that are data only, and those that have, or should have, a file."""
    parts: tuple[list[BaseModel], list[BaseModel]] = [], []
    for entry in entries:
        parts[entry.has_file or entry.lacks_file].append(entry)
    return parts


def _words(run: Run, well: int, total: int, befores: Mapping[str, Before]) -> str:
    """What became of all; a file that is still the same is not worth a word."""
    again = Counter(run.report.of(before.entry).outcome for before in befores.values())
    changed = again[Outcome.CHANGED]
    counts = {"saved": well - changed - again[Outcome.ALREADY_THERE], "changed": changed, "failed": total - well}
    return ", ".join(f"{count} {what}" for what, count in counts.items() if count or what == "saved")
