"""A site of pages that knows by a cookie who is logged in; how one gets there is what each kind of login adds."""

from __future__ import annotations

from secrets import token_urlsafe

from tests.sites.server import BILLS, Answer, Ask, Site, as_json, only, page, pdf, redirect

__all__ = ["WELCOME", "Portal"]

WELCOME = "<h1 id=in>Welcome</h1>"


class Portal(Site):
    """Gives a cookie for the password; `tried` counts the passwords, `sessions` are the cookies that are good."""

    def __init__(self) -> None:
        super().__init__()
        self.password = "correct horse"
        self.tried = 0
        self.sessions: set[str] = set()
        self.routes = {
            "GET /": lambda ask: page(WELCOME) if self.knows(ask) else self.front(ask),
            "POST /login": self.log_in,
            "GET /bills": only(self.knows, lambda _: as_json(BILLS)),
            "GET /pdf/*": only(self.knows, lambda ask: pdf(ask.name)),
        }

    def front(self, ask: Ask) -> Answer:
        """What a visitor sees who is not logged in."""
        raise NotImplementedError

    def log_in(self, ask: Ask) -> Answer:
        """Count, and let in who has the password."""
        return self.let_in() if self.is_right(ask.form.get("password", "")) else self.refuse(ask)

    def refuse(self, ask: Ask) -> Answer:
        """The form once more, with an error."""
        answer = self.front(ask)
        return Answer(answer.body + b"<p class=error>Wrong password</p>", answer.status, answer.headers)

    def is_right(self, password: str) -> bool:
        """Whether it is the password; each is counted."""
        self.tried += 1
        return password == self.password

    def let_in(self) -> Answer:
        """The way in, with a new session."""
        return redirect("/", cookies=[f"sid={self.new_session()}; HttpOnly; SameSite=Lax; Path=/"])

    def new_session(self) -> str:
        """The cookie of one that is good from now on."""
        sid = token_urlsafe(16)
        self.sessions.add(sid)
        return sid

    def knows(self, ask: Ask) -> bool:
        """Whether a request is of somebody who is logged in."""
        return ask.cookies.get("sid") in self.sessions
