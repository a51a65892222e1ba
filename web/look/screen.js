// The screen of a waiting area: shows its board, gongs for each new call, keeps
// numbers inside their places, and stays awake.

import {news, ring} from "./chime.js";
import {follow} from "./live.js";

const root = document.documentElement;

// --- the panel's shape, unless the address says which it is

const upright = matchMedia("(orientation: portrait)");

function shape() {
  if (document.body.dataset.shape) return;
  root.classList.toggle("tall", upright.matches);
  root.classList.toggle("broad", !upright.matches);
}

// --- numbers and desks that are longer than usual become smaller, never cut

function fit() {
  for (const place of document.querySelectorAll("[data-fit]")) {
    place.style.setProperty("--fit", "1");
    const scale = place.clientWidth / place.scrollWidth;
    if (scale < 1) place.style.setProperty("--fit", String(Math.floor(scale * 100) / 100));
  }
}

// --- a panel that goes dark calls nobody

async function stayAwake() {
  if (document.visibilityState === "visible") await navigator.wakeLock?.request("screen").catch(() => {});
}

function arrange() {
  shape();
  fit();
}

arrange();
document.fonts.ready.then(fit);
addEventListener("resize", arrange);
upright.addEventListener("change", arrange);
document.addEventListener("visibilitychange", stayAwake);
stayAwake();

follow(document.getElementById("live"), (frame) => {
  for (const _ of news(frame.calls)) ring();
  fit();
});
