"""The values a connector asks for, piped in; never an argument."""

from typing import TextIO

from toolkit.errors import UsageError
from toolkit.manifest import Manifest

__all__ = ["read_json_fields"]


def read_json_fields(stdin: TextIO, manifest: Manifest) -> dict[str, str]:
    """The fields in a JSON object such as {"login": "me"}. Raises UsageError, in which no value is told."""
    from toolkit.jobs.json_fields import as_fields, read_object  # noqa: PLC0415 - only a run needs what it imports

    if stdin.isatty():
        raise UsageError("`--fields -` reads JSON from standard input, which is the terminal: pipe or redirect it in.")
    return as_fields(read_object(stdin.read(), "Standard input"), manifest)
