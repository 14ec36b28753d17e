"""`toolkit doctor`: is everything there that a run needs?"""

from __future__ import annotations

import ast
import platform
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.text import Text

from toolkit.cli.options import CONNECTORS, DATA, ConnectorsOption, DataOption, JsonOption, is_there
from toolkit.cli.output import output, plain, write, write_json
from toolkit.errors import BrowserMissing, ToolkitError

if TYPE_CHECKING:
    from toolkit.jobs import Found

__all__ = ["doctor"]

WRONG = 6


@dataclass(frozen=True)
class Check:
    """What was looked at, whether it is well, and what was found or what to do."""

    name: str
    ok: bool
    says: str


def doctor(*, as_json: JsonOption = False, data: DataOption = DATA, connectors: ConnectorsOption = CONNECTORS) -> None:
    """Check that all is well here.

    That is Python, a browser that starts, the data folder, the store, the vault and the connectors.
    Every line is ok or says what to do. Ends with 0 when all is well, else with 6.

    \b
      toolkit doctor
      toolkit doctor --data /mnt/bills --json
    """
    checks = list(_checks(data, connectors))
    if as_json:
        write_json([asdict(check) for check in checks])
    else:
        write(output(), *map(_line, checks))
    raise typer.Exit(0 if all(check.ok for check in checks) else WRONG)


def _line(check: Check) -> Text:
    sign = Text("ok    ", style="green") if check.ok else Text("wrong ", style="red")
    return sign.append(f"{check.name}: {plain(check.says)}", style="default")


def _checks(data: Path, connectors: Path) -> Iterator[Check]:
    yield Check("Python", ok=True, says=platform.python_version())
    yield _check("browser", _browser)
    yield _check("data folder", lambda: _data_folder(data))
    yield _check("store", lambda: _store(data))
    yield _check("vault", lambda: _vault(data))
    yield from _connectors(connectors)


def _check(name: str, look: Callable[[], str]) -> Check:
    try:
        return Check(name, ok=True, says=look())
    except ToolkitError as error:
        return Check(name, ok=False, says=error.message)
    except Exception as error:  # noqa: BLE001 - whatever a check stumbles over is what it was to find
        return Check(name, ok=False, says=f"{type(error).__name__}: {error}")


def _browser() -> str:
    """Its version, kind and path, once it has shown a page. Raises BrowserMissing."""
    from toolkit.web import find_browser, open_browser  # noqa: PLC0415 - slow to import

    found = find_browser()
    if found is None:
        raise BrowserMissing
    with open_browser() as browser:
        browser.new_context().new_page().goto("about:blank")
    return f"{found.version()} starts ({found.kind}, {found.path})"


def _data_folder(data: Path) -> str:
    """Raises ToolkitError when nothing can be written there."""
    place = data.absolute()
    nearest = next(folder for folder in [place, *place.parents] if is_there(folder))
    for folder in [nearest, *(place / name for name in ("files", "logs") if is_there(place / name))]:
        try:
            with tempfile.TemporaryFile(dir=folder):
                pass
        except OSError as error:
            raise ToolkitError(
                f"{folder} cannot be written ({error.strerror}): give --data or TOOLKIT_DATA a folder of your own."
            ) from error
    return f"{data} can be written" if nearest == place else f"{data} will be made by the first run"


def _store(data: Path) -> str:
    from toolkit.jobs import Workspace  # noqa: PLC0415 - slow to import

    workspace = Workspace.of(data)
    if not workspace.has_store:
        return f"{workspace.store_place} will be made by the first run"
    store, _ = workspace.open()
    with closing(store):
        return f"{workspace.store_place} opens, {len(store.overview())} bills"


def _vault(data: Path) -> str:
    """Raises ToolkitError for a document that does not open."""
    from toolkit.jobs import Accounts, Workspace  # noqa: PLC0415 - slow to import

    vault = Accounts.of(Workspace(data)).vault
    labels, others = vault.kept()
    for path in others:
        raise ToolkitError(f"{path} is damaged, or nothing of the toolkit's: remove it.")
    for label in labels:
        vault.load(label.kind, label.slug, label.account)
    return f"what is kept opens, {len(labels)} in {vault.folder}" if labels else "nothing is kept yet"


def _connectors(folder: Path) -> Iterator[Check]:
    from toolkit.jobs import find_connectors  # noqa: PLC0415 - slow to import

    for found in find_connectors(folder):
        yield _check(f"connector {found.slug}", partial(_connector, found))


def _connector(found: Found) -> str:
    """Its manifest is read and its code is parsed, not run. Raises ToolkitError."""
    path = found.folder / "connector.py"
    try:
        ast.parse(path.read_bytes(), filename=str(path))
    except (OSError, SyntaxError, ValueError) as error:
        raise ToolkitError(f"{path} cannot be read: {error}.") from error
    return f"{found.manifest.name} {found.manifest.version}"
