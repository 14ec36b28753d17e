"""21. A PDF made in the page: the bill is a page to print, or a script writes the PDF."""

from collections.abc import Callable, Iterator
from contextlib import closing
from secrets import token_urlsafe

import pytest

import toolkit
from tests.sites.conftest import Client, MakeClient, Story, good_story
from tests.sites.server import BILLS, Answer, Ask, Site, as_json, only, page, redirect
from toolkit import Bill, File, Run
from toolkit.store import Store

FORM = """<form method=post action=/login>
<input name=login id=login><input name=password id=password type=password><button>Log in</button></form>"""
BILL = """<title>Bill {name}</title><style>nav { display: block } @media print { nav { display: none } }</style>
<nav>Home</nav><main></main><button id=pdf>PDF</button>
<script>
fetch("/bills/{name}").then(answer => answer.json()).then(bill => {
  document.querySelector("main").innerHTML = `<h1 id=total>${bill.total}</h1>`;
  document.querySelector("button").onclick = () => {
    const text = `%PDF-1.4\\n1 0 obj << /Type /Catalog >> endobj\\n% ${bill.id}\\ntrailer << /Root 1 0 R >>\\n%%EOF\\n`;
    open(URL.createObjectURL(new Blob([text], {type: "application/pdf"})));
  };
  print();
});
</script>"""


class PrintSite(Site):
    """Logs in by a cookie; a bill is a page whose script fills it in."""

    def __init__(self) -> None:
        super().__init__()
        self.sessions: set[str] = set()
        self.logins = 0
        bills = {one["id"]: one for one in BILLS}
        self.routes = {
            "GET /": lambda ask: page("<h1 id=in>Welcome</h1>" if self.knows(ask) else FORM),
            "POST /login": self.log_in,
            "GET /bills": only(self.knows, lambda _: as_json(BILLS)),
            "GET /bills/*": only(self.knows, lambda ask: as_json(bills[ask.name])),
            "GET /print/*": lambda ask: page(BILL.replace("{name}", ask.name) if self.knows(ask) else FORM),
        }

    def knows(self, ask: Ask) -> bool:
        """Whether somebody is logged in."""
        return ask.cookies.get("sid") in self.sessions

    def log_in(self, ask: Ask) -> Answer:
        """Let in who has the password."""
        self.logins += 1
        if ask.form.get("password") != "correct horse":
            return page(f"{FORM}<p class=error>Wrong password</p>")
        sid = token_urlsafe(16)
        self.sessions.add(sid)
        return redirect("/", cookies=[f"sid={sid}; HttpOnly; Path=/"])


@pytest.fixture
def site() -> Iterator[PrintSite]:
    """The site, running."""
    with PrintSite() as running:
        yield running


CARRIED = "cookie sid"


# connector
def document(number: str) -> Callable[[Run], bytes]:
    """What prints one bill."""

    def fetch(run: Run) -> bytes:
        run.page.goto(f"/print/{number}")
        run.page.locator("#total").wait_for()
        return toolkit.print_page(run.page)

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


def files_of(person: Client) -> dict[str, tuple[bool, bytes]]:
    """By name, whether each stored file was printed, and its bytes."""
    with closing(Store(f"sqlite:///{person.folder / 'store.sqlite'}")) as store:
        files = File.all(store)
    return {file.name: (file.rendered, (person.folder / "files" / file.path).read_bytes()) for file in files}


def test_it_works(site: PrintSite, client: MakeClient) -> None:
    """One page is opened to print what is new in the first run; the second, which finds nothing new, opens none."""
    ada, eve = client(site.url()), client(site.url(), password="wrong")

    assert Story.of(ada, eve, connector) == good_story(CARRIED, browsers=2)
    assert site.logins == 2


def test_what_was_printed_is_marked(site: PrintSite, client: MakeClient) -> None:
    """Each file is its own bill, and says that the site has no such file."""
    ada = client(site.url())
    ada.run(connector)
    files = files_of(ada)

    assert sorted(files) == [f"2025-0{n}-01_acme_{n}0.50.pdf" for n in (1, 2, 3)]
    for name, (rendered, content) in files.items():
        assert rendered
        assert f"Bill A{name[6]}".encode() in content


def test_a_pdf_that_the_script_writes_is_the_sites_own(site: PrintSite, client: MakeClient) -> None:
    """The page opens it in a tab, as byte for byte it was made."""

    def written(run: Run) -> Iterator[Bill]:
        def fetch(run: Run) -> bytes:
            run.page.goto("/print/A1")
            run.page.locator("#total").wait_for()
            return toolkit.click_for_file(run.page, "#pdf")

        row = run.session.get("/bills/A1").json()
        yield Bill(number=row["id"], date=row["day"], amount=row["total"], fetch=fetch)

    steps = [log_in, toolkit.hand_over, written, toolkit.filter_existing(Bill), toolkit.save_data_and_file(Bill)]
    ada = client(site.url())
    ada.run(toolkit.create_new(name="acme", models=[Bill], fetch_operations=steps))

    assert [(rendered, b"% A1\n" in content) for rendered, content in files_of(ada).values()] == [(False, True)]


def test_a_login_page_is_not_printed(site: PrintSite, client: MakeClient) -> None:
    """The session ends before the first bill is printed: none is saved with a login form for a document."""

    def ends(run: Run) -> None:
        run.page.goto("/")
        site.sessions.clear()

    def printed(run: Run) -> bytes:
        return toolkit.print_page(run.page, "/print/A1")

    def one(run: Run) -> Iterator[Bill]:
        row = run.session.get("/bills/A1").json()
        yield Bill(number=row["id"], date=row["day"], amount=row["total"], fetch=printed)

    steps = [log_in, toolkit.hand_over, one, ends, toolkit.filter_existing(Bill), toolkit.save_data_and_file(Bill)]
    report = client(site.url()).run(toolkit.create_new(name="acme", models=[Bill], fetch_operations=steps))

    assert report.entries[0].reason == "the page to print asks for a password"
