"""Find connectors, in a folder and among installed packages, without running their code."""

import difflib
import importlib.util
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import ModuleType

from toolkit.connector import Connector
from toolkit.errors import ManifestError, UsageError
from toolkit.jobs.load import load_module
from toolkit.manifest import MANIFEST_NAME, Manifest, read_manifest

__all__ = ["Found", "find_connector", "find_connector_at", "find_connectors"]

GROUP = "toolkit.connectors"


@dataclass(frozen=True)
class Found:
    """A connector that was found: its folder holds manifest.konnector and connector.py."""

    slug: str
    folder: Path
    origin: str
    package: str | None = None

    @cached_property
    def manifest(self) -> Manifest:
        """What it is and asks for. Raises ManifestError."""
        manifest = read_manifest(self.folder)
        if manifest.slug != self.slug:
            path = self.folder / MANIFEST_NAME
            raise ManifestError(
                f"{path}: field `slug` is {manifest.slug!r}, but the connector is found as {self.slug!r}."
            )
        return manifest

    def load(self) -> Connector:
        """Import connector.py and return its `connector`. Raises UsageError when there is none."""
        module = self._import()
        connector = getattr(module, "connector", None)
        if not isinstance(connector, Connector):
            raise UsageError(f"{self.folder / 'connector.py'} has no `connector = toolkit.create_new(…)`.")
        return connector

    def _import(self) -> ModuleType:
        if self.package is not None:
            return importlib.import_module(f"{self.package}.connector")
        return load_module(self.slug, self.folder)


def find_connectors(folder: Path) -> list[Found]:
    """Every connector, sorted by slug: subfolders of `folder` that hold a manifest, then installed packages.

    A connector of the folder hides an installed one of the same slug.
    """
    installed = {found.slug: found for found in map(_installed, entry_points(group=GROUP)) if found is not None}
    local = {path.parent.name: path.parent for path in folder.glob(f"*/{MANIFEST_NAME}")}
    here = {slug: Found(slug, path, str(path)) for slug, path in local.items()}
    return [found for _, found in sorted((installed | here).items())]


def find_connector(slug: str, folder: Path) -> Found:
    """The connector of that slug. Raises UsageError that names the ones there are."""
    known = {found.slug: found for found in find_connectors(folder)}
    if slug in known:
        return known[slug]
    near = difflib.get_close_matches(slug, known, n=1)
    hint = f"did you mean `{near[0]}`?" if near else f"there are: {', '.join(known) or 'none'}."
    raise UsageError(f"No connector is called `{slug}` in {folder} or among the installed packages; {hint}")


def find_connector_at(where: str, folder: Path) -> Found:
    """The connector of a path, such as `connectors/acme`, else that of a slug. Raises UsageError."""
    path = Path(where)
    if (path / MANIFEST_NAME).is_file():
        return Found(path.resolve().name, path, str(path))
    if path.name != where:
        raise UsageError(f"{where} is no connector: there is no {path / MANIFEST_NAME}.")
    return find_connector(where, folder)


def _installed(point: EntryPoint) -> Found | None:
    try:
        spec = importlib.util.find_spec(point.value)
    except ModuleNotFoundError:
        return None
    if spec is None or not spec.submodule_search_locations:
        return None
    return Found(point.name, Path(spec.submodule_search_locations[0]), f"package {point.value}", point.value)
