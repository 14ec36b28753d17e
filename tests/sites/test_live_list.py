"""19. A list that comes over a WebSocket, frame by frame; or as a stream of events."""

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from secrets import token_urlsafe
from threading import Thread
from typing import Any

import pytest
import requests
from websockets.http11 import Request, Response
from websockets.sync.client import connect
from websockets.sync.server import Server, ServerConnection, serve
from websockets.typing import Origin

import toolkit
from tests.sites.conftest import MakeClient, Story, good_story
from tests.sites.server import BILLS, HOST, Answer, Ask, Site, as_json, only, page, pdf, redirect
from toolkit import Bill, Connector, Run
from toolkit.fetcher import Operation

FORM = """<form method=post action=/login>
<input name=login id=login><input name=password id=password type=password><button>Log in</button></form>"""
HOME = """<h1 id=in>Welcome</h1><ul></ul>
<script>
(async () => {
  const {ticket, live} = await (await fetch("/ticket", {method: "POST"})).json();
  const socket = new WebSocket(live);
  socket.onopen = () => socket.send(JSON.stringify({type: "open", ticket}));
  socket.onmessage = ({data}) => {
    const frame = JSON.parse(data);
    if (frame.type == "ready") socket.send(JSON.stringify({type: "subscribe", to: "bills"}));
    if (frame.type == "bill") document.querySelector("ul").innerHTML += `<li>${frame.bill.id}`;
    if (frame.type == "whole") document.querySelector("ul").id = "whole";
  };
})();
</script>"""


class LiveSite(Site):
    """Tells the bills only to a socket: of its own page, of somebody logged in, who brings a ticket that is good once.

    The same bills come as events at /events, to whoever asks for these.
    """

    def __init__(self) -> None:
        super().__init__()
        self.sessions: set[str] = set()
        self.tickets: set[str] = set()
        self.logins = 0
        self.sockets = 0
        self.live = ""
        self.routes = {
            "GET /": lambda ask: page(HOME if self.knows(ask) else FORM),
            "POST /login": self.log_in,
            "POST /ticket": only(self.knows, lambda _: as_json({"ticket": self.new_ticket(), "live": self.live})),
            "GET /events": only(self.knows, self.events),
            "GET /pdf/*": only(self.knows, lambda ask: pdf(ask.name)),
        }

    def knows(self, ask: Ask) -> bool:
        """Whether somebody is logged in."""
        return ask.cookies.get("sid") in self.sessions

    def log_in(self, ask: Ask) -> Answer:
        """Let in who has the password."""
        self.logins += 1
        if ask.form.get("password") != "correct horse":
            return page(f"{FORM}<p class=error>Wrong password</p>")
        sid = token_urlsafe(16)
        self.sessions.add(sid)
        return redirect("/", cookies=[f"sid={sid}; HttpOnly; Path=/"])

    def new_ticket(self) -> str:
        """What a socket must bring."""
        ticket = token_urlsafe(16)
        self.tickets.add(ticket)
        return ticket

    def events(self, ask: Ask) -> Answer:
        """A stream; what follows the last bill are signs of life."""
        if ask.headers.get("Accept") != "text/event-stream":
            return Answer(b"", 406)
        bills = "".join(f"event: bill\ndata: {json.dumps(one)}\n\n" for one in BILLS)
        text = f": hello\n\n{bills}event: whole\ndata: {{}}\n\n" + ":\n\n" * 100
        return Answer(text.encode(), 200, (("Content-Type", "text/event-stream"),))

    def refuse(self, socket: ServerConnection, request: Request) -> Response | None:
        """Answer 403 to whoever is not this site's page with this site's cookie."""
        cookies = Ask("GET", request.path, request.headers).cookies  # type: ignore[arg-type]
        knows = cookies.get("sid") in self.sessions and request.headers.get("Origin") == self.url()
        return None if knows else socket.respond(403, "no\n")

    def talk(self, socket: ServerConnection) -> None:
        """One bill a frame."""
        self.sockets += 1
        if json.loads(socket.recv()).get("ticket") not in self.tickets:
            return
        self.tickets.clear()
        socket.send('{"type": "ready"}')
        assert json.loads(socket.recv()) == {"type": "subscribe", "to": "bills"}
        for bill in BILLS:
            socket.send(json.dumps({"type": "bill", "bill": bill}))
        socket.send('{"type": "whole"}')
        for _ in socket:  # until it is closed
            pass


