"""What is known of a failure, and what is made of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from toolkit.debug.probe import Probed
    from toolkit.debug.scene import Scene
    from toolkit.errors import ToolkitError
    from toolkit.web import Asked

__all__ = ["Cause", "Facts"]


@dataclass(frozen=True)
class Cause:
    """Why it broke, in a sentence, and what to do about it."""

    sentence: str
    advice: str


@dataclass(frozen=True)
class Facts:
    """A failure: the `error` that is told, what was `raised`, and what page and session show.

    `scene` is None when no page was open; `probed` are the selectors that were tried; `asked` the last requests,
    oldest first, and `waited` the seconds from the first of them until now. `took_up` is whether the run began with a
    session that was kept.
    """

    error: ToolkitError
    raised: BaseException
    operation: str
    scene: Scene | None = None
    probed: list[Probed] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    waited: float = 0.0
    took_up: bool = False

    @property
    def of_session(self) -> Asked | None:
        """What the session asked last; None while the page is still open."""
        mine = [one for one in self.asked if one.by == "session"]
        return mine[-1] if mine and not self.probed else None
