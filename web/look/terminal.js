// The terminal: a scanner types the code wherever the focus is, a page that
// nobody touches goes back to the start, and none is left for a server that is
// away.

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
  leave(() => scan.submit());
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

// --- to the next page: where the server is away, the browser would show one of its own that leads nowhere

const lost = document.getElementById("lost");
let leaving = false;
let passing = false; // the form that is being sent was asked about

const reached = () => fetch(home, {signal: AbortSignal.timeout(4000)}).then(({ok}) => ok, () => false);

/** Goes, if the server can be reached. Else says so until it can. */
async function leave(go) {
  if (leaving) return;
  leaving = true;
  const there = await reached();
  leaving = false;
  lost.hidden = there;
  if (there) return go();
  while (!(await reached())) await new Promise((done) => setTimeout(done, 1000));
  lost.hidden = true;
}

document.addEventListener("submit", (event) => {
  const {target, submitter} = event;
  if (event.target.matches(".languages")) sessionStorage.setItem("language", "chosen");
  if (passing || !home) return;
  event.preventDefault();
  leave(() => {
    passing = true;
    target.requestSubmit(submitter);
  });
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]:not([target])");
  if (!link || !home) return;
  event.preventDefault();
  leave(() => {
    if (link.getAttribute("href") === home) sessionStorage.clear();
    location.assign(link.href);
  });
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
  if (!(await reached())) return;
  sessionStorage.clear();
  location.replace(home);
}

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
