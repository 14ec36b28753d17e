const state = document.querySelector("#state");
const poll = async () => {
  const answer = await (await fetch("/status")).json();
  state.textContent = answer.state;
  if (answer.state === "done") {
    state.id = "bills";
  } else {
    setTimeout(poll, 20);
  }
};
poll();
