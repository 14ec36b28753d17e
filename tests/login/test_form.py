"""The declared login form, on a page whose script decides what happens, in a real browser."""

from collections.abc import Callable, Mapping

import pytest

from toolkit.errors import Blocked, LoginFailed, UnknownError, UsageError, UserActionNeeded, VendorDown
from toolkit.login import login_form
from toolkit.run import Run

MakeRun = Callable[..., Run]
Serve = Callable[[Mapping[str, object]], str]

PAGE = """<!doctype html><title>Acme</title><body><script>
  const show = (html) => { document.body.innerHTML = html; };
  const after = {
    right: () => show('<div id="bills">Bills</div>'),
    wrong: () => document.querySelector('.error').hidden = false,
    terms: () => show('<div class="terms">Please accept our new terms</div>'),
    busy: () => show('<div class="down">Back soon</div>'),
    nothing: () => {},
    dies: () => fetch('/api/dies').catch(() => {}),
    down: () => fetch('/api/503'),
    walled: () => fetch('/api/login', {method: 'POST'}).then(after.wrong),
  };
  show(`<input id="email"><input id="password" type="password"><button>Go</button>
        <p class="error" hidden>No such user</p>`);
  document.querySelector('button').onclick = () => after[document.querySelector('#password').value]();
</script>"""
WALL = (403, {"Content-Type": "text/html", "cf-mitigated": "challenge"}, b"<p>One moment, please")
SITE: dict[str, object] = {"/login": PAGE, "/api/dies": None, "/api/503": (503, {}, b""), "/api/login": WALL}

BOTH = {"login": "#email", "password": "#password"}
LOG_IN = login_form(
    "/login",
    fields=BOTH,
    submit="button",
    ok="#bills",
    wrong=".error",
    action=".terms",
    down=".down",
)
IMPATIENT = login_form(
    "/login", fields={"password": "#password"}, submit="button", ok="#bills", wrong=".error", timeout=3
)


@pytest.fixture
def attempt(serve: Serve, make_run: MakeRun) -> Callable[..., str]:
    """Log in with this password; the page does what the password says."""
    url = serve(SITE)
    return lambda password, log_in=LOG_IN: log_in(make_run(url=url, login="ada", password=password))


def test_the_right_password_logs_in(attempt: Callable[..., str]) -> None:
    """The element that shows success decides, though the error is on the page all the time, hidden."""
    assert attempt("right") == "logged in"


@pytest.mark.parametrize(
    ("password", "error", "words"),
    [
        ("wrong", LoginFailed, "No such user"),
        ("terms", UserActionNeeded, "Please accept our new terms"),
        ("busy", VendorDown, "Back soon"),
    ],
)
def test_each_outcome_raises_what_it_means(
    attempt: Callable[..., str], password: str, error: type[Exception], words: str
) -> None:
    """With the words of the page."""
    with pytest.raises(error, match=words):
        attempt(password)


@pytest.mark.parametrize(("password", "reason"), [("down", "HTTP 503"), ("dies", "ERR_EMPTY_RESPONSE")])
def test_a_site_that_breaks_during_the_login_is_down(attempt: Callable[..., str], password: str, reason: str) -> None:
    """Nothing shows because the page's own request failed: that is not called a wrong password."""
    with pytest.raises(VendorDown, match=reason):
        attempt(password, IMPATIENT)


def test_a_page_that_shows_nothing_expected_is_unknown(attempt: Callable[..., str]) -> None:
    """The error names what was waited for and how often it was there."""
    with pytest.raises(UnknownError, match=r"wrong `\.error` \(1\)") as caught:
        attempt("nothing", IMPATIENT)

    assert "nothing visible" in caught.value.message


def test_a_live_session_needs_no_form(serve: Serve, make_run: MakeRun) -> None:
    """A site that still knows the browser shows its bills at once: that is success."""
    run = make_run(url=serve({"/login": '<div id="bills">Bills</div>'}), login="ada", password="x")

    assert LOG_IN(run) == "still logged in"


def test_a_site_that_does_not_answer_is_down(closed: str, make_run: MakeRun) -> None:
    """A closed port."""
    with pytest.raises(VendorDown, match="ERR_CONNECTION_REFUSED"):
        LOG_IN(make_run(url=closed, login="ada", password="x"))


