"""What the recordings of the repository are; that they replay, they test by themselves."""

import json
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from toolkit.transport.har import Har
from toolkit.transport.take import HAR_NAME

ROOT = Path(__file__).parent.parent / "recordings"
CASES = ("broken-download", "good", "nothing-new", "wrong-password")
SLUGS = ("demo", "tryton")
LARGEST = 2_000_000  # bytes


def outcomes(slug: str, case: str) -> tuple[str | None, set[str]]:
    """The error a recording ends in, and what became of its entries."""
    expected = json.loads((ROOT / slug / case / "expected.json").read_text("utf-8"))
    return expected["error"], {entry["outcome"] for entry in expected["entries"]}


@pytest.mark.parametrize("slug", SLUGS)
def test_each_connector_has_four(slug: str) -> None:
    """A good run, one that finds nothing new, a refused login, and a download that fails among those that do not."""
    assert tuple(sorted(path.parent.name for path in (ROOT / slug).glob(f"*/{HAR_NAME}"))) == CASES
    assert outcomes(slug, "good") == (None, {"saved"})
    assert outcomes(slug, "nothing-new") == (None, {"already there"})
    assert outcomes(slug, "wrong-password") == ("LOGIN_FAILED", set())
    assert outcomes(slug, "broken-download") == (None, {"saved", "failed"})


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize("case", CASES)
def test_each_is_small_and_of_this_machine(slug: str, case: str) -> None:
    """Less than 2 MB, and nothing was asked of any other host."""
    folder = ROOT / slug / case

    assert sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) < LARGEST
    assert {urlsplit(entry.url).hostname for entry in Har.load(folder / HAR_NAME).entries} == {"127.0.0.1"}
