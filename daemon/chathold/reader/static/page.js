// On every page: a sign that it is open, so that the reader does not end under it; and a word when it has.

const EVERY = 50_000;
const stopped = document.getElementById("stopped");

async function sign() {
  try {
    const answer = await fetch(document.body.dataset.here, { cache: "no-store" });
    stopped.hidden = answer.ok;
  } catch {
    stopped.hidden = false;
  }
}

setInterval(sign, EVERY);
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") sign();
});
addEventListener("pageshow", (event) => {
  if (event.persisted) sign();
});

// The key that leads to searching, unless somebody is writing something.
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest?.("input, textarea, select, [contenteditable]")) return;
  const field = document.querySelector("#q, #find");
  if (!field) return;
  event.preventDefault();
  field.focus();
  field.select();
});

// In a small window the navigation is wider than what is seen of it: begin with where one is.
document.querySelector(".often [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

// What "More" shows goes away as people expect: at a click elsewhere, and with Escape.
const more = document.querySelector(".more");
document.addEventListener("click", (event) => {
  if (!more.contains(event.target)) more.open = false;
});
more.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !more.open) return;
  more.open = false;
  more.querySelector("summary").focus();
});
