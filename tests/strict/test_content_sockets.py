"""WebSockets come back frame by frame, both ways."""

import pytest

from tests.strict.conftest import Twice

TALK = """async (site, scheme) => {
    const open = async (path, protocol) => {
        const socket = new WebSocket(site[scheme] + path, protocol);
        socket.binaryType = 'arraybuffer';
        const heard = [], waiting = [];
        socket.onmessage = ({data}) => {
            heard.push(typeof data === 'string' ? data : [...new Uint8Array(data)]);
            while (waiting.length && waiting[0][0] <= heard.length) waiting.shift()[1]();
        };
        const closed = new Promise((done) => {
            socket.onclose = ({code, reason, wasClean}) => done([code, reason, wasClean]);
        });
        await new Promise((done, fail) => { [socket.onopen, socket.onerror] = [done, fail]; });
        const hear = (count) => new Promise((done) => {
            if (count <= heard.length) done();
            else waiting.push([count, done]);
        });
        return {socket, heard, hear, closed};
    };
"""


@pytest.mark.parametrize("scheme", ["ws", "wss"])
def test_sockets(scheme: str, twice: Twice) -> None:
    """Text and bytes in turns, a server that speaks first, several at once with a protocol, and goodbyes."""
    seen = twice(f"""async (site) => {{
        {TALK.replace("async (site, scheme) => {", f"const scheme = '{scheme}';")}
        const [push, echo, again] = await Promise.all([open('/push'), open('/echo', 'v2.bills'), open('/echo?2')]);
        await push.hear(2);
        echo.socket.send('Straße');
        again.socket.send('first');
        await Promise.all([echo.hear(2), again.hear(2)]);
        echo.socket.send(Uint8Array.of(0, 255, 7));
        await echo.hear(3);
        again.socket.send('x'.repeat(70000));
        await again.hear(4);
        again.socket.send('bye');
        push.socket.close(3001, 'enough');
        const ends = await Promise.all([push.closed, again.closed]);
        const protocols = [push.socket.protocol, echo.socket.protocol];
        return [push.heard, echo.heard, again.heard.map((each) => each.slice(-40)), ends, protocols];
    }}""")

    push, echo, again, ends, protocols = seen
    assert push == ["welcome", list(range(256))]
    assert echo == ["Straße, said /echo in v2.bills", "and more", [7, 255, 0]]
    assert again == ["first, said /echo?2 in None", "and more", "x" * 18 + ", said /echo?2 in None", "and more"]
    assert ends == [[3001, "enough", True], [4001, "as you say", True]]
    assert protocols == ["", "v2.bills"]


def test_a_socket_of_a_worker(twice: Twice) -> None:
    """It is the worker's own, and recorded like any other."""
    worker = TALK.replace("async (site, scheme) => {", "")
    seen = twice(f"""async (site) => {{
        const text = `const site = ${{JSON.stringify(site)}}, scheme = 'ws';` + {worker!r} + `
            open('/echo').then(async ({{socket, heard, hear}}) => {{
                socket.send('hi');
                await hear(2);
                postMessage(heard);
            }});`;
        const worker = new Worker(URL.createObjectURL(new Blob([text])));
        return new Promise((done) => {{ worker.onmessage = (event) => done(event.data); }});
    }}""")

    assert seen == ["hi, said /echo in None", "and more"]


def test_a_socket_that_is_refused(twice: Twice) -> None:
    """The site answers that there is none."""
    seen = twice("""({ http }) => new Promise((done) => {
        new WebSocket(http.replace('http', 'ws') + '/nothing').onclose = ({code, wasClean}) => done([code, wasClean]);
    })""")

    assert seen == [1006, False]
