"""Secrets planted wherever one can stand: none is in the recording, which still replays and looks as it did."""

import json
import re
from base64 import urlsafe_b64decode
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.strict.brute_force import find
from tests.strict.canaries import (
    ACCOUNT,
    BILLS,
    CANARIES,
    EXPIRES,
    FIXTURE,
    IBAN,
    JWT,
    LOGGED_IN,
    OTP,
    PERSON,
    CanarySite,
)
from toolkit.account import Account
from toolkit.jobs import Found, RunOptions, find_connector
from toolkit.jobs.check import check
from toolkit.jobs.recordings import Recorded, record_connector
from toolkit.jobs.replaying import replay_connector
from toolkit.transport.har import Har, HarEntry
from toolkit.transport.take import HAR_NAME, Take

OPERATIONS = "io.cozy.bank.operations"
MANIFEST = {
    "name": "Canary Bank",
    "slug": "canary",
    "type": "konnector",
    "version": "1.0",
    "source": "here",
    "currency": "EUR",
    "fields": {"url": {}, "login": {"type": "email"}, "password": {"type": "password"}},
    "take": {"secrets": ["customer_ref", "X-Customer"]},
    "developer": {"name": "Ada"},
}
CODE = '''"""Canary Bank: everything that can be sent, sent."""

import gzip
import json

import toolkit
from toolkit import Bill, Run


def log_in(run: Run) -> None:
    """Fill in the form; the page does the rest."""
    run.page.goto("/")
    run.page.fill("#login", run.fields["login"])
    run.page.fill("#password", run.fields["password"])
    run.page.click("button")
    run.data["customer"] = run.page.locator("#account").inner_text()


def bills(run: Run):
    """The list, after requests of every kind."""
    session, login, password = run.session, run.fields["login"], run.fields["password"]
    sent = gzip.compress(json.dumps({"password": password, "otp": run.ask("sms", "Code")}).encode(), mtime=0)
    session.post("/packed", data=sent, headers={"Content-Encoding": "gzip"}).raise_for_status()
    session.get("/basic", auth=(login, password)).raise_for_status()
    session.get("/xml").raise_for_status()
    for row in session.get("/bills", headers={"X-Customer": run.data["customer"]}).json():
        yield Bill(date=row["date"], amount=row["amount"], number=row["id"], pdfurl=row["link"])


connector = toolkit.create_new(
    name="canary",
    models=[Bill],
    fetch_operations=[
        log_in,
        toolkit.hand_over,
        bills,
        toolkit.filter_existing(Bill),
        toolkit.save_data_and_file(Bill),
        toolkit.link_bank_operation(Bill, identifier="canary"),
    ],
)
'''


@dataclass(frozen=True)
class Tape:
    """A recording of the site, which is gone."""

    found: Found
    done: Recorded

    @property
    def entries(self) -> list[HarEntry]:
        """Its traffic."""
        return Har.load(self.done.folder / HAR_NAME).entries

    def entry(self, path: str) -> HarEntry:
        """The first request of an address that begins so."""
        return next(entry for entry in self.entries if urlsplit(entry.url).path.startswith(path))

    def login(self) -> dict[str, Any]:
        """What the site answered to the login."""
        return dict(json.loads(self.entry("/login").body()))


@pytest.fixture(scope="module")
def tape(tmp_path_factory: pytest.TempPathFactory, sharing: RunOptions) -> Tape:
    """A real run with a real browser, recorded once for all tests."""
    folder = tmp_path_factory.mktemp("canary")
    connector = folder / "connectors" / "canary"
    connector.mkdir(parents=True)
    (connector / "manifest.konnector").write_text(json.dumps(MANIFEST))
    (connector / "connector.py").write_text(CODE)
    found = find_connector("canary", folder / "connectors")
    with CanarySite() as site:
        account = Account(fields={"url": site.url, **PERSON})
        (folder / "fixture.json").write_text(json.dumps(FIXTURE))
        options = replace(sharing, ask=lambda *_: OTP, fixture=folder / "fixture.json")
        done = record_connector(found, account, folder / "recordings" / "canary" / "good", options)
    assert site.refused == []
    assert done.report.error is None, done.report.error
    assert done.report.verdict == "1 listed: 1 saved"
    return Tape(found, done)


def test_the_search_finds_what_is_there(tmp_path: Path) -> None:
    """Each canary as the site plants it, each in many ways."""
    (tmp_path / "account.html").write_text(ACCOUNT)
    (tmp_path / "login.json").write_text(json.dumps([LOGGED_IN, BILLS]))

    found = find(tmp_path, CANARIES)

    assert found.keys() == CANARIES.keys()
    assert min(map(len, found.values())) > 8


