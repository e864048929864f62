// The forms of the steps: each is kept first and then sent, so that a lost network loses nothing.

import { box, form, mine, number, step } from "./here.js";
import { add, all, newId, remove } from "./queue.js";
import { go, show } from "./waiting.js";

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
export function refill(waiting) {
  const last = waiting.filter((one) => one.kind === "step" && one.step === step).pop();
  if (form && last) {
    for (const field of form.elements) {
      if (!field.name || field.type === "hidden" || field.type === "file") continue;
      const values = last.form.filter(([name]) => name === field.name).map(([, value]) => value);
      if (field.type === "radio" || field.type === "checkbox") field.checked = values.includes(field.value);
      else if (values.length) field.value = values[0];
    }
  }
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
