"""37. A good login begins with a 401, and 403 is what guests and expired sessions get."""

from collections.abc import Iterator
from secrets import randbelow, token_urlsafe

import pytest

import toolkit
from tests.sites.app import Api
from tests.sites.conftest import Client, MakeClient, Story, good_story, one_by_one
from tests.sites.server import Answer, Ask, Handler, as_json, page, refused
from toolkit import Bill, Run

APP = """<form id=form><p id=what>Welcome to Acme</p>
<input id=login><input id=password type=password><input id=code hidden><button>Go on</button></form>
<p class=error hidden>Wrong password or code</p><h1 id=in hidden>Welcome</h1>
<script>
const ask = (body) => fetch("/login", {method: "POST", body: JSON.stringify(body)});
form.onsubmit = async (event) => {
  event.preventDefault();
  const answer = await ask({login: login.value, password: password.value, code: code.value});
  if (answer.status === 401) {
    login.hidden = password.hidden = true;
    what.textContent = "Enter the code that we sent";
    code.hidden = false;
  } else {
    document.querySelector(answer.ok ? "#in" : ".error").hidden = false;
    form.hidden = answer.ok;
  }
};
fetch("/me").then((answer) => { form.hidden = answer.ok; document.getElementById("in").hidden = !answer.ok; });
</script>"""


class Odd(Api):
    """Says 401 when it wants a code, and 403 to whom it does not know, or no more."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[str] = []
        self.routes = {
            **{route: self.forbidden(handler) for route, handler in self.routes.items()},
            "GET /": lambda _: page(APP),
            "POST /login": self.log_in,
        }

    def log_in(self, ask: Ask) -> Answer:
        """First the password, which has a code sent; then both."""
        self.tried += 1
        if ask.json["password"] != self.password:
            return refused(403)
        if not ask.json["code"]:
            self.sent.append(f"{randbelow(10**6):06}")
            return as_json({"error": "code wanted"}, status=401)
        if ask.json["code"] != self.sent[-1]:
            return refused(403)
        self.live.add(sid := token_urlsafe(16))
        return as_json({"ok": True}, cookies=[f"sid={sid}; HttpOnly; Path=/"])

    def knows(self, ask: Ask) -> bool:
        """Whether there is a session."""
        return ask.cookies.get("sid") in self.live

    @staticmethod
    def forbidden(handler: Handler) -> Handler:
        """403 in place of 401."""

        def answer(ask: Ask) -> Answer:
            given = handler(ask)
            return refused(403) if given.status == 401 else given

        return answer


@pytest.fixture
def site() -> Iterator[Odd]:
    """The site, running."""
    with Odd() as running:
        yield running


@pytest.fixture
def ada(site: Odd, client: MakeClient) -> Client:
    """Somebody who reads the code."""
    return client(site.url(), ask=lambda *_: site.sent[-1])


CARRIED = "cookie sid"


# connector
def bills(run: Run) -> Iterator[Bill]:
    """All there are."""
    for row in run.session.get("/bills").json():
        yield Bill(number=row["id"], date=row["day"], amount=row["total"], pdfurl=f"/pdf/{row['id']}")


log_in = toolkit.login_form(
    "/",
    fields={"login": "#login", "password": "#password"},
    codes={"sms": "#code"},
    submit="button",
    ok="#in",
    wrong=".error",
)
connector = toolkit.create_new(
    name="acme",
    models=[Bill],
    check="/me",
    fetch_operations=[
        log_in,
        toolkit.hand_over,
        bills,
        toolkit.filter_existing(Bill),
        toolkit.save_data_and_file(Bill),
    ],
)
# end


def test_it_works(site: Odd, ada: Client, client: MakeClient) -> None:
    """The 401 is no refusal, for it wants something; the password that is refused has no code sent."""
    eve = client(site.url(), password="wrong")

    assert Story.of(ada, eve, connector) == good_story(CARRIED)
    assert (site.tried, len(site.sent)) == (3, 1)


def test_a_wrong_code_is_told_from_a_wrong_password(site: Odd, client: MakeClient) -> None:
    """Both get a 403; it is tried once."""
    report = client(site.url(), ask=lambda *_: "no code").run(connector)

    assert report.error is not None
    assert (report.error.code, site.tried) == ("USER_ACTION_NEEDED.WRONG_TWOFA_CODE", 2)


def test_a_403_in_the_middle_has_the_login_run_again(site: Odd, ada: Client) -> None:
    """The session expired between two files."""

    def expire(_: Ask) -> Answer:
        site.live.clear()
        del site.routes["GET /pdf/A2"]
        return refused(403)

    site.routes = {"GET /pdf/A2": expire, **site.routes}
    report = ada.run(one_by_one(connector))

    assert report.counts() == {"saved": 3}
    assert (len(site.sent), ada.browsers) == (2, 2)
