// Files of a form, each sent by itself as soon as it is chosen: progress, retry, and a reason for each that is not taken.
// Without script the form sends them with the act.

const THUMB = 96;

export function files(form) {
  const fields = [...form.querySelectorAll("[data-files]")];
  const row = document.getElementById("file-row");
  if (!fields.length || !row) return;
  const words = document.getElementById("file-said").dataset;
  const under = new Set(); // on their way
  let waiting = null; // the button that was pressed meanwhile

  fields.forEach((field) => {
    const input = field.querySelector("input[type=file]");
    input.addEventListener("change", () => {
      [...input.files].forEach((file) => add(field, file));
      input.value = ""; // what is sent by itself is not sent again with the form
    });
  });

  // The act waits for what is on its way.
  form.addEventListener("submit", (event) => {
    if (!under.size) return;
    event.preventDefault();
    event.stopPropagation();
    waiting = event.submitter;
    const said = [...under][0].closest("[data-files]").querySelector("[data-files-said]");
    said.textContent = words.wait.replace("{n}", under.size);
    said.scrollIntoView({ block: "center" });
  });

  function add(field, file) {
    const shown = row.content.firstElementChild.cloneNode(true);
    shown.querySelector("[data-name]").textContent = file.name;
    shown.querySelector("[data-size]").textContent = size(file.size);
    field.querySelector("[data-kept]").append(shown);
    shown.querySelector("[data-away]").addEventListener("click", () => {
      shown.abort?.();
      under.delete(shown);
      shown.remove();
      field.querySelector("input[type=file]").focus();
      changed(field);
    });
    shown.querySelector("[data-retry]").addEventListener("click", () => send(field, file, shown));
    preview(file, shown.querySelector("img"));
    if (file.size > Number(field.dataset.limit)) refuse(field, shown, shown.querySelector("[data-says]").dataset.large, false);
    else send(field, file, shown);
  }

  function send(field, file, shown) {
    const says = shown.querySelector("[data-says]");
    const bar = shown.querySelector("progress");
    const body = new FormData();
    for (const name of ["csrfmiddlewaretoken", "whose", "version", "key"]) body.append(name, form.elements[name]?.value ?? "");
    body.append("field", field.dataset.field);
    body.append("file", file, file.name);
    const request = new XMLHttpRequest();
    request.open("POST", field.dataset.files);
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) bar.value = Math.round((event.loaded / event.total) * 100);
    });
    request.addEventListener("load", () => {
      under.delete(shown);
      const answer = request.response;
      if (request.status === 200 && answer?.id) keep(field, shown, answer);
      else refuse(field, shown, answer?.said || says.dataset.broken, !answer?.said);
    });
    for (const end of ["error", "timeout"]) request.addEventListener(end, () => {
      under.delete(shown);
      refuse(field, shown, says.dataset.broken, true);
    });
    shown.abort = () => request.abort();
    shown.classList.remove("bad");
    shown.querySelector("[data-retry]").hidden = true;
    bar.hidden = false;
    bar.value = 0;
    says.textContent = says.dataset.sending;
    under.add(shown);
    request.send(body);
  }

  function keep(field, shown, answer) {
    if (!("many" in field.dataset)) // one file: the newest counts
      field.querySelectorAll("input[type=checkbox]").forEach((box) => { box.checked = false; });
    const box = shown.querySelector("[data-with] input");
    box.name = field.dataset.field;
    box.value = answer.id;
    box.checked = true;
    box.disabled = false;
    shown.querySelector("[data-with]").hidden = false;
    shown.querySelector("progress").hidden = true;
    shown.querySelector("[data-says]").textContent = answer.said;
    shown.classList.add("ok");
    changed(field);
    form.dispatchEvent(new Event("input", { bubbles: true })); // the draft knows of it
  }

  function refuse(field, shown, why, again) {
    shown.querySelector("progress").hidden = true;
    shown.querySelector("[data-says]").textContent = why;
    shown.querySelector("[data-retry]").hidden = !again;
    shown.classList.add("bad");
    changed(field);
  }

  // Said once for all files of a field, not at each step of each.
  function changed(field) {
    if (!under.size && waiting) {
      const button = waiting;
      waiting = null;
      if (!form.querySelector(".upl.bad")) return form.requestSubmit(button);
    }
    if ([...under].some((shown) => field.contains(shown))) return;
    const kept = field.querySelectorAll(".upl.ok").length;
    const lost = field.querySelectorAll(".upl.bad").length;
    const text = lost ? words.some : kept ? words.all : "";
    field.querySelector("[data-files-said]").textContent = text.replace("{n}", kept).replace("{m}", lost);
  }
}

function size(bytes) {
  return bytes < 1024 * 1024 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

// A small picture drawn here: the file itself is never shown inside our address.
async function preview(file, image) {
  if (!/^image\/(jpeg|png|webp|gif|bmp)$/.test(file.type) || !window.createImageBitmap) return;
  try {
    const bitmap = await createImageBitmap(file);
    const scale = Math.min(1, THUMB / Math.max(bitmap.width, bitmap.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(bitmap.width * scale));
    canvas.height = Math.max(1, Math.round(bitmap.height * scale));
    canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    image.src = canvas.toDataURL("image/jpeg", 0.8);
    image.hidden = false;
  } catch {
    // No picture after all: the server says so.
  }
}
