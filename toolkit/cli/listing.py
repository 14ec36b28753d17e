"""`toolkit list`."""

from typing import Any

from toolkit.cli.options import CONNECTORS, ConnectorsOption, JsonOption
from toolkit.cli.output import Column, output, table, write, write_json
from toolkit.errors import ManifestError
from toolkit.jobs import Found, find_connectors

__all__ = ["list_connectors"]


def list_connectors(*, as_json: JsonOption = False, connectors: ConnectorsOption = CONNECTORS) -> None:
    """Show the connectors there are, and what each fetches.

    A connector is a folder with a manifest.konnector, in --connectors or in an installed package.

    \b
      toolkit list
      toolkit list --connectors ~/my-connectors --json
    """
    facts = [_facts(found) for found in find_connectors(connectors)]
    if as_json:
        write_json(facts)
        return
    if not facts:
        write(output(), f"No connectors in {connectors}, nor in the installed packages.")
        return
    columns = [
        Column("Slug", [fact["slug"] for fact in facts], 24),
        Column("Name", [fact["name"] for fact in facts], 24),
        Column("Version", [fact["version"] for fact in facts], 12),
        Column("Where", [fact["origin"] for fact in facts], 28),
        Column("What it fetches", [fact["error"] or fact["description"] for fact in facts], wraps=True),
    ]
    write(output(), table(columns))


def _facts(found: Found) -> dict[str, Any]:
    where = {"slug": found.slug, "origin": found.origin, "folder": str(found.folder)}
    try:
        manifest = found.manifest
    except ManifestError as error:
        return {**where, "name": "", "version": "", "description": "", "error": error.message}
    description = manifest.description or ", ".join(manifest.data_types)
    return {**where, "name": manifest.name, "version": manifest.version, "description": description, "error": None}
