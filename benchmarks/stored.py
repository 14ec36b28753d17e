"""A million bills in a database, and a hundred thousand candidates, half of them among the million."""

import shutil
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.postgres import find_postgres, initialise, running
from toolkit.account import Account
from toolkit.log import RunLog
from toolkit.manifest import Developer, Manifest
from toolkit.models import Bill
from toolkit.report import Report
from toolkit.run import Run
from toolkit.store import Files, Provenance, Store
from toolkit.store.bulk import write
from toolkit.store.rows import to_row
from toolkit.store.schema import bills as table
from toolkit.store.statements import origin
from toolkit.transport import Live

STORED, CANDIDATES = 1_000_000, 100_000
VENDOR, ACCOUNT, CURRENCY = "Acme Telecom", "default", "EUR"
START, DAYS = date(2000, 1, 1), 9_000
NOW = datetime(2025, 4, 1, 8, 30, tzinfo=UTC)
MANIFEST = Manifest(
    name=VENDOR, slug="acme", type="konnector", version="1.0", source="", developer=Developer(name="Ada")
)

Fields = tuple[date, Decimal]


def fields_of(number: int) -> Fields:
    """What tells a bill: each has a day and amount of its own."""
    return START + timedelta(number % DAYS), Decimal(number) / 100


def candidates() -> list[Fields]:
    """Every twentieth of the million, and as many new ones, as a site would list them: mixed."""
    step = STORED * 2 // CANDIDATES
    pairs = zip(range(0, STORED, step), range(STORED, STORED + CANDIDATES // 2), strict=True)
    return [fields_of(number) for pair in pairs for number in pair]


def natural_key(day: date, amount: Decimal) -> str:
    """The same text that the toolkit makes."""
    return f'["{VENDOR}","{ACCOUNT}","{day.isoformat()}","{amount:.2f}","{CURRENCY}",1]'


@contextmanager
def run_on(store: Store, folder: Path, listed: Iterable[Fields] = (), *, site: str = "") -> Iterator[Run]:
    """A run at a site that has listed bills."""
    account = Account("default", {"url": site} if site else {})
    folder.mkdir(exist_ok=True)
    with closing(RunLog(folder / "log.jsonl", account.mask())) as log:
        run = Run(
            manifest=MANIFEST,
            account=account,
            store=store,
            files=Files(folder / "files"),
            folder="acme",
            transport=Live(),
            log=log,
            report=Report("acme", "1.0", "default", "run-2"),
            mask=account.mask(),
        )
        with closing(run):
            for day, amount in listed:
                run.add(Bill(date=day, amount=amount, currency=CURRENCY))
            yield run


def documents(count: int = STORED) -> Iterator[dict[str, Any]]:
    """The rows that are stored, in the order of the columns."""
    bill = Bill(date=START, amount=Decimal("0.00"), currency=CURRENCY, vendor=VENDOR, account=ACCOUNT)
    usual = {**to_row(bill), **origin(Provenance("acme", "1.0", "default", "run-1", NOW))}
    doc = usual["doc"]
    for number in range(count):
        day, amount = fields_of(number)
        yield {
            **usual,
            "id": f"{number:032x}",
            "natural_key": natural_key(day, amount),
            "doc": doc.replace('"0.00"', f'"{amount:.2f}"'),
            "date": day,
            "amount_minor": number,
        }


def fill(store: Store, rows: Iterable[dict[str, Any]]) -> None:
    """Write rows as fast as can be."""
    with store._writing() as connection:  # noqa: SLF001 - to make a million documents would take longer than all else
        while some := list(islice(rows, 100_000)):
            write(connection, table, some)


@contextmanager
def prepare() -> Iterator[dict[str, str]]:
    """The million on SQLite, and on Postgres where it is installed; each way works on a copy."""
    with TemporaryDirectory(prefix="stored-") as name:
        folder = Path(name)
        with Store(f"sqlite:///{folder}/million.sqlite") as store:
            fill(store, documents())
        if programs := find_postgres():
            initialise(programs, folder)
            with running(programs, folder) as address, Store(address) as store:
                fill(store, documents())
        yield {"folder": name, "programs": str(programs or "")}


@contextmanager
def sqlite_copy(prepared: dict[str, str]) -> Iterator[Path]:
    """A database of its own."""
    with TemporaryDirectory(prefix="stored-") as name:
        yield Path(shutil.copy(Path(prepared["folder"]) / "million.sqlite", name))


@contextmanager
def postgres_copy(prepared: dict[str, str]) -> Iterator[str]:
    """A server of its own, a child of this process, so that what it takes counts."""
    with TemporaryDirectory(prefix="pg-") as name:
        subprocess.run(["cp", "-a", f"{prepared['folder']}/.", name], check=True)
        with running(Path(prepared["programs"]), Path(name)) as address:
            yield address
