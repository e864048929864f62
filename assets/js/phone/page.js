// The crew's flow without network: what was typed and photographed waits on the telephone and goes by itself.
// Every step works without this file, as a plain form.

import { mine, number, shell, shots } from "./here.js";
import { draw } from "./pictures.js";
import { all } from "./queue.js";
import { refill } from "./steps.js";
import { go } from "./waiting.js";

// What waits for this step is in the page again, however it was opened.
async function again() {
  const waiting = (await all().catch(() => [])).filter((one) => one.whose === mine && one.case === number);
  refill(waiting);
  if (shots) for (const entry of waiting) if (entry.kind === "photo") await draw(entry);
}

// The worker, and whose telephone it is.
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
again().then(() => go(true));
prepare();
