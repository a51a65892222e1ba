// A clerk's desk: buttons, keys and dialogs give commands; live.js shows what
// became of them. A command is sent under one id until it is answered, so that
// pressing twice, or a lost answer, never calls twice, and never says of
// somebody who was just called that they came.

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
  if (dialog.id === "dialog-keys") listKeys();
  dialog.showModal();
}

// --- keys: function keys and modifiers only, changeable, kept in this browser

const store = "wartefrei.keys";
const own = () => JSON.parse(localStorage.getItem(store) || "{}");

/** The name of a key press, or "" for a key that a scanner or a typist sends. */
function nameOf(event) {
  const modifiers = ["Control", "Alt", "Meta"].filter((m) => event.getModifierState(m));
  if (!modifiers.length && !/^F\d+$/.test(event.key)) return "";
  if (["Control", "Alt", "Meta", "Shift", "AltGraph"].includes(event.key)) return "";
  return [...modifiers, event.key.length === 1 ? event.key.toLowerCase() : event.key].join("+");
}

// A row of a list has a key while it is the first; the key is the list's.
const keyed = (button) => button.dataset.keyed ?? button.id;
const keyOf = (button) => own()[keyed(button)] ?? button.dataset.key;

const onePress = 500; // ms: the same key again within them is no second press; its button may mean the next command by then
let last = {name: "", at: 0};

function pressedAgain(name) {
  const before = last;
  last = {name, at: performance.now()};
  return name === before.name && last.at - before.at < onePress;
}

document.addEventListener("keydown", (event) => {
  if (scannedBy(event)) return event.preventDefault(); // its Enter presses nothing
  const name = nameOf(event);
  if (!name || document.querySelector("dialog[open]")) return;
  const button = [...document.querySelectorAll("button[data-key]")].find((b) => keyOf(b) === name);
  if (!button) return;
  event.preventDefault();
  if (!pressedAgain(name) && !event.repeat) button.click();
});

/** Lists every command that has a key, with a button that waits for another. */
function listKeys() {
  const list = document.getElementById("key-list");
  list.replaceChildren();
  for (const button of live.querySelectorAll("button[data-key]:not([id^=row-])")) {
    const row = document.createElement("div");
    row.className = "split";
    const name = document.createElement("dt");
    name.textContent = (button.querySelector("b") ?? button.firstChild).textContent.trim();
    const value = document.createElement("dd");
    const change = document.createElement("button");
    change.type = "button";
    change.className = "btn";
    change.textContent = `${keyOf(button)} – ${list.dataset.change}`;
    change.addEventListener("click", () => waitForKey(keyed(button), change, list.dataset.press));
    change.dataset.changes = keyed(button);
    value.append(change);
    row.append(name, value);
    list.append(row);
  }
}

function waitForKey(id, change, press) {
  change.textContent = press;
  change.addEventListener("keydown", (event) => {
    const name = nameOf(event);
    if (!name) return;
    event.preventDefault();
    localStorage.setItem(store, JSON.stringify({...own(), [id]: name}));
    listKeys();
    document.querySelector(`[data-changes="${id}"]`).focus(); // the list is new
  }, {once: false});
}

document.getElementById("keys-reset").addEventListener("click", () => {
  localStorage.removeItem(store);
  listKeys();
});

follow(live);
