// New messages: the page asks every few seconds for what is newer than the last message it knows. Whatever the network
// or the server did meanwhile, the next answer brings what was missed; a message that is shown already is known by its id.

const EVERY = 15000;
const AWAY = 300000; // nobody looks at a hidden tab
const LONGEST = 240000;
const PATIENCE = 20000; // an answer that does not come must not be the last one that was asked for
const NOTES = 3;

const bell = document.querySelector("[data-live]");
let after = bell?.dataset.after;
let unread = bell?.dataset.unread;
let failed = 0;
let timer;
let asking = false;
let over = false; // nobody is logged in any more: said once, and not asked again

const shown = (list, id) => list.querySelector(`[data-message="${id}"]`);
const made = (html) => {
  const holder = document.createElement("template");
  holder.innerHTML = html.trim();
  return holder.content.firstElementChild;
};

function note(item) {
  const notes = document.querySelector("[data-live-notes]");
  if (!notes || shown(notes, item.id)) return;
  notes.append(made(item.note));
  while (notes.children.length > NOTES) notes.firstElementChild.remove();
}

function list(item) {
  document.querySelectorAll("[data-live-list]").forEach((rows) => {
    if ((rows.dataset.liveList && rows.dataset.liveList !== item.group) || shown(rows, item.id)) return;
    rows.prepend(made(item.row));
    rows.parentElement.querySelector("[data-live-empty]")?.remove();
    const most = Number(rows.dataset.liveMost || 200);
    while (rows.children.length > most) rows.lastElementChild.remove();
  });
}

function show(answer) {
  after = String(answer.after);
  unread = answer.unread;
  bell.setAttribute("aria-label", answer.label);
  document.querySelectorAll("[data-live-count]").forEach((count) => {
    count.textContent = unread;
  });
  document.querySelectorAll("[data-live-all]").forEach((form) => {
    form.hidden = !unread;
  });
  // The oldest first, so that the newest ends on top of the list and at the end of the notes.
  answer.lines.reverse().forEach((item) => {
    list(item);
    note(item);
  });
}

function end() {
  over = true;
  const notes = document.querySelector("[data-live-notes]");
  const said = document.createElement("div");
  said.className = "arrived";
  const link = document.createElement("a");
  link.href = location.href;
  link.textContent = bell.dataset.gone;
  said.append(link);
  notes?.append(said);
}

async function ask() {
  if (asking || over) return;
  asking = true;
  clearTimeout(timer);
  // Not AbortSignal.timeout: browsers of the oldest kind that is served have none.
  const patience = new AbortController();
  const enough = setTimeout(() => patience.abort(), PATIENCE);
  try {
    const query = new URLSearchParams({ after, unread });
    const headers = { "HX-Request": "true" };
    const { signal } = patience;
    const answer = await fetch(`${bell.dataset.live}?${query}`, { redirect: "manual", cache: "no-store", headers, signal });
    if (answer.status === 401 || answer.type === "opaqueredirect") end();
    else if (answer.status === 200) show(await answer.json());
    else if (answer.status !== 204) throw new Error(String(answer.status));
    failed = 0;
  } catch {
    failed += 1;
  }
  clearTimeout(enough);
  asking = false;
  later();
}

function later() {
  clearTimeout(timer);
  if (over) return;
  const wait = document.hidden ? AWAY : Math.min(EVERY * 2 ** failed, LONGEST);
  // Not all at the same moment after an outage.
  timer = setTimeout(ask, wait * (0.8 + 0.4 * Math.random()));
}

if (bell) {
  document.addEventListener("visibilitychange", () => (document.hidden ? later() : ask()));
  window.addEventListener("online", ask);
  window.addEventListener("pageshow", (event) => (event.persisted ? ask() : later()));
}
// "All" are those that stood on the page when it was drawn, and the lines that came and are still there to be read.
document.addEventListener("formdata", (event) => {
  if (!event.target.matches("[data-live-all]")) return;
  document.querySelectorAll("[data-live-list] > [data-message]").forEach((line) => {
    if (Number(line.dataset.message) > Number(bell.dataset.after)) event.formData.append("arrived", line.dataset.message);
  });
});
document.addEventListener("click", (event) => event.target.closest("[data-dismiss]")?.parentElement.remove());
