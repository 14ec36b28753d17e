"""`Links`: the addresses of files, which some sites sign for some minutes; listed again when one has ended."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from itertools import takewhile
from typing import TYPE_CHECKING

from toolkit.models import BaseModel
from toolkit.operations.keys import give_natural_keys

if TYPE_CHECKING:
    from toolkit.run import Run

__all__ = ["Links"]

MOST_IN_VAIN = 3


class Links:
    """What one batch of downloads knows of addresses that end. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._in_vain = 0

    def renew(self, run: Run, entry: BaseModel, used: str) -> bool:
        """Whether `entry.pdfurl` is another address than the one that was used, if need be after listing again.

        Every entry that was listed gets its new address at once. The listing ends at the first address that is still
        the same: this site's do not end. Such a site is not asked again, nor is one whose new addresses do not help
        three times in turn. Raises what the listing raises.
        """
        with self._lock:
            if entry.pdfurl == used and self._in_vain < MOST_IN_VAIN:
                self._in_vain += 1
                _renew_all(run)
                if entry.pdfurl == used:
                    self._in_vain = MOST_IN_VAIN
            return entry.pdfurl != used

    def helped(self) -> None:
        """A new address led to the file."""
        with self._lock:
            self._in_vain = 0


def _renew_all(run: Run) -> None:
    listed = run.entries.fetched
    old = {entry.pdfurl for entry in listed} - {None}
    again = list(takewhile(lambda entry: entry.pdfurl not in old, _list_again(run)))
    new = {key: entry.pdfurl for key, entry in _by_key(again)}
    for key, entry in _by_key(listed):
        if entry.pdfurl is not None and new.get(key) is not None:
            entry.pdfurl = new[key]


def _list_again(run: Run) -> Iterator[BaseModel]:
    for operation in run.listings:
        for entry in operation(run):
            entry.fill_in(currency=run.manifest.currency)
            if not entry.problems:
                yield entry


def _by_key(entries: Iterable[BaseModel]) -> Iterator[tuple[str, BaseModel]]:
    """Each entry with what the site tells it from others by; whose it is may have been set since."""
    kept = list(entries)
    copies = [entry.model_copy(update={"vendor": "", "account": "", "tags": []}) for entry in kept]
    give_natural_keys(copies)
    return zip((copy.natural_key for copy in copies), kept, strict=True)
