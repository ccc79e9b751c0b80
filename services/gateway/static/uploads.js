// A chosen file goes on its way at once, made smaller on the telephone and in parts that a broken line does not undo.
// Without this file the same form sends it with its button.
"use strict";
(() => {
  const PART = 48 * 1024, LONG_SIDE = 2480, QUALITY = 0.82, LARGEST = 8 * 1024 * 1024, SMALL = 300 * 1024;
  const PREVIEW = 160, LONGEST_PAUSE_MS = 20_000;
  let form = document.querySelector("form.uploads");
  if (!form) return;
  const { parts, sending, added, waiting, large, ended } = form.dataset;
  const status = document.getElementById("upload-status");
  const said = status.textContent;
  let underway = 0, isLeaving = false, queue = Promise.resolve();

  // A live region is read when it changes, not when it comes with its page.
  if (said) { status.textContent = ""; setTimeout(() => { status.textContent = said; }, 300); }

  const say = (words) => { status.textContent = words; };
  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  const label = (section) => section.querySelector("h2").firstChild.textContent.trim();

  const decoded = async (file) => {
    try { return await createImageBitmap(file); } catch { return null; }
  };
  const drawn = (picture, longest) => {
    const scale = Math.min(1, longest / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    return canvas;
  };
  // The bytes say what a file is: what no browser draws, a PDF or a photo of another kind, goes as it is.
  const smaller = async (file, section) => {
    const picture = await decoded(file);
    if (!picture) return file;
    preview(section, drawn(picture, PREVIEW));
    if (file.size <= SMALL && Math.max(picture.width, picture.height) <= LONG_SIDE) return file;
    const blob = await new Promise((resolve) => drawn(picture, LONG_SIDE).toBlob(resolve, "image/jpeg", QUALITY));
    return blob && blob.size < file.size ? blob : file;
  };
  const preview = (section, canvas) => {
    section.querySelector(".preview")?.remove();
    canvas.className = "preview";
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", label(section));
    section.querySelector("input[type=file]").closest(".field").append(canvas);
  };

  const identity = async (blob, file) => {
    if (!globalThis.crypto?.subtle) return `${file.size}-${file.lastModified}-00000000`;
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await blob.arrayBuffer()));
    return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  };

  // One part after the other. What is lost on the way is asked for again, for as long as the page is open.
  const deliver = async (blob, file, name, told) => {
    const id = await identity(blob, file);
    let start = 0, wait = 1000;
    const send = (content) => {
      const body = new FormData();
      for (const field of ["csrf_token", "page_address"]) body.append(field, form.elements[field].value);
      for (const [key, value] of Object.entries({ file: id, size: blob.size, start, filename: file.name })) body.append(key, value);
      if (content) body.append("part", content, "part");
      return fetch(parts.replace("NAME", name), { method: "POST", body, redirect: "manual" });
    };
    // Of a large file it is asked first how much has arrived before.
    let content = blob.size > 4 * PART ? null : blob.slice(0, PART);
    for (;;) {
      let answer, told_back;
      try {
        answer = await send(content);
        // The session is over: no line will bring the file any further.
        if (answer.type === "opaqueredirect") return { ended: true };
        told_back = await answer.json();
      } catch {
        if (answer && answer.status < 500) return { error: null };
        told(null);
        await pause(wait);
        wait = Math.min(wait * 2, LONGEST_PAUSE_MS);
        content = null;
        continue;
      }
      if (told_back.error && !told_back.again) return told_back;
      if (told_back.done) return told_back;
      if (told_back.error) { await pause(wait); wait = Math.min(wait * 2, LONGEST_PAUSE_MS); content = null; continue; }
      wait = 1000;
      start = told_back.received;
      told(start / blob.size);
      content = blob.slice(start, start + PART);
    }
  };

  const refuse = (section, words) => {
    const input = section.querySelector("input[type=file]"), id = `${input.id}-error`;
    document.getElementById(id)?.remove();
    const error = document.createElement("p");
    error.className = "error";
    error.id = id;
    error.textContent = words;
    input.before(error);
    input.closest(".field").classList.add("wrong");
    input.setAttribute("aria-invalid", "true");
    input.setAttribute("aria-describedby", `${id} ${(input.getAttribute("aria-describedby") ?? "").replace(id, "").trim()}`.trim());
    say(words);
    input.focus();
  };

  const renewed = async (name) => {
    const answer = await fetch(location.href);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const now = document.querySelector(`section[data-paper="${name}"]`), then = page.querySelector(`section[data-paper="${name}"]`);
    if (!then) return null;
    now.replaceWith(document.adoptNode(then));
    return then;
  };
  // What follows: the next paper that is not there yet, else the button that goes on.
  const following = (section) => {
    const all = [...document.querySelectorAll("section[data-paper]")], place = all.indexOf(section);
    const next = [...all.slice(place + 1), ...all.slice(0, place)].find((one) => !("given" in one.dataset) && one !== section);
    return next?.querySelector("input[type=file]") ?? form.querySelector(".actions .button");
  };

  const take = async (section, name, file) => {
    const words = label(section), is_small = await smaller(file, section);
    if (is_small.size > LARGEST) return refuse(section, large);
    const told = (part) => say(part === null ? waiting : sending.replace("{paper}", words).replace("{percent}", Math.round(part * 100)));
    told(0);
    const end = await deliver(is_small, file, name, told);
    if (end.ended) {
      isLeaving = true;
      location.href = ended;
      return;
    }
    if (!end.done) return end.error ? refuse(section, end.error) : location.reload();
    const now = await renewed(name).catch(() => null);
    if (!now) return location.reload();
    const told_before = document.querySelector(`.notice.wrong a[href="#${name}"]`)?.closest("li");
    told_before?.parentElement.children.length > 1 ? told_before.remove() : told_before?.closest(".notice").remove();
    say(added.replace("{paper}", words));
    following(now).focus();
  };

  const sendFiles = (input) => {
    const section = input.closest("section[data-paper]");
    if (input.type !== "file" || !section || !input.files.length) return;
    const files = [...input.files], name = section.dataset.paper;
    input.value = "";
    underway += 1;
    for (const file of files) {
      queue = queue.then(() => take(document.querySelector(`section[data-paper="${name}"]`), name, file)).catch(() => location.reload());
    }
    queue = queue.then(() => { underway -= 1; });
  };
  document.addEventListener("change", (event) => sendFiles(event.target));
  // On a slow line a file is chosen before this script has arrived.
  document.querySelectorAll("section[data-paper] input[type=file]").forEach(sendFiles);

  // Nothing that is on its way is dropped silently: leaving asks, and the form waits.
  addEventListener("beforeunload", (event) => { if (underway && !isLeaving) event.preventDefault(); });
  form.addEventListener("submit", (event) => {
    if (!underway) return;
    event.preventDefault();
    const button = event.submitter;
    // The button of a paper goes with its part of the page once the file is there: its work is done, and no other's is.
    queue.then(() => { if (!document.querySelector(".paper .error") && button?.isConnected) form.requestSubmit(button); });
  });
})();
