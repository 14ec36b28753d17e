"""20. blob: and data: downloads: what the site sends is unreadable, and its page makes the document of it.

Every page has a new session cookie and ends the old one, so that only one side, page or session, may go on with it.
"""

from collections.abc import Callable, Iterator
from secrets import token_urlsafe

import pytest

import toolkit
from tests.sites.conftest import MakeClient, Story, good_story
from tests.sites.server import BILLS, Answer, Ask, Site, as_json, only, page, pdf, redirect
from toolkit import Bill, Run

FORM = """<form method=post action=/login>
<input name=login id=login><input name=password id=password type=password><button>Log in</button></form>"""
HOME = """<h1 id=in>Welcome</h1>
<button id=A1>1</button><button id=A2>2</button><button id=A3>3</button>
<script>
const way = "{way}";
for (const button of document.querySelectorAll("button")) button.onclick = async () => {
  const sent = await (await fetch(`/document/${button.id}`)).arrayBuffer();
  const bytes = new Uint8Array(sent).map(byte => byte ^ 42);
  if (way == "data") return save("data:application/pdf;base64," + btoa(String.fromCharCode(...bytes)));
  const url = URL.createObjectURL(new Blob([bytes], {type: "application/pdf"}));
  if (way == "blob") save(url); else open(url);
  URL.revokeObjectURL(url);
};
const save = url => Object.assign(document.createElement("a"), {href: url, download: "bill.pdf"}).click();
</script>"""


class PageMadeSite(Site):
    """Logs in by a cookie that is another one after each page, and sends documents that only its page can read."""

    def __init__(self) -> None:
        super().__init__()
        self.way = "blob"
        self.sessions: set[str] = set()
        self.logins = 0
        self.routes = {
            "GET /": self.home,
            "POST /login": self.log_in,
            "GET /bills": only(self.knows, lambda _: as_json(BILLS)),
            "GET /document/*": only(self.knows, self.document),
        }

    def knows(self, ask: Ask) -> bool:
        """Whether somebody is logged in."""
        return ask.cookies.get("sid") in self.sessions

    def home(self, ask: Ask) -> Answer:
        """The page, and a new cookie in place of the old one."""
        if not self.knows(ask):
            return page(FORM)
        self.sessions.remove(ask.cookies["sid"])
        return page(HOME.replace("{way}", self.way)).adding("Set-Cookie", self.new_cookie())

    def log_in(self, ask: Ask) -> Answer:
        """Let in who has the password."""
        self.logins += 1
        if ask.form.get("password") != "correct horse":
            return page(f"{FORM}<p class=error>Wrong password</p>")
        return redirect("/", cookies=[self.new_cookie()])

    def new_cookie(self) -> str:
        """The cookie of a session that lives from now on."""
        sid = token_urlsafe(16)
        self.sessions.add(sid)
        return f"sid={sid}; HttpOnly; Path=/"

    def document(self, ask: Ask) -> Answer:
        """The document as the page's script wants it."""
        body = bytes(byte ^ 42 for byte in pdf(ask.name).body)
        return Answer(body, 200, (("Content-Type", "application/octet-stream"),))


@pytest.fixture
def site() -> Iterator[PageMadeSite]:
    """The site, running."""
    with PageMadeSite() as running:
        yield running


CARRIED = "cookie sid"


# connector
def document(number: str) -> Callable[[Run], bytes]:
    """What gets the document of one bill from the page that makes it."""

    def fetch(run: Run) -> bytes:
        run.page.goto("/")
        return toolkit.click_for_file(run.page, f"#{number}")

    return fetch


def bills(run: Run) -> Iterator[Bill]:
    """All there are."""
    for row in run.session.get("/bills").json():
        yield Bill(number=row["id"], date=row["day"], amount=row["total"], fetch=document(row["id"]))


log_in = toolkit.login_form(
    "/", fields={"login": "#login", "password": "#password"}, submit="button", ok="#in", wrong=".error"
)
connector = toolkit.create_new(
    name="acme",
    models=[Bill],
    fetch_operations=[
        log_in,
        toolkit.hand_over,
        bills,
        toolkit.filter_existing(Bill),
        toolkit.save_data_and_file(Bill),
    ],
)
# end


@pytest.mark.parametrize("way", ["blob", "data", "tab"])
def test_it_works(site: PageMadeSite, client: MakeClient, way: str) -> None:
    """One page is opened for the documents of the first run, none in the second, where nothing is new.

    The second run finds the session alive: it was given the cookie that the page had last.
    """
    site.way = way
    ada, eve = client(site.url()), client(site.url(), password="wrong")

    assert Story.of(ada, eve, connector) == good_story(CARRIED, browsers=2)
    assert site.logins == 2
    assert sorted(path for path in site.paths() if "document" in path) == [f"GET /document/A{n}" for n in (1, 2, 3)]
