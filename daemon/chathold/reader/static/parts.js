// A link of an export's file works once: when it is opened, that is noted, and it is ready no more.

for (const link of document.querySelectorAll("a[data-opened]")) {
  const used = () => {
    const said = new URLSearchParams({ file: link.dataset.file, part: link.dataset.part });
    fetch(link.dataset.opened, { method: "POST", body: said, keepalive: true }).catch(() => null);
    link.parentElement.querySelector(".state").textContent = link.dataset.words;
    setTimeout(() => link.remove(), 0);
  };
  link.addEventListener("click", used, { once: true });
  link.addEventListener("auxclick", (event) => event.button === 1 && used(), { once: true });
}

// While this page waits, files come into the Downloads folder: look again when somebody looks here.
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") location.reload();
});
