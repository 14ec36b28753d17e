// The whole portal: two views, drawn into an empty page.
// The server wants two things with each call: the session cookie, which this code cannot read, and the token kept here.

const app = document.getElementById("app");
const money = new Intl.NumberFormat("en-IE", { style: "currency", currency: "EUR" });
const day = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeZone: "UTC" });

const token = {
  get: () => localStorage.getItem("orma.token"),
  set: (value) => localStorage.setItem("orma.token", value),
  drop: () => localStorage.removeItem("orma.token"),
};

/** An element: h("p", { class: "lead" }, "text", child, …). Functions become event listeners. */
function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

const show = (...elements) => app.replaceChildren(...elements);

/** Ask the server, with the token when there is one. */
function call(path, options = {}) {
  const headers = { ...options.headers };
  if (token.get()) headers.Authorization = `Bearer ${token.get()}`;
  return fetch(path, { ...options, headers });
}

async function signIn(email, password) {
  await fetch("/api/csrf");
  const csrf = document.cookie.match(/(?:^|; )csrf=([^;]*)/)?.[1] ?? "";
  return fetch("/api/login", {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRF-Token": csrf },
    body: JSON.stringify({ email, password }),
  });
}

const brand = () =>
  h("span", { class: "brand" }, h("img", { src: "/logo.svg", alt: "", width: 36, height: 36 }), "Orma Telecom");

// ---- The login -----------------------------------------------------------------------------------------------------

function field(id, label, attributes) {
  return h("div", { class: "field" }, h("label", { for: id }, label), h("input", { id, required: "", ...attributes }));
}

function loginView() {
  const problem = h("div", { class: "problem" });
  const button = h("button", { type: "submit", class: "primary" }, "Sign in");
  const form = h(
    "form",
    { submit },
    h("h1", {}, "Your account"),
    h("p", { class: "lead" }, "Sign in to see your bills."),
    problem,
    field("email", "Email address", { type: "email", autocomplete: "username" }),
    field("password", "Password", { type: "password", autocomplete: "current-password" }),
    button,
  );

  async function submit(event) {
    event.preventDefault();
    problem.replaceChildren();
    button.disabled = true;
    button.textContent = "Signing in…";
    try {
      const answer = await signIn(form.email.value, form.password.value);
      if (answer.ok) return await enter((await answer.json()).token);
      problem.replaceChildren(answer.status >= 500 ? downPanel() : await refusal(answer));
    } catch {
      problem.replaceChildren(downPanel());
    } finally {
      button.disabled = false;
      button.textContent = "Sign in";
    }
  }

  show(h("main", { class: "login" }, h("aside", { class: "welcome" }, brand(), pitch()), form));
}

function pitch() {
  return h(
    "div",
    {},
    h("p", { class: "slogan" }, "One line.", h("br"), "One bill.", h("br"), "No small print."),
    h("p", { class: "small" }, "Fibre and mobile in one plan."),
  );
}

async function refusal(answer) {
  const { error } = await answer.json();
  return h("p", { class: "error", role: "alert" }, error);
}

function downPanel() {
  return h(
    "div",
    { class: "down", role: "alert" },
    h("strong", {}, "Service unavailable"),
    h("p", {}, "We are working on it. Please try again in a few minutes."),
  );
}

async function enter(value) {
  token.set(value);
  await billsView();
}

// ---- The bills -----------------------------------------------------------------------------------------------------

async function billsView() {
  const first = await call("/api/bills?page=1");
  const rows = h("tbody");
  const more = h("button", { type: "button", class: "more" }, "Load more");
  const status = h("p", { class: "status", role: "status" });
  let next = 1;

  async function add(answer) {
    if (answer.status === 401) return leave();
    if (!answer.ok) return (status.textContent = "Your bills cannot be shown right now. Please try again later.");
    const page = await answer.json();
    next = page.next;
    rows.append(...page.items.map(row));
    more.hidden = next === null;
    status.textContent = `${rows.children.length} ${next ? "bills shown" : "bills, that is all of them"}`;
  }

  more.hidden = true;
  more.addEventListener("click", async () => {
    more.disabled = true;
    await add(await call(`/api/bills?page=${next}`)).finally(() => (more.disabled = false));
  });
  await add(first);
  if (token.get()) show(topBar(), h("main", { class: "page" }, overview(), billsSection(rows, status, more)));
}

function topBar() {
  const { name } = JSON.parse(atob(token.get().split(".")[1].replace(/-/g, "+").replace(/_/g, "/")));
  const click = () => call("/api/logout", { method: "POST" }).finally(leave);
  const signOut = h("button", { type: "button", class: "quiet", click }, "Sign out");
  return h("header", { class: "top" }, brand(), h("div", { class: "who" }, h("span", {}, name), signOut));
}

function overview() {
  const fact = (label, value) => h("div", {}, h("dt", {}, label), h("dd", {}, value));
  return h(
    "dl",
    { class: "overview" },
    fact("Your plan", "Fibre 1 Gbit/s and mobile 60 GB"),
    fact("Price", `${money.format(19.9)} a month`),
    fact("You pay by", "Direct debit"),
  );
}

function billsSection(rows, status, more) {
  const head = ["Date", "Number", "Type", "Amount", "Document"];
  return h(
    "section",
    { id: "bills", "aria-labelledby": "bills-title" },
    h("h1", { id: "bills-title" }, "Your bills"),
    h(
      "table",
      {},
      h("thead", {}, h("tr", {}, ...head.map((name) => h("th", { scope: "col" }, name)))),
      rows,
    ),
    h("div", { class: "foot" }, status, more),
  );
}

function row(bill) {
  const date = day.format(new Date(bill.issued));
  const label = bill.kind === "refund" ? "Refund" : "Invoice";
  const click = () => showPdf(bill);
  return h(
    "tr",
    { "data-id": bill.id, class: bill.kind },
    h("th", { scope: "row" }, date),
    h("td", { class: "number" }, bill.id),
    h("td", {}, h("span", { class: "kind" }, label)),
    h("td", { class: "amount" }, money.format(bill.total)),
    h("td", {}, h("button", { type: "button", class: "quiet", "aria-label": `PDF of ${date}`, click }, "PDF")),
  );
}

/** The browser cannot send the token with a plain link, so the file is fetched here and shown from memory. */
async function showPdf(bill) {
  const answer = await call(bill.pdf);
  if (!answer.ok) return answer.status === 401 ? leave() : undefined;
  const url = URL.createObjectURL(await answer.blob());
  const dialog = h(
    "dialog",
    { "aria-label": `Bill ${bill.id}`, close },
    h("iframe", { src: `${url}#toolbar=0&navpanes=0`, title: `Bill ${bill.id}` }),
    h(
      "div",
      { class: "foot" },
      h("a", { href: url, download: `orma-${bill.id}.pdf` }, "Save the file"),
      h("button", { type: "button", class: "more", click: () => dialog.close() }, "Close"),
    ),
  );

  function close() {
    dialog.remove();
    URL.revokeObjectURL(url);
  }

  document.body.append(dialog);
  dialog.showModal();
}

function leave() {
  token.drop();
  loginView();
}

if (token.get()) billsView().catch(() => show(h("main", { class: "page" }, downPanel())));
else loginView();
