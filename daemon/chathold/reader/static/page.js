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
