// Security keys: the options stand in the form, the key's answer is put into it, and the form goes its usual way.

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");
const known = (list = []) => list.map((each) => ({ ...each, id: bytes(each.id) }));

async function create(options) {
  const publicKey = {
    ...options,
    challenge: bytes(options.challenge),
    user: { ...options.user, id: bytes(options.user.id) },
    excludeCredentials: known(options.excludeCredentials),
  };
  const made = await navigator.credentials.create({ publicKey });
  return {
    id: made.id,
    rawId: text(made.rawId),
    type: made.type,
    clientExtensionResults: made.getClientExtensionResults(),
    response: {
      clientDataJSON: text(made.response.clientDataJSON),
      attestationObject: text(made.response.attestationObject),
    },
  };
}

async function ask(options) {
  const publicKey = {
    ...options,
    challenge: bytes(options.challenge),
    allowCredentials: known(options.allowCredentials),
  };
  const given = await navigator.credentials.get({ publicKey });
  return {
    id: given.id,
    rawId: text(given.rawId),
    type: given.type,
    clientExtensionResults: given.getClientExtensionResults(),
    response: {
      clientDataJSON: text(given.response.clientDataJSON),
      authenticatorData: text(given.response.authenticatorData),
      signature: text(given.response.signature),
      userHandle: given.response.userHandle ? text(given.response.userHandle) : null,
    },
  };
}

export async function useKey(form) {
  const options = JSON.parse(form.dataset.options).publicKey;
  const said = form.querySelector("[data-key-said]");
  said.textContent = "";
  const name = form.querySelector("input[name=name]");
  if (name && !name.reportValidity()) return;
  try {
    const credential = await (form.dataset.key === "create" ? create(options) : ask(options));
    form.querySelector("[data-credential]").value = JSON.stringify(credential);
    form.submit();
  } catch {
    said.textContent = said.dataset.failed;
  }
}
