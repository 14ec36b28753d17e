const api = document.querySelector("meta[name=api]").content;
const csrf = document.cookie.match(/csrf=([^;]+)/)[1];
const told = document.querySelector("#told");
let token, key;

function tell(text) {
  told.appendChild(document.createElement("li")).textContent = text;
}

function hex(buffer) {
  return Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function enter() {
  const answer = await fetch(`${api}/token?_=${Date.now()}`, {credentials: "include", headers: {"X-CSRF-Token": csrf}});
  const given = await answer.json();
  const claims = JSON.parse(atob(given.token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/")));
  if (claims.exp * 1000 <= Date.now()) throw new Error("Your session is over: sign in again.");
  token = given.token;
  sessionStorage.setItem("key", given.signing_key);
  const raw = Uint8Array.from(given.signing_key.match(/../g), (pair) => parseInt(pair, 16));
  key = await crypto.subtle.importKey("raw", raw, {name: "HMAC", hash: "SHA-256"}, false, ["sign"]);
}

async function call(method, path, content) {
  const time = Date.now();
  const nonce = path.startsWith("/jobs/") ? Math.random().toString(36).slice(2) : crypto.randomUUID();
  const text = new TextEncoder().encode(`${method} ${path} ${time} ${nonce}`);
  const signature = hex(await crypto.subtle.sign("HMAC", key, text));
  const headers = {Authorization: `Bearer ${token}`, "X-CSRF-Token": csrf};
  if (content) headers["Content-Type"] = "application/json";
  const answer = await fetch(`${api}${path}?_=${time}&n=${nonce}&s=${signature}`, {
    method, credentials: "include", headers, body: content && JSON.stringify(content),
  });
  if (!answer.ok) throw new Error(`${method} ${path} answers ${answer.status}`);
  return answer;
}

const ask = async (...what) => (await call(...what)).json();

async function wait() {
  const {job} = await ask("POST", "/jobs", {kind: "statement", year: 2025});
  let times = 0;
  while ((await ask("GET", `/jobs/${job}`)).state === "pending") times += 1;
  tell(`pending ${times}`);
}

async function choose() {
  for (const language of ["fr", "en"]) {
    const version = Number(sessionStorage.getItem("version") || 1);
    const now = await ask("PUT", "/prefs", {language, version});
    sessionStorage.setItem("version", now.version);
    tell(`${now.language} ${now.version}`);
  }
}

async function count() {
  for (let time = 0; time < 3; time += 1) tell(`unread ${(await ask("GET", "/unread")).unread}`);
}

function bills(page) {
  const query = "query Bills($page: Int!) { bills(page: $page) { nodes { id date amount pdf } total } }";
  return ask("POST", "/graphql", {operationName: "Bills", query, variables: {page}});
}

async function list() {
  const pages = await Promise.all([2, 0, 1].map(bills));
  tell(pages.map((page) => page.data.bills.nodes[0].id).join(" "));
  for (const page of [1, 0]) tell((await bills(page)).data.bills.nodes.map((bill) => bill.id).join(" "));
}

async function look() {
  const bytes = await (await call("GET", "/pdf/P-inline")).arrayBuffer();
  tell(`inline ${hex(await crypto.subtle.digest("SHA-256", bytes)).slice(0, 8)}`);
}

try {
  await enter();
  await wait();
  await choose();
  await count();
  await list();
  await look();
  document.body.id = "ready";
} catch (error) {
  document.querySelector(".error").textContent = error.message;
}
