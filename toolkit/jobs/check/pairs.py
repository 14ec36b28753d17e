"""Whether a connector is one: its manifest, its fields, its code, and the recordings that belong to it."""

import ast
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from toolkit.errors import LoginFailed, ManifestError, UsageError
from toolkit.jobs.check.code import Source, own_files
from toolkit.jobs.check.problem import Problem, Rule
from toolkit.jobs.expected import load_expected
from toolkit.jobs.find import Found
from toolkit.jobs.replaying import find_recordings
from toolkit.manifest import MANIFEST_NAME
from toolkit.transport.names import is_typed

__all__ = ["CONNECTOR_RULES", "ConnectorFolder", "sources"]


@dataclass(frozen=True)
class ConnectorFolder:
    """A connector that was found, and the folder in which its recordings lie."""

    found: Found
    recordings: Path

    @property
    def slug(self) -> str:
        """Its name."""
        return self.found.slug

    @cached_property
    def endings(self) -> list[str | None]:
        """The error in which each of its recordings must end, None for none; those that cannot be read left out."""
        folders = [self.recordings / self.slug / case for case in find_recordings(self.recordings, self.slug)]
        return [ending for folder in folders for ending in _ending(folder)]

    @property
    def is_draft(self) -> bool:
        """Whether it is not said to be ready: its version begins with 0."""
        return self.found.manifest.version.partition(".")[0] == "0"

    @property
    def asks_for_secret(self) -> bool:
        """Whether there is a login that can be refused."""
        return bool(self.found.manifest.secret_fields)


def sources(found: Found) -> Iterator[Source | Problem]:
    """The files of a connector, or why one cannot be read."""
    for path in own_files(found.folder, found.package or ""):
        name = str(path.relative_to(found.folder))
        try:
            yield Source(name, ast.parse(path.read_bytes()), found.package or "")
        except (SyntaxError, ValueError) as error:
            line = error.lineno if isinstance(error, SyntaxError) else None
            yield Problem(f"{name}:{line or 1}", f"is not Python: {error.args[0]}", "mend it")


def manifest(connector: ConnectorFolder) -> Iterator[Problem]:
    """The manifest is valid, and its slug is the name of the folder."""
    try:
        _ = connector.found.manifest
    except ManifestError as error:
        yield Problem(MANIFEST_NAME, error.message.rstrip("."), "mend it")


def code(connector: ConnectorFolder) -> Iterator[Problem]:
    """connector.py is there, and Python can read it and the files it imports."""
    if not (connector.found.folder / "connector.py").is_file():
        yield Problem("connector.py", "is missing", "write it: docs/connectors.md shows how")
    yield from (source for source in sources(connector.found) if isinstance(source, Problem))


def secret_fields(connector: ConnectorFolder) -> Iterator[Problem]:
    """Fields for passwords and codes have the type password: others are shown, and kept in recordings."""
    for name, field in connector.found.manifest.fields.items():
        if is_typed(name) and not field.is_secret:
            yield Problem(MANIFEST_NAME, f"the field `{name}` has the type {field.type}", 'give it the type "password"')


def good_run(connector: ConnectorFolder) -> Iterator[Problem]:
    """At least one recording ends well; a draft, whose version begins with 0, may lack it."""
    if None not in connector.endings:
        todo = f"make one: `toolkit record {connector.slug}`"
        yield Problem("", "no recording ends well", todo, counts=not connector.is_draft)


def refused_login(connector: ConnectorFolder) -> Iterator[Problem]:
    """At least one recording ends in LOGIN_FAILED, if there is a password; a draft may lack it."""
    refused = [ending for ending in connector.endings if (ending or "").startswith(LoginFailed.code)]
    if connector.asks_for_secret and not refused:
        todo = f"type a wrong password into `toolkit record {connector.slug} --case wrong-password`"
        yield Problem("", "no recording shows a refused login", todo, counts=not connector.is_draft)


CONNECTOR_RULES = [Rule(look) for look in (manifest, code, secret_fields, good_run, refused_login)]


def _ending(folder: Path) -> Iterator[str | None]:
    with suppress(UsageError):  # which another rule tells
        yield load_expected(folder)["error"]
