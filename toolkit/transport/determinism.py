"""A clock that stands and chance that repeats, for every page, iframe and worker, before the site's own code runs."""

import json
import threading
from collections import Counter
from datetime import UTC, datetime, timedelta

__all__ = ["WorkerScripts", "init_script", "milliseconds"]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# Each document and worker draws from a row of its own: two that drew the same numbers would send the same one-time
# value twice. What tells them apart is the same in a replay: of what may be a token, only the length, which stand-ins
# keep.
SCRIPT = """\
(function set(clock, seed, worker) {
  const RealDate = Date;
  RealDate.now = () => clock;
  globalThis.Date = new Proxy(RealDate, {
    apply: () => new RealDate(clock).toString(),
    construct: (target, given, called) => Reflect.construct(target, given.length ? given : [clock], called),
  });
  RealDate.prototype.constructor = globalThis.Date;

  const place = (frame) => {
    if (frame === frame.parent) return "top";
    let index = 0;
    while (index < frame.parent.length && frame.parent[index] !== frame) index += 1;
    return `${place(frame.parent)}/${index}`;
  };
  const here = worker ?? `${place(window)} ${history.length}`;
  // Only when dice are first thrown: a frame often has its window before its page, and this runs just once in it.
  const begin = () => {
    const visit = performance.getEntriesByType("navigation")[0];
    const path = location.pathname.replace(/[^/]{16,}/g, (part) => part.length);
    const query = location.search.replace(/[^?&=]{8,}/g, (value) => value.length);
    const name = `${here} ${visit ? visit.type : ""} ${path}${query}`;
    return Array.from(name).reduce((sum, char) => Math.imul(sum ^ char.charCodeAt(0), 0x01000193), seed);
  };
  let state;
  const draw = () => {
    state = ((state ?? begin()) + 0x6d2b79f5) | 0;
    let drawn = Math.imul(state ^ (state >>> 15), state | 1);
    drawn ^= drawn + Math.imul(drawn ^ (drawn >>> 7), drawn | 61);
    return (drawn ^ (drawn >>> 14)) >>> 0;
  };
  const fill = (bytes) => {
    for (let index = 0; index < bytes.length; index += 1) bytes[index] = draw() >>> 24;
    return bytes;
  };
  Math.random = () => draw() / 2 ** 32;

  // A worker's script of the site is completed as it comes; one that a page made up, here.
  const made = new Map();
  const realCreate = URL.createObjectURL;
  URL.createObjectURL = (thing) => {
    const url = realCreate.call(URL, thing);
    if (thing instanceof Blob) made.set(url, thing);
    return url;
  };
  let workers = 0;
  const completed = (url) => {
    const blob = made.get(String(url));
    if (!blob) return url;
    workers += 1;
    const name = JSON.stringify(`${here} worker ${workers}`);
    return realCreate.call(URL, new Blob([`(${set})(${clock}, ${seed}, ${name});`, blob], {type: blob.type}));
  };
  for (const kind of ["Worker", "SharedWorker"]) {
    if (!globalThis[kind]) continue;
    globalThis[kind] = new Proxy(globalThis[kind], {
      construct: (target, [url, ...given], called) => Reflect.construct(target, [completed(url), ...given], called),
    });
    globalThis[kind].prototype.constructor = globalThis[kind];
  }

  if (!globalThis.crypto) return;
  const realGetRandomValues = Crypto.prototype.getRandomValues;
  Crypto.prototype.getRandomValues = function getRandomValues(array) {
    realGetRandomValues.call(this, array);
    fill(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
    return array;
  };
  if (!Crypto.prototype.randomUUID) return;
  Crypto.prototype.randomUUID = function randomUUID() {
    const bytes = fill(new Uint8Array(16));
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    return hex.replace(/(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  };
})(%(clock)d, %(seed)d, %(worker)s);
"""


def init_script(clock: datetime, seed: int) -> str:
    """Return the script for `context.add_init_script`; no such script reaches a worker.

    `Date` reads `clock` at every moment while timers run as ever; Math.random, crypto.getRandomValues and
    crypto.randomUUID follow from `seed`.
    """
    return script(clock, seed, "undefined")


class WorkerScripts:
    """What goes before the scripts of workers, so that they have the clock and the chance as well.

    Safe to use from several threads.
    """

    def __init__(self, clock: datetime, seed: int) -> None:
        self._clock, self._seed = clock, seed
        self._count: Counter[str] = Counter()
        self._lock = threading.Lock()

    def before(self, url: str, *, service: bool) -> bytes:
        """The beginning of a script that comes from `url`.

        It differs each time, for a page may start many workers with one script; but not for a service worker, which
        would be a new one then.
        """
        with self._lock:
            self._count[url] += 1
            name = "service worker" if service else f"worker {self._count[url]}"
        return script(self._clock, self._seed, json.dumps(name)).encode()


def script(clock: datetime, seed: int, worker: str) -> str:
    """The script for a page, or for a worker of this name, as JavaScript writes it."""
    return SCRIPT % {"clock": milliseconds(clock), "seed": seed & 0xFFFFFFFF, "worker": worker}


def milliseconds(moment: datetime) -> int:
    """Milliseconds since 1970, as JavaScript counts; what is smaller is cut off."""
    return (moment - EPOCH) // timedelta(milliseconds=1)
