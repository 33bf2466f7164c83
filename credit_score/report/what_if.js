// Draws the state of a session and tells what is done to it. No build step, no dependency: the page of a session and
// a file that carries its own state load the same text.

function render({ model, el }) {
  const heading = document.createElement("h1");
  const firms = document.createElement("p");
  const ask = document.createElement("button");
  const answer = document.createElement("output");
  firms.className = "firms";
  ask.textContent = "↔";
  ask.ariaLabel = "echo";
  const draw = () => {
    const state = model.get("state");
    heading.textContent = state.policy;
    firms.textContent = state.firms;
  };
  const hear = (message) => { answer.textContent = message.echo; };
  ask.addEventListener("click", () => model.send({ say: `${Number(answer.textContent) + 1}` }));
  model.on("change:state", draw);
  model.on("msg:custom", hear);
  draw();
  el.append(heading, firms, ask, answer);
  return () => { model.off("change:state", draw); model.off("msg:custom", hear); };
}

export default { render };
