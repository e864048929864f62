// On the form of an act: what is typed is kept as a draft by itself. The button on the form does the same without script.

import { files } from "./files.js";

const PAUSE = 4000; // after the last key
const LONGEST = 30000; // while somebody types without a pause

const form = document.querySelector("form[data-draft]");
if (form) {
  follow(form);
  files(form);
}

function follow(form) {
  const said = form.querySelector("[data-draft-said]");
  let timer = 0;
  let since = 0; // of the first change that is not kept
  let sent = ""; // what was kept last

  const typed = () => {
    const fields = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (typeof value === "string") fields.append(name, value);
    return fields;
  };
  const text = (fields) => [...fields].filter(([name]) => name.startsWith("f.")).map((pair) => pair.join("=")).join("&");
  sent = text(typed());

  const keep = async (leaving) => {
    clearTimeout(timer);
    const fields = typed();
    if (form.dataset.sent || text(fields) === sent) return;
    const now = text(fields);
    since = 0;
    try {
      const answer = await fetch(form.dataset.draft, {
        method: "POST", body: fields, keepalive: leaving, headers: { Accept: "application/json" }, redirect: "error",
      });
      if (!answer.ok) return;
      sent = now;
      said.textContent = (await answer.json()).said;
    } catch {
      // No network, or the session is over: the next try, or the form itself, keeps it.
    }
  };

  form.addEventListener("input", () => {
    since = since || Date.now();
    clearTimeout(timer);
    timer = setTimeout(keep, Math.min(PAUSE, Math.max(0, since + LONGEST - Date.now())), false);
  });
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && keep(true));
  window.addEventListener("pagehide", () => keep(true));
}
