"""What the server under test calls to send an SMS: the text becomes a line of the file named by SMS_LOG."""

import os
from pathlib import Path


def send(text: str, to: str, _sender: str | None) -> None:
    """Append one message."""
    with Path(os.environ["SMS_LOG"]).open("a") as log:
        log.write(f"{to} {text}\n")
