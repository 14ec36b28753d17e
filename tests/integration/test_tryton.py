"""The Tryton connector against a real Tryton server, through the toolkit's own runner and a real browser."""

import hashlib
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.integration.tryton.server import Server
from toolkit import Bill, Outcome, Report
from toolkit.account import Account
from toolkit.jobs import RunOptions, Workspace, find_connector, run_connector
from toolkit.run import Ask, Silent, refuse_to_ask

pytestmark = pytest.mark.integration

CONNECTORS = Path(__file__).parents[2] / "connectors"


@dataclass
class Client:
    """Runs the connector against one server, into one data folder."""

    server: Server
    workspace: Workspace

    def run(self, *, ask: Ask = refuse_to_ask, observer: Silent | None = None, **fields: str) -> Report:
        """Run with the server's own fields, some of them changed."""
        account = Account(fields=self.server.fields | fields)
        options = RunOptions(ask=ask, observer=observer)
        return run_connector(find_connector("tryton", CONNECTORS), account, self.workspace, options)

    def read_code(self, kind: str, _message: str, _deadline: float) -> str:
        """Answer with the code that the server sent."""
        assert kind == "sms"
        return self.server.last_code()

    def bills(self) -> list[Bill]:
        """What the store holds, in the order of the numbers."""
        store, _ = self.workspace.open()
        with closing(store):
            return sorted(store.all(Bill), key=lambda bill: int(bill.number or 0))


class EndSession(Silent):
    """Makes the server forget all sessions when an operation starts."""

    def __init__(self, database: Path, operation: str) -> None:
        self._database = database
        self._operation = operation

    def operation_started(self, name: str) -> None:
        """Forget the sessions when it is time."""
        if name == self._operation:
            with closing(sqlite3.connect(self._database)) as database, database:
                database.execute("DELETE FROM ir_session")


@pytest.fixture(scope="module")
def first_run(tryton: Server, tmp_path_factory: pytest.TempPathFactory) -> tuple[Client, Report]:
    """A first run with all it needs, made once for the tests that look at it."""
    client = Client(tryton, Workspace(tmp_path_factory.mktemp("data")))
    return client, client.run(ask=client.read_code)


@pytest.fixture
def client(tmp_path: Path) -> Callable[[Server], Client]:
    """A client of a server, with an empty data folder."""
    return lambda server: Client(server, Workspace(tmp_path / "data"))


def code_of(report: Report) -> str:
    """The code of the error that ended a run."""
    assert report.error is not None, report.verdict

    return report.error.code


def test_first_run_is_complete(first_run: tuple[Client, Report]) -> None:
    """A first run saves every invoice that the server has posted, and ends well."""
    _, report = first_run

    assert report.error is None
    assert report.counts() == {Outcome.SAVED: 12}
    assert report.exit_code == 0


@pytest.mark.parametrize("field", ["number", "date", "amount", "currency", "is_refund", "title", "vendor"])
def test_saves_what_the_server_has(first_run: tuple[Client, Report], field: str) -> None:
    """Each stored bill has the number, date, amount and so on of its invoice, credit notes and paid ones too."""
    client, _ = first_run
    wanted = [str(invoice[field]) for invoice in client.server.expected["invoices"]]

    assert wanted == [str(getattr(bill, field)) for bill in client.bills()]


def test_saves_the_very_documents(first_run: tuple[Client, Report]) -> None:
    """Each file holds, byte for byte, the document that Tryton made when the invoice was posted."""
    client, report = first_run
    wanted = {invoice["number"]: invoice["sha256"] for invoice in client.server.expected["invoices"]}
    root = client.workspace.files_root

    got = {
        str(line.entry.summary()["number"]): hashlib.sha256((root / line.file).read_bytes()).hexdigest()
        for line in report.entries
    }

    assert wanted == got


def test_second_run_downloads_nothing(first_run: tuple[Client, Report]) -> None:
    """A second run finds everything already there and asks the server for no document."""
    client, _ = first_run
    printed = client.server.printed()

    report = client.run(ask=client.read_code)

    assert printed > 0
    assert report.counts() == {Outcome.ALREADY_THERE: 12}
    assert client.server.printed() == printed


def test_no_secret_in_the_log(first_run: tuple[Client, Report]) -> None:
    """Neither the password nor the session's cookie is in the log of a run."""
    client, report = first_run
    with closing(sqlite3.connect(client.server.database)) as database:
        keys = [key for (key,) in database.execute("SELECT key FROM ir_session")]

    log = Path(report.log).read_text()

    assert keys
    assert not [secret for secret in [client.server.fields["password"], *keys] if secret in log]


def test_server_without_second_factor(plain_tryton: Server, client: Callable[[Server], Client]) -> None:
    """Nobody is asked for a code that the server does not want; a database that it does not tell can be typed."""
    report = client(plain_tryton).run()

    assert report.counts() == {Outcome.SAVED: 12}


def test_database_is_chosen_from_a_list(crowded_tryton: Server, client: Callable[[Server], Client]) -> None:
    """Where the server offers several databases, the account's own is taken."""
    report = client(crowded_tryton).run()

    assert report.counts() == {Outcome.SAVED: 12}


def test_wrong_password(tryton: Server, client: Callable[[Server], Client]) -> None:
    """A refused password is LOGIN_FAILED, and was sent once only."""
    report = client(tryton).run(password="not the password")

    assert code_of(report) == "LOGIN_FAILED"
    assert tryton.refusals() == 1


def test_wrong_code(tryton: Server, client: Callable[[Server], Client]) -> None:
    """A refused code is told apart from a refused password, and asked for once only."""
    asked: list[str] = []

    def answer_wrongly(kind: str, _message: str, _deadline: float) -> str:
        asked.append(kind)
        return "".join("1" if digit == "0" else "0" for digit in tryton.last_code())

    report = client(tryton).run(ask=answer_wrongly)

    assert code_of(report) == "USER_ACTION_NEEDED.WRONG_TWOFA_CODE"
    assert asked == ["sms"]


def test_nobody_there_for_the_code(tryton: Server, client: Callable[[Server], Client]) -> None:
    """A run that nobody watches ends when the server wants a code, and says so."""
    assert code_of(client(tryton).run()) == "USER_ACTION_NEEDED.TWOFA_EXPIRED"


def test_unknown_database(tryton: Server, client: Callable[[Server], Client]) -> None:
    """A database that is not there is a wrong login, and the sentence names those that are."""
    report = client(tryton).run(database="elsewhere")

    assert code_of(report) == "LOGIN_FAILED"
    assert "billing" in str(report.error)


def test_unknown_database_typed(plain_tryton: Server, client: Callable[[Server], Client]) -> None:
    """The same, where the server does not tell what databases it has."""
    report = client(plain_tryton).run(database="elsewhere")

    assert code_of(report) == "LOGIN_FAILED"
    assert "elsewhere" in str(report.error)


def test_no_server(tryton: Server, client: Callable[[Server], Client]) -> None:
    """An address where nothing listens is VENDOR_DOWN."""
    assert code_of(client(tryton).run(url="http://127.0.0.1:1")) == "VENDOR_DOWN"


def test_session_ended(plain_tryton: Server, client: Callable[[Server], Client]) -> None:
    """A session that the server ends before the listing is said to be over; nothing is called saved."""
    report = client(plain_tryton).run(observer=EndSession(plain_tryton.database, "invoices"))

    assert code_of(report) == "VENDOR_DOWN"
    assert "ended the session" in str(report.error)
    assert report.counts() == {}
