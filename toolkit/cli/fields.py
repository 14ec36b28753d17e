"""The values a connector asks for: piped in, from the environment, its manifest or a prompt; never an argument."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, TextIO

from toolkit.errors import UsageError
from toolkit.manifest import Manifest, ManifestField

__all__ = ["PREFIX", "Prompt", "fill_fields", "read_json_fields", "variable"]

Prompt = Callable[[str, bool], str]

PREFIX = "TOOLKIT_FIELD_"
NOT_ASKED_FOR = frozenset({"hidden", "folder"})


def variable(name: str) -> str:
    """The environment variable of a field: `password` is in TOOLKIT_FIELD_PASSWORD."""
    return PREFIX + re.sub(r"\W", "_", name).upper()


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


def fill_fields(
    manifest: Manifest, given: Mapping[str, str], environ: Mapping[str, str], prompt: Prompt | None
) -> dict[str, str]:
    """A value for each field of the manifest that has one.

    The first of these that is not empty: what is `given`, the environment, the manifest's default. Then, for a
    required field, what the `prompt` (question, whether it is a secret) answers. Raises UsageError that names the
    field without a value, or with one that its manifest refuses.
    """
    values = {}
    for name, field in manifest.fields.items():
        value = given.get(name) or environ.get(variable(name)) or field.default
        if not value and field.is_required and field.type not in NOT_ASKED_FOR:
            value = _prompt_for(name, field, manifest, prompt)
        if value:
            values[name] = _checked(name, field, value)
    return values


def _prompt_for(name: str, field: ManifestField, manifest: Manifest, prompt: Prompt | None) -> str:
    label = field.label or name
    choices = f" ({', '.join(_options(field))})" if field.options else ""
    value = prompt(f"{manifest.name} – {label}{choices}: ", field.is_secret) if prompt else ""
    if value:
        return value
    raise UsageError(
        f"{manifest.slug} needs the field {_called(name, field)}: set {variable(name)}, "
        "or pipe JSON into `--fields -`, or run the command in a terminal and type it when asked."
    )


def _checked(name: str, field: ManifestField, value: str) -> str:
    """The value itself. Raises UsageError when the manifest refuses it; the value is not told, it may be a secret."""
    options = _options(field)
    if options and value not in options:
        raise UsageError(f"The field `{name}` must be one of: {', '.join(options)}.")
    if field.pattern and not _matches(field.pattern, value):
        raise UsageError(
            f"The field `{name}` ({field.label or name}) does not look right: it must match {field.pattern}"
        )
    return value


def _called(name: str, field: ManifestField) -> str:
    return f"`{name}` ({field.label})" if field.label else f"`{name}`"


def _options(field: ManifestField) -> list[str]:
    """The values to choose from; a manifest writes them as texts or as {"name", "value"}."""
    options = field.options or []
    return [str(option.get("value", "")) if isinstance(option, dict) else str(option) for option in options]


def _matches(pattern: str, value: str) -> bool:
    try:
        return re.search(pattern, value) is not None
    except re.error:  # written for JavaScript's dialect: the site will tell
        return True
