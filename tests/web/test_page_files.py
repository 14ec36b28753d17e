"""Files of a page: however it gives them, and printed."""

from datetime import UTC, datetime

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.web.conftest import Site
from toolkit.errors import FileDownloadFailed
from toolkit.web import Rendered, click_for_file, open_browser, print_page

PDF = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj << /Type /Catalog >> endobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"
HTML = b"""<!doctype html><link rel=icon href=data:,>
<a id=link href=/attached>1</a> <a id=tab href=/shown target=_blank>2</a> <a id=here href=/shown>3</a>
<a id=blob>4</a> <a id=data>5</a> <a id=viewer>6</a> <a id=frame>7</a> <a id=late>8</a> <a id=wrapped>9</a>
<a id=none>10</a>
<script>
const bytes = fetch("/shown").then(answer => answer.arrayBuffer());
const save = url => Object.assign(document.createElement("a"), {href: url, download: "x.pdf"}).click();
const ways = {
  blob: url => { save(url); URL.revokeObjectURL(url); },
  viewer: url => { open(url); URL.revokeObjectURL(url); },
  frame: url => document.body.append(Object.assign(document.createElement("iframe"), {src: url})),
};
for (const [id, way] of Object.entries(ways))
  document.getElementById(id).onclick = async () =>
    way(URL.createObjectURL(new Blob([await bytes], {type: "application/pdf"})));
document.getElementById("data").onclick = async () =>
  save("data:application/pdf;base64," + btoa(String.fromCharCode(...new Uint8Array(await bytes))));
document.getElementById("late").onclick = async () => {
  const tab = open("about:blank");
  tab.location = (await (await fetch("/where")).json()).url;
};
document.getElementById("wrapped").onclick = () => open("/viewer");
</script>"""


@pytest.fixture
def page(context: BrowserContext, site: Site) -> Page:
    """A page that gives a file in nine ways."""
    site.page("/shown", PDF, Content_Type="application/pdf")
    site.page("/attached", PDF, Content_Type="application/pdf", Content_Disposition="attachment; filename=a.pdf")
    site.page("/where", b'{"url": "/once"}', Content_Type="application/json")
    site.page("/once", PDF, Content_Type="application/pdf")
    site.page("/viewer", b"<iframe src=/once></iframe>", Content_Type="text/html")
    page = context.new_page()
    page.goto(site.page("/", HTML, Content_Type="text/html"))
    return page


@pytest.mark.parametrize("way", ["link", "tab", "here", "blob", "data", "viewer", "frame", "late", "wrapped"])
def test_a_click_gives_a_file(page: Page, site: Site, way: str) -> None:
    """As the site sent it or the page made it; what it opened is closed, and what is good once was asked once."""
    assert click_for_file(page, f"#{way}") == PDF
    assert page.context.pages == [page]
    assert [asked.path for asked in site.asked].count("/once") == (way in {"late", "wrapped"})


def test_a_click_that_gives_none_is_told(page: Page) -> None:
    """With what was clicked; what is there no more too."""
    with pytest.raises(FileDownloadFailed, match=r"^no file came of a click on `#none` within 2 seconds$"):
        click_for_file(page, "#none", timeout=2)
    with pytest.raises(FileDownloadFailed, match=r"^there was nothing to click on at `#gone` within 0\.1 seconds$"):
        click_for_file(page, "#gone", timeout=0.1)


def test_a_page_is_printed(page: Page, site: Site) -> None:
    """With its own size of paper and its title."""
    html = b"<title>Bill A1</title><style>@page { size: 100pt 300pt }</style><p>10.50"
    printed = print_page(page, site.page("/bill", html, Content_Type="text/html"))

    assert isinstance(printed, Rendered)
    text = printed.decode("latin-1")
    assert "/Title (Bill A1)" in text
    assert "/MediaBox" in text
    assert "/MediaBox [0 0 612 792]" not in text  # which is the paper of who does not ask for any


@pytest.mark.usefixtures("users_browser")
def test_a_page_that_prints_itself_is_printed() -> None:
    """Nobody sees the dialog that it opens in a browser without a window."""
    with open_browser() as browser:
        page = browser.new_context().new_page()
        page.set_content("<h1>Bill A1</h1><script>print()</script>")

        assert print_page(page).startswith(b"%PDF-")


def test_a_page_with_the_same_clock_prints_the_same(page: Page) -> None:
    """The browser's own clock goes on meanwhile."""
    page.clock.install(time=datetime(2025, 3, 9, 12, tzinfo=UTC))
    page.clock.pause_at(datetime(2025, 3, 9, 13, tzinfo=UTC))
    first = print_page(page)

    assert print_page(page) == first
    assert first.count(b"Date (D:20250309130000+00") == 2


def test_what_is_no_bill_is_not_printed(page: Page, site: Site) -> None:
    """A page that is missing, and one to log in."""
    login = site.page("/login", b"<input type=password>", Content_Type="text/html")
    gone = site.page("/gone", b"<p>gone", status=404, Content_Type="text/html")  # without a body no page would come
    with pytest.raises(FileDownloadFailed, match="HTTP 404"):
        print_page(page, gone)
    with pytest.raises(FileDownloadFailed, match="asks for a password"):
        print_page(page, login)