def test_a_login_page_with_a_server_error_is_down(serve: Serve, make_run: MakeRun) -> None:
    """HTTP 503 in place of the page, with words or without."""
    for words in (b"", b"Sorry"):
        run = make_run(url=serve({"/login": (503, {}, words)}), login="ada", password="x")

        with pytest.raises(VendorDown, match="HTTP 503"):
            LOG_IN(run)


def test_a_field_without_a_value_stops_before_the_browser_starts(make_run: MakeRun) -> None:
    """The field is named."""
    run = make_run(login="ada")

    with pytest.raises(UsageError, match="`password`"):
        LOG_IN(run)
    assert not run.browser_is_open


def test_an_outcome_that_shows_only_for_a_moment_is_no_crash(serve: Serve, make_run: MakeRun) -> None:
    """An error that blinks before the bills come: whichever is caught, it is an outcome."""
    blinking = PAGE.replace(
        "right: () => show('<div id=\"bills\">Bills</div>')",
        """right: () => { const error = document.querySelector('.error'); let n = 0; const blink = () => {
          error.hidden = !error.hidden; n += 1;
          if (n < 40) requestAnimationFrame(blink); else show('<div id="bills">Bills</div>'); }; blink(); }""",
    )
    run = make_run(url=serve({"/login": blinking}), login="ada", password="right")
    try:
        outcome = LOG_IN(run)
    except LoginFailed as error:
        outcome = error.code

    assert outcome in {"logged in", "LOGIN_FAILED"}


def test_a_wall_is_not_called_a_wrong_password(attempt: Callable[..., str], serve: Serve, make_run: MakeRun) -> None:
    """Not when the page shows its usual error because a wall took what it sent, nor when it never came."""
    with pytest.raises(Blocked, match="Cloudflare"):
        attempt("walled")

    with pytest.raises(Blocked, match="--headed"):
        IMPATIENT(make_run(url=serve({"/login": WALL}), password="x"))


STEPS = """<!doctype html><body><script>
  const asked = [];
  const ask = (name) => {
    document.body.innerHTML = `<input id=${name}><button>Next</button>`;
    document.querySelector("button").onclick = () => {
      asked.push(document.querySelector("input").value);
      if (name === "password") document.body.innerHTML = `<p id=bills>${asked}</p>`; else ask("password");
    };
  };
  const remembered = location.search === "?remembered";
  ask(remembered ? "password" : "email");
</script>"""


@pytest.mark.parametrize(("query", "asked"), [("", "ada,right"), ("?remembered", "right")])
def test_a_site_may_ask_step_by_step(serve: Serve, make_run: MakeRun, query: str, asked: str) -> None:
    """For one field after another, or only for the one it does not remember."""
    log_in = login_form(f"/login{query}", fields=BOTH, submit="button", ok=f"text={asked}")

    assert log_in(make_run(url=serve({"/login": STEPS}), login="ada", password="right")) == "logged in"


def test_a_form_that_is_still_being_built_is_not_sent_by_half(serve: Serve, make_run: MakeRun) -> None:
    """Its second field shows some frames later."""
    late = """<!doctype html><input id=email><button onclick="bills.hidden = !window.password?.value">Go</button>
      <p id=bills hidden>Bills</p><p class=error>Fill in both</p><script>let frames = 0; const draw = () => {
        if (++frames < 6) return requestAnimationFrame(draw);
        document.body.insertAdjacentHTML("beforeend", "<input id=password>"); }; draw()</script>"""
    run = make_run(url=serve({"/login": late}), login="ada", password="right")

    assert login_form("/login", fields=BOTH, submit="button", ok="#bills", wrong=".error")(run) == "logged in"


def test_a_button_that_is_not_there_is_named(attempt: Callable[..., str]) -> None:
    """As is a selector that means several."""
    for submit, words in (("#go", "no button `#go`"), ("#email, #password", "shows 2 elements")):
        log_in = login_form("/login", fields={"password": "#password"}, submit=submit, ok="#bills")
        with pytest.raises(UnknownError, match=words):
            attempt("right", log_in)
