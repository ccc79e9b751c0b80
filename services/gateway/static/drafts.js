// Answers kept on this device, only where its owner asks for it, so that they outlast a battery and a lost network.
// They are wiped when the box is cleared, at sign-out (see forms.js), for another account, and after a week.
"use strict";
(() => {
  const box = document.getElementById("keep-on-device");
  if (!box) return;
  const { owner, form: selector } = box.dataset;
  // When the page was opened, by the device's clock, tells the age of a draft.
  const WEEK_MS = 7 * 24 * 3600 * 1000, opened = performance.timeOrigin;
  const ALLOWED = "draft:allowed", OWNER = "draft:owner";
  const UNTYPED = ["hidden", "password", "file", "submit", "button"];
  const form = document.getElementById(selector);
  const key = `draft:at:${location.pathname.replace(/^\/(ar|en)(?=\/)/, "")}`;
  const wipe = () => Object.keys(localStorage).filter((name) => name.startsWith("draft:")).forEach((name) => localStorage.removeItem(name));
  const fields = [...form.elements].filter((one) => one.name && !UNTYPED.includes(one.type));
  const read = () => fields.filter((one) => !["radio", "checkbox"].includes(one.type) || one.checked).map((one) => [one.name, one.value]);
  const write = () => localStorage.setItem(key, JSON.stringify({ at: opened, answers: read() }));
  const putBack = (answers) => {
    for (const one of fields) {
      const values = answers.filter(([name]) => name === one.name).map(([, value]) => value);
      if (["radio", "checkbox"].includes(one.type)) one.checked = values.includes(one.value);
      else if (values.length) one.value = values[0];
    }
    form.dispatchEvent(new Event("change", { bubbles: true }));
    form.dispatchEvent(new Event("input", { bubbles: true }));
  };

  if (localStorage.getItem(OWNER) !== owner) wipe();
  for (const name of Object.keys(localStorage).filter((name) => name.startsWith("draft:at:"))) {
    if (opened - JSON.parse(localStorage.getItem(name)).at > WEEK_MS) localStorage.removeItem(name);
  }
  box.closest(".keep-here").hidden = false;
  box.checked = localStorage.getItem(ALLOWED) === "yes";
  box.addEventListener("change", () => {
    wipe();
    if (!box.checked) return;
    localStorage.setItem(ALLOWED, "yes");
    localStorage.setItem(OWNER, owner);
    write();
  });
  form.addEventListener("input", () => box.checked && write());

  const kept = JSON.parse(localStorage.getItem(key) ?? "null");
  if (!box.checked || !kept || JSON.stringify(kept.answers) === JSON.stringify(read())) return;
  const notice = document.getElementById("device-draft").content.firstElementChild.cloneNode(true);
  notice.querySelector("button").addEventListener("click", () => {
    putBack(kept.answers);
    notice.remove();
  });
  form.before(notice);
})();
