"""`python -m tests.sites.table` (or `make archetypes`) writes docs/archetypes.md: what the tests of this folder hold.

A test file is a row when its docstring begins with "7. A title."; what the row says is read out of the file.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import Path

__all__ = ["HERE", "PATH", "ROWS", "Row", "document", "rows"]

HERE = Path(__file__).parent
PATH = HERE.parent.parent / "docs" / "archetypes.md"
TITLE = re.compile(r"(\d+)\. (.+?)[.:;]?")
CONNECTOR = re.compile(r"^# connector\b[^\n]*\n(.*?)^# end\b", re.MULTILINE | re.DOTALL)
HEAD = """\
# Archetypes

How sites log people in and keep them logged in, a small local site for each, as strict as the real thing.
A connector logs in with a real browser, hands the session over, lists three bills and saves their PDFs.
A second run finds all three again on the kept session, without a browser where nothing else is said.
A wrong secret is told as what it is, after one try.
{works} of the {all} tests hold all of that; `make archetypes` makes this page from them.

*Carried* is what the session sent beside the browser's face, and where each header came from: learned from the page, not written by hand ([sessions.md](sessions.md)).
*Lines* are those of the connector, all of it.

| # | archetype | works | carried | lines |
| --: | --- | --- | --- | --: |
"""  # noqa: E501 - a sentence is a line
BAR = r"\|"
BROWSERS = re.compile(r"browsers=(\d+)")
NOT_HELD = "No test holds these yet, so nothing is said of them:"

ROWS = {
    1: "a plain cookie session",
    2: "a JWT in localStorage",
    3: "a token in sessionStorage",
    4: "a token in memory only",
    5: "a short access token with a rotating refresh token",
    6: "CSRF: double submit, meta tag, per form",
    7: "OIDC: code and PKCE over several origins",
    8: "a login in an iframe of another origin",
    9: "shadow DOM",
    10: "user first, then password, then a choice of contract",
    11: "a shuffled virtual keypad",
    12: "a code by SMS or e-mail, in six boxes",
    13: "TOTP",
    14: "approval in an app",
    15: "a passkey",
    16: "a trusted device whose cookie outlives the logout",
    17: "a headless browser seen as another device",
    18: "a GraphQL listing",
    19: "a list that comes over a WebSocket",
    20: "blob: and data: downloads",
    21: "a PDF made in the page",
    22: "a download by POST from an address that is good once",
    23: "a service worker that answers",
    24: "a wall bound to the browser's own TLS or headers",
    25: "sessions bound to a key of the device",
    26: "a client certificate",
    27: "one session per user, and a live one that hides the form",
    28: "interstitials: terms, a banner, a new password",
    29: "silent expiry in its four shapes",
    30: "a locale: months and amounts in French",
    31: "a lockout after three tries",
    32: "a magic link",
    33: "a session pinned to the user agent",
    34: "a browser id in storage that goes along as a header",
    35: "a token under a house name",
    36: "guests answered with 200",
    37: "a 401 or 403 that means something else",
    38: "a short session that is renewable only while it lives",
    39: "cookies of one name on several paths",
    40: "soft failures",
    41: "documents inside JSON",
    42: "signed links that expire",
    43: "a Secure cookie on loopback http",
    44: "a second factor on the same page, or one that submits itself",
    45: "a srcdoc iframe with a honeypot",
}
"""Every archetype by its number: the web as it is, held by a test or not."""


@dataclass(frozen=True, order=True)
class Row:
    """One test file: its archetype, what `CARRIED` says was carried, and the lines of each connector in it.

    `works` says whether its `test_it_works`, which nothing keeps from running, holds the story of two runs against
    `CARRIED`, and `browsers` in how many browsers.
    """

    number: int
    path: Path
    title: str
    carried: str
    lines: tuple[int, ...]
    works: bool
    browsers: int


def rows(folder: Path = HERE) -> list[Row]:
    """The rows of a folder, by number."""
    found = (_row(path) for path in folder.glob("test_*.py"))
    return sorted(row for row in found if row is not None)


def document(folder: Path = HERE) -> str:
    """What docs/archetypes.md is to say."""
    held = rows(folder)
    missing = [f"- {number}. {name}" for number, name in ROWS.items() if number not in {row.number for row in held}]
    head = HEAD.format(works=sum(row.works for row in held), all=len(held))
    return head + "\n".join([*map(_line, held), *(["", NOT_HELD, "", *missing] if missing else []), ""])


def _line(row: Row) -> str:
    link = f"[{row.title}](../tests/sites/{row.path.name})"
    works = f"yes{f', in {row.browsers} browsers' if row.browsers > 1 else ''}" if row.works else "no"
    cells = [str(row.number), link, works, row.carried, ", ".join(map(str, row.lines))]
    return f"| {' | '.join(cell.replace('|', BAR) for cell in cells)} |"


def _row(path: Path) -> Row | None:
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    title = TITLE.fullmatch((ast.get_docstring(tree) or "").partition("\n")[0])
    if title is None:
        return None
    lines = tuple(sum(bool(line.strip()) for line in block.splitlines()) for block in CONNECTOR.findall(text))
    stories = _stories(tree)
    browsers = max(map(int, BROWSERS.findall(stories)), default=1)
    return Row(int(title[1]), path, title[2], _carried(tree), lines, bool(stories), browsers)


def _carried(tree: ast.Module) -> str:
    """The texts of `CARRIED = "…"`; of a file with variants, each once."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and [ast.unparse(target) for target in node.targets] == ["CARRIED"]:
            texts = [one.value for one in ast.walk(node.value) if isinstance(one, ast.Constant)]
            return "; ".join(dict.fromkeys(map(str, texts)))
    return ""


def _stories(tree: ast.Module) -> str:
    """The assertions of `test_it_works` that hold a whole story against a good one; none when it may not run."""
    marks = [ast.unparse(node) for node in tree.body if "pytestmark" in ast.unparse(node)[:10]]
    tests = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "test_it_works"]
    marks += [ast.unparse(mark) for test in tests for mark in test.decorator_list]
    if any(word in mark for mark in marks for word in ("skip", "xfail", "integration")):
        return ""
    asserted = [ast.unparse(node) for test in tests for node in ast.walk(test) if isinstance(node, ast.Assert)]
    return "\n".join(text for text in asserted if "good_story(" in text and "Story.of(" in text and "CARRIED" in text)


if __name__ == "__main__":
    PATH.write_text(document(), encoding="utf-8")
