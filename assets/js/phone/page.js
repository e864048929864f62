// The crew's flow without network: what was typed and photographed waits on the telephone and goes by itself.
// Every step works without this file, as a plain form.

import { add, all, flush, newId, put, remove } from "./queue.js";

const main = document.querySelector("[data-phone]");
const mine = main.dataset.whose;
const step = main.dataset.step;
const shell = "shell" in main.dataset;
const number = shell ? decodeURIComponent(location.pathname.split("/")[2] || "") : main.dataset.case;
const form = document.querySelector("form[data-queued]");
const net = document.querySelector("[data-net]");
const box = document.querySelector("[data-queue]");
const shots = document.querySelector("[data-shots]");
let state = navigator.onLine ? "done" : "offline";
let timer = 0;

// --- what waits ------------------------------------------------------------------------------------------------------

async function show() {
  let entries = [];
  try {
    entries = await all();
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

function button(text, act) {
  const found = document.createElement("button");
  found.type = "button";
  found.className = "btn";
  found.textContent = text;
  found.addEventListener("click", act);
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

// --- sending ---------------------------------------------------------------------------------------------------------

async function go(anew = false) {
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

// --- the steps -------------------------------------------------------------------------------------------------------

const NEXT = { checks: "photo", photo: "confirm" };
const LEFT_OUT = new Set(["csrfmiddlewaretoken", "token", "whose", "step"]);

form?.addEventListener("submit", async (event) => {
  const wanted = event.submitter?.value || "next";
  if (form.dataset.plain || !["next", "save"].includes(wanted)) return;
  event.preventDefault();
  event.stopPropagation();
  if (form.dataset.busy) return;
  form.dataset.busy = "1";
  const fields = [...new FormData(form)].filter(([name, value]) => typeof value === "string" && !LEFT_OUT.has(name));
  const entry = { id: newId(), whose: mine, case: number, kind: "step", step, at: Date.now() };
  try {
    entry.seq = await add({ ...entry, form: [...fields, ["step", wanted]] });
  } catch {
    plain(wanted);
    return;
  }
  const found = await fate(entry.seq, wanted);
  delete form.dataset.busy;
  if (found?.state === "taken" && found.said.errors) plain(wanted, entry.id);
  else if (found?.state === "taken") location.assign(found.said.next);
  else if (found?.state === "refused") {
    await remove(entry.seq);
    plain(wanted, entry.id);
  } else if (wanted === "next" && step === "checks" && !fields.some(([name, value]) => /^f\./.test(name) && value === "false"))
    location.assign(`/suspensions/${encodeURIComponent(number)}/${NEXT[step]}/`);
  else {
    await show();
    box.scrollIntoView({ block: "center" });
  }
});

// What became of a step: the worker may be sending it while this page waits for its turn.
async function fate(seq, wanted) {
  const next = `/suspensions/${encodeURIComponent(number)}/${wanted === "save" ? "" : `${NEXT[step]}/`}`;
  for (let n = 0; n < 20; n += 1) {
    const { state: how, results } = await go(true);
    const found = results.filter((one) => one.entry.seq === seq).pop();
    if (found || how !== "busy") return found;
    await new Promise((done) => setTimeout(done, 250));
    const kept = (await all()).find((one) => one.seq === seq);
    if (!kept) return { state: "taken", said: { next } };
    if (kept.state === "refused") return { state: "refused" };
  }
  return null;
}

// The server's own page says what is missing.
function plain(wanted, id) {
  form.dataset.plain = "1";
  const said = document.createElement("input");
  said.type = "hidden";
  said.name = "step";
  said.value = wanted;
  form.append(said);
  if (id) form.elements.token.value = id;
  form.submit();
}

// What waits for this step is in the form again, however the page was opened.
async function refill() {
  const waiting = (await all().catch(() => [])).filter((one) => one.whose === mine && one.case === number);
  const last = waiting.filter((one) => one.kind === "step" && one.step === step).pop();
  if (form && last) {
    for (const field of form.elements) {
      if (!field.name || field.type === "hidden" || field.type === "file") continue;
      const values = last.form.filter(([name]) => name === field.name).map(([, value]) => value);
      if (field.type === "radio" || field.type === "checkbox") field.checked = values.includes(field.value);
      else if (values.length) field.value = values[0];
    }
  }
  if (shots) for (const entry of waiting) if (entry.kind === "photo") await draw(entry);
  count();
}

function count() {
  const said = document.querySelector("[data-counted]");
  if (!said || step !== "checks") return;
  const lines = form.querySelectorAll("fieldset.ck");
  const done = [...lines].filter((one) => one.querySelector("input[type=radio]:checked, p.ok")).length;
  said.textContent = said.textContent.replace(/\d+/, done);
}
form?.addEventListener("change", count);

// --- pictures --------------------------------------------------------------------------------------------------------

shots?.addEventListener("change", async (event) => {
  const input = event.target;
  if (!input.matches("[data-pick]") || !input.files.length) return;
  const file = input.files[0];
  const place = await placed();
  const entry = {
    id: newId(), whose: mine, case: number, kind: "photo", slot: input.dataset.pick, blob: file,
    name: file.name || "photo.jpg", at: Date.now(), place: place.at, hold: place.hold,
  };
  try {
    entry.seq = await add(entry);
  } catch {
    return; // it stays chosen, and goes with the form
  }
  input.value = "";
  await draw(entry);
  if (place.coming)
    place.coming.then(async (at) => {
      const kept = (await all()).find((one) => one.seq === entry.seq);
      if (kept) await put({ ...kept, place: at, hold: 0 });
      go();
    });
  go(true);
});
for (const kind of ["focusin", "focusout"])
  shots?.addEventListener(kind, (event) => {
    const cap = event.target.matches("[data-pick]") && event.target.closest("li").querySelector(".cap");
    if (cap) cap.classList.toggle("focus", kind === "focusin");
  });

async function draw(entry) {
  const old = shots.querySelector(`li[data-slot="${entry.slot}"]`);
  if (shots.querySelector(`li[data-id="${entry.id}"]`)) return;
  const item = document.createElement("li");
  item.dataset.id = entry.id;
  const shot = document.createElement("span");
  shot.className = "shot";
  const stamp = document.createElement("i");
  stamp.textContent = `${number} ${shots.dataset.stamp} ${new Date(entry.at).toLocaleString("sv").slice(0, 16)}`;
  const picture = await small(entry.blob);
  if (picture) shot.append(picture);
  shot.append(stamp);
  const about = document.createElement("div");
  const label = document.createElement("b");
  label.textContent = old?.querySelector("b").textContent || "";
  const said = document.createElement("small");
  said.dataset.said = "";
  const retake = button(shots.dataset.again, async () => {
    const kept = (await all()).find((one) => one.id === entry.id);
    if (kept) {
      await remove(kept.seq);
      item.replaceWith(...(old && old.dataset.slot !== "more" ? [old] : []));
      show();
    } else take(entry.id);
  });
  retake.classList.add("re");
  retake.setAttribute("aria-label", `${shots.dataset.again}: ${label.textContent}`);
  about.append(label, said, retake);
  item.append(shot, about);
  if (old && entry.slot !== "more") old.replaceWith(item);
  else shots.insertBefore(item, old);
  words(item, "waiting");
}

// A taken picture goes from the step by the server's own form.
function take(id) {
  const said = document.createElement("button");
  said.name = "step";
  said.value = `remove:${id}`;
  said.formNoValidate = true;
  said.hidden = true;
  form.append(said);
  said.click();
}

function mark({ entry, state: how }) {
  const item = shots?.querySelector(`li[data-id="${entry.id}"]`);
  if (item) words(item, how);
}

function words(item, how) {
  const said = item.querySelector("[data-said]");
  const { waiting, sending, sent } = shots.dataset;
  said.textContent = { sending, taken: sent, refused: box.dataset.refused.slice(0, -1) }[how] || waiting;
  said.className = { taken: "ok", refused: "bad" }[how] || "warn";
}

async function small(blob) {
  try {
    const bitmap = await createImageBitmap(blob);
    const canvas = document.createElement("canvas");
    canvas.width = 240;
    canvas.height = 180;
    const scale = Math.max(240 / bitmap.width, 180 / bitmap.height);
    const [wide, high] = [bitmap.width * scale, bitmap.height * scale];
    canvas.getContext("2d").drawImage(bitmap, (240 - wide) / 2, (180 - high) / 2, wide, high);
    const image = new Image();
    image.alt = "";
    image.src = canvas.toDataURL("image/jpeg", 0.7);
    return image;
  } catch {
    return null; // a format that this browser does not draw is sent all the same
  }
}

// --- where the telephone is, for whoever agreed ----------------------------------------------------------------------

const consent = document.querySelector("[data-place]");
const told = document.querySelector("[data-place-said]");
let last = null;

const ask = () =>
  new Promise((resolve) =>
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        last = { at: [String(coords.longitude), String(coords.latitude)], when: Date.now() };
        say("got");
        resolve(last.at);
      },
      () => {
        say("none");
        resolve(null);
      },
      { enableHighAccuracy: true, timeout: 8000, maximumAge: 60000 },
    ),
  );
function say(how) {
  told.hidden = !consent.checked;
  told.textContent = told.dataset[how];
}
consent?.addEventListener("change", () => {
  last = null;
  told.hidden = true;
  if (!consent.checked) return;
  if (!navigator.geolocation) return say("none");
  say("asking");
  ask();
});

async function placed() {
  if (!consent?.checked || !navigator.geolocation) return { at: null, hold: 0 };
  if (last && Date.now() - last.when < 60000) return { at: last.at, hold: 0 };
  return { at: null, hold: Date.now() + 9000, coming: ask() };
}

// --- the worker, and whose telephone it is ---------------------------------------------------------------------------

async function prepare() {
  if (!("serviceWorker" in navigator) || shell) return;
  try {
    const known = localStorage.getItem("phone-whose");
    const worker = await navigator.serviceWorker.register("/suspensions/worker.js", { scope: "/suspensions/" });
    if (known !== mine) {
      // Somebody else than before: what the worker keeps is theirs, and is fetched anew.
      localStorage.setItem("phone-whose", mine);
      (await navigator.serviceWorker.ready).active.postMessage("anew");
    }
    worker.update().catch(() => {});
  } catch {
    // No worker without a secure connection: the pages stay as they are.
  }
}

if (shell) {
  document.querySelectorAll("[data-number]").forEach((one) => (one.textContent = number));
  for (const link of document.querySelectorAll("[data-to]")) link.href = `/suspensions/${encodeURIComponent(number)}/${link.dataset.to}/`;
  document.querySelector(".ph-top .bk").href = `/suspensions/${encodeURIComponent(number)}/`;
}
refill().then(() => go(true));
prepare();
