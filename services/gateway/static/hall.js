// The call screen follows the calls; where no stream is given it loads itself anew.
"use strict";
(() => {
  const RELOAD_MS = 10000;
  const table = document.querySelector("[data-calls]");
  const body = table.tBodies[0], nobody = document.querySelector(".nobody"), waiting = document.querySelector("[data-waiting]");
  const cell = (text) => Object.assign(document.createElement("td"), { textContent: text });
  const show = (screen) => {
    body.replaceChildren(...screen.called.map((one) => {
      const row = document.createElement("tr");
      row.className = one.state;
      row.append(cell(one.number), cell(one.counter));
      return row;
    }));
    nobody.hidden = screen.called.length > 0;
    waiting.textContent = screen.waiting;
  };
  const later = () => setTimeout(() => location.reload(), RELOAD_MS);
  if (!window.EventSource) return void later();
  const source = new EventSource(table.dataset.calls);
  source.addEventListener("message", (event) => show(JSON.parse(event.data)));
  source.addEventListener("error", () => source.readyState === EventSource.CLOSED && later());
})();
