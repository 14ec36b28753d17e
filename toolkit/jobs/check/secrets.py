"""Whether a recording holds what looks like a secret and was never replaced, and what nobody could look into."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from toolkit.jobs.check.problem import Problem, Rule
from toolkit.jobs.check.recording import entry_place
from toolkit.transport.declared import in_exchange
from toolkit.transport.har_parts import HarError, as_dict
from toolkit.transport.leaks import is_closed
from toolkit.transport.learned_values import Found
from toolkit.transport.learning import in_body, in_cookie, in_entry
from toolkit.transport.take import HAR_NAME, TAKE_NAME, digest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from toolkit.jobs.check.recording import Recording
    from toolkit.transport.har import HarEntry
    from toolkit.transport.take import Take

__all__ = ["SECRET_RULES"]

REPLACE = "change it at the site, for it is known now, and record again"
NAMED = {"login"}  # what a recording replaces beside the secret fields


def secrets(recording: Recording) -> Iterator[Problem]:
    """Everything that looks like a secret is a stand-in that the recorder made."""
    known = set(recording.take.stand_ins)
    told: set[Found] = set()
    strange = [(place, found) for place, found in _found(recording) if found.value and digest(found.value) not in known]
    if strange and not known:
        yield Problem(
            TAKE_NAME, "does not say which values are stand-ins: an older toolkit wrote it", "record it again"
        )
        return
    for place, found in strange:
        if found not in told:
            told.add(found)
            yield Problem(place, f"`{found.name}` looks like a secret and is no stand-in", REPLACE)


def readable(recording: Recording) -> Iterator[Problem]:
    """What no scan can look into, such as images and PDFs with compressed text, is told."""
    closed = [name for name in recording.files if is_closed((recording.folder / name).read_bytes())]
    if closed:
        what = f"{len(closed)} files" if len(closed) > 1 else closed[0]
        yield Problem(
            "bodies/",
            f"no scan can read {what} (images, PDFs with compressed text)",
            "look at them yourself",
            counts=False,
        )


SECRET_RULES = [Rule(look) for look in (secrets, readable)]


def _found(recording: Recording) -> Iterator[tuple[str, Found]]:
    """All that looks like a secret, as the recorder would find it, with its place."""
    for name, value in _placeholders(recording):
        yield TAKE_NAME, Found(name, value)
    for entry in recording.har.entries:
        with suppress(HarError):  # a body that cannot be read is not complete, which another rule tells
            yield from ((entry_place(entry), found) for found in _in_entry(entry, recording.take))
    for name in recording.files:
        if "/" not in name and name not in {HAR_NAME, TAKE_NAME}:
            for found in in_body((recording.folder / name).read_bytes()):
                yield name, found


def _in_entry(entry: HarEntry, take: Take) -> Iterator[Found]:
    yield from _in_lists(entry)
    yield from in_entry(entry)
    yield from in_exchange(entry, take.secrets)


def _placeholders(recording: Recording) -> Iterator[tuple[str, str]]:
    take = recording.take
    names = recording.manifest.secret_fields | NAMED | set(take.secrets)
    yield from ((name, value) for name, value in take.fields.items() if name in names)
    yield from (("code", answer) for answer in take.answers)


def _in_lists(entry: HarEntry) -> Iterator[Found]:
    """What the lists of parsed cookies and queries hold, which are empty in what the toolkit writes."""
    for side in ("request", "response"):
        for key in ("cookies", "queryString"):
            for pair in as_dict(entry.raw.get(side)).get(key) or ():
                yield from in_cookie(f"{as_dict(pair).get('name')}={as_dict(pair).get('value')}", asked=True)
