"""A portal that is found again where it was, so that a session that was kept is still good."""

import json
import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from toolkit.demo.site import Site
from toolkit.disk import make_private, write_atomically

__all__ = ["lasting_site"]


@contextmanager
def lasting_site(path: Path) -> Iterator[Site]:
    """Serve the portal with the port and the key that are in a file; the port is another one when that is taken.

    The file is made or written anew, if it can be.
    """
    port, key = _remembered(path)
    with ExitStack() as closing:
        try:
            site = closing.enter_context(Site(port=port, key=key))
        except (OSError, OverflowError):  # somebody else has the port
            site = closing.enter_context(Site(key=key))
        with suppress(OSError):  # a folder that cannot be written to is told by the run
            make_private(path.parent)
            write_atomically(path, [json.dumps({"port": site.port, "key": key.hex()}).encode()])
        yield site


def _remembered(path: Path) -> tuple[int, bytes]:
    try:
        kept = json.loads(path.read_bytes())
        return int(kept["port"]), bytes.fromhex(kept["key"]) or secrets.token_bytes(32)
    except (OSError, ValueError, LookupError, TypeError):
        return 0, secrets.token_bytes(32)
