"""People who run connectors, as at the small sites."""

from tests.sites.conftest import client, light_shared, users_shared

__all__ = ["client", "light_shared", "users_shared"]
