// Every page works without this file; it only saves steps. Security keys alone need it.

import "./dropping.js";
import "./hotkeys.js";
import "./live.js";
import { useKey } from "./keys.js";

// What only makes sense with script is hidden until script has run.
document.documentElement.classList.add("js");

document.addEventListener("click", (event) => {
  const reveal = event.target.closest("[data-reveal]");
  if (reveal) {
    const input = document.getElementById(reveal.dataset.reveal);
    const shown = input.type === "password";
    input.type = shown ? "text" : "password";
    reveal.setAttribute("aria-pressed", String(shown));
  }
  if (event.target.closest("[data-print]")) window.print();
  const key = event.target.closest("[data-key-ask]");
  if (key) useKey(key.form);
});

// Whoever leaves takes along what a telephone keeps to work without network (suspensions); what waits there stays.
document.addEventListener("submit", (event) => {
  if (event.target.getAttribute("action") !== "/logout/" || !self.caches) return;
  localStorage.removeItem("phone-whose");
  caches.keys().then((names) => names.filter((one) => one.startsWith("phone-")).forEach((one) => caches.delete(one)));
});

// One submission a form: a second click while the first is under way does nothing.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-once]")) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "1";
  form.setAttribute("aria-busy", "true");
  if (event.submitter && form.dataset.once) {
    event.submitter.dataset.label = event.submitter.innerHTML;
    event.submitter.textContent = form.dataset.once;
  }
});
const release = (form) => {
  delete form.dataset.sent;
  form.removeAttribute("aria-busy");
  form.querySelectorAll("[data-label]").forEach((button) => {
    button.innerHTML = button.dataset.label;
    delete button.dataset.label;
  });
};
// Coming back with the browser's own button must leave the form usable.
window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(release));

// On a phone the filters of a list stand folded above it; elsewhere nothing folds them.
const phone = matchMedia("(max-width: 767px)");
const fold = () => {
  for (const each of document.querySelectorAll("details.fold")) {
    each.open = !phone.matches;
    each.classList.add("set");
  }
};
fold();
phone.addEventListener("change", fold);
document.addEventListener("htmx:after:swap", fold);

// Drawings that can be touched: their script is large, and asked for when everything else is there.
const touched = () => {
  const figure = document.querySelector("figure[data-script]");
  if (!figure || document.querySelector("script[data-curves]")) return;
  const script = document.createElement("script");
  Object.assign(script, { src: figure.dataset.script, async: true });
  script.dataset.curves = "";
  document.head.append(script);
};
const later = () => (window.requestIdleCallback ? requestIdleCallback(touched, { timeout: 1000 }) : setTimeout(touched, 200));
window.addEventListener("load", later);
document.addEventListener("htmx:after:swap", later);

// Where the session has ended meanwhile, words that were searched for go on as a form: the log-in carries it along.
document.addEventListener("htmx:before:response", (event) => {
  const { sourceElement, response } = event.detail.ctx;
  if (response.status !== 401 || !sourceElement.matches("form[data-filters][method=post]")) return;
  event.preventDefault();
  sourceElement.submit();
});

// A refused form puts the reader at the reason.
const focusReason = () => document.querySelector("[data-focus]")?.focus();
document.addEventListener("DOMContentLoaded", focusReason);

// A new page would forget the file that was chosen: of a refused upload only the reasons are taken over.
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("[data-keep-file]") || event.defaultPrevented) return;
  event.preventDefault();
  let response, page;
  try {
    response = await fetch(form.action, { method: "POST", body: new FormData(form) });
    page = new DOMParser().parseFromString(await response.text(), "text/html");
  } catch {
    form.submit(); // no answer: the browser says so in its own words
    return;
  }
  const reasons = page.getElementById("refused");
  if (response.redirected) location.assign(response.url);
  else if (reasons) {
    document.getElementById("refused").replaceWith(reasons);
    release(form);
    focusReason();
  } else document.body.replaceWith(page.body);
});

// Whoever was reading what htmx exchanges goes on there: at the reason, at the same element, or where the page begins.
let held = "";
document.addEventListener("htmx:before:swap", () => {
  const focused = document.activeElement;
  held = focused?.closest("#main") ? focused.id || "main" : "";
});
document.addEventListener("htmx:after:swap", () => {
  const places = [document.querySelector("[data-focus]"), document.getElementById(held), document.getElementById("main")];
  // What is folded away takes no focus.
  const open = (each) => each && !each.closest("details:not([open]) > :not(summary)");
  if (held) places.find(open)?.focus({ preventScroll: true });
  held = "";
});
