"""`env_fields.json`: what a standalone run logs in with, beside the connector and in no repository."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path

from toolkit.disk import make_private, write_atomically
from toolkit.errors import StoreError, UsageError
from toolkit.jobs.fields import Sources, fill_fields, variable
from toolkit.jobs.json_fields import as_fields, read_object
from toolkit.manifest import Manifest

__all__ = ["EnvFields"]

NAME = "env_fields.json"
TEMPLATE = "env_fields.json.template"
IGNORED = f"*\n!.gitignore\n!{TEMPLATE}\n!fixture.json\n"
"""What a repository of connectors holds of such a folder: nothing with a password or a bill in it."""
OTHERS = 0o077


class EnvFields:
    """The file in the folder `data` of a connector, and the template that says what belongs into it."""

    def __init__(self, data: Path, manifest: Manifest) -> None:
        self.data = data
        self.path = data / NAME
        self._manifest = manifest

    def prepare(self) -> None:
        """Make the folder, the template, and a `.gitignore`, where they are missing. Raises StoreError."""
        try:
            make_private(self.data)
            self._write_new(TEMPLATE, self._template())
            self._write_new(".gitignore", IGNORED)
        except OSError as error:
            raise StoreError(f"{self.data} cannot be written: {error.strerror}.") from error

    def values(self, environ: Mapping[str, str], given: Mapping[str, str]) -> dict[str, str]:
        """A value for each field of the manifest: of the environment, else `given`, of the file, or the default.

        When one that is required has none, the file is made of the template, for its owner only, unless it is there.
        Raises UsageError that says what to fill in, or what is wrong with the file; no value is told.
        """
        sources = Sources(environ, kept={**self._read(), **given})
        asked = [name for name, field in self._manifest.fields.items() if sources.asks(name, field)]
        missing = [name for name in asked if not environ.get(variable(name))]
        if missing:
            self._ask_for(missing)
        return fill_fields(self._manifest, {}, sources)

    @property
    def is_open(self) -> bool:
        """Whether others than its owner may read the file."""
        return sys.platform != "win32" and self.path.exists() and bool(self.path.stat().st_mode & OTHERS)

    def _read(self) -> dict[str, str]:
        try:
            text = self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return {}
        except (OSError, UnicodeDecodeError) as error:
            said = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
            raise UsageError(f"{self.path} cannot be read: {said}.") from error
        return as_fields(read_object(text, str(self.path)), self._manifest, str(self.path))

    def _ask_for(self, missing: list[str]) -> None:
        if not self.path.exists():
            write_atomically(self.path, [(self.data / TEMPLATE).read_bytes()])
        labels = {name: self._manifest.fields[name].label for name in missing}
        named = ", ".join(f"`{name}` ({label})" if label else f"`{name}`" for name, label in labels.items())
        raise UsageError(f"Fill in {named} in {self.path}, and run the same command again.")

    def _template(self) -> str:
        asked = {name: field for name, field in self._manifest.fields.items() if field.type != "folder"}
        return json.dumps({name: field.default or "" for name, field in asked.items()}, indent=2) + "\n"

    def _write_new(self, name: str, text: str) -> None:
        path = self.data / name
        if not path.exists():
            path.write_text(text, encoding="utf-8")
