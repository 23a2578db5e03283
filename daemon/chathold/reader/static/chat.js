// A conversation: copy buttons, further messages while one reads on, and the words that were sought, marked.

const list = document.getElementById("messages");
const { copy: COPY, copied: COPIED, target } = list.dataset;

function copyButton(fetchText) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = COPY;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(await fetchText());
    button.textContent = COPIED;
    setTimeout(() => { button.textContent = COPY; }, 1500);
  });
  return button;
}

function equip(messages) {
  for (const message of messages) {
    const about = message.querySelector("header .about");
    about?.after(copyButton(async () => (await fetch(message.dataset.text)).text()));
    for (const code of message.querySelectorAll("pre.code")) {
      const around = document.createElement("div");
      around.className = "copyable";
      code.replaceWith(around);
      around.append(code, copyButton(async () => code.textContent));
    }
  }
}

// Further messages come by themselves, when their link is nearly in sight.
const near = new IntersectionObserver((entries) => {
  for (const entry of entries) if (entry.isIntersecting) further(entry.target);
}, { rootMargin: "1200px" });

function awaitFurther() {
  const link = list.querySelector(".further a[data-part]");
  if (link) near.observe(link);
}

async function further(link) {
  near.unobserve(link);
  let held;
  try {
    const answer = await fetch(link.dataset.part);
    if (!answer.ok) return;
    held = await answer.text();
  } catch {
    return;
  }
  const page = new DOMParser().parseFromString(held, "text/html");
  const added = [...page.querySelectorAll("article.message")];
  link.closest(".further").replaceWith(...page.body.childNodes);
  equip(added);
  mark(added);
  awaitFurther();
}

// The words that were sought are known to this tab alone: no address has them.
function sought() {
  try {
    return JSON.parse(sessionStorage.getItem("sought") ?? "[]");
  } catch {
    return [];
  }
}

const found = [];

function mark(messages) {
  const words = sought();
  if (!words.length || !target || !CSS.highlights) return;
  for (const message of messages) {
    if (message.id !== target) continue;
    const texts = document.createTreeWalker(message.querySelector(".body"), NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const text = texts.currentNode.data.toLocaleLowerCase();
      for (const word of words) {
        for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + word.length)) {
          const range = new Range();
          if (at + word.length > texts.currentNode.length) break;
          range.setStart(texts.currentNode, at);
          range.setEnd(texts.currentNode, at + word.length);
          found.push(range);
        }
      }
    }
  }
  CSS.highlights.set("found", new Highlight(...found));
  if (found.length) {
    const first = found[0].startContainer.parentElement;
    for (let folded = first.closest("details"); folded; folded = folded.parentElement.closest("details")) {
      folded.open = true;
    }
    first.scrollIntoView({ block: "center" });
  }
}

const there = [...list.querySelectorAll("article.message")];
equip(there);
document.getElementById(target)?.classList.add("meant");
mark(there);
awaitFurther();
