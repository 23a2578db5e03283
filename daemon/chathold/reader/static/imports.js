// Files that are dropped, or chosen, are handed over one after another, each with its progress; and the list of what
// is under way is fetched anew while something is.

const EVERY = 700;
const form = document.getElementById("drop");
const chooser = document.getElementById("files");
const sending = document.getElementById("sending");
const now = document.getElementById("now");
const waiting = [];
let handing = false;
let timer = 0;

chooser.addEventListener("change", () => {
  take(chooser.files);
  chooser.value = "";
});

// Dropped anywhere on the page: a file that misses the frame must not be opened by the browser instead.
let over = 0;
addEventListener("dragenter", (event) => {
  if (!carriesFiles(event)) return;
  over += 1;
  form.classList.add("over");
});
addEventListener("dragleave", (event) => {
  if (!carriesFiles(event)) return;
  over = Math.max(0, over - 1);
  if (!over) form.classList.remove("over");
});
addEventListener("dragover", (event) => {
  if (!carriesFiles(event)) return;
  event.preventDefault();
  event.dataTransfer.dropEffect = "copy";
});
addEventListener("drop", (event) => {
  if (!carriesFiles(event)) return;
  event.preventDefault();
  over = 0;
  form.classList.remove("over");
  const folders = new Set(
    [...event.dataTransfer.items]
      .map((item) => item.webkitGetAsEntry?.())
      .filter((entry) => entry?.isDirectory)
      .map((entry) => entry.name),
  );
  for (const name of folders) fail(lineOf({ name }), form.dataset.folder);
  take([...event.dataTransfer.files].filter((file) => !folders.has(file.name)));
});

function carriesFiles(event) {
  return event.dataTransfer?.types.includes("Files");
}

function take(files) {
  for (const file of files) waiting.push({ file, line: lineOf(file) });
  handOver();
}

function lineOf(file) {
  const line = document.createElement("li");
  line.className = "job";
  const name = document.createElement("span");
  name.className = "name";
  name.append(document.createElement("bdi"));
  name.firstChild.textContent = file.name;
  const state = document.createElement("span");
  state.className = "state";
  state.textContent = form.dataset.sending;
  const cancel = document.createElement("button");
  cancel.type = "button";
  cancel.className = "small";
  cancel.textContent = form.dataset.cancel;
  cancel.addEventListener("click", () => line.dispatchEvent(new Event("cancelled")));
  const progress = document.createElement("progress");
  progress.max = 1;
  progress.setAttribute("aria-label", file.name);
  line.append(name, state, cancel, progress);
  line.addEventListener("cancelled", () => {
    const at = waiting.findIndex((each) => each.line === line);
    if (at >= 0) waiting.splice(at, 1);
    line.remove();
  });
  sending.append(line);
  return line;
}

async function handOver() {
  if (handing) return;
  handing = true;
  while (waiting.length) {
    const { file, line } = waiting.shift();
    if (file.size > Number(form.dataset.room)) fail(line, form.dataset.large);
    else await send(file, line);
    refresh();
  }
  handing = false;
}

function send(file, line) {
  return new Promise((done) => {
    const request = new XMLHttpRequest();
    const progress = line.querySelector("progress");
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) progress.value = event.loaded / event.total;
    });
    request.addEventListener("loadend", () => {
      if (request.status === 204) line.remove();
      else if (line.isConnected) fail(line, words(request));
      done();
    });
    line.addEventListener("cancelled", () => request.abort());
    request.open("POST", form.action);
    request.setRequestHeader("Accept", "application/json");
    const body = new FormData();
    body.append("files", file, file.name);
    request.send(body);
  });
}

function words(request) {
  try {
    const said = JSON.parse(request.responseText);
    return [said.title, said.advice].filter(Boolean).join(" ");
  } catch {
    return form.dataset.failed;
  }
}

function fail(line, said) {
  line.classList.add("failed");
  line.querySelector(".state").textContent = said;
  line.querySelector("progress").remove();
  tell(wordsOf(line, ".name", ".state"));
}

async function refresh() {
  clearTimeout(timer);
  const answer = await fetch(now.dataset.now + location.search, { cache: "no-store" }).catch(() => null);
  if (answer?.ok) {
    const held = document.activeElement?.id;
    now.innerHTML = await answer.text();
    if (held) document.getElementById(held)?.focus();
    tell([...now.querySelectorAll(".job")].map((job) => wordsOf(job, ".name", ".state", ".advice")).join(" "));
  }
  clearTimeout(timer);
  if (now.querySelector("[data-busy]") || handing) timer = setTimeout(refresh, EVERY);
}

if (now.querySelector("[data-busy]")) timer = setTimeout(refresh, EVERY);

// What changed is told to those who do not see it, and only when it did.
function tell(words) {
  const said = document.getElementById("said");
  if (said.textContent !== words) said.textContent = words;
}

function wordsOf(element, ...parts) {
  return parts.map((part) => element.querySelector(part)?.textContent.trim()).filter(Boolean).join(": ");
}
