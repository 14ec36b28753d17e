"""`manifest.konnector`: what a connector is and asks for, read without running its code."""

import json
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from toolkit.errors import ManifestError

__all__ = ["MANIFEST_NAME", "Developer", "Manifest", "ManifestField", "TakeHints", "read_manifest"]

MANIFEST_NAME = "manifest.konnector"
SLUG = r"^[a-z0-9][a-z0-9_-]*$"
LOCALE = r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$"
TIME_ZONE = r"^[A-Za-z_]+(/[A-Za-z0-9_+-]+)*$"
HOST = r"^(\*\.)?[a-z0-9_-]+(\.[a-z0-9_-]+)*$"


class _Part(BaseModel):
    model_config = ConfigDict(extra="allow", frozen=True, populate_by_name=True)


class Developer(_Part):
    """Who wrote the connector."""

    name: str
    url: str | None = None


class ManifestField(_Part):
    """One value that the connector asks its user for.

    That of a "certificate" is the path of a file with the user's certificate and its key, which is presented to the
    site; of a field `certificate`, the field `certificate_passphrase` opens it.
    """

    type: Literal["text", "email", "password", "hidden", "dropdown", "checkbox", "folder", "certificate"] = "text"
    label: str | None = None
    description: str | None = None
    default: str | None = None
    is_required: bool = Field(default=True, alias="isRequired")
    identifier: str | None = None
    role: str | None = None
    advanced: bool = False
    options: list[Any] | None = None
    pattern: str | None = None
    min: int | None = None
    max: int | None = None

    @property
    def is_secret(self) -> bool:
        """Whether the value is never shown."""
        return self.type in {"password", "certificate"} or self.is_totp_seed

    @property
    def is_totp_seed(self) -> bool:
        """Whether it is what an authenticator app makes its codes of: `"role": "totp"`."""
        return self.role == "totp"


class TakeHints(_Part):
    """What recordings of the connector must know, by the names of fields, headers, cookies and query parameters.

    `ignore` are those that change from run to run and do not count when a request is looked up; `secrets` are those
    whose values are replaced although nothing about them tells that they are secrets.
    """

    ignore: list[str] = Field(default_factory=list)
    secrets: list[str] = Field(default_factory=list)


