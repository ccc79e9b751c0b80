// Passkeys: the browser makes one, or signs with one, and the form takes its answer along. Nothing else is done here.
"use strict";
(() => {
  const form = document.querySelector("form[data-passkey]"), button = form.querySelector("button");
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const read = () => {
    const options = JSON.parse(form.dataset.options);
    options.challenge = bytes(options.challenge);
    if (options.user) options.user.id = bytes(options.user.id);
    for (const list of [options.excludeCredentials, options.allowCredentials]) for (const one of list || []) one.id = bytes(one.id);
    return options;
  };
  const NAMES = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
  const written = (made) => {
    const response = Object.fromEntries(NAMES.filter((name) => made.response[name]).map((name) => [name, text(made.response[name])]));
    return JSON.stringify({ id: made.id, rawId: text(made.rawId), type: made.type, clientExtensionResults: {}, response });
  };
  form.addEventListener("submit", (event) => {
    if (form.elements.credential.value) return;
    event.preventDefault();
    button.disabled = true;
    navigator.credentials[form.dataset.passkey]({ publicKey: read() }).then((made) => {
      form.elements.credential.value = written(made);
      form.submit();
    }).catch(() => {
      button.disabled = false;
      form.querySelector("[data-passkey-failed]").hidden = false;
    });
  });
})();
