// Keys for people who work in the queue all day. Every one of them has a visible link or field that does the same.
"use strict";
(() => {
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
    "/": () => document.getElementById("q")?.focus(),
  };
  document.addEventListener("keydown", (event) => {
    const writing = event.target.closest("input, select, textarea");
    if (writing || event.ctrlKey || event.altKey || event.metaKey) return;
    // By place on the keyboard, so that an Arabic layout works as well.
    const key = event.key === "/" || event.code === "Slash" ? "/" : event.code.replace("Key", "").toLowerCase();
    if (!(key in keys)) return;
    event.preventDefault();
    keys[key]();
  });
})();
