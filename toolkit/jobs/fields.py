"""The values a connector asks for: given, from the environment, the vault, its manifest or a prompt."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from toolkit.errors import UsageError
from toolkit.manifest import Manifest, ManifestField
from toolkit.totp import Totp

__all__ = ["PREFIX", "Prompt", "Sources", "fill_fields", "variable"]

Prompt = Callable[[str, bool], str]

PREFIX = "TOOLKIT_FIELD_"
NOT_ASKED_FOR = frozenset({"hidden", "folder"})


def variable(name: str) -> str:
    """The environment variable of a field: `password` is in TOOLKIT_FIELD_PASSWORD."""
    return PREFIX + re.sub(r"\W", "_", name).upper()


@dataclass(frozen=True)
class Sources:
    """Where values come from when they are not given: the environment, what is `kept` of the account, and the
    `prompt` (question, whether it is a secret), which is None when nobody is there.

    Who is asked `anew` is asked for what is kept as well. `otherwise` is how else to give a value that is missing.
    """

    environ: Mapping[str, str]
    prompt: Prompt | None = None
    kept: Mapping[str, str] | None = None
    anew: bool = False
    otherwise: str = ""

    def known(self, name: str, field: ManifestField) -> str:
        """What is kept, else the manifest's default."""
        return (self.kept or {}).get(name) or field.default or ""

    def asks(self, name: str, field: ManifestField) -> bool:
        """Whether the person is to be asked for a field that was not given."""
        if field.type in NOT_ASKED_FOR:
            return False
        if not field.is_required:  # without the seed of his codes a person is asked for each of them
            return field.is_totp_seed and self.anew and self.prompt is not None
        return not self.known(name, field) or (self.anew and self.prompt is not None and name in (self.kept or {}))


def fill_fields(manifest: Manifest, given: Mapping[str, str], sources: Sources) -> dict[str, str]:
    """A value for each field of the manifest that has one.

    The first of these that is not empty: what is `given`, the environment, what is kept of the account, the
    manifest's default, and for a required field what a person answers. Raises UsageError that names the field
    without a value, or with one that its manifest refuses.
    """
    values = {}
    for name, field in manifest.fields.items():
        value = given.get(name) or sources.environ.get(variable(name))
        if not value:
            value = _asked_for(name, manifest, sources) if sources.asks(name, field) else sources.known(name, field)
        if value:
            values[name] = _checked(name, field, value)
    return values


def _asked_for(name: str, manifest: Manifest, sources: Sources) -> str:
    field, known = manifest.fields[name], sources.known(name, manifest.fields[name])
    choices = f" ({', '.join(_options(field))})" if field.options else ""
    keeps = " (Enter keeps what is there)" if known else "" if field.is_required else " (Enter leaves it out)"
    question = f"{manifest.name} – {field.label or name}{choices}{keeps}: "
    value = (sources.prompt(question, field.is_secret) if sources.prompt else "") or known
    if value or not field.is_required:
        return value
    raise UsageError(
        f"{manifest.slug} needs the field {_called(name, field)}: set {variable(name)}{sources.otherwise}."
    )


def _checked(name: str, field: ManifestField, value: str) -> str:
    """The value itself. Raises UsageError when the manifest refuses it; the value is not told, it may be a secret."""
    options = _options(field)
    if options and value not in options:
        raise UsageError(f"The field `{name}` must be one of: {', '.join(options)}.")
    if field.is_totp_seed:
        try:
            Totp.of(value)
        except ValueError as error:
            raise UsageError(f"The field {_called(name, field)} is no seed of codes: {error}.") from None
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
