"""A keypad on the page in place of a field: its keys are found by what they mean, wherever they stand this time."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from toolkit.errors import LoginFailed, UnknownError

if TYPE_CHECKING:
    from playwright.sync_api import Locator

__all__ = ["is_keypad", "press"]

FILLABLE = "(element) => element.matches('input:not([type=button], [type=image]), textarea, select, [contenteditable]')"
ATTRIBUTES = re.compile(r"\[[^\]]*\]|/url:.*")  # of what a screen reader says, what is no name
NAMES = re.compile(r'"((?:[^"\\]|\\.)*)"|: (.+)$', re.MULTILINE)


def is_keypad(found: Sequence[Locator]) -> bool:
    """Whether the elements that a selector means are keys to press, and not fields to fill."""
    return len(found) > 1 and not any(one.evaluate(FILLABLE) for one in found)


def press(keys: Callable[[], Sequence[Locator]], secret: str) -> None:
    """Press a key for each character; `keys` gives them anew, since some keypads are shuffled after each.

    A key means what a screen reader says of it: its text, its label, the alternative text of its image. In a longer
    label the only digit counts, as in "Key 7". Raises UnknownError when no key means anything, and LoginFailed when
    none means a character of the secret; nothing was sent then.
    """
    for character in secret:
        meant = [(key, _meanings(key)) for key in keys()]
        if not any(meanings for _, meanings in meant):
            raise UnknownError("The keys of the login's keypad cannot be read: they have neither a text nor a label.")
        key = next((key for key, meanings in meant if character in meanings), None)
        if key is None:
            raise LoginFailed("The password holds a character that the site's keypad does not have: check it.")
        key.click()


def _meanings(key: Locator) -> set[str]:
    said = ATTRIBUTES.sub("", key.aria_snapshot())
    names = {(quoted or bare).strip() for quoted, bare in NAMES.findall(said)}
    digits = [set(re.findall(r"\d", name)) for name in names]
    return {name for name in names if len(name) == 1}.union(*(found for found in digits if len(found) == 1))
