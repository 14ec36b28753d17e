"""`run.client`: a Cozy's data API, of a Cozy or of the store."""

from collections.abc import Iterator

import pytest

from tests.cozy.stack import TOKEN, Stack, running
from toolkit.cozy import Client, CozyClient, LocalClient
from toolkit.errors import StoreError, UsageError
from toolkit.store import Store

KITTENS = "me.cozy.kittens"
BILL = {
    "date": "2017-03-04T12:30:00.000Z",
    "amount": 12.5,
    "vendor": "Acme",
    "currency": "EUR",
    "isRefund": False,
    "contractId": None,
    "cozyMetadata": {"doctypeVersion": 1},
}


class ClientContract:
    """What either client does."""

    @pytest.fixture
    def client(self) -> Iterator[Client]:
        """The client under test, of an empty database."""
        raise NotImplementedError

    def test_a_document_comes_back_as_it_was_written(self, client: Client) -> None:
        """A bill keeps its hour, its number and the fields that say nothing."""
        made = client.create("io.cozy.bills", BILL)

        found = client.find("io.cozy.bills", made["_id"])
        assert {name: value for name, value in found.items() if name not in {"_id", "_rev"}} == BILL

    def test_one_field_is_changed(self, client: Client) -> None:
        """The other fields stay, and what is changed again is changed again."""
        id_ = client.create("io.cozy.bills", BILL)["_id"]
        client.update_attributes("io.cozy.bills", id_, {"amount": 13, "note": "é"})
        client.update_attributes("io.cozy.bills", id_, {"vendor": "Acme 2"})

        found = client.find("io.cozy.bills", id_)
        assert (found["amount"], found["note"], found["vendor"]) == (13, "é", "Acme 2")
        assert found["date"] == BILL["date"]

    def test_a_document_is_replaced_whole(self, client: Client) -> None:
        """A field that the new one has not is gone."""
        id_ = client.create(KITTENS, {"name": "Tom", "age": 3})["_id"]
        client.update(KITTENS, id_, {"name": "Tim"})

        found = client.find(KITTENS, id_)
        assert found["name"] == "Tim"
        assert "age" not in found

    def test_all_are_found_and_some(self, client: Client) -> None:
        """However many answers it takes; none of a doctype that nobody knows."""
        for name, age in (("Tom", 3), ("Tim", 5), ("Tam", 7), ("Tem", None), ("Tum", 9)):
            client.create(KITTENS, {"name": name, "age": age})

        assert sorted(one["name"] for one in client.find_all(KITTENS)) == ["Tam", "Tem", "Tim", "Tom", "Tum"]
        assert sorted(one["name"] for one in client.query(KITTENS, {"age": {"$gt": 3}})) == ["Tam", "Tim", "Tum"]
        assert client.find_all("me.cozy.dogs") == client.query("me.cozy.dogs", {"name": "Rex"}) == []

    def test_one_with_an_id_keeps_it_and_is_not_written_over(self, client: Client) -> None:
        """A second one with this id is refused."""
        assert client.create(KITTENS, {"_id": "a/b", "name": "Tom"})["_id"] == "a/b"
        with pytest.raises(StoreError):
            client.create(KITTENS, {"_id": "a/b", "name": "Tim"})
        assert client.find(KITTENS, "a/b")["name"] == "Tom"

    def test_what_is_deleted_is_gone(self, client: Client) -> None:
        """It is not found again, nor deleted again, nor changed."""
        id_ = client.create(KITTENS, {"name": "Tom"})["_id"]
        client.delete(KITTENS, id_)
        for again in (client.find, client.delete):
            with pytest.raises(StoreError, match=r"no such document|has no"):
                again(KITTENS, id_)
        with pytest.raises(StoreError):
            client.update_attributes(KITTENS, id_, {"name": "Tim"})


class TestLocalClient(ClientContract):
    """The store."""

    @pytest.fixture
    def client(self) -> Iterator[Client]:
        """Of a store in memory."""
        with Store("sqlite://") as store:
            yield LocalClient(store)

    def test_an_unknown_operator_is_told(self, client: Client) -> None:
        """Rather than finding nothing."""
        client.create(KITTENS, {"name": "Tom"})
        with pytest.raises(UsageError, match=r"\$near, which is none of"):
            client.query(KITTENS, {"name": {"$near": 1}})


class TestCozyClient(ClientContract):
    """A server that answers as a Cozy does."""

    @pytest.fixture
    def stack(self) -> Iterator[Stack]:
        """The server."""
        with running(Stack()) as stack:
            yield stack

    @pytest.fixture
    def client(self, stack: Stack) -> Client:
        """With the right token."""
        return CozyClient(stack.url, TOKEN)

    def test_what_others_changed_meanwhile_is_not_written_over(self, client: Client) -> None:
        """An update of an old state is refused in a sentence."""
        old = client.create(KITTENS, {"name": "Tom"})
        client.update_attributes(KITTENS, old["_id"], {"name": "Tim"})
        with pytest.raises(StoreError, match="changed or made by somebody else"):
            client.update(KITTENS, old["_id"], old)
        assert client.find(KITTENS, old["_id"])["name"] == "Tim"

    def test_a_refused_token_is_told_of_and_not_told(self, stack: Stack) -> None:
        """The sentence names the variable and not the value; so does what the client prints as."""
        client = CozyClient(stack.url, "another-token")
        with pytest.raises(StoreError, match="COZY_CREDENTIALS is not accepted") as refused:
            client.find_all(KITTENS)
        assert "another-token" not in f"{refused.value} {client!r}"

    def test_a_token_goes_nowhere_in_clear(self) -> None:
        """An address without https is refused unless it is this machine."""
        with pytest.raises(UsageError, match="must begin with https"):
            CozyClient("http://me.example", TOKEN)
        with pytest.raises(UsageError, match="no address"):
            CozyClient("me.example", TOKEN)


def test_a_cozy_that_is_gone_is_a_sentence() -> None:
    """Nobody listens at that address any more."""
    with running(Stack()) as stack:
        url = stack.url
    with pytest.raises(StoreError, match=r"does not answer"):
        CozyClient(url, TOKEN).find_all(KITTENS)
