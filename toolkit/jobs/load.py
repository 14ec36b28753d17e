"""Import the code of a connector's folder, as it is now."""

from __future__ import annotations

import importlib
import sys
from importlib.abc import MetaPathFinder
from importlib.machinery import FileFinder, SourceFileLoader
from types import ModuleType
from typing import TYPE_CHECKING

from toolkit.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from pathlib import Path

__all__ = ["load_module"]

PREFIX = "toolkit_connector_"


def load_module(slug: str, folder: Path) -> ModuleType:
    """Import `connector.py` of a folder, whose files may import one another with `from . import …`.

    It is read anew each time, and leaves no __pycache__. Raises UsageError when there is none, and what it raises.
    """
    package = PREFIX + slug.replace("-", "_")
    for loaded in [module for module in sys.modules if module.startswith(f"{package}.")]:
        del sys.modules[loaded]
    sys.modules[package] = ModuleType(package)
    sys.modules[package].__path__ = [str(folder)]
    if FINDER not in sys.meta_path:
        sys.meta_path.insert(0, FINDER)
    try:
        return importlib.import_module(f"{package}.connector")
    except ModuleNotFoundError as error:
        if error.name != f"{package}.connector":
            raise
        raise UsageError(f"{folder} has no connector.py.") from error


class _AsItIs(SourceFileLoader):
    """Compiles each time: Python's own cache takes an edit of the same second and length for none."""

    def path_stats(self, path: str) -> dict[str, float]:
        raise OSError(f"no cache is kept of {path}")


class _Finder(MetaPathFinder):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if path is None or not fullname.startswith(PREFIX):
            return None
        return FileFinder(path[0], (_AsItIs, [".py"])).find_spec(fullname, target)


FINDER = _Finder()
