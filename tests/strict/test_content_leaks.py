"""Nothing gets out of a replay: neither what a page asks for in whatever way, nor what Chromium asks by itself."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.strict.conftest import LIMITED, page_of
from tests.transport.conftest import NOON
from toolkit.transport.har import Har, make_entry
from toolkit.transport.replay import Replay
from toolkit.transport.take import HAR_NAME, Take
from toolkit.web import open_browser
from toolkit.web.browser import QUIET

SITE = "http://acme.example"
SAFE = "https://acme.example"  # a service worker needs that; a page of it may not ask for what is not
CANARY = "canary.example"
QUESTIONS = ("DNS_TRANSACTION", "HOST_RESOLVER_DNS_TASK", "HOST_RESOLVER_SYSTEM_TASK")
# Every way to ask for something that a page has; each is over when it was refused.
ASK = """async ([place, canary, stun]) => {
    const ended = (what, ...names) => new Promise((done) => {
        for (const name of names) what.addEventListener(name, done);
    });
    const add = (tag, with_) => document.head.appendChild(Object.assign(document.createElement(tag), with_));
    const gather = async (...iceServers) => {
        const link = new RTCPeerConnection({iceServers});
        link.createDataChannel('x');
        await link.setLocalDescription(await link.createOffer());
        return link;
    };
    const turn = {username: 'u', credential: 'c'};
    const tcp = await gather({urls: `turn:${place}?transport=tcp`, ...turn},
        {urls: `turns:${canary}?transport=tcp`, ...turn});
    for (const host of [place, canary]) {
        for (const scheme of ['http', 'https']) {
            const url = `${scheme}://${host}/`;
            for (const rel of ['dns-prefetch', 'preconnect', 'prefetch', 'preload', 'modulepreload', 'manifest']) {
                add('link', {rel, href: url + rel, as: rel === 'preload' ? 'image' : ''});
            }
            const rules = JSON.stringify({prefetch: [{urls: [url + 'ahead']}], prerender: [{urls: [url + 'whole']}]});
            add('script', {type: 'speculationrules', textContent: rules});
            navigator.sendBeacon(url + 'beacon', 'x');
            await fetch(url + 'fetch', {mode: 'no-cors'}).catch(() => 0);
            await ended(Object.assign(new Image(), {src: url + 'image'}), 'load', 'error');
            await ended(add('script', {src: url + 'script'}), 'load', 'error');
            await ended(add('link', {rel: 'stylesheet', href: url + 'style'}), 'load', 'error');
            const frame = document.body.appendChild(Object.assign(document.createElement('iframe'), {src: url}));
            await ended(frame, 'load');
            await new FontFace('x', `url(${url}font)`).load().catch(() => 0);
            await ended(new WebSocket(url.replace('http', 'ws')), 'open', 'error');
            const text = `fetch('${url}worker', {mode: 'no-cors'}).catch(() => 0).then(() => postMessage(1))`;
            await ended(new Worker(URL.createObjectURL(new Blob([text]))), 'message');
            if (globalThis.WebTransport && scheme === 'https') await new WebTransport(url).ready.catch(() => 0);
        }
    }
    const udp = await gather({urls: `stun:${stun}`}, {urls: `turn:${stun}`, ...turn}, {urls: `stun:${canary}`});
    while (udp.iceGatheringState !== 'complete') await ended(udp, 'icegatheringstatechange');
    for (const link of [tcp, udp]) link.close();
}"""


@pytest.fixture
def ports() -> Iterator[tuple[socket.socket, socket.socket]]:
    """A port for connections and one for packets, on which nothing may arrive."""
    with socket.create_server(("127.0.0.1", 0)) as tcp, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.bind(("127.0.0.1", 0))
        for port in (tcp, udp):
            port.settimeout(0)
        yield tcp, udp


@pytest.fixture
def replay(tmp_path: Path) -> Iterator[Replay]:
    """A replay of one page, and of a service worker."""
    html, script = [("Content-Type", "text/html")], [("Content-Type", "text/javascript")]
    worker = f"addEventListener('activate', () => fetch('https://{CANARY}/').catch(() => 0))".encode()
    pages = [(f"{SITE}/", html, b"<p>home"), (f"{SAFE}/", html, b"<p>home"), (f"{SAFE}/worker.js", script, worker)]
    entries = [
        make_entry("GET", url, started=NOON, status=200, response_headers=kind, body=body, client="browser")
        for url, kind, body in pages
    ]
    Har(entries).save(tmp_path / HAR_NAME)
    Take(clock=NOON, seed=1).save(tmp_path)
    with closing(Replay(tmp_path)) as replay:
        yield replay


def reached(log: Path) -> tuple[set[str], list[str]]:
    """Where Chromium's network log says that it connected or sent packets to, and its questions for names."""
    net = json.loads(log.read_text())
    types = {number: name for name, number in net["constants"]["logEventTypes"].items()}
    events = [(types[each["type"]], each["source"]["id"], each.get("params", {})) for each in net["events"]]
    sending = {source for kind, source, _ in events if kind == "UDP_BYTES_SENT"}
    addresses = {
        params["address"]
        for kind, source, params in events
        if "address" in params
        and (kind == "TCP_CONNECT_ATTEMPT" or (source in sending and kind in {"UDP_CONNECT", "UDP_BYTES_SENT"}))
    }
    return addresses, [kind for kind, _, _ in events if kind.startswith(QUESTIONS)]


def ask(replay: Replay, log: Path, arguments: list[str]) -> None:
    """A page that asks for everything, and goes to places, in a browser that writes down what it does."""
    args = [*QUIET, *replay.launch_args(), f"--log-net-log={log}"]
    with open_browser(args=args) as browser, page_of(replay, browser) as page:
        page.goto(SAFE)
        page.evaluate("() => navigator.serviceWorker.register('/worker.js').then(() => navigator.serviceWorker.ready)")
        page.goto(SITE)
        page.evaluate(LIMITED % ASK, arguments)
        for place in arguments[:2]:
            answer = page.goto(f"http://{place}/visited")
            assert answer is not None
            assert answer.status == 502


@pytest.mark.usefixtures("users_browser")
def test_nothing_gets_out(
    replay: Replay, ports: tuple[socket.socket, socket.socket], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """All connections of the browser lead to the replay, and no name is looked up; Chromium's own log says so."""
    log = tmp_path_factory.mktemp("log") / "net.json"
    place, stun = (f"127.0.0.1:{port.getsockname()[1]}" for port in ports)
    proxy = replay.browser_options()["proxy"]["server"].removeprefix("http://")

    ask(replay, log, [place, CANARY, stun])

    for port in ports:
        with pytest.raises(BlockingIOError):
            port.recvfrom(1) if port.type == socket.SOCK_DGRAM else port.accept()
    addresses, names = reached(log)
    assert addresses == {proxy}
    assert names == []
    missed = "\n".join(miss.message for miss in replay.misses)
    for host in (place, CANARY):
        assert all(f"{host}/{what} was not" in missed for what in ("fetch", "image", "script", "style", "worker"))
