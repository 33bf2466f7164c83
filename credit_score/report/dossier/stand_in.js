export function mount(el, payload, host) {
  el.className = "what-if";
  el.textContent = payload.about.as_of;
}
