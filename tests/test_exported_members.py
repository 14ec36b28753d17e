"""The front door."""

import toolkit
from toolkit import cli, errors, models, operations, transport, web

PACKAGES = [toolkit, errors, models, operations, transport, web, cli]


def test_all_is_sorted_and_true() -> None:
    """`__all__` of each package is sorted and names only what is there."""
    for package in PACKAGES:
        names = list(package.__all__)

        assert names == sorted(names), package.__name__
        assert [name for name in names if not hasattr(package, name)] == [], package.__name__