def test_none_is_left_in_any_encoding(tape: Tape) -> None:
    """Not in a body, a header, an address, a frame, a file name, nor in what stands beside the traffic."""
    assert find(tape.done.folder, CANARIES) == {}


def test_it_still_replays(tape: Tape, sharing: RunOptions) -> None:
    """Both halves bring back what they were given, and nothing that was recorded is left over."""
    done = replay_connector(tape.found, tape.done.folder, sharing)

    assert (done.differences, done.notes, done.unused) == ([], [], [])
    assert done.report.verdict == "1 listed: 1 saved"


def test_check_knows_the_stand_ins(tape: Tape) -> None:
    """Whatever looks like a secret in it is one of them; the rest of the recording is well too."""
    places = tape.found.folder.parent, tape.done.folder.parents[1]

    assert [one for one in check(*places, "canary", replay=False).wrong if one.rule != "refused-login"] == []


def test_stand_ins_look_like_what_they_stand_for(tape: Tape) -> None:
    """Lengths, an e-mail address, a UUID, an IBAN with valid check digits, a code of digits, a token's alphabet."""
    take, told = Take.load(tape.done.folder), tape.login()
    ((user, host),) = re.findall(r"(.+)@(.+)", take.fields["login"])

    assert re.fullmatch(r"[a-z]+\.[a-z]+\+[a-z]+@[a-z]+-[a-z]+\.example", f"{user}@{host}")
    assert [len(take.fields[name]) for name in PERSON] == [len(value) for value in PERSON.values()]
    assert re.fullmatch(r'[A-Z]\w[a-z]\d[a-z]{2}/"[A-Z]\\[a-z]\d[a-z]{2} &<[a-z]>', take.fields["password"])
    assert re.fullmatch(r"[1-9]\d{5}", take.answers[0])
    assert [len(group) for group in told["user"]["iban"].split(" ")] == [len(group) for group in IBAN.split(" ")]
    assert told["user"]["iban"][:2] == "FR"
    assert mod_97(told["user"]["iban"]) == 1
    assert len(told["state"]) == len(str(LOGGED_IN["state"]))
    assert re.fullmatch(r"[A-Z][a-z]{6} [A-Z][a-z]{6}", told["user"]["customer_ref"])


def mod_97(iban: str) -> int:
    """ISO 7064 over the digits and letters; 1 says that the check digits are right."""
    compact = iban.replace(" ", "")
    return int("".join(str(int(char, 36)) for char in compact[4:] + compact[:4])) % 97


def test_a_token_stays_one(tape: Tape) -> None:
    """Its head and its end of life are as they were; who it is for and its signature are not."""
    old, new = claims_of(JWT), claims_of(tape.login()["access_token"])

    assert (new[0], new[1]["exp"]) == (old[0], EXPIRES)
    assert new[1]["email"] == Take.load(tape.done.folder).fields["login"]
    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", new[1]["sub"])
    assert new[1].keys() == old[1].keys()
    assert [len(str(new[1][name])) for name in old[1]] == [len(str(old[1][name])) for name in old[1]]
    assert len(new[2]) == len(old[2])
    assert [one for one in old[1] if new[1][one] == old[1][one]] == ["exp"]


def claims_of(token: str) -> tuple[Any, Any, str]:
    """Head, claims and signature."""
    head, claims, signature = token.split(".")
    return json.loads(urlsafe_b64decode(f"{head}==")), json.loads(urlsafe_b64decode(f"{claims}==")), signature


def test_a_stand_in_is_the_same_wherever_it_stands(tape: Tape) -> None:
    """In the form and the account, the code and the upload, the cookie set and sent, the token of both halves."""
    take, told = Take.load(tape.done.folder), tape.login()
    sent = json.loads(tape.entry("/login").request_body() or b"")
    bills = tape.entry("/bills")

    assert (sent["user"], sent["password"]) == (take.fields["login"], take.fields["password"])
    assert (tape.entry("/multipart").request_body() or b"").count(take.answers[0].encode()) == 1
    assert told["user"]["hint"] == take.answers[0]
    assert (tape.entry("/login").header("set-cookie") or "").partition(";")[0] in (bills.request_header("cookie") or "")
    assert (bills.request_header("authorization") or "").rpartition(".")[2] == told["access_token"].rpartition(".")[2]
    assert bills.request_header("x-customer") == told["user"]["customer_ref"]
    assert (
        json.loads(bills.body())[0]["link"]
        == f"/d/{told['download_token']}/bill.pdf"
        == urlsplit(tape.entry("/d").url).path
    )
    assert told["user"]["iban"].encode() in tape.entry("/d").body()
    assert json.loads((tape.done.folder / "fixture.json").read_text())[OPERATIONS][0]["account"] == told["user"]["iban"]
