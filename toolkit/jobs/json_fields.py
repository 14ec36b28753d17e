"""The values a connector asks for, in a JSON object such as {"login": "me"}."""

import json
from collections.abc import Mapping
from typing import Any

from toolkit.errors import UsageError
from toolkit.manifest import Manifest

__all__ = ["as_fields", "read_object"]


def read_object(text: str, source: str) -> dict[str, Any]:
    """The JSON object in a text. Raises UsageError that names the source and the place, and tells no value."""
    try:
        content = json.loads(text)
    except ValueError as error:
        where = f": line {error.lineno}, column {error.colno}" if isinstance(error, json.JSONDecodeError) else ""
        raise UsageError(f"{source} is not JSON{where}.") from None
    if not isinstance(content, dict):
        raise UsageError(f'{source} is not a JSON object such as {{"login": "me", "password": "…"}}.')
    return content


def as_fields(content: Mapping[str, Any], manifest: Manifest, source: str = "") -> dict[str, str]:
    """The values as texts, None left out. Raises UsageError for what is no field and for what is no text or number."""
    unknown = [name for name in content if name not in manifest.fields]
    if unknown:
        there = ", ".join(manifest.fields) or "none"
        said = f" of {source}" if source else ""
        raise UsageError(f"{manifest.slug} has no field `{unknown[0]}`{said}; its fields are: {there}.")
    return {name: _text(name, value) for name, value in content.items() if value is not None}


def _text(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | int | float):
        return str(value)
    raise UsageError(f"The field `{name}` is neither a text nor a number.")
