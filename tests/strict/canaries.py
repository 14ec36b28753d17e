"""A site that plants secrets wherever one can stand, and lets nobody on who does not bring them back.

`CANARIES` are the secrets; `PERSON` is the account. The site wants its cookies, tokens and forms exactly as it gave
them: what replays against a recording of it has kept them consistent in both halves.
"""

import base64
import gzip
import hashlib
import html
import json
import struct
import threading
import zlib
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, quote, quote_plus, urlsplit

LOGIN = "ada.lovelace+bills@canary-mail.example"
PASSWORD = 'Cän4ry/"P\\w0rd &<x>'
CUSTOMER = "Quetzal Berlioz"  # declared: nothing about a name tells that it is one
UUID = "3f8a1c5e-7b2d-4e9a-b6c4-0d1e2f3a4b5c"
IBAN = "FR76 3000 6000 0112 3456 7890 189"
OTP = "483920"


def jwt(claims: dict[str, Any], signature: str) -> str:
    """A JWT with these claims."""
    parts = [json.dumps(part, separators=(",", ":")).encode() for part in ({"alg": "HS256", "typ": "JWT"}, claims)]
    return ".".join([*(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts), signature])


EXPIRES = 4070908800
SIGNATURE = "c4nArY-s1gnature_0f-the-t0ken_Xq9"
CLAIMS = {"sub": UUID, "email": LOGIN, "name": "Augusta Kingsley", "exp": EXPIRES, "sid": "9f8e7d6c5b4a39281706"}
CANARIES = {
    "login": LOGIN,
    "password": PASSWORD,
    "customer": CUSTOMER,
    "otp": OTP,
    "iban": IBAN,
    "uuid": UUID,
    "claim": "Augusta Kingsley",
    "signature": SIGNATURE,
    "hop cookie": "h0pC00kie-b7Gm2Qx9",
    "session cookie": "s%3AzK8vT4nR1cWq.Yp3Lm6Hd",
    "device": "d3v1ceT0ken77Lq",
    "ticket": "ST-4821-mZ7bQ2kXv",
    "csrf": "Csrf0aB9xY2wQ7rT",
    "api key": "ak_live_5Rf8Tg2Hn6",
    "refresh": "rFr3sh/T0k+n8Jq2==",
    "deep": "d33pS3ss10nK3yPq4",
    "path": "pAth7T0kenUv3Wx9",
    "socket": "s0ck3tT1cketNb5Vc8",
    "hidden": "h1ddenInput9Zx8Cv",
    "packed": "p4ckedT0kenQw6Er7",
    "xml": "xm1T0kenAs8Df9Gh",
    "signed": "s1gned/L1nk+Zx2Cv3=",
    "second iban": "DE89 3704 0044 0532 0130 00",
}
"""Every value that must be in no recording, by a name for it."""

JWT = jwt(CLAIMS, SIGNATURE)
PERSON = {"login": LOGIN, "password": PASSWORD}
PDF = f"""%PDF-1.4
% {IBAN} of {CUSTOMER}
1 0 obj << /Type /Catalog >> endobj
trailer << /Root 1 0 R >>
%%EOF
""".encode()


def every_other(value: str) -> str:
    """Every other letter or digit as a JSON escape."""
    return "".join(f"\\u{ord(c):04x}" if i % 2 or not c.isalnum() else c for i, c in enumerate(value))


DISGUISES: dict[str, Callable[[str], str]] = {
    "text": html.escape,
    "attribute": lambda value: html.escape(value, quote=True),
    "decimal references": lambda value: "".join(f"&#{ord(char)};" for char in value),
    "hexadecimal references": lambda value: "".join(
        f"&#x{ord(char):x};" if i % 2 else html.escape(char) for i, char in enumerate(value)
    ),
    "percent": lambda value: quote(value, safe=""),
    "percent of all": lambda value: "".join(f"%{byte:02x}" for byte in value.encode()),
    "percent twice": lambda value: quote(quote(value, safe=""), safe=""),
    "form": quote_plus,
    "json": lambda value: html.escape(json.dumps({"v": value}, ensure_ascii=False)),
    "json in json in json": lambda value: html.escape(json.dumps({"a": json.dumps({"b": json.dumps({"c": value})})})),
    "split by escapes": every_other,
    "base64": lambda value: base64.b64encode(value.encode()).decode(),
    "base64 after one": lambda value: base64.b64encode(f"x{value}y".encode()).decode(),
    "base64 after two": lambda value: base64.urlsafe_b64encode(f"x:{value}y".encode()).decode(),
    "base64 of json": lambda value: base64.b64encode(json.dumps({"v": value}).encode()).decode(),
    "base64 of base64": lambda value: base64.b64encode(base64.b64encode(f"<{value}>".encode())).decode(),
    "base64 of gzip": lambda value: base64.b64encode(gzip.compress(f"v={value}".encode(), mtime=0)).decode(),
    "hex": lambda value: value.encode().hex(),
    "capitals": lambda value: html.escape(value.upper()) if value in {LOGIN, CUSTOMER} else "",
}


