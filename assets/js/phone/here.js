// What every part of the flow's page looks at: whose telephone it is, which case and step, and where things are shown.

const main = document.querySelector("[data-phone]");
export const mine = main.dataset.whose;
export const step = main.dataset.step;
export const shell = "shell" in main.dataset;
export const number = shell ? decodeURIComponent(location.pathname.split("/")[2] || "") : main.dataset.case;
export const form = document.querySelector("form[data-queued]");
export const box = document.querySelector("[data-queue]");
export const shots = document.querySelector("[data-shots]");

export function button(text, act) {
  const found = document.createElement("button");
  found.type = "button";
  found.className = "btn";
  found.textContent = text;
  found.addEventListener("click", act);
  return found;
}
