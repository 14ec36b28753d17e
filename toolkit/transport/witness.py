"""What only a page itself can tell while it is recorded: the files that it is given, and how its sockets end."""

from __future__ import annotations

import re
from base64 import b64decode
from dataclasses import dataclass
from itertools import islice, product
from typing import TYPE_CHECKING, Any

from toolkit.transport.har_parts import WebSocketMessage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from playwright.sync_api import BrowserContext

    from toolkit.transport.har_entry import HarEntry

__all__ = ["ChosenFile", "Witness", "filled"]

NAME = "toolkitWitness"
SCRIPT = """\
(() => {
  const tell = globalThis.toolkitWitness;
  delete globalThis.toolkitWitness;
  if (!tell) return;

  const seen = new WeakSet();
  const see = (event) => {
    for (const file of event.composedPath()[0].files ?? []) {
      if (seen.has(file)) continue;
      seen.add(file);
      tell({reading: 1});
      const reader = new FileReader();
      reader.onloadend = () => tell({reading: -1, name: file.name, data: reader.result?.split(",")[1]});
      reader.readAsDataURL(file);
    }
  };
  for (const kind of ["input", "change"]) addEventListener(kind, see, true);

  const left = new WeakSet();
  const realClose = WebSocket.prototype.close;
  WebSocket.prototype.close = function close(...given) {
    left.add(this);
    return realClose.apply(this, given);
  };
  globalThis.WebSocket = new Proxy(WebSocket, {
    construct: (target, given, called) => {
      const socket = Reflect.construct(target, given, called);
      let received = 0;
      socket.addEventListener("message", () => { received += 1; });
      socket.addEventListener("close", ({ code, reason }) => {
        if (!left.has(socket)) tell({url: socket.url, received, code, reason});
      });
      return socket;
    },
  });
  WebSocket.prototype.constructor = WebSocket;
})();
"""

MOST = 1000  # ways to fill a body that are tried
IS_FILE = re.compile(rb'; filename="([^"\r\n]*)"\r\n(?:[^\r\n]+\r\n)*\r\n$')


@dataclass(frozen=True)
class ChosenFile:
    """A file from a disk that a page was given."""

    name: str
    data: bytes


@dataclass(frozen=True)
class SocketEnd:
    """A WebSocket that the site ended, after so many messages of its own."""

    url: str
    received: int
    code: int
    reason: str


class Witness:
    """Listens to the pages of a recording. `files` are those that pages were given, the newest first."""

    def __init__(self) -> None:
        self.files: list[ChosenFile] = []
        self._ends: list[SocketEnd] = []
        self._reading = 0
        self._later: list[Callable[[], None]] = []

    def watch(self, context: BrowserContext) -> None:
        """Listen to the pages of a context that has none yet."""
        context.expose_binding(NAME, lambda _, told: self._hear(told))
        context.add_init_script(SCRIPT)

    def when_read(self, then: Callable[[], None]) -> None:
        """Do something once every file that was chosen is here; a page that goes takes it along otherwise."""
        if self._reading:
            self._later.append(then)
        else:
            then()

    def complete(self, entries: Iterable[HarEntry]) -> None:
        """Put at the end of each WebSocket how the site ended it."""
        for entry in entries:
            messages = entry.messages if self._ends and entry.resource_type == "websocket" else []
            received = sum(not message.sent for message in messages)
            for end in [end for end in self._ends if (end.url, end.received) == (entry.url, received)][:1]:
                self._ends.remove(end)
                entry.messages = [*messages, WebSocketMessage.end(end.code, end.reason)]

    def _hear(self, told: dict[str, Any]) -> None:
        if "code" in told:
            self._ends.append(SocketEnd(**told))
            return
        self._reading += told["reading"]
        if told.get("data") is not None:
            self.files.insert(0, ChosenFile(told["name"], b64decode(told["data"])))
        if not self._reading:
            for then in self._later:
                then()
            self._later.clear()


def filled(pieces: Sequence[bytes | None], files: Sequence[ChosenFile], length: float) -> bytes:
    """A body whose pieces that are None are files; empty when it cannot be told which. `length` is 0 when unknown."""
    if None not in pieces:
        return b"".join(filter(None, pieces))
    choices: list[list[bytes]] = []
    for index, piece in enumerate(pieces):
        choices.append(_candidates(pieces[index - 1] if index else b"", files) if piece is None else [piece])
    bodies = map(b"".join, islice(product(*choices), MOST))
    return next((body for body in bodies if length in (0, len(body))), b"")


def _candidates(head: bytes | None, files: Sequence[ChosenFile]) -> list[bytes]:
    """The files with the name that the head of a part of a form tells; else all, for a script may give another name."""
    found = IS_FILE.search(head or b"")
    named = [file.data for file in files if found and written(file.name) == found[1]]
    return named or [file.data for file in files]


def written(name: str) -> bytes:
    """The name of a file as browsers write it into a form."""
    return name.replace("\n", "%0A").replace("\r", "%0D").replace('"', "%22").encode()
