// A costly step takes a little work of this device: the script asks for a challenge when the form is sent, solves it
// (ALTCHA, PBKDF2) and sends the solution along. Without it the form is sent all the same, a few times a day.
"use strict";
(() => {
  // On average 256 tries are enough; one challenge in a million needs more than these.
  const AT_ONCE = 8, MOST_TRIES = 4096;
  const bytes = (hex) => Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16));
  const hex = (buffer) => [...new Uint8Array(buffer)].map((one) => one.toString(16).padStart(2, "0")).join("");

  const derive = async ({ nonce, salt, cost, keyLength, algorithm }, counter) => {
    const start = bytes(nonce), password = new Uint8Array(start.length + 4);
    password.set(start);
    new DataView(password.buffer).setUint32(start.length, counter);
    const key = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"]);
    const how = { name: "PBKDF2", hash: algorithm.split("/")[1], salt: bytes(salt), iterations: cost };
    return hex(await crypto.subtle.deriveBits(how, key, keyLength * 8));
  };

  const solve = async (challenge) => {
    const { keyPrefix } = challenge.parameters;
    for (let first = 0; first < MOST_TRIES; first += AT_ONCE) {
      const counters = Array.from({ length: AT_ONCE }, (_, step) => first + step);
      const keys = await Promise.all(counters.map((counter) => derive(challenge.parameters, counter)));
      const found = keys.findIndex((key) => key.startsWith(keyPrefix));
      if (found >= 0) return btoa(JSON.stringify({ challenge, solution: { counter: first + found, derivedKey: keys[found] } }));
    }
    return "";
  };

  const work = async (field) => {
    const answer = await fetch(field.dataset.challenge);
    return answer.ok ? solve(await answer.json()) : "";
  };

  const send = (form, button) => {
    if (form.requestSubmit) return form.requestSubmit(button);
    if (button?.name) form.append(Object.assign(document.createElement("input"), { type: "hidden", name: button.name, value: button.value }));
    return form.submit();
  };

  let solved = null, working = false;
  document.addEventListener("submit", (event) => {
    const form = event.target, field = form.querySelector("[data-challenge]"), button = event.submitter;
    if (!field || solved === form || !globalThis.crypto?.subtle) return;
    // Before the form's own listeners: they hear of it once the work is done.
    event.preventDefault();
    event.stopImmediatePropagation();
    if (working) return;
    working = true;
    document.querySelector("[data-challenge-wait]").hidden = false;
    work(field).catch(() => "").then((solution) => {
      field.value = solution;
      solved = form;
      send(form, button);
    });
  }, true);
  addEventListener("pageshow", () => {
    solved = null;
    working = false;
    document.querySelector("[data-challenge-wait]").hidden = true;
    for (const field of document.querySelectorAll("[data-challenge]")) field.value = "";
  });
})();
