"""The recordings that are shipped are as they should be."""

from pathlib import Path

from toolkit.jobs.check import check

ROOT = Path(__file__).parents[2]


def test_the_recordings_keep_to_the_rules() -> None:
    """Complete, with stand-ins for all that today's rules take for a secret, a good run and a refused login."""
    checked = check(ROOT / "connectors", ROOT / "recordings", "demo", replay=False)

    assert checked.findings == []
    assert {"demo/good", "demo/wrong-password", "demo/broken-download"} <= set(checked.recordings)
