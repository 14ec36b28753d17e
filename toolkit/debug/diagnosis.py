"""What broke, told as a cause: what the page shows, or an answer holds, in place of what the connector expects.

Each rule looks at the facts of a failure and names the cause when it is one that it knows; the first that does counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from toolkit.debug import of_answers, of_pages
from toolkit.debug.facts import Cause, Facts

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Cause", "Facts", "diagnose"]

RULES: tuple[Callable[[Facts], Cause | None], ...] = (
    of_answers.refused_by_the_site,
    of_answers.kept_session_is_over,
    of_answers.wants_a_token,
    of_answers.has_another_shape,
    of_answers.is_an_error,
    of_pages.does_not_answer,
    of_pages.asks_for_a_code,
    of_pages.wrong_selector,
    of_pages.is_covered,
    of_pages.is_in_a_frame,
    of_pages.is_disabled,
    of_pages.is_slow,
    of_pages.shows_something_else,
    of_pages.matches_nothing,
    of_pages.is_hidden,
    of_pages.shows_none_of_it,
)


def diagnose(facts: Facts) -> Cause:
    """The cause of a failure; what the error says, when no rule knows it."""
    return next(filter(None, (rule(facts) for rule in RULES)), Cause(facts.error.message, ""))
