// Ticked rows of a list: how many, all of a page at once, a range by Shift, and clearing. With script the bar is there as
// soon as a row is ticked; the form works without it.

const form = () => document.querySelector("[data-bulk]");
const boxes = () => [...document.querySelectorAll("input[data-select]")];

function show() {
  const bar = form();
  if (!bar) return;
  const all = boxes();
  const ticked = all.filter((box) => box.checked);
  bar.classList.toggle("some", ticked.length > 0);
  all.forEach((box) => box.closest("[data-row]")?.classList.toggle("sel", box.checked));
  const label = bar.querySelector("[data-bulk-count]");
  label.textContent = ticked.length ? label.dataset.some.replace("{n}", ticked.length) : label.dataset.none;
  bar.querySelector("[data-bulk-clear]").hidden = !ticked.length;
  const whole = document.querySelector("[data-select-all]");
  if (whole) {
    whole.checked = all.length > 0 && ticked.length === all.length;
    whole.indeterminate = ticked.length > 0 && !whole.checked;
  }
}

let last = null;
document.addEventListener("click", (event) => {
  const box = event.target.closest("input[data-select]");
  if (box) {
    const all = boxes();
    const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
    if (event.shiftKey && from >= 0) all.slice(from, to + 1).forEach((each) => (each.checked = box.checked));
    last = box;
  }
  if (event.target.closest("[data-bulk-clear]")) {
    boxes().forEach((each) => (each.checked = false));
    show();
    document.querySelector("[data-select-all], input[data-select]")?.focus();
  }
});
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-select-all]")) boxes().forEach((each) => (each.checked = event.target.checked));
  // Who ticks a row means the ticked ones.
  if (event.target.matches("[data-select-all], [data-select]")) form()?.querySelector("[value=ticked]")?.click();
  show();
});
document.addEventListener("htmx:after:swap", show);
window.addEventListener("pageshow", show);
show();
