"""What the code of a connector may do, told from its syntax tree: nothing of it is run."""

import ast
import builtins
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import toolkit
from toolkit import errors
from toolkit.jobs.check.problem import Problem, Rule

__all__ = ["CODE_RULES", "Source", "own_files"]

MAIN = "connector.py"
OFFERED = "use what `import toolkit` offers, or the standard library"
PLAYWRIGHT = "playwright.sync_api"
OWN_BROWSER = {"sync_playwright", "Playwright"}
SLEEPERS = {"sleep", "wait_for_timeout"}
ERRORS = {
    name
    for name, value in {**vars(builtins), **vars(errors)}.items()
    if isinstance(value, type) and issubclass(value, BaseException)
}


@dataclass(frozen=True)
class Source:
    """One file of a connector; `package` is what it is a part of when it is installed."""

    name: str
    tree: ast.Module
    package: str = ""

    def problem(self, node: ast.AST | None, wrong: str, todo: str) -> Problem:
        """What is wrong with a piece of it."""
        return Problem(f"{self.name}:{getattr(node, 'lineno', 1)}", wrong, todo)

    def calls(self) -> Iterator[tuple[ast.Call, str]]:
        """Every call, with the last name of what is called."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call):
                yield node, last_name(node.func)


def own_files(folder: Path, package: str = "") -> list[Path]:
    """connector.py, and those of the folder's files that it imports, one by way of another."""
    files: list[Path] = []
    waiting = [folder / MAIN]
    while waiting:
        path = waiting.pop()
        if path.is_file() and path not in files:
            files.append(path)
            waiting += _imported_files(path, folder, package)
    return files


def _imported_files(path: Path, folder: Path, package: str) -> Iterator[Path]:
    try:
        tree = ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.level or _is_in(node.module or "", package)):
            start = path.parents[node.level - 1] if node.level else folder
            module = (node.module or "") if node.level else (node.module or "").removeprefix(package).lstrip(".")
            inside = start.joinpath(*module.split(".")) if module else start
            yield inside.with_name(f"{inside.name}.py")
            yield from (inside / f"{alias.name}.py" for alias in node.names)


def docstring(source: Source) -> Iterator[Problem]:
    """Each file begins with a docstring that says what it does."""
    if not ast.get_docstring(source.tree):
        yield source.problem(None, "the file has no docstring", "say in its first line what it does")


def connector(source: Source) -> Iterator[Problem]:
    """connector.py holds `connector = toolkit.create_new(…)`."""
    if source.name == MAIN and not any("connector" in _assigned(node) for node in source.tree.body):
        yield source.problem(None, "there is no `connector`", "write `connector = toolkit.create_new(name=…, …)`")


def imports(source: Source) -> Iterator[Problem]:
    """Only `toolkit` itself, the standard library, the connector's own files, and Playwright's errors are imported."""
    for node in ast.walk(source.tree):
        for module, name in _imported(node):
            if not _may_import(module, name, source.package):
                what = f"`{name}` of {module}" if name else f"`{module}`"
                yield source.problem(node, f"{what} is imported", OFFERED)
        if _is_private(node):
            yield source.problem(node, f"`{ast.unparse(node)}` is used", OFFERED)


def no_sleep(source: Source) -> Iterator[Problem]:
    """Nothing sleeps: wait for what the page shows."""
    for call, name in source.calls():
        if name in SLEEPERS:
            yield source.problem(
                call, f"`{name}` waits for time to pass", "wait for what the page shows, with `wait_for`"
            )


def no_bare_except(source: Source) -> Iterator[Problem]:
    """No `except:` without a class: it would also swallow Ctrl-C."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ExceptHandler) and node.type is None:
            yield source.problem(node, "`except:` catches everything, Ctrl-C too", "name the errors that are meant")


def raises(source: Source) -> Iterator[Problem]:
    """An error that is built is raised: a forgotten `raise` makes a failure look well."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Expr):
            name = last_name(node.value.func if isinstance(node.value, ast.Call) else node.value)
            if name in ERRORS or (name[:1].isupper() and name.endswith(("Error", "Exception"))):
                yield source.problem(node, f"`{name}` is built and not raised", "write `raise` before it")


def no_print(source: Source) -> Iterator[Problem]:
    """Nothing is printed, where secrets would not be masked."""
    for call, name in source.calls():
        if name == "print" and isinstance(call.func, ast.Name):
            yield source.problem(
                call, "`print` shows secrets as they are", 'use `run.log("info", …)`, which masks them'
            )


CODE_RULES = [Rule(look) for look in (docstring, connector, imports, no_sleep, no_bare_except, raises, no_print)]


def last_name(node: ast.expr) -> str:
    """`wait` of `page.wait`; empty for what has no name."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _assigned(node: ast.stmt) -> list[str]:
    """The names that a statement gives a value to."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return [last_name(target) for target in targets]


def _imported(node: ast.AST) -> Iterator[tuple[str, str]]:
    """(module, name); the name is empty when the module itself is imported. Own files of the folder are left out."""
    if isinstance(node, ast.Import):
        yield from ((alias.name, "") for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and not node.level:
        yield from ((node.module or "", alias.name) for alias in node.names)


def _is_private(node: ast.AST) -> bool:
    """Whether it is a name of `toolkit` that it does not offer."""
    return isinstance(node, ast.Attribute) and last_name(node.value) == "toolkit" and node.attr not in toolkit.__all__


def _may_import(module: str, name: str, package: str) -> bool:
    if module == "toolkit":
        return not name or name in toolkit.__all__
    if module == PLAYWRIGHT:
        return bool(name) and name not in OWN_BROWSER
    return _is_in(module, package) or module.partition(".")[0] in sys.stdlib_module_names


def _is_in(module: str, package: str) -> bool:
    return bool(package) and f"{module}.".startswith(f"{package}.")
