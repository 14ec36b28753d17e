"""Which parts of a session a site really needs: one harmless request, each time with another part left out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

import requests

from toolkit.errors import Blocked
from toolkit.login.kept import PATIENCE, Verdict, judge, parts_of
from toolkit.web import sentence_for
from toolkit.web.logged_out import bare_address
from toolkit.web.momentary import RENEWED
from toolkit.web.origin import origin_of

if TYPE_CHECKING:
    from toolkit.login import Check
    from toolkit.web import Session
    from toolkit.web.explained import Part

__all__ = ["Need", "Probed", "probe_parts"]

DEEPEST = 6  # levels of JSON that are compared


@dataclass(frozen=True)
class Need:
    """Whether the site needs a part, and what it answered without it."""

    needed: bool
    answer: str


@dataclass
class Probed:
    """What was found at `url`, which is told without its query: the need of each part that was left out there.

    `stopped` says why it ended early, in a sentence; empty when it did not. `lost` is whether the session has ended.
    """

    url: str
    needs: dict[Part, Need] = field(default_factory=dict)
    stopped: str = ""
    lost: bool = False


def probe_parts(session: Session, check: Check, *, keep: Callable[[], object]) -> Probed:
    """Ask for the check's address with all that the session sends there, then with each part of it left out in turn.

    Every request goes out on a twin. What its answer does to cookies counts only when it is as good as the first one
    was: then the session has them, and `keep` is called. The parts come in an order in which it does least harm that
    they are missing, the user agent last. After an answer that is not as good the whole request is sent again, and
    when that is refused, nothing more is tried.
    """
    probing = _Probing(session, check, keep)
    probed = Probed(bare_address(probing.url))
    whole = probing.ask()
    if not whole.alive:
        probed.stopped = f"The whole request is not answered well ({whole.told}), so no part of it was left out."
        probed.lost = whole.over
        return probed
    probing.good = whole
    for part in sorted(probing.parts(), key=_harm):
        answer = probing.ask(part)
        probed.needs[part] = Need(answer != whole, _told(answer, whole))
        if answer != whole and (again := probing.ask()) != whole:
            probed.lost = True
            probed.stopped = (
                f"Since the {part.kind} {part.name} was left out, the whole request is no longer answered well either "
                f"({_told(again, whole)}), so nothing more was tried."
            )
            break
    return probed


@dataclass(frozen=True)
class _Answer:
    """What came: whether it was good, whether it says that the session is over, and what tells it from others."""

    alive: bool
    over: bool
    told: str
    face: object = None


def _told(answer: _Answer, whole: _Answer) -> str:
    if not answer.alive:
        return answer.told
    return "the same" if answer == whole else "something else"


class _Probing:
    """Asks on twins of a session; `good` is the answer whose cookies count, once there is one."""

    def __init__(self, session: Session, check: Check, keep: Callable[[], object]) -> None:
        address, self._says_alive = parts_of(check)
        self.url = urljoin(session.base_url or "", address)
        self.good: _Answer | None = None
        self._session = session
        self._keep = keep

    def parts(self) -> list[Part]:
        """What goes to the address, each part once."""
        origin, cookies = origin_of(self.url), self._session.cookies.sent_to(self.url)
        there = [part for part in self._session.explain() if part.origin in {"", origin} and not part.left_out]
        return [part for part in there if part.kind == "header" or any(map(part.names, cookies))]

    def ask(self, without: Part | None = None) -> _Answer:
        """Send the request, whole or without a part."""
        with self._session.twin() as twin:
            if without is not None:
                _leave_out(twin, without)
            before = twin.cookies.changes, twin.learned
            try:
                response = twin.get(self.url, timeout=PATIENCE)
            except requests.RequestException as error:
                return _Answer(alive=False, over=False, told=sentence_for(error))
            except Blocked:
                return _Answer(alive=False, over=False, told="a wall before the site")
            answer = self._judged(twin, response)
            if answer.alive and answer == (self.good or answer) and (twin.cookies.changes, twin.learned) != before:
                self._adopt(twin, without)
            return answer

    def _judged(self, twin: Session, response: requests.Response) -> _Answer:
        verdict = judge(twin, response, self._says_alive)
        status = f"HTTP {response.status_code}"
        if verdict is not Verdict.ALIVE:
            over = verdict is Verdict.OVER
            return _Answer(alive=False, over=over, told=f"{status}, logged out" if over and response.ok else status)
        kind = response.headers.get("Content-Type", "").partition(";")[0].strip()
        return _Answer(
            alive=True, over=False, told=status, face=(status, bare_address(response.url), kind, _shape(response))
        )

    def _adopt(self, twin: Session, without: Part | None) -> None:
        """The site took this for a request of the session: from now on it may know only the values that it gave."""
        adopted = twin.cookies.copy()
        for cookie in self._session.cookies:
            if without is not None and without.names(cookie):
                adopted.set_cookie(cookie)
        self._session.cookies = adopted
        anew = {(one.origin, one.name): one for one in twin.learned}
        self._session.learned = tuple(anew.get((one.origin, one.name), one) for one in self._session.learned)
        self._keep()


def _harm(part: Part) -> int:
    """The later, the likelier it is that a site ends the session when the part is missing."""
    if part.kind == "header" and not part.origin:
        return 3 if part.name == "user-agent" else 2
    return 1 if RENEWED.search(part.name) else 0


def _leave_out(twin: Session, part: Part) -> None:
    if part.kind == "cookie":
        twin.cookies.clear(part.domain, part.path, part.name)
    elif not part.origin:
        del twin.headers[part.name]
    else:
        twin.learned = tuple(one for one in twin.learned if (one.origin, one.name) != (part.origin, part.name))
        headers = twin.origin_headers.get(part.origin, {})
        twin.origin_headers[part.origin] = {name: headers[name] for name in headers if name.lower() != part.name}


def _shape(response: requests.Response) -> Any:
    """Of JSON what tells a guest's answer from a person's, and does not change from one minute to the next."""
    try:
        return _outline(response.json())
    except ValueError:
        return None


def _outline(value: Any, depth: int = DEEPEST) -> Any:
    """The names in an object, the kinds of items in a list, and of a value whether it is empty."""
    if depth and isinstance(value, dict):
        return frozenset((name, _outline(item, depth - 1)) for name, item in value.items())
    if depth and isinstance(value, list):
        return ("list", frozenset(_outline(item, depth - 1) for item in value))
    return bool(value)
