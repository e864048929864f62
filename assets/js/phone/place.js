// Where the telephone is, for whoever agreed.

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

export async function placed() {
  if (!consent?.checked || !navigator.geolocation) return { at: null, hold: 0 };
  if (last && Date.now() - last.when < 60000) return { at: last.at, hold: 0 };
  return { at: null, hold: Date.now() + 9000, coming: ask() };
}
