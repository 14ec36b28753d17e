"""What a login leaves in a browser, as plain JSON values: to keep it between runs, and to open a browser with it."""

from __future__ import annotations

import json
import time
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urldefrag

from toolkit.transport.shapes import looks_secret
from toolkit.web.learned import Learned, Places, leaves
from toolkit.web.origin import origin_of

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Frame

__all__ = [
    "SessionState",
    "keys_of",
    "places_of",
    "restore_options",
    "restore_tabs",
    "session_storage_of",
    "storage_of",
]

Storage = dict[str, dict[str, str]]

SHORTEST_SECRET = 8
DAY = 86_400  # no site trusts a device for less, and few sessions live longer
TAB = "() => Object.entries(sessionStorage)"
TAGS = """\
() => Array.from(document.querySelectorAll("meta[name][content], input[type=hidden][name]"), (tag) =>
  tag.content === undefined ? [`field ${tag.name}`, tag.value] : [`meta ${tag.name}`, tag.content])
"""
# Only where the tab comes to an origin for the first time: what the page lets go of later must not come back.
RESTORE = """\
(() => {
  const kept = %s[location.origin];
  const [came] = performance.getEntriesByType("navigation");
  const been = came?.type === "reload" || navigation?.currentEntry?.index || document.referrer.startsWith(origin + "/");
  if (!kept || been || sessionStorage.length) return;
  for (const [name, value] of Object.entries(kept)) sessionStorage[name] = value;
})();
"""

# A key that no script may read is lost on the way to a file: what is written down is an empty object.
KEYS = """\
async () => {
  const done = (request) => new Promise((end) => {
    request.onsuccess = () => end(request.result);
    request.onerror = request.onblocked = () => end(null);
  });
  const isKey = (value, depth) => value instanceof CryptoKey
    || depth > 0 && Object(value) === value && !ArrayBuffer.isView(value)
    && Object.values(value).some((one) => isKey(one, depth - 1));
  const holdsKeys = async (name) => {
    const opened = await done(indexedDB.open(name));
    if (!opened) return false;
    const read = (store) => done(opened.transaction(store).objectStore(store).getAll());
    const values = await Promise.all([...opened.objectStoreNames].map(read));
    opened.close();
    return isKey(values, 6);
  };
  const found = [];
  for (const {name} of await indexedDB.databases()) if (await holdsKeys(name)) found.push(["key", name]);
  return found;
}
"""


