"""Write the files of a new connector: manifest, code, test, and its line in the README."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from toolkit.disk import write_atomically
from toolkit.errors import UsageError
from toolkit.jobs.new_folder import new_folder
from toolkit.manifest import MANIFEST_NAME, SLUG, read_manifest

if TYPE_CHECKING:
    from jinja2 import Environment

    from toolkit.jobs.new.plan import Plan

__all__ = ["Places", "Written", "write_new"]

VERSION = "0.1.0"
README = "README.md"
LABELS = {"login": "User name", "password": "Password", "url": "Address of the site"}
PERMISSIONS = {
    "bills": {"description": "Saves the data of your bills", "type": "io.cozy.bills"},
    "files": {"description": "Saves your bills as files", "type": "io.cozy.files"},
    "operations": {"description": "Links your bills to their payments", "type": "io.cozy.bank.operations"},
    "accounts": {"description": "Reads the fields above", "type": "io.cozy.accounts", "verbs": ["GET"]},
}
GUESSED = {
    "url": "the page with the login form",
    "submit": "what sends the form",
    "ok": "what only who is logged in sees",
    "wrong": "what the site shows for a wrong password",
}
SELECTORS = {
    "login": "input[type=email], input[autocomplete=username], input[type=text]",
    "password": "input[type=password]",
}
EXAMPLE = {
    "number": 'row["number"]',
    "date": 'row["date"]',
    "amount": 'row["amount"]',
    "currency": 'row["currency"]',
    "pdfurl": 'row["pdf"]',
}


@dataclass(frozen=True)
class Places:
    """The folders of connectors, recordings and tests."""

    connectors: Path = Path("connectors")
    recordings: Path = Path("recordings")
    tests: Path = Path("tests")


@dataclass(frozen=True)
class Written:
    """What was written."""

    folder: Path
    test: Path
    readme: Path


def write_new(plan: Plan, places: Places) -> Written:
    """Write a connector, which appears whole or not at all, then its test and its line in the README.

    Raises UsageError when the slug is none, or when the connector or the test is there already.
    """
    if not re.fullmatch(SLUG, plan.slug):
        raise UsageError(f"{plan.slug!r} is no slug: small letters, digits, - and _, as in `acme-energy`.")
    written = Written(
        places.connectors / plan.slug,
        places.tests / f"test_{plan.slug.replace('-', '_')}.py",
        places.connectors / README,
    )
    for path in (written.folder, written.test):
        if path.exists():
            raise UsageError(f"{path} is there already: choose another slug, or remove it first.")
    try:
        with new_folder(written.folder) as draft:
            _write(draft / MANIFEST_NAME, json.dumps(_manifest(plan, places), indent=2, ensure_ascii=False) + "\n")
            _write(draft / "connector.py", _code(plan))
            read_manifest(draft)
        _write(written.test, _test(plan, places))
        _write(written.readme, _readme(plan, written.readme))
    except OSError as error:
        raise UsageError(f"{error.filename} cannot be written: {error.strerror}.") from error
    return written


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, [text.encode()])
    path.chmod(0o644)  # code is for everybody


def _manifest(plan: Plan, places: Places) -> dict[str, Any]:
    fields = {name: {"type": kind, "label": LABELS.get(name, name.capitalize())} for name, kind in plan.fields.items()}
    if "login" in fields:
        fields["login"]["role"] = "identifier"
    return {
        "name": plan.name,
        "slug": plan.slug,
        "type": "konnector",
        "language": "python",
        "version": VERSION,
        "source": f"{places.connectors.name}/{plan.slug}",
        "developer": {"name": "its author"},
        "description": f"The bills of {plan.name}",
        "vendor_link": plan.url,
        **({"hosts": list(plan.hosts)} if plan.hosts else {}),
        "currency": plan.currency,
        "data_types": ["bill"],
        "fields": fields,
        "permissions": PERMISSIONS,
    }


def _code(plan: Plan) -> str:
    listing = plan.listing or _example()
    selectors = {name: plan.login.fields.get(name) or _selector(name) for name in plan.fields if name != "url"}
    unsure = {**({} if plan.login.fields else GUESSED), **plan.login.guessed}

    def note(name: str) -> str:
        return f"  # {unsure[name]}" if name in unsure else ""

    chosen = replace(plan, login=replace(plan.login, fields=selectors))
    return (
        _environment()
        .get_template("connector.py.jinja")
        .render(plan=chosen, listing=listing, note=note, sent=_sent(listing), amount=listing.fields["amount"].code)
    )


def _selector(name: str) -> str:
    return SELECTORS.get(name, f"input[name={name}]")


def _example() -> Any:
    from toolkit.jobs.new.plan import Field, Listing  # noqa: PLC0415 - it is below

    fields = {name: Field(code) for name, code in EXAMPLE.items()}
    return Listing("GET", "/api/bills", 'answer["items"]', fields, guess="The address that the page asks for its list.")


def _sent(listing: Any) -> str:
    params = f", params={listing.params!r}" if listing.params else ""
    body = f", json={listing.body!r}" if listing.body is not None else ""
    return (params + body).replace("'", '"') if "'" in params + body and '"' not in params + body else params + body


def _test(plan: Plan, places: Places) -> str:
    return (
        _environment()
        .get_template("test.py.jinja")
        .render(plan=plan, recordings=places.recordings.name, connectors=places.connectors.name)
    )


def _readme(plan: Plan, path: Path) -> str:
    """The list of connectors, with this one in its place."""
    text = path.read_text(encoding="utf-8") if path.exists() else "# Connectors\n"
    line = f"- [{plan.slug}]({plan.slug}): the bills of {plan.name}, {plan.url}"
    lines = text.rstrip("\n").split("\n")
    at = next((place for place, other in enumerate(lines) if other.startswith("- [") and other > line), None)
    if at is None:
        lines += [line] if lines[-1].startswith("- ") else ["", line]
    else:
        lines.insert(at, line)
    return "\n".join(lines) + "\n"


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FunctionLoader, StrictUndefined  # noqa: PLC0415 - slow to import

    environment = Environment(  # noqa: S701 - what it makes is Python, each value written as such by the filter `py`
        loader=FunctionLoader(lambda name: files(__package__).joinpath(name).read_text(encoding="utf-8")),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"py": as_python, "doc": as_words}
    return environment


def as_python(value: str) -> str:
    """A text as Python, in double quotes where that needs no escapes."""
    return repr(value) if '"' in value or "\\" in value or not value.isprintable() else f'"{value}"'


def as_words(value: str) -> str:
    """A text for a docstring."""
    return " ".join(value.replace("\\", "/").replace('"', "'").split())
