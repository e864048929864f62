// The trail: the row whose event stands beside the list is marked, and its address can be copied.

const mark = () => {
  const shown = document.querySelector("#event[data-event]")?.dataset.event;
  document.querySelectorAll("tr[data-event]").forEach((row) => {
    const current = row.dataset.event === shown;
    row.classList.toggle("sel", current);
    if (current) row.setAttribute("aria-current", "true");
    else row.removeAttribute("aria-current");
  });
};

document.addEventListener("htmx:after:swap", () => {
  if (!document.getElementById("event")) return;
  mark();
  const panel = document.getElementById("event");
  const { top, bottom } = panel.getBoundingClientRect();
  if (panel.dataset.event && (top > window.innerHeight - 80 || bottom < 80)) panel.scrollIntoView({ block: "start" });
});

document.addEventListener("click", async (event) => {
  const link = event.target.closest("[data-copy]");
  if (!link || !navigator.clipboard) return;
  event.preventDefault();
  const words = link.querySelector("span");
  try {
    await navigator.clipboard.writeText(link.dataset.copy);
    words.textContent = link.dataset.copied;
  } catch {
    location.assign(link.href); // the address stands in the bar then
  }
});
