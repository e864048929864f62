// What a telephone still has to send: pictures and steps, each under an id of its own, in the order they were made.
//
// The page and the worker both send; whichever holds the lock. A thing leaves the queue when the server has said that
// it took it, and when it said that it will not take it, it stays, with the reason. Sent twice, it is taken once.

const NAME = "lianzhi-phone";
const FIRST = 2000; // after one failure; twice as long after each more
const LONGEST = 300000;

const open = () =>
  new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("queue", { keyPath: "seq", autoIncrement: true });
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });

async function within(mode, work) {
  const base = await open();
  try {
    return await new Promise((resolve, reject) => {
      const act = base.transaction("queue", mode);
      const asked = work(act.objectStore("queue"));
      act.oncomplete = () => resolve(asked.result);
      act.onerror = act.onabort = () => reject(act.error);
    });
  } finally {
    base.close();
  }
}

export const add = (entry) => within("readwrite", (store) => store.add({ state: "waiting", tries: 0, next: 0, ...entry }));
export const put = (entry) => within("readwrite", (store) => store.put(entry));
export const remove = (seq) => within("readwrite", (store) => store.delete(seq));
export const all = () => within("readonly", (store) => store.getAll());
const get = (seq) => within("readonly", (store) => store.get(seq));

// Random, of the form that the server reads; without the newer function of newer browsers.
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  const hex = [...bytes].map((one) => one.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

// One sender at a time, over all windows and the worker; without locks the server's own memory has to do.
const alone = (work) =>
  navigator.locks
    ? navigator.locks.request("phone-queue", { ifAvailable: true }, (lock) => (lock ? work() : { state: "busy" }))
    : work();

// Send what is due. `told` hears of every thing sent or refused. Answers: done, offline, login, busy or later.
export const flush = ({ told = () => {}, anew = false } = {}) => alone(() => send(told, anew));

async function send(told, anew) {
  let mine;
  try {
    const answer = await fetch("/suspensions/hello/", { headers: { Accept: "application/json" }, cache: "no-store" });
    if (answer.status === 401) return { state: "login" };
    if (!answer.ok || answer.redirected) return { state: "later" };
    mine = await answer.json();
  } catch {
    return { state: "offline" };
  }
  let wait = 0;
  for (const { seq } of await all()) {
    const entry = await get(seq); // as it is now: another window may have taken it back
    if (!entry || entry.whose !== mine.whose || entry.state !== "waiting") continue;
    const rest = Math.max(entry.hold || 0, anew ? 0 : entry.next) - Date.now();
    if (rest > 0) {
      wait = wait ? Math.min(wait, rest) : rest;
      if (entry.kind === "photo") continue;
      break; // steps go in their order
    }
    told({ entry, state: "sending" });
    const result = await one(entry, mine.token);
    if (result.state === "taken") await remove(seq);
    else if (result.state === "refused") await put({ ...entry, state: "refused", why: result.text });
    else {
      const tries = entry.tries + 1;
      const pause = Math.min(LONGEST, FIRST * 2 ** Math.min(tries - 1, 8)) * (0.75 + Math.random() / 2);
      await put({ ...entry, tries, next: Date.now() + pause });
      told({ entry, state: "waiting" });
      return { state: result.state, wait: pause, whose: mine.whose };
    }
    told({ entry, ...result });
  }
  return { state: wait ? "later" : "done", wait, whose: mine.whose };
}

async function one(entry, token) {
  const body = new FormData();
  for (const [name, value] of entry.form || []) body.append(name, value);
  body.set("whose", entry.whose);
  if (entry.kind === "photo") {
    body.set("slot", entry.slot);
    if (entry.place) {
      body.set("longitude", entry.place[0]);
      body.set("latitude", entry.place[1]);
    }
    body.set("file", entry.blob, entry.name);
  } else body.set("token", entry.id);
  const path = `/suspensions/${encodeURIComponent(entry.case)}/`;
  const address = entry.kind === "photo" ? `${path}photo/${entry.id}/` : `${path}${entry.step}/`;
  let answer;
  try {
    answer = await fetch(address, {
      method: "POST", body, headers: { Accept: "application/json", "X-CSRFToken": token }, redirect: "error",
    });
  } catch {
    return { state: "offline" };
  }
  if (answer.status === 401) return { state: "login" };
  let said;
  try {
    said = await answer.json();
  } catch {
    // No word of the server itself: an expired token, a page of somebody in between, a server that fell over.
    return { state: "later" };
  }
  if (said.taken) return { state: "taken", said };
  return answer.status >= 500 || answer.status === 429 ? { state: "later" } : { state: "refused", text: said.text };
}
