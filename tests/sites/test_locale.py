"""30. A French site: months in words, commas in amounts, and days that depend on the browser's time zone."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

import toolkit
from tests.sites.conftest import MANIFEST, Client, MakeClient, Story, good_story
from tests.sites.portal import Portal
from tests.sites.server import BILLS, Answer, Ask, as_json, only, page
from toolkit import Bill, Run

FORM = """<form method=post action=/login><input name=login id=login><input name=password id=password type=password>
<button>%s</button></form><script>
document.cookie = "tz=" + encodeURIComponent(Intl.DateTimeFormat().resolvedOptions().timeZone);
document.cookie = "lang=" + navigator.language;</script>"""
MONTHS = ["janvier", "février", "mars"]


class French(Portal):
    """Speaks French to browsers that ask for it, and English to all others; whose language changes is sent out."""

    def __init__(self) -> None:
        super().__init__()
        self.spoke: dict[str, str] = {}
        self.routes["GET /bills"] = only(self.knows, self.bills)

    def front(self, ask: Ask) -> Answer:
        """The form."""
        return page(FORM % ("Se connecter" if self.is_french(ask) else "Log in"))

    def is_french(self, ask: Ask) -> bool:
        """By what it asks for, and by what its scripts see."""
        return ask.headers.get("Accept-Language", "").startswith("fr")

    def knows(self, ask: Ask) -> bool:
        """Nobody who asked for another language before."""
        asked = ask.headers.get("Accept-Language", "")
        return super().knows(ask) and self.spoke.setdefault(ask.cookies["sid"], asked) == asked

    def bills(self, ask: Ask) -> Answer:
        """As they are shown: each was made half an hour after midnight in Paris."""
        zone = ZoneInfo(ask.cookies["tz"].replace("%2F", "/"))
        french = self.is_french(ask) and ask.cookies["lang"].startswith("fr")
        return as_json([self.shown(row, zone, french=french) for row in BILLS])

    def shown(self, row: dict[str, str], zone: ZoneInfo, *, french: bool) -> dict[str, str]:
        """One row in words."""
        made = datetime.fromisoformat(f"{row['day']}T00:30:00+01:00").astimezone(zone)
        if not french:
            return {"id": row["id"], "day": f"{made:%B %d, %Y}", "total": f"€1,{row['total']:0>6}"}
        month = MONTHS[made.month - 1]
        return {
            "id": row["id"],
            "day": f"{made.day} {month} {made.year}",
            "total": f"1 0{row['total']} €".replace(".", ","),
        }


@pytest.fixture
def site() -> Iterator[French]:
    """The site, running."""
    with French() as running:
        yield running


CARRIED = "cookie lang, cookie sid, cookie tz"


# connector (its manifest says "locale": "fr-FR", "time_zone": "Europe/Paris")
def bills(run: Run) -> Iterator[Bill]:
    """As the site writes them."""
    for row in run.session.get("/bills").json():
        date, amount = toolkit.parse_date(row["day"], "fr"), toolkit.parse_amount(row["total"], "fr")
        yield Bill(number=row["id"], date=date, amount=amount, pdfurl=f"/pdf/{row['id']}")


log_in = toolkit.login_form(
    "/",
    fields={"login": "#login", "password": "#password"},
    submit="text=Se connecter",
    ok="#in",
    wrong=".error",
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


def french(client: Client) -> Client:
    """The same client, whose manifest says where it is at home."""
    return replace(client, manifest=MANIFEST.model_copy(update={"locale": "fr-FR", "time_zone": "Europe/Paris"}))


def test_it_works(site: French, client: MakeClient) -> None:
    """Both halves ask for the same language, and the days are those of Paris."""
    ada, eve = french(client(site.url())), french(client(site.url(), password="wrong"))

    assert Story.of(ada, eve, connector) == good_story(CARRIED)
    assert {ask.headers["Accept-Language"] for ask in site.asked} == {"fr-FR"}
    assert sorted(path.name for path in (ada.folder / "files" / "acme").iterdir()) == [
        "2025-01-01_acme_1010.50.pdf",
        "2025-02-01_acme_1020.50.pdf",
        "2025-03-01_acme_1030.50.pdf",
    ]


def test_who_does_not_say_gets_english(site: French, client: MakeClient) -> None:
    """One language in both halves, too; and what is no French date is refused, not guessed."""
    log_in = toolkit.login_form(
        "/", fields={"login": "#login", "password": "#password"}, submit="text=Log in", ok="#in"
    )
    operations = [log_in, *connector.fetch_operations[1:]]
    error = client(site.url()).run(toolkit.create_new(name="acme", models=[Bill], fetch_operations=operations)).error

    assert error is not None
    assert "is no date in fr" in error.message
    assert {ask.headers["Accept-Language"] for ask in site.asked} == {"en-US"}
