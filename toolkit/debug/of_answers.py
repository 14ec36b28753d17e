"""Causes that can be read in what the site has answered."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from toolkit.debug.facts import Cause
from toolkit.debug.nearest import ALIKE
from toolkit.errors import LoginFailed, UserActionNeeded, VendorDown
from toolkit.web.tags import values_of

if TYPE_CHECKING:
    from toolkit.debug.facts import Facts
    from toolkit.web import Asked

__all__ = ["has_another_shape", "is_an_error", "kept_session_is_over", "refused_by_the_site", "wants_a_token"]

CSRF = re.compile(r"csrf|xsrf|anti.?forgery|authenticity|page expired|invalid token|token mismatch", re.IGNORECASE)
REFUSING = frozenset({400, 401, 403, 419, 422})
GUEST = re.compile(
    r"log.?in|sign.?in|unauthori[sz]ed|session|anmelden|connexion|expired|not authenticated", re.IGNORECASE
)
KEYS_SHOWN = 8
CLIENT_ERROR = 400
PASSWORD_FIELD = re.compile(r"""type=["']?password""", re.IGNORECASE)


def refused_by_the_site(facts: Facts) -> Cause | None:
    """The site has told so itself, on a page that the connector knows."""
    if isinstance(facts.error, LoginFailed):
        return Cause(facts.error.message, "The connector is right. Log in once with your own browser to see it.")
    if isinstance(facts.error, UserActionNeeded):
        return Cause(facts.error.message, "The connector is right: do what the site asks, in your own browser.")
    return None


def kept_session_is_over(facts: Facts) -> Cause | None:
    """A session of an earlier run was taken up, and what came back is meant for a guest."""
    last = facts.of_session
    if not facts.took_up or last is None or not _is_for_guests(last):
        return None
    return Cause(
        f"The run took up the session of an earlier one, and it is over: {_asked(last)} was answered with "
        f"{_kind_of(last)} for who is not logged in.",
        "Have it noticed: create_new(…, check=…) with an address that only who is logged in may have, or "
        "logged_out=lambda answer: …. Until then, `toolkit account forget --session` has the next run log in.",
    )


def _is_for_guests(last: Asked) -> bool:
    data = _json(last.got)
    if data is not None:
        return bool(GUEST.search(json.dumps(data)[:2000])) and not _lists(data)
    return bool(PASSWORD_FIELD.search(last.got)) or last.status in {401, 403}


def _kind_of(last: Asked) -> str:
    return f"{last.got[:80]!r}" if _json(last.got) is not None else "the login page, or one"


def wants_a_token(facts: Facts) -> Cause | None:
    """A request was refused for want of a value that pages carry against forged requests."""
    last = facts.of_session
    if (
        last is None
        or last.status not in REFUSING
        or not CSRF.search(last.got + " ".join(map(" ".join, last.got_headers)))
    ):
        return None
    sent = {name.lower() for name, _ in last.sent_headers}
    places = list(_token_places(facts, sent))
    where = f"it stands in {places[0][0]}" if places else "no page that was read holds it"
    advice = f"Send it along: {places[0][1]}." if places else "Read the page that holds it first, then send it along."
    return Cause(
        f"{_asked(last)} was refused with HTTP {last.status} for want of a token against forged requests "
        f"({_words(last.got)}); {where}.",
        advice,
    )


def _token_places(facts: Facts, sent: set[str]) -> Iterator[tuple[str, str]]:
    """Where such a value was seen, and how it is sent."""
    pages = [one.got for one in reversed(facts.asked) if "<" in one.got[:200]]
    pages += [frame.html for frame in (facts.scene.frames if facts.scene else [])]
    for place in dict.fromkeys(place for html in pages for place in values_of(html)):
        kind, _, name = place.partition(" ")
        if not (CSRF.search(name) or "token" in name.lower()):
            continue
        if kind == "meta":
            value = f"page.html.css('meta[name={name}]::attr(content)').get()"
            yield f"`meta[name={name}]` of a page", f'headers={{"X-CSRF-Token": {value}}}'
        else:
            yield f"the hidden field `{name}` of a page", "data={**toolkit.hidden_fields(page.text), …}"
    for one in facts.asked:
        for name, value in one.got_headers:
            cookie = value.partition("=")[0]
            if name.lower() == "set-cookie" and CSRF.search(cookie):
                yield f"the cookie `{cookie}`", f'headers={{"X-{cookie}": run.session.cookies["{cookie}"]}}'
    for one in facts.asked:
        found = [name for name, _ in one.sent_headers if CSRF.search(name) and name.lower() not in sent]
        if one.by == "page" and found:
            yield f"the header `{found[0]}` of the page's own calls", f"headers={{{found[0]!r}: …}}"


