// A check, a copy, or what was just begun is shown as it goes on.

const EVERY = 700;

async function refresh(place, before) {
  const answer = await fetch(place.dataset.now, { cache: "no-store" }).catch(() => null);
  const now = answer?.ok ? await answer.text() : before;
  if (now !== before) place.innerHTML = now; // else a link in it would lose the focus
  follow(place, now);
  const verdict = place.querySelector(".verdict, .note");
  if (verdict) document.getElementById("said").textContent = verdict.textContent;
}

function follow(place, shown) {
  if (place.querySelector("[data-busy]")) setTimeout(() => refresh(place, shown), EVERY);
}

for (const each of document.querySelectorAll(".followed")) follow(each, "");
