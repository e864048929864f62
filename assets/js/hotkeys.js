// Single keys for those who want them: every one stands for a link, button or box that is on the page, and nothing that
// cannot be undone has one. Off while something is typed, and off altogether where the person has switched them off.

const on = () => document.body.hasAttribute("data-keys");
const typing = (target) =>
  target.isContentEditable || target.closest?.("input:not([type=checkbox]):not([type=radio]), textarea, select");
const shown = (element) => element && element.getClientRects().length > 0;
const all = (selector) => [...document.querySelectorAll(selector)].filter(shown);

const rows = () => all("[data-row]");
const here = () => document.activeElement?.closest("[data-row]") || document.querySelector("[data-row].at");
let last = null; // the row that was selected last: the other end of a range

const go = (step) => {
  const list = rows();
  if (!list.length) return;
  const at = list.indexOf(here());
  const row = list[at < 0 ? (step > 0 ? 0 : list.length - 1) : Math.min(Math.max(at + step, 0), list.length - 1)];
  list.forEach((each) => each.classList.toggle("at", each === row));
  (row.querySelector("a[href]") || row).focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
};

const tick = (row, checked) => {
  const box = row?.querySelector("input[data-select]");
  if (!box || box.disabled || box.checked === checked) return;
  box.click(); // as by hand: whatever listens to the box hears of it
};
const select = (range) => {
  const list = rows();
  const row = here();
  const box = row?.querySelector("input[data-select]");
  if (!box) return;
  const from = list.indexOf(last);
  const to = list.indexOf(row);
  if (range && from >= 0) list.slice(Math.min(from, to), Math.max(from, to) + 1).forEach((each) => tick(each, true));
  else tick(row, !box.checked);
  last = row;
};

const follow = (selector) => all(selector)[0]?.click();
const filters = () => {
  const form = document.querySelector("form[data-filters]");
  const fold = form?.closest("details");
  if (fold) fold.open = true;
  form?.querySelector("select, input:not([type=hidden])")?.focus();
};
const clear = () => {
  rows().forEach((row) => tick(row, false));
  document.querySelectorAll("[data-row].at").forEach((row) => row.classList.remove("at"));
  last = null;
};

const KEYS = {
  "/": () => document.getElementById("q")?.focus(),
  "?": () => follow("a[data-key-help]"),
  j: () => go(1),
  k: () => go(-1),
  x: () => select(false),
  X: () => select(true),
  f: filters,
  n: () => follow("a[rel=next]"),
  p: () => follow("a[rel=prev]"),
  // A link alone: it opens the page on which the act is checked, and never does the act.
  e: () => follow("a[data-primary][href]"),
  Escape: clear,
};

let waiting = 0; // until when a letter after G leads to a page
document.addEventListener("keydown", (event) => {
  if (!on() || event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (typing(event.target)) return;
  const going = waiting > Date.now();
  waiting = 0;
  if (going) {
    const link = document.querySelector(`a[data-go="${CSS.escape(event.key.toLowerCase())}"]`);
    if (link) {
      event.preventDefault();
      link.click();
      return;
    }
  }
  if (event.key === "g") waiting = Date.now() + 1500;
  const act = KEYS[event.key];
  if (!act) return;
  if (event.key !== "Escape") event.preventDefault();
  act();
});
