"""A site with a service worker comes back with what the worker asks, keeps and makes up."""

import pytest
from playwright.sync_api import Page

from tests.strict.conftest import NOON, Twice
from tests.strict.content import PAGE, Asked, Reply
from toolkit.transport.determinism import milliseconds

WORKER = """
addEventListener('install', (event) => {
    event.waitUntil(caches.open('v1').then((cache) => cache.addAll(['/kept'])).then(() => skipWaiting()));
});
addEventListener('activate', (event) => event.waitUntil(clients.claim()));
const handed = async (request) => {
    const body = request.method === 'POST' ? await request.blob() : undefined;
    const answer = await fetch(`${request.url}&by=worker&_=${Date.now()}`, {method: request.method, body});
    return new Response(`${await answer.text()}, said the worker`, {headers: {'X-By': `${Date.now()}`}});
};
addEventListener('fetch', (event) => {
    const path = new URL(event.request.url).pathname;
    if (path === '/kept') event.respondWith(caches.match('/kept'));
    if (path === '/made') event.respondWith(new Response('made up'));
    if (path === '/asked') event.respondWith(handed(event.request));
    if (path === '/through') event.respondWith(fetch(event.request));
});
"""
INSTALL = """async () => {
    const { serviceWorker } = navigator;
    await serviceWorker.register('/worker.js');
    if (!serviceWorker.controller) await new Promise((done) => { serviceWorker.oncontrollerchange = done; });
}"""
ASK = """async () => {
    const ask = async (...what) => {
        const answer = await fetch(...what);
        return [await answer.text(), answer.headers.get('x-by')];
    };
    return [await ask('/kept'), await ask('/made'), await ask('/asked?n=1'), await ask('/asked?n=2'),
        await ask('/asked?n=3', {method: 'POST', body: new Blob(['sent'])}), await ask('/through?x=1'),
        await ask('/direct')];
}"""


@pytest.mark.parametrize("scheme", ["http", "tls"])
def test_a_service_worker(scheme: str, twice: Twice) -> None:
    """It serves the page that installed it, and the next: what it kept, made up, asked anew and handed through."""

    def reply(asked: Asked) -> Reply:
        return Reply(f"{asked.method} {asked.path} {asked.query.partition('&')[0]} {asked.body.decode()}")

    twice.site.more |= dict.fromkeys(("/kept", "/asked", "/through", "/direct"), reply)
    twice.site.more |= {
        "/worker.js": lambda _: Reply(WORKER, "text/javascript"),
        "/next": lambda _: Reply(f"{PAGE}<p>next", "text/html"),
    }
    site = twice.site.addresses()[scheme]

    def journey(page: Page) -> object:
        page.evaluate(INSTALL)
        first = page.evaluate(ASK)
        page.goto(f"{site}/next")
        return first, page.evaluate(ASK)

    first, second = twice(journey, site)

    assert (
        first
        == second
        == [
            ["GET /kept  ", None],
            ["made up", None],
            ["GET /asked n=1 , said the worker", str(milliseconds(NOON))],
            ["GET /asked n=2 , said the worker", str(milliseconds(NOON))],
            ["POST /asked n=3 sent, said the worker", str(milliseconds(NOON))],
            ["GET /through x=1 ", None],
            ["GET /direct  ", None],
        ]
    )
    assert [entry.url.removeprefix(site) for entry in twice.entries].count("/kept") == 1
