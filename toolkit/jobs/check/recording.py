"""Whether a recording is whole, holds no secret, and asked only hosts that the manifest declares."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from toolkit.errors import ToolkitError
from toolkit.jobs.check.problem import Problem, Rule
from toolkit.jobs.expected import EXPECTED_NAME, load_expected
from toolkit.jobs.replaying import FIXTURE_NAME, is_of_a_test
from toolkit.manifest import Manifest
from toolkit.transport.har import Har, HarEntry, lint
from toolkit.transport.har_bodies import plain_body
from toolkit.transport.har_charsets import Unreadable
from toolkit.transport.har_files import BODIES
from toolkit.transport.take import HAR_NAME, TAKE_NAME, Take

__all__ = ["RECORDING_RULES", "Recording", "entry_place", "opens"]

KNOWN = {HAR_NAME, TAKE_NAME, EXPECTED_NAME, FIXTURE_NAME}
ANEW = "record it again"
NOT_ASKED_FOR = {"hidden", "folder"}


@dataclass(frozen=True)
class Recording:
    """A recording's folder and the manifest of its connector. What is read of it raises ToolkitError."""

    folder: Path
    manifest: Manifest

    @cached_property
    def har(self) -> Har:
        """Its traffic."""
        return Har.load(self.folder / HAR_NAME)

    @cached_property
    def take(self) -> Take:
        """Its circumstances."""
        return Take.load(self.folder)

    @cached_property
    def expected(self) -> dict[str, Any]:
        """What its run saved, or the error it ended in; empty when it is of a test."""
        return {} if is_of_a_test(self.folder) else load_expected(self.folder)

    @property
    def files(self) -> list[str]:
        """Everything in the folder, named relative to it."""
        return sorted(str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if not path.is_dir())


def entry_place(entry: HarEntry) -> str:
    """Where an entry stands."""
    return entry.where.replace(": ", ", ", 1)


def opens(recording: Recording) -> Iterator[Problem]:
    """session.har, take.json and expected.json can be read."""
    for name, part in ((HAR_NAME, "har"), (TAKE_NAME, "take"), (EXPECTED_NAME, "expected")):
        try:
            getattr(recording, part)
        except ToolkitError as error:
            yield Problem(name, error.message.rstrip("."), ANEW)


def complete(recording: Recording) -> Iterator[Problem]:
    """Every answer has its body, and nothing was recorded that cannot be replayed."""
    for sentence in lint(recording.har):
        place, _, wrong = sentence.rpartition("): ")
        yield Problem(f"{place})".replace(": ", ", ", 1), wrong.rstrip("."), ANEW)


def bodies(recording: Recording) -> Iterator[Problem]:
    """Each file of bodies/ is named after its content and belongs to a request; no other file is there."""
    text = (recording.folder / HAR_NAME).read_text("utf-8", "replace")
    for name in recording.files:
        if not name.startswith(f"{BODIES}/"):
            if name not in KNOWN:
                yield Problem(name, "is no part of a recording", "remove it: nothing has looked for secrets in it")
        elif Path(name).name.partition(".")[0] != _digest(name, (recording.folder / name).read_bytes()):
            yield Problem(name, "does not hold what its name says", f"{ANEW}: somebody changed it")
        elif f'"{name}"' not in text:
            yield Problem(name, "belongs to no request", "remove it")


def _digest(name: str, data: bytes) -> str:
    try:
        return hashlib.sha1(plain_body(name, data), usedforsecurity=False).hexdigest()
    except Unreadable:
        return ""


def account(recording: Recording) -> Iterator[Problem]:
    """The placeholder account has the fields of the manifest, no more and no less."""
    fields = recording.manifest.fields
    for name, field in fields.items():
        if field.is_required and field.type not in NOT_ASKED_FOR and not recording.take.fields.get(name):
            yield Problem(TAKE_NAME, f"the placeholder account lacks the field `{name}`", ANEW)
    for name in recording.take.fields:
        if name not in fields:
            yield Problem(TAKE_NAME, f"the placeholder account has a field `{name}`, which the manifest has not", ANEW)


def hosts(recording: Recording) -> Iterator[Problem]:
    """Only the site and the `hosts` of the manifest were asked."""
    asked: dict[str, list[HarEntry]] = {}
    for entry in recording.har.entries:
        asked.setdefault(urlsplit(entry.url).hostname or "", []).append(entry)
    for host, entries in asked.items():
        if host and not recording.manifest.allows(host, recording.take.fields.get("url", "")):
            times = f"{len(entries)} times" if len(entries) > 1 else "once"
            wrong = f"{host} was asked {times}, and the manifest does not declare it"
            yield Problem(entry_place(entries[0]), wrong, f'add it to the manifest: "hosts": ["{host}"]')


RECORDING_RULES = [Rule(look) for look in (complete, bodies, account, hosts)]
