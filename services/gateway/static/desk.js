// Keys for people who work at the desk all day. Every one of them has a visible link, button or field that does the same.
"use strict";
(() => {
  const find = document.currentScript.dataset.find;
  const links = [...document.querySelectorAll("tbody th a")];
  const step = (by) => {
    const here = links.indexOf(document.activeElement);
    const next = links[here < 0 ? (by > 0 ? 0 : links.length - 1) : here + by];
    if (next) next.focus();
  };
  const turn = (rel) => document.querySelector(`a[rel="${rel}"]`)?.click();
  const keys = {
    j: () => step(1),
    k: () => step(-1),
    n: () => turn("next"),
    p: () => turn("prev"),
    x: () => document.activeElement.closest("tr")?.querySelector("input[type=checkbox]")?.click(),
    "/": () => (document.getElementById("q") ?? document.querySelector("[role=search] input[type=search], [role=search] input[type=text]"))?.focus(),
  };
  const press = (key) => {
    const target = document.querySelector(`[data-key="${key}"]`);
    if (target) {
      target.click();
      if (target.tagName === "SUMMARY") target.parentElement.querySelector("input[type=radio], select, textarea")?.focus();
    } else if (/^[1-9]$/.test(key)) {
      const choices = [...document.querySelectorAll(".by-number input[type=radio]")].filter((each) => each.offsetParent);
      const choice = choices[key - 1];
      if (choice) { choice.checked = true; choice.focus(); }
    } else keys[key]?.();
  };
  // By place on the keyboard, so that an Arabic layout works as well.
  const SIGNS = { Minus: "-", Slash: "/", Period: ".", Semicolon: ":" };
  const sign = (event) => /^(Key|Digit|Numpad)[A-Z0-9]$/.test(event.code) ? event.code.slice(-1).toLowerCase() : SIGNS[event.code] ?? "";
  // A reader of codes types faster than anybody: what comes so fast is a code to search for and no key.
  const PAUSE = 60, SHORTEST_CODE = 8;
  let typed = "", waiting = 0;
  const isText = (target) => target.closest("textarea, select, input:not([type=radio], [type=checkbox], [type=submit])");
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (isText(event.target)) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    if (event.key === "Enter" && typed.length >= SHORTEST_CODE) {
      event.preventDefault();
      clearTimeout(waiting);
      location.href = find + encodeURIComponent(typed);
      return;
    }
    const key = sign(event);
    if (!key) return;
    event.preventDefault();
    clearTimeout(waiting);
    typed += key;
    waiting = setTimeout(() => {
      if (typed.length === 1) press(typed);
      typed = "";
    }, PAUSE);
  });
})();
