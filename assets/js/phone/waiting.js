// What waits on this telephone: shown in words, and sent as soon as there is a network.

import { box, button, mine } from "./here.js";
import { mark, settle } from "./pictures.js";
import { all, flush, remove } from "./queue.js";

const net = document.querySelector("[data-net]");
let state = navigator.onLine ? "done" : "offline";
let timer = 0;

export async function show() {
  let entries = [];
  try {
    entries = await all();
    await settle();
  } catch {
    return; // a browser that keeps nothing: the plain forms do
  }
  const own = entries.filter((one) => one.whose === mine);
  const waiting = own.filter((one) => one.state === "waiting");
  badge(waiting);
  const refused = own.filter((one) => one.state === "refused");
  const others = entries.length - own.length;
  const said = box.dataset;
  const parts = [];
  if (waiting.length && state !== "done") parts.push(line(state === "login" ? said.login : said.mine, waiting.length));
  if (others) parts.push(line(said.others.replace("{n}", others)));
  if (refused.length) parts.push(line(said.refused), list(refused));
  box.replaceChildren(...parts);
  if (waiting.length && state !== "done") box.append(state === "login" ? again() : now());
  box.className = parts.length ? "waits js-only" : "js-only";
  box.hidden = !parts.length;
}

function badge(waiting) {
  const off = state === "offline" || !navigator.onLine;
  const photos = waiting.filter((one) => one.kind === "photo").length;
  const steps = waiting.length - photos;
  let text = off ? net.dataset.off : net.dataset.on;
  if (photos) text += net.dataset.photos.replace("{n}", photos);
  if (steps) text += net.dataset.steps.replace("{n}", steps);
  const said = net.querySelector("[data-net-said]");
  if (said.textContent !== text) said.textContent = text;
  net.classList.toggle("off", off || waiting.length > 0);
}

function line(text) {
  const found = document.createElement("p");
  found.className = "m-0";
  found.textContent = text;
  return found;
}

function list(refused) {
  const found = document.createElement("ul");
  for (const entry of refused) {
    const item = document.createElement("li");
    item.textContent = `${entry.case} ${entry.kind === "photo" ? box.dataset.photo : box.dataset.form}: ${entry.why} `;
    const drop = button(box.dataset.drop, async () => {
      await remove(entry.seq);
      show();
    });
    item.append(drop);
    found.append(item);
  }
  return found;
}

const now = () => button(box.dataset.now, () => go(true));

function again() {
  const link = document.createElement("a");
  link.className = "btn";
  link.href = `/login/?next=${encodeURIComponent(location.pathname)}`;
  link.textContent = box.dataset.now;
  return link;
}

export async function go(anew = false) {
  clearTimeout(timer);
  const results = [];
  const result = await flush({
    anew,
    told: (one) => {
      results.push(one);
      mark(one);
    },
  }).catch(() => ({ state: "later" }));
  if (result.state !== "busy") state = result.state;
  const entries = await all().catch(() => []);
  const open = entries.some((one) => one.whose === mine && one.state === "waiting");
  if (open) {
    // The worker goes on where this tab is closed; this page where the worker cannot.
    navigator.serviceWorker?.ready.then((worker) => worker.sync?.register("phone-queue")).catch(() => {});
    timer = setTimeout(go, Math.min(Math.max(result.wait || 5000, 1000), 60000));
  }
  show();
  return { ...result, results };
}

window.addEventListener("online", () => go(true));
window.addEventListener("offline", () => {
  state = "offline";
  show();
});
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && go());
