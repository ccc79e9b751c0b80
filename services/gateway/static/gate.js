// Reads the code of a slip with the camera, where the browser can. A scanner types into the field by itself.
"use strict";
(() => {
  const form = document.querySelector("[data-gate]"), offer = form.querySelector("[data-camera]");
  const video = form.querySelector("video"), failed = form.querySelector("[data-camera-error]");
  // A scanner ends with Enter: the number of the identity document comes next.
  form.elements.code.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || form.elements.number.value) return;
    event.preventDefault();
    form.elements.number.focus();
  });
  if (!("BarcodeDetector" in window) || !navigator.mediaDevices) return;
  offer.hidden = false;
  const stop = () => {
    video.srcObject?.getTracks().forEach((track) => track.stop());
    video.hidden = true;
    offer.hidden = false;
  };
  offer.firstElementChild.addEventListener("click", async () => {
    try {
      video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    } catch {
      failed.hidden = false;
      return;
    }
    offer.hidden = true;
    video.hidden = false;
    await video.play();
    const detector = new BarcodeDetector({ formats: ["qr_code"] });
    const look = async () => {
      if (video.hidden) return;
      const [code] = await detector.detect(video).catch(() => []);
      if (!code) return void requestAnimationFrame(look);
      form.elements.code.value = code.rawValue;
      stop();
      form.elements.number.focus();
    };
    look();
  });
  addEventListener("pagehide", stop);
})();
