"""Frames, windows and workers of a page come back with all that they send."""

import pytest
from playwright.sync_api import Page

from tests.strict.conftest import NOON, Twice
from tests.strict.content import PAGE, Reply
from toolkit.transport.determinism import milliseconds

ASKS = """
    const send = (what) => fetch(`${origin}/echo?${what}`, {method: 'POST', body: new Blob([what])});
    const ask = async (what) => (await send(what)).json();
"""
FRAME = f"""{PAGE}<script>{ASKS};
    ask('frame').then((echo) => parent.postMessage([location.ancestorOrigins[0] === origin, echo.size], '*'));
</script>"""
POPUP = f"""{PAGE}<script>{ASKS};
    addEventListener('message', (event) => ask(event.data).then((echo) => {{
        event.source.postMessage([event.origin === origin, echo.size], event.origin);
    }}));
    opener.postMessage('ready', '*');
</script>"""
# Each worker tells the time and what it drew, asks with them in the address, and tells what came back.
WORKER = f"""{ASKS};
const work = async (tell) => {{
    const drawn = [Date.now(), Math.random(), crypto.randomUUID()];
    const answer = await fetch(`${{origin}}/clock?_=${{drawn[0]}}&r=${{drawn[1]}}&u=${{drawn[2]}}`);
    tell([drawn, new URLSearchParams(await answer.text()).get('u') === drawn[2], (await ask('worker')).size]);
}};
"""
DEDICATED = f"{WORKER} work(postMessage);"
SHARED = f"{WORKER} onconnect = (event) => work((told) => event.ports[0].postMessage(told));"


def script(text: str) -> Reply:
    """A script of the site."""
    return Reply(text, "text/javascript")


@pytest.mark.parametrize("where", ["http", "other"])
def test_a_frame(where: str, twice: Twice) -> None:
    """Of the same site and of another: its page, what it sends from a blob, what it tells its parent."""
    twice.site.more["/frame"] = lambda _: Reply(FRAME, "text/html")

    seen = twice(f"""async (site) => {{
        const told = new Promise((done) => addEventListener('message', (event) => done(event.data)));
        const frame = document.createElement('iframe');
        frame.src = site['{where}'] + '/frame';
        document.body.append(frame);
        return told;
    }}""")

    assert seen == [where == "http", 5]


@pytest.mark.parametrize("where", ["http", "other"])
def test_a_window(where: str, twice: Twice) -> None:
    """Opened by a script and by a link: it hears its opener, asks, and answers."""
    twice.site.more["/popup"] = lambda _: Reply(POPUP, "text/html")
    wait = """(source) => new Promise((done) => addEventListener('message', function hear(event) {
        if (event.data === 'ready') event.source.postMessage('hello there', '*');
        else done(event.data);
    }))"""

    def journey(page: Page) -> object:
        place = f"{twice.site.addresses()[where]}/popup"
        script = page.evaluate(f"(url) => {{ const told = ({wait})(); open(url); return told; }}", place)
        link = page.evaluate(
            f"""(url) => {{
                const told = ({wait})();
                document.body.innerHTML = '<a href=/ target=_blank rel=opener>open</a>';
                document.links[0].href = url;
                document.links[0].click();
                return told;
            }}""",
            place,
        )
        return script, link

    assert twice(journey) == ([where == "http", 11], [where == "http", 11])


def test_workers(twice: Twice) -> None:
    """Dedicated, two of one script, a module, made up by the page, shared: each with the clock and dice of its own."""
    twice.site.more |= {
        "/clock": lambda asked: Reply(asked.query),
        "/dedicated.js": lambda _: script(DEDICATED),
        "/module.js": lambda _: script("import { tell } from '/part.js';" + WORKER + "work(tell);"),
        "/part.js": lambda _: script("export const tell = (told) => postMessage(told);"),
        "/shared.js": lambda _: script(SHARED),
    }

    seen = twice("""async () => {
        const hear = (port) => new Promise((done, fail) => {
            port.onmessage = (event) => done(event.data);
            port.onerror = fail;
        });
        const blob = new Blob([`importScripts('${location.origin}/dedicated.js')`], {type: 'text/javascript'});
        const made = () => new Worker(URL.createObjectURL(blob));
        const dedicated = () => new Worker('/dedicated.js');
        return [await hear(dedicated()), await hear(dedicated()), await hear(made()), await hear(made()),
            await hear(new Worker('/module.js', {type: 'module'})), await hear(new SharedWorker('/shared.js').port)];
    }""")

    assert [each[1:] for each in seen] == [[True, 6]] * 6
    assert [each[0][0] for each in seen] == [milliseconds(NOON)] * 6
    assert len({uuid for (_, _, uuid), *_ in seen}) == 6
