"""What a Cozy that starts the command says in its environment: the login, the folder, and its database."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from toolkit.cozy import CozyJob
from toolkit.disk import make_private
from toolkit.errors import StoreError, UsageError
from toolkit.jobs.json_fields import as_fields

if TYPE_CHECKING:
    from collections.abc import Mapping

    from toolkit.cozy import Client
    from toolkit.jobs import Found
    from toolkit.manifest import Manifest

__all__ = ["AskedFor", "asked_for"]


@dataclass(frozen=True)
class AskedFor:
    """What a run is given by a Cozy: nothing where no Cozy asks for it."""

    client: Client | None = None
    values: Mapping[str, str] = field(default_factory=dict, repr=False)
    folder: Path | None = None


def asked_for(found: Found, files: Path, environ: Mapping[str, str]) -> AskedFor:
    """Read COZY_URL, COZY_CREDENTIALS and COZY_FIELDS; the Cozy is asked for the account and the folder they name.

    A folder of a Cozy is made below `files`, under its path there. Raises UsageError for what is wrong with them,
    StoreError when the Cozy does not answer, NotExistingDirectory when it has no such folder.
    """
    job = CozyJob.of(environ)
    if job.connector not in {"", found.slug}:
        raise UsageError(f"COZY_FIELDS is for the connector {job.connector}, and this one is {found.slug}.")
    return AskedFor(job.client, _texts(job.values(), found.manifest), _folder(job, files))


def _texts(values: Mapping[str, Any], manifest: Manifest) -> dict[str, str]:
    """Those of an account's values that are fields; a Cozy keeps more there."""
    return as_fields({name: value for name, value in values.items() if name in manifest.fields}, manifest)


def _folder(job: CozyJob, files: Path) -> Path | None:
    folder = job.folder()
    if not folder or job.client is None:
        return Path(folder) if folder else None
    parts = [part for part in PurePosixPath(folder).parts if part not in {"/", ".."}]
    path = files.joinpath(*parts)
    try:
        make_private(path)
    except OSError as error:
        raise StoreError(f"The folder {path} cannot be made: {error.strerror}.") from error
    return path
