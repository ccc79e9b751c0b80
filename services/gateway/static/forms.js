// Nothing typed is lost: what stands in a form is kept as it is typed, and comes back when its page does. Whoever is
// signed in is warned before the session ends. Every page works without this file, with less of a net.
"use strict";
(() => {
  const { keep: keepAddress, session, left } = document.currentScript.dataset;
  const PAUSE_MS = 1500, LONGEST_WAIT_MS = 3000, WARNING_S = 120, STORED = "sent-form";
  const UNTYPED = ["hidden", "password", "file", "submit", "button"];
  const WRITTEN = ["text", "email", "tel", "search", "textarea"];
  const NEVER_KEPT = ["password", "old_password", "factor_code", "credential", "altcha"];
  const bare = (address) => new URL(address, location.href).pathname.replace(/^\/(ar|en)(?=\/|$)/, "");

  const typed = (form) => [...form.elements].filter((one) => one.name && !UNTYPED.includes(one.type));
  const pairs = (form) => [...new FormData(form)].filter(([name, value]) => typeof value === "string" && !NEVER_KEPT.includes(name));
  const state = (form) => JSON.stringify(pairs(form));
  const forms = [...document.querySelectorAll("form[method=post]")].filter(
    (form) => form.elements.page_address && form.getAttribute("action") && typed(form).length,
  );
  // On a slow line somebody types before this script has arrived: only what the page came with is known.
  const untouched = (one) => {
    if (["radio", "checkbox"].includes(one.type)) return one.checked === one.defaultChecked;
    if (!one.options) return one.value === one.defaultValue;
    const given = [...one.options].findIndex((option) => option.defaultSelected);
    return one.selectedIndex === Math.max(given, 0);
  };
  const known = new Map(forms.filter((form) => typed(form).every(untouched)).map((form) => [form, state(form)]));
  const changed = () => forms.filter((form) => state(form) !== known.get(form));

  // What drafts.js keeps on this device goes with the session of whoever asked for it.
  document.querySelector("form[action$='/sign-out']")?.addEventListener("submit", () => {
    Object.keys(localStorage).filter((name) => name.startsWith("draft:")).forEach((name) => localStorage.removeItem(name));
  });

  const body = (form) => {
    known.set(form, state(form));
    return new URLSearchParams([...pairs(form), ["form_action", new URL(form.getAttribute("action"), location.href).pathname]]);
  };
  const keep = (form) => fetch(keepAddress, { method: "POST", body: body(form), redirect: "manual" }).catch(() => known.delete(form));
  const keepNow = () => changed().forEach((form) => navigator.sendBeacon(keepAddress, body(form)));

  const store = (form, onTheWay) => sessionStorage.setItem(
    STORED, JSON.stringify({ page: bare(location.href), action: bare(form.getAttribute("action")), pairs: pairs(form), onTheWay }),
  );

  // A question that goes with one answer to another one is shown beside that answer alone. What it held is not sent on.
  for (const block of document.querySelectorAll("[data-asked-if]")) {
    const form = block.closest("form");
    const update = () => { block.hidden = form.elements[block.dataset.askedIf].value !== block.dataset.answer; };
    form.addEventListener("change", update);
    update();
  }

  let pause;
  document.addEventListener("input", () => {
    if (!session) return;
    clearTimeout(pause);
    pause = setTimeout(() => changed().forEach(keep), PAUSE_MS);
  });
  addEventListener("pagehide", () => session && keepNow());
  document.addEventListener("visibilitychange", () => session && document.visibilityState === "hidden" && keepNow());

  // The page in another language is asked for when everything has arrived that it has to show.
  document.querySelector("a.language")?.addEventListener("click", (event) => {
    const begun = forms.filter((form) => state(form) !== known.get(form) || typed(form).some((one) => one.value && WRITTEN.includes(one.type)));
    if (!begun.length || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    const link = event.currentTarget.href;
    // On a slow line the text arrives after the page: the page takes it from here.
    store(begun[0], true);
    const late = new Promise((resolve) => setTimeout(resolve, LONGEST_WAIT_MS));
    Promise.race([Promise.all(begun.map(keep)), late]).then(() => { location.href = link; });
  });

  const show = (id, before) => {
    document.getElementById(`shown-${id}`)?.remove();
    const notice = document.getElementById(id).content.firstElementChild.cloneNode(true);
    notice.id = `shown-${id}`;
    before ? before.before(notice) : document.body.append(notice);
    return notice;
  };

  // Without a network the form stays where it is. One that is lost on the way is filled in again when its page is back.
  for (const form of forms) {
    form.addEventListener("submit", (event) => {
      if (!navigator.onLine) {
        event.preventDefault();
        show("offline", form).focus();
        return;
      }
      known.set(form, state(form));
      store(form, false);
    });
  }
  const fill = (form, sent) => {
    const values = new Map();
    sent.forEach(([name, value]) => values.set(name, [...(values.get(name) ?? []), value]));
    for (const one of typed(form)) {
      const given = values.get(one.name);
      if (["radio", "checkbox"].includes(one.type)) one.checked = (given ?? []).includes(one.value);
      else if (given) one.value = given[0];
    }
    for (const name of ["key", "seen"]) if (values.has(name) && form.elements[name]) form.elements[name].value = values.get(name)[0];
    for (let outer = form.closest("details"); outer; outer = outer.parentElement.closest("details")) outer.open = true;
  };
  const lost = JSON.parse(sessionStorage.getItem(STORED) ?? "null");
  sessionStorage.removeItem(STORED);
  const arrival = performance.getEntriesByType("navigation")[0]?.type;
  if (lost && lost.page === bare(location.href) && (lost.onTheWay || ["back_forward", "reload"].includes(arrival))) {
    const form = forms.find((one) => bare(one.getAttribute("action")) === lost.action);
    if (form && !document.querySelector(".kept")) {
      fill(form, lost.pairs);
      show("kept-here", form);
      keep(form);
    }
  }

  if (!session) return;
  let timer;
  const arm = (seconds) => {
    clearTimeout(timer);
    timer = setTimeout(check, Math.max(1, seconds - WARNING_S) * 1000);
  };
  const ask = async (how) => {
    const answer = await fetch(session, { redirect: "manual", ...how });
    return answer.ok ? (await answer.json()).left : 0;
  };
  const ended = () => {
    document.getElementById("shown-session-ending")?.remove();
    show("session-ended");
  };
  const check = async () => {
    const seconds = await ask().catch(() => null);
    if (seconds === null) return arm(WARNING_S + 15);
    if (!seconds) return ended();
    if (seconds > WARNING_S + 5) return arm(seconds);
    keepNow();
    const notice = show("session-ending");
    notice.querySelector("button").addEventListener("click", stay);
    clearTimeout(timer);
    timer = setTimeout(check, (seconds + 1) * 1000);
  };
  const stay = async () => {
    const token = new URLSearchParams({ csrf_token: document.querySelector("[name=csrf_token]").value });
    const seconds = await ask({ method: "POST", body: token }).catch(() => null);
    if (!seconds) return seconds === null ? undefined : ended();
    document.getElementById("shown-session-ending")?.remove();
    if (seconds <= WARNING_S) return show("session-last");
    arm(seconds);
  };
  arm(Number(left));
  // A telephone that slept wakes late.
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && check());
})();