@dataclass(frozen=True)
class SessionState:
    """A login, whole: what a browser holds, and what the session sends.

    storage          Playwright's storage state: cookies, localStorage and IndexedDB of every origin, passkeys
    session_storage  {origin: {name: value}}, which Playwright leaves out
    headers          the browser's face: user agent, languages, client hints
    learned          what the page's own calls carried beyond cookies
    login_pages      addresses of the login, without their queries
    won              when the login was won
    """

    won: datetime
    storage: Mapping[str, Any] = field(default_factory=lambda: {"cookies": [], "origins": []}, repr=False)
    session_storage: Storage = field(default_factory=dict, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    learned: tuple[Learned, ...] = field(default=(), repr=False)
    login_pages: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {**asdict(self), "won": self.won.isoformat()}

    @classmethod
    def of(cls, raw: Mapping[str, Any]) -> SessionState:
        """The state that `as_dict` gave. Raises ValueError, KeyError or TypeError for anything else."""
        learned = tuple(Learned(**one) for one in raw["learned"])
        won, pages = datetime.fromisoformat(raw["won"]), tuple(raw["login_pages"])
        return cls(**{**raw, "won": won, "login_pages": pages, "learned": learned})

    def secrets(self) -> list[str]:
        """The values of cookies and tokens, for "Bearer abc" the bare token, passkeys, and what looks so in storage.

        Short ones tell nothing.
        """
        values = [cookie["value"] for cookie in self.storage["cookies"]] + _tokens(self.learned)
        values += [passkey["privateKey"] for passkey in self.storage.get("credentials", ())]
        return [value for value in [*values, *self._stored()] if len(value) >= SHORTEST_SECRET]

    def _stored(self) -> set[str]:
        origins = self.storage["origins"]
        local = [item["value"] for one in origins for item in one.get("localStorage", ())]
        tabs = [value for items in self.session_storage.values() for value in items.values()]
        texts = [*local, *tabs, json.dumps([one.get("indexedDB") for one in origins])]
        return {value for text in texts for value in (text, *leaves(text)) if looks_secret(value)}

    def with_cookies(self, cookies: list[dict[str, Any]]) -> SessionState:
        """The same with other cookies."""
        return replace(self, storage={**self.storage, "cookies": cookies})

    def is_login_of(self, other: SessionState) -> bool:
        """Whether both are the same login, with the same cookies."""
        mine, others = ({key: cookie["value"] for key, cookie in _by_key(one).items()} for one in (self, other))
        return self.won == other.won and mine == others

    def changed_in(self, before: SessionState, other: SessionState) -> SessionState:
        """The other with what came, went or changed in this one since `before`: cookies, and values of headers."""
        was, mine = _by_key(before), _by_key(self)
        kept = {key: cookie for key, cookie in _by_key(other).items() if key in mine or key not in was}
        new = {key: cookie for key, cookie in mine.items() if _meaning(cookie) != _meaning(was.get(key, {}))}
        learned = other.learned if self.learned == before.learned else self.learned
        return replace(other.with_cookies([*(kept | new).values()]), learned=learned)

    def lacks(self, before: SessionState, now: datetime) -> bool:
        """Whether a cookie that still lives, or a name in localStorage, was there before and is not here."""
        return not before._names(now) <= self._names(now)

    def _names(self, now: datetime) -> set[tuple[str, ...]]:
        cookies = [key for key, cookie in _by_key(self).items() if not 0 <= cookie["expires"] <= now.timestamp()]
        origins = self.storage["origins"]
        return {*cookies, *((one["origin"], item["name"]) for one in origins for item in one.get("localStorage", ()))}

    def of_device(self) -> SessionState:
        """What tells the site that it knows this browser, without what says that somebody is logged in.

        Cookies that outlive this day, localStorage that holds none of the tokens, and passkeys.
        """
        tokens = set(_tokens(one for one in self.learned if not one.early))
        last = self.won.timestamp() + DAY
        cookies = [cookie for cookie in self.storage["cookies"] if cookie["expires"] > last]
        origins = [{**one, "localStorage": _without(one["localStorage"], tokens)} for one in self.storage["origins"]]
        kept = [{name: value for name, value in one.items() if name != "indexedDB"} for one in origins]
        storage = {**self.storage, "cookies": cookies, "origins": kept}
        return SessionState(self.won, storage, headers=self.headers)


def _tokens(learned: Iterable[Learned]) -> list[str]:
    values = [one.value for one in learned]
    return values + [value.rpartition(" ")[2] for value in values]


def _meaning(cookie: Mapping[str, Any]) -> tuple[Any, Any]:
    return cookie.get("value"), cookie.get("expires")


def _by_key(state: SessionState) -> dict[tuple[str, ...], dict[str, Any]]:
    names = ("name", "domain", "path", "partitionKey")
    return {tuple(cookie.get(name, "") for name in names): cookie for cookie in state.storage["cookies"]}


def _without(items: list[dict[str, str]], tokens: set[str]) -> list[dict[str, str]]:
    return [item for item in items if not any(token and token in item["value"] for token in tokens)]


def storage_of(context: BrowserContext) -> dict[str, Any]:
    """Playwright's storage state, whole, but for databases that hold keys: half of one would mislead the next page.

    Nor is there a word of passkeys where there are none, which would have that browser refuse a person's security key.
    """
    storage = _without_databases(context.storage_state(indexed_db=True, credentials=True), keys_of(context))
    return storage if storage["credentials"] else {name: storage[name] for name in storage if name != "credentials"}


def session_storage_of(context: BrowserContext) -> Storage:
    """The sessionStorage of every frame that is open in a context, by origin."""
    found: Storage = {}
    for frame in [frame for page in context.pages for frame in page.frames]:
        origin = origin_of(frame.url)
        if origin and (items := _tab_of(frame)):
            found[origin] = found.get(origin, {}) | items
    return found


def keys_of(context: BrowserContext) -> dict[str, set[str]]:
    """The databases that hold keys of WebCrypto, by origin, in every frame that is open in a context."""
    found: dict[str, set[str]] = {}
    for frame in [frame for page in context.pages for frame in page.frames]:
        names = {name for _, name in _evaluated(frame, KEYS)}
        if names:
            found.setdefault(origin_of(frame.url), set()).update(names)
    return found


def _without_databases(storage: Mapping[str, Any], lost: Mapping[str, Collection[str]]) -> dict[str, Any]:
    origins = [
        {**one, "indexedDB": [each for each in one["indexedDB"] if each["name"] not in lost.get(one["origin"], ())]}
        if "indexedDB" in one
        else one
        for one in storage["origins"]
    ]
    return {**storage, "origins": origins}


def places_of(context: BrowserContext, storage: Mapping[str, Any], tabs: Storage) -> Places:
    """Where a page may have taken a header from: cookies, storage of every origin, meta tags, hidden fields."""
    local = [(item["name"], item["value"]) for one in storage["origins"] for item in one.get("localStorage", ())]
    tab = [item for items in tabs.values() for item in items.items()]
    stored = [
        (f"{kind} {name}", value)
        for kind, items in (("localStorage", local), ("sessionStorage", tab))
        for name, value in items
    ]
    frames = [frame for page in context.pages for frame in page.frames]
    tags = [(place, value, frame.url) for frame in frames for place, value in _evaluated(frame, TAGS)]
    return Places(
        {cookie["name"]: cookie["value"] for cookie in storage["cookies"]},
        [*stored, *((place, value) for place, value, _ in tags)],
        {place: urldefrag(url).url for place, _, url in tags if origin_of(url)},
    )


def _tab_of(frame: Frame) -> dict[str, str]:
    return dict(_evaluated(frame, TAB))


def _evaluated(frame: Frame, script: str) -> list[tuple[str, str]]:
    from playwright.sync_api import Error  # noqa: PLC0415 - slow to import

    with suppress(Error):  # a sandboxed frame has no storage, and one may be gone
        return [(name, value) for name, value in frame.evaluate(script)]
    return []


def restore_options(state: SessionState | None) -> dict[str, Any]:
    """The keyword arguments of `new_context` that give a new context what the state holds."""
    if state is None:
        return {}
    agent = state.headers.get("user-agent")
    return {"storage_state": {**state.storage, **_passkeys(state)}, **({"user_agent": agent} if agent else {})}


def _passkeys(state: SessionState) -> dict[str, Any]:
    """The passkeys, which count on from the time: a login that was lost on its way has used numbers nobody kept."""
    kept = state.storage.get("credentials", ())
    counted = [{**passkey, "signCount": max(passkey["signCount"], int(time.time()))} for passkey in kept]
    return {"credentials": counted} if counted else {}


def restore_tabs(context: BrowserContext, state: SessionState | None) -> None:
    """Give the pages of a new context their sessionStorage, before any script of the site runs."""
    if state is not None and state.session_storage:
        context.add_init_script(RESTORE % json.dumps(state.session_storage))
