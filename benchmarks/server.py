"""A site with PDFs behind a cookie, for downloads: `python -m benchmarks.server COUNT SIZE` prints its address."""

import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random

COOKIE = "session=benchmark-session-0123456789"


def document(size: int, number: int) -> bytes:
    """Bytes that look like a PDF of exactly `size` bytes."""
    head, tail = b"%PDF-1.4\n", b"\n%%EOF\n"
    return head + Random(number).randbytes(size - len(head) - len(tail)) + tail


class Handler(BaseHTTPRequestHandler):
    """`/` sets the cookie and links to every document; `/pdf/N` wants the cookie."""

    protocol_version = "HTTP/1.1"
    documents: tuple[bytes, ...] = ()

    def do_GET(self) -> None:
        """Answer one request."""
        if self.path == "/":
            rows = "".join(f'<a id="d{n}" download href="/pdf/{n}">{n}</a>\n' for n in range(len(self.documents)))
            self._answer(200, "text/html", f"<!doctype html><title>Bills</title>{rows}".encode())
        elif self.path.startswith("/pdf/") and COOKIE in self.headers.get("Cookie", ""):
            self._answer(200, "application/pdf", self.documents[int(self.path.rpartition("/")[2])])
        else:
            self._answer(404 if not self.path.startswith("/pdf/") else 401, "text/plain", b"no")

    def _answer(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if self.path == "/":
            self.send_header("Set-Cookie", f"{COOKIE}; HttpOnly; Path=/")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


def main() -> None:
    """Serve until killed."""
    count, size = (int(argument) for argument in sys.argv[1:3])
    Handler.documents = tuple(document(size, number) for number in range(count))
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