def disguised() -> str:
    """A list of every canary in every disguise, as HTML."""
    rows = [
        f'<li data-note="{disguise(value)}" title="{kind}">{disguise(value)}</li>'
        for value in CANARIES.values()
        for kind, disguise in DISGUISES.items()
    ]
    return "".join(rows)


START = f"""<!doctype html><meta charset=utf-8><link rel=icon href="data:,"><title>Canary Bank</title>
<meta name="csrf-token" content="{CANARIES["csrf"]}">
<form id=form><input id=login><input id=password type=password>
<input type=hidden name=form_token value={CANARIES["hidden"]}><button>Enter</button></form><p id=state></p>
<script>
const settings = {{"apiKey": "{every_other(CANARIES["api key"])}"}};
const csrf = document.querySelector("meta[name=csrf-token]").content;
const shown = document.getElementById("state");
const post = (url, body, headers = {{}}) => fetch(url, {{method: "POST", body, headers}}).then((answer) => {{
  if (!answer.ok) throw new Error(`${{url}}: ${{answer.status}}`);
  return answer;
}});
const talk = (url, token) => new Promise((done, failed) => {{
  const socket = new WebSocket(url.replace("http", "ws"));
  socket.binaryType = "arraybuffer";
  socket.onopen = () => socket.send(`42["auth",${{JSON.stringify({{token}})}}]`);
  socket.onerror = failed;
  socket.onmessage = ({{data}}) => {{
    if (typeof data === "string") socket.send(new TextEncoder().encode(`\\0\\x01${{token}}`));
    else done(socket.close());
  }};
}});
document.getElementById("form").onsubmit = async (event) => {{
  event.preventDefault();
  const [login, password] = ["login", "password"].map((id) => document.getElementById(id).value);
  const hidden = document.querySelector("[name=form_token]").value;
  const keys = {{"Content-Type": "application/json", "X-CSRF-Token": csrf, "X-Api-Key": settings.apiKey}};
  const answer = await post("/login", JSON.stringify({{user: login, password, form_token: hidden}}), keys);
  const told = await answer.json();
  const inner = JSON.parse(told.state);
  const deep = JSON.parse(inner.deep).session_key;
  const bearer = {{Authorization: `Bearer ${{told.access_token}}`}};
  localStorage.setItem("token", told.access_token);
  const customer = {{customer_ref: told.user.customer_ref, refresh_token: inner.refresh_token}};
  await post("/form", new URLSearchParams({{login, password, ...customer}}), bearer);
  const parts = new FormData();
  parts.append("otp", told.user.hint);
  parts.append("customer_ref", told.user.customer_ref);
  parts.append("letter", new File([`${{deep}} of ${{login}}`], `${{told.user.customer_ref}}.txt`));
  await post("/multipart", parts, bearer);
  const query = new URLSearchParams({{email: login, session_key: deep}});
  const place = `/query/${{encodeURIComponent(told.access_token)}}/x`;
  await fetch(`${{place}}?${{query}}#access_token=${{told.access_token}}`, {{headers: bearer}});
  await talk(`${{location.origin}}/socket?ticket=${{told.socket_ticket}}`, told.socket_ticket);
  document.cookie = `seen=${{encodeURIComponent(btoa(JSON.stringify({{session_key: deep}})))}}; path=/`;
  location = `/account?download_token=${{told.download_token}}`;
}};
</script>"""
ACCOUNT = f"""<!doctype html><meta charset=utf-8><link rel=icon href="data:,"><title>Account</title>
<h1 id=account>{CUSTOMER}</h1><p>{html.escape(PASSWORD)} {LOGIN} {IBAN} {IBAN.replace(" ", "")}</p>
<ul>{disguised()}</ul>
<p>{CANARIES["second iban"].replace(" ", "&nbsp;")}</p>
<a href="/d/{CANARIES["path"]}/bill.pdf" onclick="go('{every_other(CANARIES["refresh"])}')">bill</a>
<script>window.user = {{"name": "{every_other(CUSTOMER)}", "iban": "{IBAN}", "jwt": "{JWT}"}};</script>"""
LOGGED_IN = {
    "access_token": JWT,
    "state": json.dumps({"refresh_token": CANARIES["refresh"], "deep": json.dumps({"session_key": CANARIES["deep"]})}),
    "user": {"customer_ref": CUSTOMER, "iban": IBAN, "hint": OTP},
    "download_token": CANARIES["path"],
    "socket_ticket": CANARIES["socket"],
    "payload": base64.b64encode(json.dumps({"refresh_token": CANARIES["packed"]}).encode()).decode(),
}
BILLS = [
    {
        "id": "B-1",
        "date": "2025-03-31",
        "amount": "23.90",
        "link": f"/d/{CANARIES['path']}/bill.pdf",
        "owner": LOGIN,
        "copy": f"https://files.example/b1.pdf?se=2025-04-01&sig={quote(CANARIES['signed'], safe='')}",
    }
]
XML = f"""<?xml version="1.0"?><r:answer xmlns:r="urn:r"><r:SessionToken kind="a">{CANARIES["xml"]}</r:SessionToken>
<r:name>{CUSTOMER}</r:name></r:answer>"""
FIXTURE = {
    "io.cozy.bank.operations": [
        {
            "_id": "1",
            "label": f"PRLV CANARY {CUSTOMER.upper()} {LOGIN}",
            "amount": -23.90,
            "currency": "EUR",
            "date": "2025-04-02",
            "account": IBAN,
        }
    ]
}
PREFERENCES = base64.b64encode(json.dumps({"device_token": CANARIES["device"]}).encode()).decode()