@contextmanager
def running(server: Server) -> Iterator[str]:
    """The address of a server of sockets."""
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"ws://{HOST}:{server.socket.getsockname()[1]}/live"
    server.shutdown()
    thread.join(10)


@pytest.fixture
def site() -> Iterator[LiveSite]:
    """The site, running."""
    with LiveSite() as site, running(serve(site.talk, HOST, 0, process_request=site.refuse)) as site.live:
        yield site


CARRIED = "cookie sid"


# connector
def bills(run: Run) -> Iterator[Bill]:
    """What the page is told until it shows the whole list."""
    frames: list[dict[str, Any]] = []

    def hear(frame: str | bytes) -> None:
        frames.append(json.loads(frame))

    run.page.on("websocket", lambda socket: socket.on("framereceived", hear))
    run.page.goto("/")
    run.page.locator("#whole").wait_for(state="attached")
    for row in (frame["bill"] for frame in frames if frame["type"] == "bill"):
        yield Bill(number=row["id"], date=row["day"], amount=row["total"], pdfurl=f"/pdf/{row['id']}")


log_in = toolkit.login_form(
    "/", fields={"login": "#login", "password": "#password"}, submit="button", ok="#in", wrong=".error"
)
connector = toolkit.create_new(
    name="acme",
    models=[Bill],
    fetch_operations=[
        log_in,
        toolkit.hand_over(via="page"),
        bills,
        toolkit.filter_existing(Bill),
        toolkit.save_data_and_file(Bill),
    ],
)
# end


def without_page(bills: Operation) -> Connector:
    """The same with another listing, for which no page stays open."""
    steps = [log_in, toolkit.hand_over, bills, toolkit.filter_existing(Bill), toolkit.save_data_and_file(Bill)]
    return toolkit.create_new(name="acme", models=[Bill], fetch_operations=steps)


def test_it_works(site: LiveSite, client: MakeClient) -> None:
    """The page that listens stays open and asks for the files too: one in each run, logged in once."""
    ada, eve = client(site.url()), client(site.url(), password="wrong")

    assert Story.of(ada, eve, connector) == good_story(CARRIED, browsers=2)
    assert site.logins == 2


def test_a_client_of_ones_own_needs_no_browser(site: LiveSite, client: MakeClient) -> None:
    """The session gives the cookies and the name that the site lets in; a library for WebSockets does the rest."""

    def bills(run: Run) -> Iterator[Bill]:
        ticket = run.session.post("/ticket").json()
        asked = run.session.prepare_request(requests.Request("GET", ticket["live"].replace("ws", "http", 1)))
        headers = {"Cookie": str(asked.headers["Cookie"])}
        with connect(ticket["live"], origin=Origin(site.url()), additional_headers=headers, proxy=None) as socket:
            socket.send(json.dumps({"type": "open", "ticket": ticket["ticket"]}))
            while (frame := json.loads(socket.recv(10)))["type"] != "whole":
                if frame["type"] == "ready":
                    socket.send(json.dumps({"type": "subscribe", "to": "bills"}))
                elif row := frame["bill"]:
                    yield Bill(number=row["id"], date=row["day"], amount=row["total"], pdfurl=f"/pdf/{row['id']}")

    ada, eve = client(site.url()), client(site.url(), password="wrong")

    assert Story.of(ada, eve, without_page(bills)) == good_story(CARRIED)


def test_a_stream_of_events_is_read_by_the_session(site: LiveSite, client: MakeClient) -> None:
    """Line by line, until all is told; the rest of a stream that does not end is left."""

    def bills(run: Run) -> Iterator[Bill]:
        asked = run.session.get("/events", headers={"Accept": "text/event-stream"}, stream=True)
        with closing(asked) as stream:
            for line in stream.iter_lines(decode_unicode=True):
                if line == "event: whole":
                    return
                if line.startswith("data: "):
                    row = json.loads(line.removeprefix("data: "))
                    yield Bill(number=row["id"], date=row["day"], amount=row["total"], pdfurl=f"/pdf/{row['id']}")

    ada, eve = client(site.url()), client(site.url(), password="wrong")

    assert Story.of(ada, eve, without_page(bills)) == good_story(CARRIED)
