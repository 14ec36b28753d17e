"""9. A login inside shadow roots, one in another.

Open ones: a root that is closed shows to a person, and to no selector.
"""

from collections.abc import Iterator

import pytest

import toolkit
from tests.sites.conftest import MakeClient, Story, good_story
from tests.sites.portal import Portal
from tests.sites.server import Answer, Ask, as_json, page, refused
from toolkit import Bill, Run

FRONT = """<acme-login></acme-login><script>
customElements.define("acme-field", class extends HTMLElement {
  connectedCallback() {
    this.input = document.createElement("input");
    this.input.type = this.getAttribute("type");
    this.attachShadow({mode: "open"}).append(this.getAttribute("label"), this.input);
  }
});
customElements.define("acme-login", class extends HTMLElement {
  connectedCallback() {
    const root = this.attachShadow({mode: "open"});
    root.innerHTML = `<acme-field label="E-mail" type="email"></acme-field>
      <acme-field label="Password" type="password"></acme-field><button>Log in</button><p hidden>Wrong password</p>`;
    const [login, password] = root.querySelectorAll("acme-field");
    root.querySelector("button").onclick = async () => {
      const body = JSON.stringify({login: login.input.value, password: password.input.value});
      const answer = await fetch("/login", {method: "POST", body, headers: {"Content-Type": "application/json"}});
      if (answer.ok) location.reload();
      else root.querySelector("p").hidden = false;
    };
  }
});</script>"""


class Shadows(Portal):
    """Its form is made of custom elements, one in another."""

    def front(self, _: Ask) -> Answer:
        """The elements."""
        return page(FRONT)

    def log_in(self, ask: Ask) -> Answer:
        """As an API does."""
        if ask.json.get("login") != "ada@acme.example" or not self.is_right(ask.json.get("password")):
            return refused()
        return as_json({}, cookies=[f"sid={self.new_session()}; HttpOnly; SameSite=Lax; Path=/"])


@pytest.fixture
def site() -> Iterator[Shadows]:
    """The site, running."""
    with Shadows() as running:
        yield running


CARRIED = "cookie sid"


# connector
def bills(run: Run) -> Iterator[Bill]:
    """All there are."""
    for row in run.session.get("/bills").json():
        yield Bill(number=row["id"], date=row["day"], amount=row["total"], pdfurl=f"/pdf/{row['id']}")


log_in = toolkit.login_form(
    "/",
    fields={"login": "input[type=email]", "password": "input[type=password]"},
    submit="button",
    ok="#in",
    wrong="text=Wrong",
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


def test_it_works(site: Shadows, client: MakeClient) -> None:
    """A field in a root in a root, and an error in one."""
    ada, eve = client(site.url()), client(site.url(), password="wrong")

    assert Story.of(ada, eve, connector) == good_story(CARRIED)
    assert site.tried == 2
