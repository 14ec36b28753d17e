"""The site on its port: coming up, going down, and breaking in the middle."""

import gc
import socket
import threading
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
import requests

from toolkit.demo.bills import BILLS
from toolkit.demo.pdf import render
from toolkit.demo.site import Faults, Site

SignIn = Callable[[Site], requests.Session]
SLOW = Faults(pdf={"OT-202509": "slow"})


def is_listening(site: Site) -> bool:
    """Whether a new connection is taken."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", int(site.url.rpartition(":")[2]))) == 0


def test_two_sites_have_two_ports_on_loopback() -> None:
    """Each takes a free one."""
    with Site() as first, Site() as second:
        assert first.url.startswith("http://127.0.0.1:")
        assert first.url != second.url
        assert is_listening(first)


def test_leaving_the_block_closes_everything(sign_in: SignIn) -> None:
    """No thread and no socket is left, even of a visitor who keeps the connection open."""
    before = set(threading.enumerate())
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        with Site() as site:
            sign_in(site).get(f"{site.url}/api/bills")
            assert set(threading.enumerate()) - before
        gc.collect()

    assert set(threading.enumerate()) <= before
    assert not is_listening(site)
    assert [str(warning.message) for warning in caught] == []


def test_a_site_can_come_back_on_its_port(sign_in: SignIn) -> None:
    """The next run finds it where it was."""
    with Site() as site:
        sign_in(site)
    with Site(port=int(site.url.rpartition(":")[2])) as again:
        assert again.url == site.url
        assert sign_in(again).get(f"{again.url}/api/bills").status_code == 200


def test_what_was_asked_for_is_counted(site: Site, sign_in: SignIn) -> None:
    """Requests and downloads, in order."""
    session = sign_in(site)
    session.get(f"{site.url}/api/bills?page=2")
    session.get(f"{site.url}/pdf/OT-202501")

    assert site.requests == ["GET /api/csrf", "POST /api/login", "GET /api/bills?page=2", "GET /pdf/OT-202501"]
    assert site.downloads == ["OT-202501"]


def test_a_site_can_be_gone_after_some_downloads(sign_in: SignIn) -> None:
    """Three files come; then nothing answers, not even a new connection."""
    with Site(faults=Faults(down_after=3)) as site:
        session = sign_in(site)
        for bill in BILLS[:3]:
            assert session.get(f"{site.url}/pdf/{bill.id}").content == render(bill)
        with pytest.raises(requests.ConnectionError):
            session.get(f"{site.url}/pdf/{BILLS[3].id}")
        assert site.is_down.wait(10)
        with pytest.raises(requests.ConnectionError):
            session.get(f"{site.url}/api/bills")

    assert site.downloads == [bill.id for bill in BILLS[:3]]


def test_no_download_is_begun_after_the_last(sign_in: SignIn) -> None:
    """While the last file is under way another is refused, the rest of the site is up, and the file comes whole."""
    with Site(faults=Faults(down_after=1, pdf={"OT-202509": "slow"})) as site:
        session = sign_in(site)
        with session.get(f"{site.url}/pdf/OT-202509", stream=True) as last:
            assert site.halfway.wait(10)
            with pytest.raises(requests.ConnectionError):
                session.get(f"{site.url}/pdf/OT-202508")
            assert session.get(f"{site.url}/api/bills").status_code == 200
            site.go_on.set()
            assert last.content == render(BILLS[0])
        assert site.is_down.wait(10)


def test_parallel_downloads_are_counted_exactly(sign_in: SignIn) -> None:
    """With four visitors at once it is still ten whole files and no eleventh."""
    with Site(faults=Faults(down_after=10)) as site:
        session = sign_in(site)
        halves = {"Authorization": str(session.headers["Authorization"])}
        cookies = session.cookies.get_dict()

        def fetch(name: str) -> bytes:
            with suppress(requests.ConnectionError):
                return requests.get(f"{site.url}/pdf/{name}", headers=halves, cookies=cookies, timeout=10).content
            return b""

        with ThreadPoolExecutor(4) as pool:
            files = list(pool.map(fetch, [bill.id for bill in BILLS]))

    came = [file for file in files if file]
    assert len(came) == len(site.downloads) == 10
    assert set(came) <= {render(bill) for bill in BILLS}


def test_pulling_the_plug_cuts_open_connections(site: Site, sign_in: SignIn) -> None:
    """A visitor who was just answered is refused."""
    session = sign_in(site)
    site.go_down()

    assert site.is_down.is_set()
    with pytest.raises(requests.ConnectionError):
        session.get(f"{site.url}/api/bills")


def test_a_pdf_can_be_cut_off(sign_in: SignIn) -> None:
    """The whole length is announced, half of it comes, and the connection ends."""
    with Site(faults=Faults(pdf={"OT-202509": "cut"})) as site:
        session = sign_in(site)
        with session.get(f"{site.url}/pdf/OT-202509", stream=True) as answer:
            assert int(answer.headers["Content-Length"]) == len(render(BILLS[0]))
            with pytest.raises(requests.RequestException, match="IncompleteRead"):
                _ = answer.content
        assert session.get(f"{site.url}/pdf/OT-202508").status_code == 200


def test_a_slow_pdf_waits_to_be_let_go(sign_in: SignIn) -> None:
    """Half comes and is announced; the rest comes when the test says so."""
    whole = render(BILLS[0])
    with Site(faults=SLOW) as site, sign_in(site).get(f"{site.url}/pdf/OT-202509", stream=True) as answer:
        assert site.halfway.wait(10)
        first = answer.raw.read(len(whole) // 2)
        assert not site.go_on.is_set()
        site.go_on.set()
        assert first + answer.raw.read() == whole


def test_a_slow_pdf_does_not_keep_the_site_open(sign_in: SignIn) -> None:
    """Leaving the block lets go of it, whether its visitor still waits or has left."""
    with Site(faults=SLOW) as site:
        answer = sign_in(site).get(f"{site.url}/pdf/OT-202509", stream=True)
        assert site.halfway.wait(10)

    assert site.go_on.is_set()
    answer.close()


def test_a_visitor_who_leaves_makes_no_noise(sign_in: SignIn, capfd: pytest.CaptureFixture[str]) -> None:
    """A broken pipe is the visitor's right and is not printed."""
    with Site(faults=Faults(pdf={bill.id: "slow" for bill in BILLS})) as site:
        session = sign_in(site)
        for bill in BILLS[:3]:
            session.get(f"{site.url}/pdf/{bill.id}", stream=True).close()

    assert capfd.readouterr() == ("", "")
