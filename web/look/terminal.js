// The terminal: a scanner types the code wherever the focus is, and a page that
// nobody touches goes back to the start.

import "./clock.js";
import {scannedBy} from "./scanner.js";

const home = document.body.dataset.home;
const code = document.getElementById("code");
const scan = document.getElementById("scan");

// --- scanner: eight digits are a code, anything else is nothing

document.addEventListener("keydown", (event) => {
  const scanned = scannedBy(event);
  if (!scanned) return;
  event.preventDefault();
  const digits = scanned.replace(/\D/g, "");
  if (digits.length < 8) return;
  scan.elements.code.value = digits.slice(-8);
  scan.submit();
}, {capture: true});

// --- keys on the screen

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.dataset.digit) code.value = (code.value + button.dataset.digit).slice(0, 9);
  if ("erase" in button.dataset) code.value = code.value.slice(0, -1);
  if (button.dataset.digit || "erase" in button.dataset) code.focus();
  if ("scheme" in button.dataset) choose("scheme", button);
  if ("larger" in button.dataset) choose("larger", button);
  if ("moreTime" in button.dataset) stay();
});

// --- contrast and size, until the next person

function choose(name, button) {
  const on = button.getAttribute("aria-pressed") !== "true";
  sessionStorage.setItem(name, on ? "yes" : "");
  apply();
}

function apply() {
  const contrast = sessionStorage.getItem("scheme") === "yes";
  const larger = sessionStorage.getItem("larger") === "yes";
  if (contrast) document.documentElement.dataset.scheme = "contrast";
  else delete document.documentElement.dataset.scheme;
  document.documentElement.classList.toggle("larger", larger);
  document.querySelector("[data-scheme]:is(button)")?.setAttribute("aria-pressed", contrast);
  document.querySelector("[data-larger]")?.setAttribute("aria-pressed", larger);
}

apply();

// --- back to the start for the next person: after a minute, said 20 seconds before (WCAG 2.2.1)

const closing = document.getElementById("closing");
const seconds = Number(document.body.dataset.seconds || 60);
let left = seconds;

function stay() {
  left = seconds;
  if (closing) closing.textContent = "";
}

/** Is anything here that a person left behind: a page of theirs, or what they chose? */
const used = () => closing || sessionStorage.length > 0;

/** Begins anew, unless the server cannot be reached: its last page is better than none. */
async function begin() {
  left = 5; // until the next try
  const reached = await fetch(home, {signal: AbortSignal.timeout(4000)}).then((answer) => answer.ok, () => false);
  if (!reached) return;
  sessionStorage.clear();
  location.replace(home);
}

document.addEventListener("submit", (event) => {
  if (event.target.matches(".languages")) sessionStorage.setItem("language", "chosen");
});

document.addEventListener("click", (event) => {
  if (event.target.closest(`a[href="${home}"]`)) sessionStorage.clear();
});

if (home) {
  for (const button of document.querySelectorAll("[data-more-time]")) button.hidden = false;
  for (const kind of ["pointerdown", "keydown"]) document.addEventListener(kind, stay);
  setInterval(() => {
    if (!used()) return;
    left -= 1;
    if (left <= 0) begin();
    else if (closing && left <= 30 && left % 5 === 0) closing.textContent = closing.dataset.say.replace("{n}", left);
  }, 1000);
}
