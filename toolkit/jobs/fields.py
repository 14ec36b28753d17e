"""The values a connector asks for: given, from the environment, its manifest or a prompt."""

import re
from collections.abc import Callable, Mapping

from toolkit.errors import UsageError
from toolkit.manifest import Manifest, ManifestField

__all__ = ["PREFIX", "Prompt", "fill_fields", "variable"]

Prompt = Callable[[str, bool], str]

PREFIX = "TOOLKIT_FIELD_"
NOT_ASKED_FOR = frozenset({"hidden", "folder"})


def variable(name: str) -> str:
    """The environment variable of a field: `password` is in TOOLKIT_FIELD_PASSWORD."""
    return PREFIX + re.sub(r"\W", "_", name).upper()


def fill_fields(
    manifest: Manifest,
    given: Mapping[str, str],
    environ: Mapping[str, str],
    prompt: Prompt | None = None,
    *,
    otherwise: str = "",
) -> dict[str, str]:
    """A value for each field of the manifest that has one.

    The first of these that is not empty: what is `given`, the environment, the manifest's default. Then, for a
    required field, what the `prompt` (question, whether it is a secret) answers. Raises UsageError that names the
    field without a value, and beside its variable says how `otherwise` to give one, or that its manifest refuses one.
    """
    values = {}
    for name, field in manifest.fields.items():
        value = given.get(name) or environ.get(variable(name)) or field.default
        if not value and field.is_required and field.type not in NOT_ASKED_FOR:
            value = _prompt_for(name, field, manifest, prompt)
            if not value:
                raise UsageError(
                    f"{manifest.slug} needs the field {_called(name, field)}: set {variable(name)}{otherwise}."
                )
        if value:
            values[name] = _checked(name, field, value)
    return values


def _prompt_for(name: str, field: ManifestField, manifest: Manifest, prompt: Prompt | None) -> str:
    label = field.label or name
    choices = f" ({', '.join(_options(field))})" if field.options else ""
    return prompt(f"{manifest.name} – {label}{choices}: ", field.is_secret) if prompt else ""


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
