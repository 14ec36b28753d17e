"""Making connectors."""

import pytest

import toolkit
from toolkit import Bill, UsageError


def test_a_connector_is_frozen() -> None:
    """What `create_new` returns does not change under a run."""
    connector = toolkit.create_new(name="acme", models=[Bill], fetch_operations=[])

    with pytest.raises(AttributeError):
        connector.name = "other"  # type: ignore[misc]


def test_what_is_no_operation_is_refused_when_the_connector_is_made() -> None:
    """A call too many, `bills()` for `bills`, is said at import and not in the middle of a run."""
    with pytest.raises(UsageError, match="acme: 'bills' in fetch_operations"):
        toolkit.create_new(name="acme", models=[Bill], fetch_operations=["bills"])  # type: ignore[list-item]


@pytest.mark.parametrize("check", [("/me",), ("/me", True), ["/me", bool], 7])
def test_a_check_that_is_none_is_refused_when_the_connector_is_made(check: object) -> None:
    """It is an address, or an address and a function."""
    with pytest.raises(UsageError, match=r"acme: check=.* is no address, nor the pair of an address and a function"):
        toolkit.create_new(name="acme", models=[Bill], fetch_operations=[], check=check)  # type: ignore[arg-type]
