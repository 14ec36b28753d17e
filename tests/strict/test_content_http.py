"""The finer points of HTTP come back when the site is gone."""

from playwright.sync_api import Page

from tests.strict.conftest import Twice
from tests.strict.content import ETAG, Asked, Reply


def test_answers_without_a_body(twice: Twice) -> None:
    """204 to several methods, and HEAD, which tells the length of what it does not send."""
    seen = twice("""async () => {
        const ask = async (path, method) => {
            const answer = await fetch(path, {method});
            return [answer.status, (await answer.arrayBuffer()).byteLength,
                answer.headers.get('x-method') ?? answer.headers.get('content-length')];
        };
        return [await ask('/none', 'POST'), await ask('/none', 'DELETE'), await ask('/large', 'HEAD')];
    }""")

    assert seen == [[204, 0, "POST"], [204, 0, "DELETE"], [200, 0, "5000000"]]


def test_a_tag_is_confirmed(twice: Twice) -> None:
    """By the browser's own cache, without it, and by a script that names the tag."""
    seen = twice("""async () => {
        const ask = async (options) => {
            const answer = await fetch('/tagged', options);
            return [answer.status, await answer.text(), answer.headers.get('etag')];
        };
        return [await ask(), await ask(), await ask({cache: 'reload'}), await ask({cache: 'only-if-cached',
            mode: 'same-origin'}), await ask({headers: {'If-None-Match': '"v1"'}}), await ask()];
    }""")

    assert seen == [[200, "tagged", ETAG]] * 4 + [[304, "", ETAG], [200, "tagged", ETAG]]


def test_requests_that_are_given_up(twice: Twice) -> None:
    """By a script before and after the answer began, and by leaving the page; the site answers what comes next."""
    never = "fetch('/never', {signal: stop.signal}).catch((error) => error.name)"

    def journey(page: Page) -> object:
        seen = page.evaluate(f"""async () => {{
            const stop = new AbortController();
            const never = {never};
            const next = await (await fetch('/hop/end')).json();
            stop.abort();
            return [await never, next];
        }}""")
        page.evaluate("() => { fetch('/never?left').catch(() => 0); }")
        page.goto(f"{twice.site.http}/latin")
        return seen, page.inner_text("p")

    assert twice(journey) == (["AbortError", ["GET", None]], "Straße né")


def test_headers_that_come_twice(twice: Twice) -> None:
    """As scripts see them, joined; both cookies are set."""
    seen = twice("""async () => {
        const { headers } = await fetch('/headers');
        return [...['link', 'vary', 'x-twice'].map((name) => headers.get(name)),
            document.cookie.replaceAll(/=[^;]*/g, '')];
    }""")

    assert seen == ["</a>; rel=next, </b>; rel=prev", "Accept, Origin", "a, b", "one; two"]
    names = [name.lower() for name, _ in twice.entries[-1].response_headers]
    assert [names.count(name) for name in ("set-cookie", "link", "vary")] == [2, 2, 2]


def test_redirects(twice: Twice) -> None:
    """What fetch sees of them: the last address, that there were some, the method; or only that there is one."""
    seen = twice("""async () => {
        const ask = async (options) => {
            const answer = await fetch('/hop', options);
            const body = answer.ok ? await answer.json() : null;
            return [answer.status, answer.type, answer.redirected, new URL(answer.url).pathname, body?.[0]];
        };
        return [await ask(), await ask({method: 'POST', body: 'x'}), await ask({redirect: 'manual'}),
            await ask({redirect: 'error'}).catch((error) => error.name), document.cookie.slice(0, 4)];
    }""")

    assert seen == [
        [200, "basic", True, "/hop/end", "GET"],
        [200, "basic", True, "/hop/end", "GET"],
        [0, "opaqueredirect", False, "/hop", None],
        "TypeError",
        "hop=",
    ]


def test_a_beacon(twice: Twice) -> None:
    """What a page sends on its way out, and while it stays: the site has had it, the recording too."""
    twice.site.more["/beacon"] = lambda _: Reply(status=204)

    def journey(page: Page) -> object:
        sent = page.evaluate("() => [navigator.sendBeacon('/beacon', new Blob(['here'])), true]")
        page.evaluate("() => { addEventListener('pagehide', () => navigator.sendBeacon('/beacon', 'left')); }")
        page.goto(f"{twice.site.http}/latin")
        return sent

    assert twice(journey) == [True, True]
    assert sorted(asked.body for asked in twice.site.asked if asked.path == "/beacon") == [b"here", b"left"]
    beacons = [entry for entry in twice.entries if entry.url.endswith("/beacon")]
    assert sorted(entry.request_body() or b"" for entry in beacons) == [b"here", b"left"]


def test_across_origins(twice: Twice) -> None:
    """Simple, after a question, with cookies, without leave, and without looking."""

    def guarded(asked: Asked) -> Reply:
        allowed = ["X-Token", "Content-Type"] if asked.method == "OPTIONS" else ["ok"]
        names = ("Access-Control-Allow-Headers", ", ".join(allowed)), ("Access-Control-Allow-Credentials", "true")
        methods = ("Access-Control-Allow-Methods", "PUT, POST"), ("Access-Control-Expose-Headers", "X-Shown")
        return Reply(asked.method, headers=[*names, *methods, ("X-Shown", "1"), ("X-Hidden", "2")])

    twice.site.more["/guarded"] = guarded
    seen = twice("""async ({ other }) => {
        const ask = async (options) => {
            const answer = await fetch(`${other}/guarded`, options);
            return [answer.type, await answer.text(), answer.headers.get('x-shown'), answer.headers.get('x-hidden')];
        };
        const headers = {'X-Token': 't', 'Content-Type': 'application/json'};
        return [await ask(), await ask({method: 'PUT', headers, body: '{}'}), await ask({credentials: 'include'}),
            await ask({mode: 'no-cors'}), await ask({headers: {'X-Else': '1'}}).catch((error) => error.name)];
    }""")

    assert seen == [
        ["cors", "GET", "1", None],
        ["cors", "PUT", "1", None],
        ["cors", "GET", "1", None],
        ["opaque", "", None, None],
        "TypeError",
    ]