class Manifest(_Part):
    """The fields of the 2017 manifest and of today's; unknown ones are kept.

    `currency` (ISO 4217) is the currency of every bill that does not name its own. `vendor_link` is the site's
    address. `hosts` are those that a run needs beside the site's own: "cdn.example.net", or "*.example.net" for all
    below one. `requests_per_second` is how fast a session may ask each host, where the usual pace is too much for the
    site. `locale`, like "fr-FR", is the language that the site is asked for, in the browser and after it; and
    `time_zone`, like "Europe/Paris", what its scripts take the time in (by default this machine's). `permissions` and
    `locales` are kept as they are written.
    """

    name: str = Field(min_length=1)
    slug: str = Field(pattern=SLUG)
    type: Literal["konnector", "node", "python"]
    version: str = Field(pattern=r"^\d+(\.\d+)*([.+-][0-9A-Za-z.+-]+)?$")
    source: str
    fields: dict[str, ManifestField] = Field(default_factory=dict)
    locales: dict[str, dict[str, Any]] = Field(default_factory=dict)
    permissions: dict[str, Any] = Field(default_factory=dict)
    developer: Developer

    description: str = ""
    currency: str = Field("", pattern=r"^([A-Z]{3})?$")
    vendor_link: str | None = Field(None, pattern=r"^https?://")
    requests_per_second: float | None = Field(None, gt=0)
    hosts: list[Annotated[str, Field(pattern=HOST)]] = Field(default_factory=list)
    locale: str = Field("en-US", pattern=LOCALE)
    time_zone: str | None = Field(None, pattern=TIME_ZONE)
    language: str = "python"
    license: str | None = None
    icon: str | None = None
    editor: str | None = None
    langs: list[str] = Field(default_factory=list)
    categories: list[str] = Field(default_factory=list)
    data_types: list[str] = Field(default_factory=list)
    features: list[str] = Field(default_factory=list)
    folders: list[dict[str, Any]] = Field(default_factory=list)
    frequency: Literal["hourly", "daily", "weekly", "monthly"] = "weekly"
    time_interval: tuple[int, int] | None = None
    messages: list[str] = Field(default_factory=list)
    screenshots: list[str] = Field(default_factory=list)
    qualification_labels: list[str] = Field(default_factory=list)
    parameters: dict[str, Any] = Field(default_factory=dict)
    notifications: dict[str, Any] = Field(default_factory=dict)
    oauth: dict[str, Any] | None = None
    terms: dict[str, Any] | None = None
    partnership: dict[str, Any] | None = None
    aggregator: dict[str, Any] | None = None
    take: TakeHints = Field(default_factory=TakeHints)
    client_side: bool = Field(default=False, alias="clientSide")
    manifest_version: str | None = None
    name_prefix: str | None = None
    on_delete_account: str | None = None
    banks_transaction_reg_exp: str | None = Field(None, alias="banksTransactionRegExp")

    @property
    def written_in(self) -> str | None:
        """The locale in which the site writes dates and amounts, where the manifest says so."""
        return self.locale if "locale" in self.model_fields_set else None

    @property
    def totp_field(self) -> str | None:
        """The name of the field that holds the seed of the account's codes; None without one."""
        return next((name for name, field in self.fields.items() if field.is_totp_seed), None)

    @property
    def secret_fields(self) -> frozenset[str]:
        """The names of the fields whose values are never shown."""
        return frozenset(name for name, field in self.fields.items() if field.is_secret)

    def browser_options(self) -> dict[str, str]:
        """What a browser is to be like, as keyword arguments of Playwright's `new_context`."""
        return {"locale": self.locale, **({"timezone_id": self.time_zone} if self.time_zone else {})}

    def allows(self, host: str, url: str = "") -> bool:
        """Whether a run may reach a host: the site's own and those below it, and what `hosts` declares.

        The site is the host of `url`, which is the account's field of that name, and that of `vendor_link`; "www."
        before it does not count. Of a site on this very machine, all names of this machine are its own.
        """
        own = [urlsplit(link).hostname or "" for link in (url, self.vendor_link or "")]
        if _is_loopback(host) and any(map(_is_loopback, own)):
            return True
        patterns = [f"*.{name.removeprefix('www.')}" for name in own if name]
        exact = {*self.hosts, *(pattern[2:] for pattern in patterns)}
        return host in exact or any(host.endswith(name[1:]) for name in [*patterns, *self.hosts] if name[0] == "*")


def _is_loopback(host: str) -> bool:
    with suppress(ValueError):
        return ip_address(host.strip("[]")).is_loopback
    return f".{host}".endswith(".localhost")


def read_manifest(folder: Path) -> Manifest:
    """The manifest in a connector's folder.

    Raises ManifestError, a sentence that names the file and the field, when it is missing, is no JSON, or holds
    something that cannot be.
    """
    path = folder / MANIFEST_NAME
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ManifestError(f"{path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise ManifestError(f"{path} is not JSON: {error}.") from error
    try:
        return Manifest.model_validate(content)
    except ValidationError as error:
        raise ManifestError(f"{path}: {_first(error)}.") from error


def _first(error: ValidationError) -> str:
    details = error.errors(include_url=False)
    field = ".".join(str(part) for part in details[0]["loc"]) or "the manifest"
    rest = f" (and {len(details) - 1} more)" if len(details) > 1 else ""
    if details[0]["type"] == "missing":
        return f"field `{field}` is missing{rest}"
    return f"field `{field}`: {details[0]['msg']}, not {json.dumps(details[0]['input'], default=str)[:80]}{rest}"