class CanarySite:
    """The site on a loopback port while the `with` block lasts. `refused` says what it was not brought."""

    def __init__(self) -> None:
        self.refused: list[str] = []
        handler = type("Handler", (_Handler,), {"site": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Refused(Exception):
    """Something was not brought back as it was given."""


class _Handler(BaseHTTPRequestHandler):
    """Answers by the first word of the path; `need` refuses who does not bring what the site gave."""

    site: CanarySite
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        """Answer."""
        self.query = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        self.sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        word = urlsplit(self.path).path.split("/")[1] or "home"
        try:
            getattr(self, f"_{word}", self._unknown)()
        except _Refused as refused:
            self.site.refused.append(f"{self.path}: {refused}")
            self.answer(403, b"refused")

    def do_POST(self) -> None:
        """Answer."""
        self.do_GET()

    def need(self, what: str, given: object, wanted: object) -> None:
        """Refuse unless both are the same."""
        if given != wanted:
            raise _Refused(f"{what} is {given!r}")

    def need_login(self) -> None:
        """Both halves of the login: the cookie and the token."""
        self.need("sid", self.cookie("sid"), CANARIES["session cookie"])
        self.need("token", self.headers.get("Authorization"), f"Bearer {JWT}")

    def cookie(self, name: str) -> str | None:
        """The value of a cookie, as it was sent."""
        pairs = (pair.strip().partition("=") for pair in self.headers.get("Cookie", "").split(";"))
        return next((value for key, _, value in pairs if key == name), None)

    def answer(self, status: int, body: bytes, **headers: str) -> None:
        """Send an answer; `Set_Cookie` becomes Set-Cookie."""
        self.send_response(status)
        for name, value in {"Content_Type": "text/html; charset=utf-8", **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def json(self, value: object) -> None:
        """Send JSON, compressed."""
        body = gzip.compress(json.dumps(value).encode(), mtime=0)
        self.answer(200, body, Content_Type="application/json", Content_Encoding="gzip")

    def _home(self) -> None:
        hop = f"hop={CANARIES['hop cookie']}; Path=/; HttpOnly"
        self.answer(302, b"", Location=f"/start?ticket={CANARIES['ticket']}", Set_Cookie=hop)

    def _start(self) -> None:
        self.need("hop", self.cookie("hop"), CANARIES["hop cookie"])
        self.need("ticket", self.query.get("ticket"), CANARIES["ticket"])
        self.answer(200, START.encode(), Set_Cookie=f"prefs={PREFERENCES}; Path=/")

    def _login(self) -> None:
        sent = json.loads(self.sent)
        self.need("key", self.headers.get("X-Api-Key"), CANARIES["api key"])
        self.need("csrf", self.headers.get("X-CSRF-Token"), CANARIES["csrf"])
        self.need("form", sent, {"user": LOGIN, "password": PASSWORD, "form_token": CANARIES["hidden"]})
        body = zlib.compress(json.dumps(LOGGED_IN).encode())
        cookie = f"sid={CANARIES['session cookie']}; Path=/; HttpOnly"
        self.answer(200, body, Content_Type="application/json", Content_Encoding="deflate", Set_Cookie=cookie)

    def _form(self) -> None:
        self.need_login()
        wanted = {**PERSON, "customer_ref": CUSTOMER, "refresh_token": CANARIES["refresh"]}
        self.need("form", {name: values[0] for name, values in parse_qs(self.sent.decode()).items()}, wanted)
        self.answer(200, b"fine")

    def _multipart(self) -> None:
        self.need_login()
        for value in (OTP, CUSTOMER, CANARIES["deep"], LOGIN):
            self.need(value, value if value.encode() in self.sent else None, value)
        self.answer(200, b"fine")

    def _query(self) -> None:
        self.need_login()
        self.need("path", urlsplit(self.path).path, f"/query/{JWT}/x")
        self.need("query", self.query, {"email": LOGIN, "session_key": CANARIES["deep"]})
        self.answer(204, b"")

    def _account(self) -> None:
        self.need("sid", self.cookie("sid"), CANARIES["session cookie"])
        self.need("prefs", self.cookie("prefs"), PREFERENCES)
        self.need("download token", self.query.get("download_token"), CANARIES["path"])
        self.answer(200, ACCOUNT.encode())

    def _bills(self) -> None:
        self.need_login()
        self.need("customer", self.headers.get("X-Customer"), CUSTOMER)
        self.json(BILLS)

    def _packed(self) -> None:
        self.need_login()
        self.need("sent", json.loads(gzip.decompress(self.sent)), {"password": PASSWORD, "otp": OTP})
        self.json({"latin": base64.b64encode(f"{PASSWORD} {CUSTOMER}".encode("latin-1")).decode()})

    def _basic(self) -> None:
        pair = base64.b64encode(f"{LOGIN}:{PASSWORD}".encode("latin-1")).decode()
        self.need("authorization", self.headers.get("Authorization"), f"Basic {pair}")
        self.answer(200, f"{PASSWORD} {CUSTOMER}".encode("latin-1"), Content_Type="text/plain; charset=iso-8859-1")

    def _xml(self) -> None:
        self.need_login()
        self.answer(200, XML.encode(), Content_Type="text/xml")

    def _d(self) -> None:
        self.need("path", self.path, f"/d/{CANARIES['path']}/bill.pdf")
        self.need_login()
        name = f"{CUSTOMER} {LOGIN}.pdf"
        disposition = f"attachment; filename=\"{name}\"; filename*=UTF-8''{quote(name)}"
        self.answer(200, PDF, Content_Type="application/pdf", Content_Disposition=disposition)

    def _unknown(self) -> None:
        self.answer(404, b"")

    def _socket(self) -> None:
        self.need("ticket", self.query.get("ticket"), CANARIES["socket"])
        digest = hashlib.sha1(
            f"{self.headers['Sec-WebSocket-Key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11".encode()
        ).digest()
        self.send_response(101)
        for name, value in {"Upgrade": "websocket", "Connection": "Upgrade"}.items():
            self.send_header(name, value)
        self.send_header("Sec-WebSocket-Accept", base64.b64encode(digest).decode())
        self.end_headers()
        self.need("hello", self._frame(), f'42["auth",{{"token":"{CANARIES["socket"]}"}}]'.encode())
        self._send(1, json.dumps({"password": PASSWORD, "token": CANARIES["socket"], "who": LOGIN}).encode())
        self.need("bytes", self._frame(), b"\0\1" + CANARIES["socket"].encode())
        self._send(2, b"\0\2" + CANARIES["socket"].encode() + b"\0" + LOGIN.encode("utf-16-le"))
        self._frame()
        self.close_connection = True

    def _frame(self) -> bytes:
        """The data of one short frame of the page."""
        _, size = self.rfile.read(2)
        length = size & 127
        length = struct.unpack(">H", self.rfile.read(2))[0] if length == 126 else length
        mask = self.rfile.read(4)
        return bytes(byte ^ mask[i % 4] for i, byte in enumerate(self.rfile.read(length)))

    def _send(self, opcode: int, data: bytes) -> None:
        size = bytes([len(data)]) if len(data) < 126 else b"\x7e" + struct.pack(">H", len(data))
        self.wfile.write(bytes([0x80 | opcode]) + size + data)

    def log_message(self, *_: object) -> None:
        """Say nothing."""
