// Searching while one types. Keys that an input method takes while it composes are not ours: it tells so by
// `isComposing`, and older ones by the key code 229 (UI Events, "Input Method Editors").

const form = document.getElementById("finder");
const field = document.getElementById("q");
const hits = document.getElementById("hits");
const status = document.getElementById("status");
const PAUSE = 120;

let waiting = 0;
let asking = null;
let shown = "";

const isComposing = (event) => event.isComposing || event.keyCode === 229;
const links = () => [...hits.querySelectorAll(".hit > a")];
const asked = () => new URLSearchParams(new FormData(form));

async function ask({ incomplete = true, offset = 0 } = {}) {
  const fields = asked();
  const what = `${fields}/${incomplete}`;
  if (!offset && what === shown) return;
  if (incomplete) fields.set("incomplete", "1");
  if (offset) fields.set("offset", offset);
  asking?.abort();
  asking = new AbortController();
  let found;
  try {
    const answer = await fetch(form.dataset.hits, { method: "POST", body: fields, signal: asking.signal });
    if (!answer.ok) return;
    found = await answer.text();
  } catch {
    return; // a newer question has taken its place, the page is left, or the reader has stopped: `page.js` tells
  }
  const page = new DOMParser().parseFromString(found, "text/html");
  if (offset) {
    const focus = links().length;
    hits.querySelector(".further")?.remove();
    hits.append(...page.body.childNodes);
    links()[focus]?.focus();
  } else {
    shown = what;
    hits.replaceChildren(...page.body.childNodes);
    status.textContent = hits.querySelector(".hits").dataset.status;
  }
  remember(incomplete);
}

function soon() {
  remember(true);
  clearTimeout(waiting);
  waiting = setTimeout(ask, PAUSE);
}

field.addEventListener("compositionend", soon);
form.addEventListener("input", (event) => {
  if (!isComposing(event)) soon();
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  clearTimeout(waiting);
  const offset = event.submitter?.name === "offset" ? event.submitter.value : 0;
  ask({ incomplete: false, offset });
});

document.addEventListener("keydown", (event) => {
  if (isComposing(event) || event.ctrlKey || event.metaKey || event.altKey) return;
  const all = links();
  const at = all.indexOf(document.activeElement);
  switch (event.key) {
    case "ArrowDown":
      if (document.activeElement !== field && at < 0) return;
      (all[at + 1] ?? all.at(-1))?.focus();
      break;
    case "ArrowUp":
      if (at < 0) return;
      (all[at - 1] ?? field).focus();
      break;
    case "Enter":
      if (document.activeElement !== field) return;
      clearTimeout(waiting);
      ask({ incomplete: false });
      break;
    case "Escape":
      if (at < 0 && document.activeElement === field && !field.value) return;
      if (document.activeElement === field) {
        field.value = "";
        soon();
      }
      field.focus();
      break;
    case "Home":
    case "End":
      if (at < 0) return;
      all.at(event.key === "Home" ? 0 : -1).focus();
      break;
    default:
      return;
  }
  event.preventDefault();
});

// A chat opened from here marks what was sought, and the way back leads to the same hits. Only this tab knows.
hits.addEventListener("click", (event) => {
  const hit = event.target.closest(".hit");
  if (!hit) return;
  const words = [...hit.querySelectorAll("mark")].map((each) => each.textContent.toLocaleLowerCase());
  sessionStorage.setItem("sought", JSON.stringify([...new Set(words)]));
});

function remember(incomplete) {
  history.replaceState({ search: asked().toString(), incomplete }, "");
}

function recall() {
  const kept = history.state?.search;
  if (kept === undefined || kept === asked().toString()) return;
  form.querySelectorAll("[name=has]").forEach((box) => { box.checked = false; });
  for (const [name, value] of new URLSearchParams(kept)) {
    const fields = form.querySelectorAll(`[name="${CSS.escape(name)}"]`);
    for (const each of fields) {
      if (each.type === "checkbox") each.checked ||= each.value === value;
      else each.value = value;
    }
  }
  ask({ incomplete: history.state.incomplete });
}

recall();
if (field.value && !links().length) ask();
field.setSelectionRange(field.value.length, field.value.length);
