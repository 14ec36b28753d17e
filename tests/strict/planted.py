"""A site that plants a secret in every place where a site can put one, and a connector that gets into every trouble.

`SECRETS` are those of the site, by the place; `PERSON` is what the account has. A bill's number and its file are no
secrets.
"""

import hashlib
from base64 import b64encode
from collections.abc import Callable

from tests.sites.server import Answer, Ask, Site, as_json, page, pdf, redirect

__all__ = ["CODE", "MANIFEST", "PERSON", "SECRETS", "PlantedSite"]

PLACES = (
    "cookie", "lasting cookie", "renewed cookie", "cookie of an error", "cookie of a redirect", "local storage",
    "session storage", "indexed db", "answer header", "bearer", "api key", "location", "query of a page", "meta tag",
    "hidden field", "json answer", "error page", "console", "file name", "path of a file", "query of a file",
    "frame", "script",
)  # fmt: skip


def _random(place: str) -> str:
    """A token as sites make them, the same in every run; those that a browser holds for the session are short ones."""
    text = b64encode(hashlib.sha256(place.encode()).digest()).decode().translate(str.maketrans("+/=", "Zq0"))
    return text[: 10 if "cookie" in place else 28]


PERSON = {"login": "ada@planted.example", "password": 'Vä1n/"P\\w0rd &<x>', "seed": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"}
SECRETS = {place: _random(place) for place in PLACES} | {"password": PERSON["password"], "seed": PERSON["seed"]}
MANIFEST = {
    "name": "Planted",
    "slug": "planted",
    "type": "konnector",
    "version": "1.0",
    "source": "here",
    "currency": "EUR",
    "developer": {"name": "Ada"},
    "fields": {
        "url": {},
        "login": {"type": "email"},
        "password": {"type": "password"},
        "seed": {"role": "totp"},
        "trouble": {"isRequired": False},
    },
}
CODE = '''"""Planted: whatever can go wrong, goes wrong on demand, and tells all it knows."""

import toolkit
from toolkit import Bill, Run


def log_in(run: Run) -> None:
    """Log in, with a code."""
    login, password = run.fields["login"], run.fields["password"]
    run.page.goto("/")
    run.page.fill("#login", login)
    run.page.fill("#password", password)
    run.page.fill("#code", run.ask("totp", "Code"))
    with run.page.expect_navigation():
        run.page.click("button")
    if run.page.locator(".error").count():
        raise toolkit.LoginFailed(run.page.locator(".error").inner_text())
    run.page.wait_for_selector("#in")
    everything = run.page.content()
    if run.fields.get("trouble") == "login":
        raise ValueError(f"{run.page.url} is not what it was: {everything}, {run.page.context.cookies()}")
    if run.fields.get("trouble") == "hang up":
        run.page.goto(run.page.get_attribute("#bill", "href"))


def bills(run: Run):
    """The list."""
    answer = run.session.get("/bills")
    found = answer.json()
    told = run.session.get("/whoami", auth=(run.fields["login"], run.fields["password"]))
    run.log("info", f"as {dict(told.request.headers)}", file=run.session.get(found["bills"][0]["link"]).headers)
    run.log("info", "listed", answer=found, headers=dict(answer.headers), sent=dict(answer.request.headers))
    trouble = run.fields.get("trouble")
    for row in found["bills"]:
        if trouble == "listing":
            raise KeyError(f"no total in {row} of {found} {dict(answer.headers)} {list(run.session.cookies)}")
        if trouble == "status":
            gone = run.session.get(row["link"].replace("/file/", "/gone/"))
            raise ValueError(f"{gone.url} says {gone.status_code}, {gone.text}, {gone.headers}")
        if trouble == "network":
            run.session.get(row["link"].replace("/file/", "/hang-up/"))
        if trouble == "assertion":
            sent = run.session.headers_for(answer.url)
            assert sent == run.session.cookies.header_for(answer.url), (sent, vars(run.session), run.state)
        yield Bill(number=row["id"], date=row["day"], amount=row["total"], pdfurl=row["link"])


connector = toolkit.create_new(
    name="planted",
    models=[Bill],
    fetch_operations=[
        log_in,
        toolkit.hand_over,
        bills,
        toolkit.filter_existing(Bill),
        toolkit.save_data_and_file(Bill),
    ],
)
'''
FORM = f"""<meta name=csrf-token content={SECRETS["meta tag"]}><title>Log in</title>
<form method=post action=/login><input id=login name=login><input id=password name=password type=password>
<input id=code name=code><input type=hidden name=form_token value={SECRETS["hidden field"]}>
<button>Go</button></form>"""
HOME = f"""<meta name=csrf-token content={SECRETS["meta tag"]}><script>
const config = {{"client_secret": "{SECRETS["script"]}"}};
console.log("token {SECRETS["console"]}"); console.error(new Error("{SECRETS["console"]}"));
localStorage.setItem("token", "{SECRETS["local storage"]}");
sessionStorage.setItem("state", JSON.stringify({{"key": "{SECRETS["session storage"]}"}}));
const opening = indexedDB.open("vault", 1);
opening.onupgradeneeded = () => opening.result.createObjectStore("keys").put("{SECRETS["indexed db"]}", "key");
opening.onsuccess = async () => {{
  const told = await (await fetch("/session")).json();
  const keys = {{"Authorization": `Bearer ${{told.access_token}}`, "X-Api-Key": "{SECRETS["api key"]}"}};
  await fetch("/bills", {{headers: keys}});
  document.body.insertAdjacentHTML("beforeend", "<h1 id=in>Welcome</h1>");
}};
</script><body><iframe src="/frame?ticket={SECRETS["frame"]}"></iframe>
<a id=bill href="/hang-up/{SECRETS["path of a file"]}?sig={SECRETS["query of a file"]}">bill</a>"""


class PlantedSite(Site):
    """Gives secrets away wherever it can; `codes` are those that were typed."""

    def __init__(self) -> None:
        super().__init__()
        self.codes: list[str] = []
        self.routes = {
            "GET /": lambda _: page(FORM).adding("Set-Cookie", f"hop={SECRETS['cookie of a redirect']}; Path=/"),
            "POST /login": self._log_in,
            "GET /home": lambda _: page(HOME).adding("X-Session", SECRETS["answer header"]),
            "GET /frame": lambda _: page("<p>frame"),
            "GET /session": lambda _: as_json({"access_token": SECRETS["bearer"], "refresh": SECRETS["json answer"]}),
            "GET /whoami": lambda ask: as_json({"you": ask.headers["Authorization"]}),
            "GET /bills": self._guarded(self._bills),
            "GET /file/*": self._guarded(lambda _: pdf("A1").adding("Content-Disposition", _NAMED)),
            "GET /gone/*": lambda _: _error(500),
            "GET /hang-up/*": self._hang_up,
        }

    def _log_in(self, ask: Ask) -> Answer:
        self.codes.append(ask.form["code"])
        if ask.form["password"] != PERSON["password"] or ask.form["form_token"] != SECRETS["hidden field"]:
            return _error(401, f"<p class=error>Wrong: {ask.form['password']} is not it ({SECRETS['error page']})")
        cookies = [f"sid={SECRETS['cookie']}; Path=/; HttpOnly", f"device={SECRETS['lasting cookie']}; Max-Age=9999999"]
        where = f"/home?ticket={SECRETS['query of a page']}#access_token={SECRETS['location']}"
        return redirect(where, cookies=cookies)

    def _guarded(self, handler: Callable[[Ask], Answer]) -> Callable[[Ask], Answer]:
        def answer(ask: Ask) -> Answer:
            keys = ask.cookies.get("sid"), ask.bearer, ask.headers["X-Api-Key"]
            if keys != (SECRETS["cookie"], SECRETS["bearer"], SECRETS["api key"]):
                return _error(401)
            return handler(ask)

        return answer

    def _bills(self, _: Ask) -> Answer:
        link = f"/file/{SECRETS['path of a file']}/A1.pdf?sig={SECRETS['query of a file']}"
        row = {"id": "A1", "day": "2025-03-01", "total": "30.50", "link": link}
        told = {"bills": [row], "refresh_token": SECRETS["json answer"]}
        return as_json(told, cookies=[f"seen={SECRETS['renewed cookie']}; Path=/"])

    def _hang_up(self, _: Ask) -> Answer:
        raise ConnectionResetError


_NAMED = f'attachment; filename="{SECRETS["file name"]}.pdf"'


def _error(status: int, html: str = "") -> Answer:
    told = f"{html}<p>{SECRETS['error page']}</p>"
    return page(told, status=status).adding("Set-Cookie", f"trace={SECRETS['cookie of an error']}; Path=/")
