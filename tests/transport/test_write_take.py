"""Traffic becomes a take without secrets, which tells its stand-ins from what was never replaced."""

import json
from datetime import UTC, datetime
from pathlib import Path

from toolkit.transport.har import Har, make_entry
from toolkit.transport.learning import in_entry
from toolkit.transport.masking import Value
from toolkit.transport.take import HAR_NAME, Take, digest
from toolkit.transport.write_take import settle, write_take

NOON = datetime(2025, 3, 9, 12, tzinfo=UTC)
TAKE = Take(clock=NOON, seed=1, fields={"url": "https://acme.example", "password": "hunter2!"}, answers=("482913",))


def test_a_take_knows_its_stand_ins(tmp_path: Path) -> None:
    """Whatever looks like a secret in what was written has its digest in take.json, and so have field and answer."""
    headers = [("Set-Cookie", "sid=S3cr3tS3ss10n; Path=/"), ("Content-Type", "text/html")]
    body = b"<meta name=csrf-token content=a1b2c3d4e5> FR76 3000 6000 0112 3456 7890 189"
    sent = b"password=hunter2!&pin=7"
    entry = make_entry(
        "POST",
        "https://acme.example/?token=aB3dE5fG7hI9",
        started=NOON,
        status=200,
        request_headers=[("Content-Type", "application/x-www-form-urlencoded")],
        request_body=sent,
        response_headers=headers,
        body=body,
    )

    count = write_take([entry], TAKE, tmp_path, frozenset({"password"}))

    take = Take.load(tmp_path)
    found = [one.value for kept in Har.load(tmp_path / HAR_NAME).entries for one in in_entry(kept)]
    assert len(found) == 7
    assert {digest(value) for value in [*found, take.fields["password"], *take.answers]} == set(take.stand_ins)
    assert (count, len(take.stand_ins)) == (7, 7)
    assert take.fields["url"] == TAKE.fields["url"]


def test_what_a_replay_asks_otherwise_is_left_out(tmp_path: Path) -> None:
    """A nonce goes, in a body beside the HAR too; what stands for a secret already stays."""
    nonce, secret = "0b0e7a52-1111-4222-8333-444455556666", "d41d8cd98f00b204e9800998ecf8427e"
    entry = make_entry(
        "POST",
        f"https://acme.example/?n={nonce}&signature={secret}",
        started=NOON,
        status=200,
        request_body=f"n={nonce}&more={'x' * 5000}".encode(),
    )
    write_take([entry], TAKE, tmp_path, frozenset())
    written = Har.load(tmp_path / HAR_NAME).entries[0]
    signature = written.url.rpartition("=")[2]

    settle(tmp_path, {Value("uuid", nonce), Value("hex", signature)})

    assert nonce in written.url
    settled = Har.load(tmp_path / HAR_NAME).entries[0]
    assert settled.url.endswith(f"&signature={signature}")
    assert nonce not in settled.url
    assert nonce.encode() not in (settled.request_body() or b"")
    assert len(list((tmp_path / "bodies").iterdir())) == 1


def test_a_take_shows_no_value() -> None:
    """It holds the real login until it is written."""
    assert "hunter2!" not in repr(TAKE)
    assert "482913" not in repr(TAKE)


def test_what_lies_in_the_folder_loses_its_secrets(tmp_path: Path) -> None:
    """Bank operations that are loaded first: what the traffic tells, and what shows by itself."""
    (tmp_path / "fixture.json").write_text('{"label": "hunter2!", "iban": "FR7630006000011234567890189", "amount": 1}')
    entry = make_entry("GET", "https://acme.example/", started=NOON, status=200, body=b"fine")

    write_take([entry], TAKE, tmp_path, frozenset({"password"}))

    kept, take = json.loads((tmp_path / "fixture.json").read_text()), Take.load(tmp_path)
    assert (kept["label"], kept["amount"]) == (take.fields["password"], 1)
    assert kept["iban"] != "FR7630006000011234567890189"
    assert digest(kept["iban"]) in take.stand_ins
