// The pictures: kept first and then sent, drawn small as long as they wait; with the place of the telephone where agreed.

import { box, button, form, mine, number, shots } from "./here.js";
import { placed } from "./place.js";
import { add, all, newId, put, remove } from "./queue.js";
import { go, show } from "./waiting.js";

// The time on a picture, wherever the telephone's own clock stands.
const chinas = new Intl.DateTimeFormat("sv", { dateStyle: "short", timeStyle: "short", timeZone: "Asia/Shanghai" });

// What this page has drawn and not yet heard of, by its id.
const drawn = new Map();

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

export async function draw(entry) {
  const old = shots.querySelector(`li[data-slot="${entry.slot}"]`);
  if (shots.querySelector(`li[data-id="${entry.id}"]`)) return;
  const item = document.createElement("li");
  item.dataset.id = entry.id;
  const shot = document.createElement("span");
  shot.className = "shot";
  const stamp = document.createElement("i");
  stamp.textContent = `${number} ${shots.dataset.stamp} ${chinas.format(entry.at)}`;
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
      drawn.delete(entry.id);
      item.replaceWith(...(old && old.dataset.slot !== "more" ? [old] : []));
      count();
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
  drawn.set(entry.id, item);
  count();
}

// The worker sends, too, and says nothing: what has left the queue was taken. Refused ones stay in it.
export async function settle() {
  const asked = [...drawn];
  const left = new Set((await all()).map((one) => one.id));
  for (const [id, item] of asked)
    if (!left.has(id) && drawn.delete(id)) words(item, "taken");
}

function count() {
  const said = document.querySelector("[data-counted]");
  if (!said) return;
  const text = said.textContent.replace(/\d+/, shots.querySelectorAll("li[data-id]").length);
  if (said.textContent !== text) said.textContent = text;
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

export function mark({ entry, state: how }) {
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
