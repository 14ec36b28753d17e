"""The values a connector asks for, piped in; never an argument."""

import json
from typing import Any, TextIO

from toolkit.errors import UsageError
from toolkit.manifest import Manifest

__all__ = ["read_json_fields"]


def read_json_fields(stdin: TextIO, manifest: Manifest) -> dict[str, str]:
    """The fields in a JSON object such as {"login": "me"}. Raises UsageError, in which no value is told."""
    if stdin.isatty():
        raise UsageError("`--fields -` reads JSON from standard input, which is the terminal: pipe or redirect it in.")
    try:
        content = json.loads(stdin.read())
    except ValueError as error:
        where = f": line {error.lineno}, column {error.colno}" if isinstance(error, json.JSONDecodeError) else ""
        raise UsageError(f"Standard input is not JSON{where}.") from None
    if not isinstance(content, dict):
        raise UsageError('Standard input is not a JSON object such as {"login": "me", "password": "…"}.')
    unknown = [name for name in content if name not in manifest.fields]
    if unknown:
        there = ", ".join(manifest.fields) or "none"
        raise UsageError(f"{manifest.slug} has no field `{unknown[0]}`; its fields are: {there}.")
    return {name: _text(name, value) for name, value in content.items() if value is not None}


def _text(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | int | float):
        return str(value)
    raise UsageError(f"The field `{name}` is neither a text nor a number.")
