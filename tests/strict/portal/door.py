"""The way into the strict site: pages that tell what they drew, a sign-in on another host, a session."""

from email.utils import formatdate
from uuid import uuid4

from tests.strict.portal.guard import Guard, Visit
from tests.strict.portal.server import Answer, Asked, Origins, Refused, Routes, as_json, page, redirect

__all__ = ["EMAIL", "PASSWORD", "Door"]

EMAIL, PASSWORD = "ada@example.org", "analytical-engine-1843"
GONE = "Thu, 01 Jan 1970 00:00:00 GMT"
NEVER = "Fri, 31 Dec 9999 23:59:59 GMT"
HOUR = 3600


class Door:
    """Everything until somebody is in. Strict: each token is good once, and each step wants the cookie of the last."""

    def __init__(self, origins: Origins, guard: Guard) -> None:
        self._origins, self._guard = origins, guard
        portal, sso = origins.portal, origins.sso
        self.routes: Routes = {
            (portal, "GET /"): self._start,
            (portal, "GET /frame"): self._frame,
            (portal, "POST /boot"): self._boot,
            (portal, "GET /login"): self._login,
            (portal, "POST /acs"): self._consume,
            (portal, "GET /acs"): self._check,
            (portal, "POST /session"): self._session,
            (portal, "GET /logout"): self._logout,
            (portal, "GET /bye"): self._bye,
            (sso, "GET /frame"): self._frame,
            (sso, "POST /boot"): self._boot,
            (sso, "GET /authorize"): self._authorize,
            (sso, "POST /authorize"): self._sign_in,
        }

    def _page(self, name: str, *cookies: str, **values: str) -> Answer:
        return page(name, *cookies, **values, PORTAL=self._origins.portal, SSO=self._origins.sso)

    def _start(self, asked: Asked) -> Answer:
        cookies = [] if "pre" in asked.cookies else [f"pre={self._guard.give()}; Path=/; HttpOnly; SameSite=Lax"]
        return self._page("start.html", *cookies, CSRF=self._guard.give())

    def _frame(self, _: Asked) -> Answer:
        return self._page("frame.html", CSRF=self._guard.give())

    def _boot(self, asked: Asked) -> Answer:
        """A document tells what it drew first; no two may draw the same."""
        self._guard.take(asked.headers.get("X-CSRF-Token"))
        for drawn in asked.json["drawn"]:
            self._guard.once(str(drawn), 1)
        return as_json({"place": asked.json["place"]})

    def _login(self, asked: Asked) -> Answer:
        self._guard.fresh(asked.query.get("_"))
        self._guard.take(asked.cookies.get("pre"))
        state = self._guard.give()
        cookie = f"state={state}; Path=/acs; HttpOnly; SameSite=None; Secure"
        return redirect(302, f"{self._origins.sso}/authorize?state={state}", cookie)

    def _authorize(self, asked: Asked) -> Answer:
        cookie = f"visit={self._guard.give()}; Path=/; HttpOnly; SameSite=Lax"
        return self._page("sign-in.html", cookie, CSRF=self._guard.give(), STATE=asked.query["state"], ERROR="")

    def _sign_in(self, asked: Asked) -> Answer:
        sent = asked.form
        if asked.headers.get("Origin") != self._origins.sso:
            raise Refused(403, "This form came from elsewhere.")
        self._guard.take(sent["csrf"])
        self._guard.once(sent["nonce"])
        self._guard.take(asked.cookies.get("visit"))
        if (sent["email"], sent["password"]) != (EMAIL, PASSWORD):
            return self._page("sign-in.html", CSRF="", STATE="", ERROR="Wrong address or password.")
        assertion = self._guard.token(sub=EMAIL, state=sent["state"])
        cookie = f"idp={uuid4()}; Path=/; HttpOnly; SameSite=Lax"
        return self._page("post.html", cookie, ASSERTION=assertion, STATE=sent["state"])

    def _consume(self, asked: Asked) -> Answer:
        """The form that the sign-in posts across sites: two redirects follow, and each sets cookies."""
        sent = asked.form
        if asked.headers.get("Origin") != self._origins.sso or asked.cookies.get("state") != sent["state"]:
            raise Refused(403, "This sign-in was not asked for.")
        self._guard.take(sent["state"])
        self._guard.once(self._guard.claims(sent["assertion"])["jti"])
        ticket = self._guard.give()
        return redirect(303, f"/acs/check?ticket={ticket}", f"hop={ticket}; Path=/acs; HttpOnly; SameSite=Lax")

    def _check(self, asked: Asked) -> Answer:
        if asked.query["ticket"] != asked.cookies.get("hop"):
            raise Refused(403, "The first redirect set a cookie that is not here.")
        self._guard.take(asked.query["ticket"])
        return redirect(303, "/home", *self._open())

    def _session(self, asked: Asked) -> Answer:
        """The sign-in of those who have no browser."""
        self._guard.take(asked.headers.get("X-CSRF-Token"))
        self._guard.take(asked.cookies.get("pre"))
        if (asked.json["email"], asked.json["password"]) != (EMAIL, PASSWORD):
            return Answer(401)
        return Answer(204, headers=[("Set-Cookie", cookie) for cookie in self._open()])

    def _open(self) -> list[str]:
        """The cookies of a new session, one of which lives for ever; those from before are deleted."""
        session, csrf = self._guard.give(), self._guard.give()
        self._guard.visits[session] = Visit(csrf)
        soon = formatdate(self._guard.clock() + HOUR, usegmt=True)
        return [
            f"session={session}; Path=/; HttpOnly; SameSite=Lax; Expires={soon}",
            f"csrf={csrf}; Path=/; SameSite=Lax",
            f"device={uuid4()}; Path=/; HttpOnly; SameSite=Lax; Expires={NEVER}",
            f"pre=; Path=/; HttpOnly; SameSite=Lax; Expires={GONE}",
            f"hop=; Path=/acs; HttpOnly; SameSite=Lax; Expires={GONE}",
        ]

    def _logout(self, asked: Asked) -> Answer:
        """Deletes the session's cookie with a date that is only just over."""
        self._guard.visit(asked)
        del self._guard.visits[asked.cookies["session"]]
        just = formatdate(self._guard.clock() - 1, usegmt=True)
        return redirect(302, "/bye", f"session=; Path=/; HttpOnly; SameSite=Lax; Expires={just}")

    def _bye(self, asked: Asked) -> Answer:
        if "session" in asked.cookies:
            raise Refused(400, "The session's cookie was deleted.")
        return as_json({"bye": True})
