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
