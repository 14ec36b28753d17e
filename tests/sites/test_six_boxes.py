"""12. A code by SMS or e-mail, in six boxes that take only keys which are really pressed; the focus moves by itself."""

from collections.abc import Iterator

import pytest

import toolkit
from tests.sites.coded import CodeSite
from tests.sites.conftest import MakeClient, Story, good_story
from tests.sites.server import Answer, Ask, as_json
from toolkit import Bill, Run
from toolkit.run import Ask as Asks

BOXES = f"""<p>Enter the code that we sent to •• 12</p><main>{"<input class=box inputmode=numeric maxlength=1>" * 6}
</main><button id=go disabled>Go on</button><p class=error hidden>Wrong code</p><script>
const boxes = [...document.querySelectorAll(".box")], typed = ["", "", "", "", "", ""];
const show = () => boxes.forEach((box, place) => box.value = typed[place]);
boxes.forEach((box, place) => {{
  box.onkeydown = (event) => {{
    if (!event.isTrusted || !/^[0-9]$/.test(event.key)) return;
    event.preventDefault();
    typed[place] = event.key;
    show();
    go.disabled = typed.includes("");
    setTimeout(() => boxes[Math.min(place + 1, 5)].focus());
  }};
  box.oninput = show;
}});
go.onclick = async () => {{
  const answer = await fetch("/code", {{method: "POST", body: new URLSearchParams({{code: typed.join("")}})}});
  if (answer.ok) location = "/";
  document.querySelector(".error").hidden = false;
}};
boxes[0].focus();
</script>"""


class BoxesSite(CodeSite):
    """Sends a code, and has a script take it."""

    code_page = BOXES

    def take_code(self, ask: Ask) -> Answer:
        """Answer the script."""
        answer = super().take_code(ask)
        cookies = [value for name, value in answer.headers if name == "Set-Cookie"]
        return as_json({"ok": bool(cookies)}, status=200 if cookies else 422, cookies=cookies)


@pytest.fixture
def site() -> Iterator[BoxesSite]:
    """The site, running."""
    with BoxesSite() as running:
        yield running


CARRIED = "cookie sid"


# connector
def bills(run: Run) -> Iterator[Bill]:
    """All there are."""
    for row in run.session.get("/bills").json():
        yield Bill(number=row["id"], date=row["day"], amount=row["total"], pdfurl=f"/pdf/{row['id']}")


log_in = toolkit.login_form(
    "/",
    fields={"login": "#login", "password": "#password"},
    codes={"sms": ".box"},
    submit="button",
    ok="#in",
    wrong=".error",
)
connector = toolkit.create_new(
    name="acme",
    models=[Bill],
    fetch_operations=[
        log_in,
        toolkit.hand_over,
        bills,
        toolkit.filter_existing(Bill),
        toolkit.save_data_and_file(Bill),
    ],
)
# end


def last_code(site: BoxesSite) -> Asks:
    """Somebody who looks at the phone and types the code as it is written there, in two groups."""
    return lambda *_: f"{site.sent[-1][:3]} {site.sent[-1][3:]}"


def test_it_works(site: BoxesSite, client: MakeClient) -> None:
    """Whoever mistypes the code is told so, after one try."""
    ada = client(site.url(), ask=last_code(site))
    eve = client(site.url(), ask=lambda *_: f"{(int(site.sent[-1]) + 1) % 10**6:06}")

    assert Story.of(ada, eve, connector) == good_story(CARRIED, refused="USER_ACTION_NEEDED.WRONG_TWOFA_CODE")
    assert (site.logins, site.codes) == (2, 2)


def test_a_code_by_mail_is_asked_for_as_such(site: BoxesSite, client: MakeClient) -> None:
    """The one who answers knows what to look at, and what the site says of it."""
    asked: list[str] = []

    def read_mail(kind: str, message: str, seconds: float) -> str:
        asked.append(f"{kind}, {seconds:.0f} s: {message}")
        return site.sent[-1]

    def log_in(run: Run) -> None:
        run.page.goto("/")
        run.page.fill("#login", run.fields["login"])
        run.page.fill("#password", run.fields["password"])
        run.page.click("button")
        toolkit.outcome(run, ok="#in", code=".box", wrong=".error")
        toolkit.enter_code(run, "email", ".box", message="The code in your mail", submit="#go", deadline=60)
        toolkit.outcome(run, ok="#in", wrong_code=".error")

    by_hand = toolkit.create_new(name="acme", models=[Bill], fetch_operations=[log_in, toolkit.hand_over])
    report = client(site.url(), ask=read_mail).run(by_hand)

    assert report.error is None
    assert asked == ["email, 60 s: The code in your mail"]


@pytest.mark.parametrize(
    ("answer", "code"), [("", "TWOFA_CANCELLED"), (None, "TWOFA_EXPIRED"), ("12345", "WRONG_TWOFA_CODE")]
)
def test_without_a_code_none_is_tried(site: BoxesSite, client: MakeClient, answer: str | None, code: str) -> None:
    """Cancelled, nobody there, or a digit too few: three ends, and the site is asked nothing more."""
    person = client(site.url())
    if answer is not None:
        person.ask = lambda *_: answer
    report = person.run(connector)

    assert report.error is not None
    assert (report.error.code, report.exit_code) == (f"USER_ACTION_NEEDED.{code}", 4)
    assert site.codes == 0


def test_a_wrong_password_costs_no_code(site: BoxesSite, client: MakeClient) -> None:
    """None is sent, and nobody is asked."""
    report = client(site.url(), password="wrong").run(connector)

    assert report.error is not None
    assert (report.error.code, site.sent) == ("LOGIN_FAILED", [])
