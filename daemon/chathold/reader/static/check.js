// A check, or a copy, that is under way is shown as it goes on.

const EVERY = 700;

async function refresh(place) {
  const answer = await fetch(place.dataset.now, { cache: "no-store" }).catch(() => null);
  if (answer?.ok) place.innerHTML = await answer.text();
  follow(place);
  const verdict = place.querySelector(".verdict, .note");
  if (verdict) document.getElementById("said").textContent = verdict.textContent;
}

function follow(place) {
  if (place.querySelector("[data-busy]")) setTimeout(() => refresh(place), EVERY);
}

document.querySelectorAll(".followed").forEach(follow);
