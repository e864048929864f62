// A file may be dropped anywhere on the field that asks for it; it can be chosen by the button as ever.

const asked = (event) => event.target.closest?.(".drop");

for (const kind of ["dragenter", "dragover"])
  document.addEventListener(kind, (event) => {
    const field = asked(event);
    if (!field) return;
    event.preventDefault();
    field.classList.add("over");
  });
for (const kind of ["dragleave", "drop"])
  document.addEventListener(kind, (event) => asked(event)?.classList.remove("over"));

document.addEventListener("drop", (event) => {
  const field = asked(event);
  const file = event.dataTransfer?.files[0];
  if (!field || !file) return;
  event.preventDefault();
  const input = field.querySelector("input[type=file]");
  const one = new DataTransfer();
  one.items.add(file);
  input.files = one.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
});
