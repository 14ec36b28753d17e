"""The seam: all traffic of a run, the browser's and the session's, passes one Transport."""

from toolkit.transport.certificate import Certificate
from toolkit.transport.live import Live, Transport

__all__ = ["Certificate", "Live", "Transport"]
