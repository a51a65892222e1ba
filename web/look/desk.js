// A clerk's desk: buttons, keys and dialogs give commands; live.js shows what
// became of them. A command is sent under one id until it is answered, so that
// pressing twice, or a lost answer, never calls twice, and never says of
// somebody who was just called that they came.

import {commandOf, showKeys} from "./keys.js";
import {follow} from "./live.js";
import {scannedBy} from "./scanner.js";

const live = document.getElementById("live");
const refusal = document.getElementById("refusal");
const path = live.dataset.path;

// --- commands

let sent = ""; // the command that has no answer yet
let next = null; // the form of the one after it

/**
 * Sends a form to the desk. The same command, pressed again before its answer,
 * is dropped. Another one waits for the answer, since frames may be faster.
 */
async function send(form) {
  if (sent) {
    if (form.toString() !== sent) next = form;
    return;
  }
  for (let now = form; now; now = next) {
    sent = now.toString();
    next = null;
    await deliver(now);
  }
  sent = "";
}

/** Repeats a form under its id until there is an answer. */
async function deliver(form) {
  refusal.hidden = true;
  form.set("key", crypto.randomUUID());
  for (let wait = 200; ; wait = Math.min(2 * wait, 2000)) {
    const answer = await attempt(form);
    if (answer && answer.status < 500) return await show(answer);
    await new Promise((done) => setTimeout(done, wait));
  }
}

/** One try; null when the server could not be reached in time. */
async function attempt(form) {
  try {
    return await fetch(path, {method: "POST", body: form, headers: {Accept: "application/json"}, signal: AbortSignal.timeout(10000)});
  } catch {
    return null;
  }
}

async function show(answer) {
  if (answer.ok) return;
  if (answer.status === 401) return location.reload();
  const problem = await answer.json().catch(() => ({}));
  refusal.textContent = problem.title || "";
  refusal.hidden = false;
}

/** The form of a button: its command, its ticket, and the services done where it finishes a visit. */
function formOf(button) {
  const form = new URLSearchParams({command: button.dataset.command});
  if (button.dataset.ticket) form.set("ticket", button.dataset.ticket);
  if ("done" in button.dataset) {
    for (const id of words(document.getElementById("change")?.dataset.services)) form.append("done", id);
  }
  return form;
}

const words = (text) => (text || "").split(" ").filter(Boolean);

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.dataset.command && event.detail < 2) send(formOf(button)); // a double click is one
  if (button.dataset.dialog) openDialog(button);
  if ("close" in button.dataset) button.closest("dialog").close();
});

document.addEventListener("submit", (event) => {
  const dialog = event.target.closest("dialog");
  if (!dialog) return;
  event.preventDefault();
  send(new URLSearchParams(new FormData(event.target)));
  dialog.close();
});

// --- dialogs

/** Opens the dialog of a button and fills in what the button knows. */
function openDialog(button) {
  const dialog = document.getElementById("dialog-" + button.dataset.dialog);
  const services = new Set(words(button.dataset.services));
  for (const field of dialog.querySelectorAll("[data-from]")) field.value = button.dataset[field.dataset.from] ?? "";
  for (const place of dialog.querySelectorAll("[data-say]")) place.textContent = button.dataset[place.dataset.say] ?? "";
  for (const box of dialog.querySelectorAll("[data-check-from]")) box.checked = services.has(box.value);
  for (const box of dialog.querySelectorAll("[data-show-from]")) {
    box.checked = false;
    box.closest("label").hidden = !services.has(box.value);
  }
  dialog.showModal();
}

// --- keys

const onePress = 500; // ms: the same key again within them is no second press; its button may mean the next command by then
let last = {command: "", at: 0};

function pressedAgain(command) {
  const before = last;
  last = {command, at: performance.now()};
  return command === before.command && last.at - before.at < onePress;
}

document.addEventListener("keydown", (event) => {
  if (scannedBy(event)) return event.preventDefault(); // its Enter presses nothing
  const command = commandOf(event);
  if (!command || document.querySelector("dialog[open]")) return;
  event.preventDefault(); // also while it has no button: nobody means what the browser does by F3
  // A row of a list has a key while it is the first; the key is the list's.
  const button = document.querySelector(`button[data-keyed="${command}"], button[data-key]#${command}`);
  if (button && !pressedAgain(command) && !event.repeat) button.click();
});

follow(live, showKeys);
