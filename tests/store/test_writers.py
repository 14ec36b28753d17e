"""Several processes that write to one store."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

from tests.store.writer import COUNT
from toolkit.models import Bill, File
from toolkit.store import Store

KINDS = ("alone", "together", "anew")


def test_two_processes_that_save_the_same_bills_store_each_once(tmp_path: Path, postgres_url: str) -> None:
    """On both databases, whichever way: none is lost, none is there twice, and nobody waits for ever.

    One begins where the other ends. Each bill counts as new for one of the two.
    """
    addresses = [f"sqlite:///{tmp_path}/toolkit.sqlite", postgres_url]
    command = [sys.executable, "-m", "tests.store.writer"]
    pipe = subprocess.PIPE
    both = [
        subprocess.Popen([*command, way, *addresses], stdin=pipe, stdout=pipe, text=True, cwd=Path.cwd())
        for way in ("up", "down")
    ]
    for process in both:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in both:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    said = [json.loads(process.communicate()[0]) for process in both]

    for place, address in enumerate(addresses):
        created = [sum(pair) for pair in zip(*(one[place] for one in said), strict=True)]
        assert created == [COUNT, COUNT, COUNT]
        with Store(address) as store:
            assert Counter(bill.vendor for bill in store.all(Bill)) == dict.fromkeys(
                ("alone", "together", "anew"), COUNT
            )
            assert len(store.all(File)) == COUNT
