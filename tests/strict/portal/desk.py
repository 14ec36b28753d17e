"""What the strict site does for those who are in: an API that wants every call signed, and papers."""

from collections.abc import Callable
from functools import cache
from random import Random
from typing import Any
from uuid import uuid4

from tests.strict.portal.guard import Guard, Visit
from tests.strict.portal.server import Answer, Asked, Origins, Refused, Reply, Routes, as_json, page, redirect

__all__ = ["Desk", "pdf"]

SIZE = 200 * 1024
BILLS, AT_ONCE = 12, 4
PENDING = 3


@cache
def pdf(name: str) -> bytes:
    """The paper of that name: 200 KB, always the same."""
    return b"%PDF-1.7\n" + Random(name).randbytes(SIZE) + b"\n%%EOF\n"


class Desk:
    """Everything that is for one visit only."""

    def __init__(self, origins: Origins, guard: Guard) -> None:
        self._origins, self._guard = origins, guard
        portal, api = origins.portal, origins.api
        self.routes: Routes = {
            (portal, "GET /home"): self._home,
            (portal, "GET /app.js"): lambda _: page("app.js"),
            (portal, "GET /api"): lambda _: as_json({"api": api}),
            (portal, "GET /paper"): self._paper,
            (portal, "POST /paper"): self._posted_paper,
            (portal, "GET /export"): self._export,
            (api, "GET /token"): self._token,
            (api, "POST /jobs"): self._signed(self._new_job),
            (api, "GET /jobs"): self._signed(self._job),
            (api, "PUT /prefs"): self._signed(self._prefs),
            (api, "GET /unread"): self._signed(self._unread),
            (api, "POST /graphql"): self._signed(self._graphql),
            (api, "GET /pdf"): self._signed(lambda asked, _: paper(asked.last, "inline")),
            (api, "PUT /links"): self._signed(self._new_link),
            (api, "GET /dl"): self._link,
        }

    def _home(self, asked: Asked) -> Answer:
        self._guard.visit(asked)
        return page("home.html", CSRF=asked.cookies["csrf"], API=self._origins.api)

    def _token(self, asked: Asked) -> Answer:
        self._guard.across(asked, self._origins.portal)
        self._guard.fresh(asked.query.get("_"))
        visit = self._guard.visit(asked)
        self._guard.meant(asked, visit)
        return as_json({"token": self._guard.token(csrf=visit.csrf), "signing_key": visit.key.hex()})

    def _signed(self, reply: Callable[[Asked, Visit], Answer]) -> Reply:
        def signed(asked: Asked) -> Answer:
            self._guard.across(asked, self._origins.portal)
            visit = self._guard.visit(asked)
            self._guard.signed(asked, visit)
            return reply(asked, visit)

        return signed

    def _new_job(self, asked: Asked, visit: Visit) -> Answer:
        if asked.json != {"kind": "statement", "year": 2025}:
            raise Refused(400, "There is no such job.")
        job = str(uuid4())
        visit.jobs[job] = 0
        return as_json({"job": job})

    def _job(self, asked: Asked, visit: Visit) -> Answer:
        """Pending three times, then done."""
        visit.jobs[asked.last] += 1
        return as_json({"state": "done" if visit.jobs[asked.last] > PENDING else "pending"})

    def _prefs(self, asked: Asked, visit: Visit) -> Answer:
        sent = asked.json
        if sent["version"] != visit.version:
            raise Refused(409, "Somebody else was faster.")
        visit.language, visit.version = sent["language"], visit.version + 1
        return as_json({"language": visit.language, "version": visit.version})

    def _unread(self, _: Asked, visit: Visit) -> Answer:
        """Less each time."""
        visit.unread -= 1
        return as_json({"unread": visit.unread + 1})

    def _graphql(self, asked: Asked, visit: Visit) -> Answer:
        sent = asked.json
        if sent["operationName"] != "Bills" or "query Bills" not in sent["query"]:
            raise Refused(400, "There is no such query.")
        first = sent["variables"]["page"] * AT_ONCE
        nodes = [self._bill(number, visit) for number in range(first, min(first + AT_ONCE, BILLS))]
        return as_json({"data": {"bills": {"nodes": nodes, "total": BILLS}}})

    def _bill(self, number: int, visit: Visit) -> dict[str, Any]:
        """A bill, whose link is good once and differs from others in its token only."""
        name = f"B-{number + 1:02}"
        token = self._guard.give()
        visit.links[token] = name
        ends = int(self._guard.clock()) + 300
        return {
            "id": name,
            "date": f"2025-{number + 1:02}-05",
            "amount": f"{number + 10}.90",
            "pdf": f"/dl?t={token}&e={ends}",
        }

    def _new_link(self, asked: Asked, visit: Visit) -> Answer:
        """A link whose name the client has drawn."""
        self._guard.once(asked.last, 36)
        self._guard.accept(asked.last)
        visit.links[asked.last] = asked.json["bill"]
        return Answer(204)

    def _link(self, asked: Asked) -> Answer:
        visit = self._guard.visit(asked)
        self._guard.take(asked.query["t"])
        return paper(visit.links[asked.query["t"]], "inline")

    def _paper(self, asked: Asked) -> Answer:
        self._guard.visit(asked)
        return paper(asked.last, "attachment")

    def _posted_paper(self, asked: Asked) -> Answer:
        visit, sent = self._guard.visit(asked), asked.form
        if sent["csrf"] != visit.csrf:
            raise Refused(403, "The CSRF token is wrong.")
        return paper(sent["paper"], "attachment")

    def _export(self, asked: Asked) -> Answer:
        """Two redirects, each with a cookie that the next step wants."""
        self._guard.visit(asked)
        if asked.last == "export":
            return redirect(302, "/export/one", f"one={self._guard.give()}; Path=/export; HttpOnly")
        self._guard.take(asked.cookies.get(asked.last))
        if asked.last == "one":
            return redirect(302, "/export/two", f"two={self._guard.give()}; Path=/export; HttpOnly")
        return as_json({"bills": BILLS})


def paper(name: str, disposition: str) -> Answer:
    """A paper as it is sent."""
    named = ("Content-Disposition", f'{disposition}; filename="{name}.pdf"')
    return Answer(body=pdf(name), type="application/pdf", headers=[named])
