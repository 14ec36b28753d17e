"""A strict site of three origins: a portal, its API on another port, and a sign-in on another host.

    with Portal() as portal:
        …portal.url, portal.refused…

It refuses whatever a strict site refuses; why it did stands in `refused`. A wrong password is no such case.
"""

from threading import Event, RLock
from typing import Self

from tests.strict.portal.desk import Desk, pdf
from tests.strict.portal.door import EMAIL, PASSWORD, Door
from tests.strict.portal.guard import Guard
from tests.strict.portal.server import Answer, Asked, Origins, Refused, Routes, Server

__all__ = ["EMAIL", "PASSWORD", "Portal", "pdf"]


class Portal:
    """The site while its `with` block lasts.

    While `go_on` is cleared, whoever asks how far a job is waits for it; `halfway` is set then.
    """

    def __init__(self) -> None:
        self.refused: list[str] = []
        self.halfway, self.go_on = Event(), Event()
        self.go_on.set()
        self._guard = Guard()
        self._lock = RLock()
        self._routes: Routes = {}

    def __enter__(self) -> Self:
        hosts = ("localhost", "localhost", "127.0.0.1")
        self._servers = [Server(host, self._reply) for host in hosts]
        self.origins = Origins(*(server.origin for server in self._servers))
        self.url = self.origins.portal
        self._routes = {**Door(self.origins, self._guard).routes, **Desk(self.origins, self._guard).routes}
        return self

    def __exit__(self, *_: object) -> None:
        self.go_on.set()
        for server in self._servers:
            server.close()

    def _reply(self, asked: Asked) -> Answer:
        if asked.path.startswith("/jobs/") and not self.go_on.is_set():
            self.halfway.set()
            self.go_on.wait()
        with self._lock:
            try:
                answer = self._answer(asked)
            except (Refused, KeyError, ValueError) as error:
                self.refused.append(f"{asked.method} {asked.target}: {error!r}")
                answer = Answer(error.status if isinstance(error, Refused) else 400)
            return self._with_leave(asked, answer)

    def _answer(self, asked: Asked) -> Answer:
        if asked.path == "/favicon.ico":
            return Answer(404)
        if asked.method == "OPTIONS" and asked.origin == self.origins.api:
            self._guard.asked_first(asked, self.url)
            return Answer(204)
        reply = self._routes.get((asked.origin, f"{asked.method} /{asked.path.split('/')[1]}"))
        if reply is None:
            raise Refused(404, "There is nothing here.")
        return reply(asked)

    def _with_leave(self, asked: Asked, answer: Answer) -> Answer:
        """The answer, which pages of the portal may read across origins, each call asked for anew."""
        if asked.origin == self.origins.api and asked.headers.get("Origin") == self.url:
            allowed = {
                "Origin": self.url,
                "Credentials": "true",
                "Methods": "GET, POST, PUT",
                "Headers": "authorization, content-type, x-csrf-token",
            }
            answer.headers.extend((f"Access-Control-Allow-{name}", value) for name, value in allowed.items())
            answer.headers.append(("Access-Control-Max-Age", "0"))
        return answer