def has_another_shape(facts: Facts) -> Cause | None:
    """The connector reads a key that the answer has not, or has as something else."""
    last = facts.of_session
    data = _json(last.got) if last else None
    if last is None or data is None or (last.status or 0) >= CLIENT_ERROR:
        return None
    if isinstance(facts.raised, KeyError) and facts.raised.args:
        return _missing_key(str(facts.raised.args[0]), data, last)
    if isinstance(facts.raised, TypeError | IndexError | AttributeError | ValueError):
        return Cause(
            f"{_asked(last)} was answered with {_shape(data)}, and the connector reads it as something else "
            f"({type(facts.raised).__name__}: {facts.raised}).",
            "Compare the line with the answer in the report.",
        )
    return None


def _missing_key(key: str, data: Any, last: Asked) -> Cause:
    keys = [(path, name) for path, name in _keys(data)]
    names = list(dict.fromkeys(name for _, name in keys))
    near = get_close_matches(key, names, n=1, cutoff=0.5) or _of_lists(data) or _alike(key, names)
    says = ", ".join(f"`{name}`" for name in names[:KEYS_SHOWN])
    nearest = f"; the nearest is `{near[0]}`" if near else ""
    return Cause(
        f"The answer to {_asked(last)} has no key `{key}`: it has {says or 'none at all'}{nearest}.",
        f"If that is it, read `{near[0]}` in its place." if near else "Compare the line with the answer in the report.",
    )


def _alike(key: str, names: list[str]) -> list[str]:
    return [name for name in names for group in ALIKE if key.lower() in group and name.lower() in group]


def _of_lists(data: Any) -> list[str]:
    """The only key of the top whose value is a list: what a listing reads."""
    lists = [name for name, value in data.items() if isinstance(value, list)] if isinstance(data, dict) else []
    return lists if len(lists) == 1 else []


def _keys(data: Any, path: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    if isinstance(data, list):
        for one in data[:1]:
            yield from _keys(one, f"{path}[]", depth + 1)
    elif isinstance(data, dict):
        yield from ((path, str(name)) for name in data)
        for name, value in data.items():
            yield from _keys(value, f"{path}.{name}", depth + 1)


def _lists(data: Any) -> bool:
    return bool(data) and (isinstance(data, list) or (isinstance(data, dict) and bool(_of_lists(data))))


def _shape(data: Any) -> str:
    if isinstance(data, dict):
        return f"an object of {', '.join(f'`{name}`' for name in list(data)[:KEYS_SHOWN]) or 'nothing'}"
    return f"a list of {len(data)}" if isinstance(data, list) else f"{data!r:.80}"


def is_an_error(facts: Facts) -> Cause | None:
    """The session's last request was answered with an error, or not at all."""
    last = facts.of_session
    if last is None or not last.went_wrong:
        return None
    if last.failure:
        return Cause(f"{_asked(last)} was not answered: {last.failure}.", "Run it again later.")
    if isinstance(facts.error, VendorDown):
        return Cause(
            f"{_asked(last)} was answered with HTTP {last.status}: the site is in trouble.", "Run it again later."
        )
    return Cause(
        f"{_asked(last)} was answered with HTTP {last.status} ({_words(last.got)}).",
        "The address may have changed: see in the report what the page itself asks for.",
    )


def _asked(asked: Asked) -> str:
    return f"`{asked.method} {asked.url.partition('?')[0]}`"


def _words(text: str) -> str:
    said = " ".join(re.sub(r"<[^>]*>", " ", text).split())[:100]
    return f'"{said}"' if said else "without a word"


def _json(text: str) -> Any:
    try:
        return json.loads(text) if text else None
    except ValueError:
        return None
