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

/** The form of a button: its command, its ticket, and what is done of it where it finishes a visit. */
function formOf(button) {
  const form = new URLSearchParams({command: button.dataset.command});
  if (button.dataset.ticket) form.set("ticket", button.dataset.ticket);
  for (const id of words(button.dataset.done)) form.append("done", id);
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

const more = document.getElementById("dialog-more");
const number = document.getElementById("more-ticket");

/** Opens the dialog of a button, instead of the one that it stands in, and fills in what the button knows. */
function openDialog(button) {
  const dialog = document.getElementById("dialog-" + button.dataset.dialog);
  button.closest("dialog")?.close();
  if (dialog === more) choose(button.dataset.ticket);
  else fill(dialog, button.dataset);
  dialog.showModal();
}

function fill(dialog, data) {
  for (const form of dialog.querySelectorAll("form[data-fresh]")) form.reset(); // what was meant for another
  for (const button of dialog.querySelectorAll("[data-dialog]")) pass(data, button);
  const services = new Set(words(data.services));
  const checked = (box) => words(data[box.dataset.checkFrom]).includes(box.value);
  for (const field of dialog.querySelectorAll("[data-from]")) field.value = data[field.dataset.from] ?? "";
  for (const place of dialog.querySelectorAll("[data-say]")) place.textContent = data[place.dataset.say] ?? "";
  for (const box of dialog.querySelectorAll("[data-check-from]")) box.checked = checked(box);
  for (const box of dialog.querySelectorAll("[data-show-from]")) {
    box.checked = false;
    box.closest("label").hidden = !services.has(box.value);
  }
}

/** Tells a button which ticket the dialog is about that it opens. */
function pass(data, button) {
  for (const name of ["ticket", "number", "state", "persons", "services"]) if (name in data) button.dataset[name] = data[name];
}

/** Offers all open tickets of the newest frame, the given one first chosen. */
function choose(ticket) {
  number.replaceChildren(...offered(() => true));
  if (ticket) number.value = ticket;
  if (number.selectedIndex < 0) number.selectedIndex = 0;
  chosen();
}

const offered = (fits) => [...document.querySelectorAll("#tickets option")].filter(fits).map((option) => option.cloneNode(true));

/** Fills the dialog for the ticket that is chosen in it, and hides what would be refused. */
function chosen() {
  const {value: ticket, dataset} = number.selectedOptions[0];
  const data = {ticket, ...dataset};
  fill(more, data);
  for (const part of more.querySelectorAll("[data-states]")) part.hidden = !words(part.dataset.states).includes(data.state);
  for (const select of more.querySelectorAll("[data-others]")) {
    select.replaceChildren(...offered((o) => o.value !== ticket && words(select.dataset.others).includes(o.dataset.state)));
    if (select.length === 0) select.form.hidden = true;
  }
  document.getElementById("split").hidden = words(data.services).length < 2; // one must stay
}

number.addEventListener("change", chosen);

const elsewhere = document.getElementById("send-office"); // null in a city of one office

/** Offers the services of the office that is chosen. */
function offices() {
  for (const part of document.querySelectorAll("#dialog-send [data-office]")) part.hidden = part.disabled = part.dataset.office !== elsewhere.value;
}

elsewhere?.addEventListener("change", offices);
elsewhere?.form.addEventListener("reset", () => setTimeout(offices)); // after the browser has put the first back

// --- keys

const onePress = 500; // ms: the same key again within them is no second press; its button may mean the next command by then
let last = {command: "", at: 0};

/** Asks when the hand pressed, not when a busy page came to hear of it. */
function pressedAgain(command, event) {
  const before = last;
  last = {command, at: event.timeStamp};
  return command === before.command && last.at - before.at < onePress;
}

document.addEventListener("keydown", (event) => {
  if (scannedBy(event)) return event.preventDefault(); // its Enter presses nothing
  const command = commandOf(event);
  if (!command || document.querySelector("dialog[open]")) return;
  event.preventDefault(); // also while it has no button: nobody means what the browser does by F3
  // A row of a list has a key while it is the first; the key is the list's.
  const button = document.querySelector(`button[data-keyed="${command}"], button[data-key]#${command}`);
  if (button && !pressedAgain(command, event) && !event.repeat) button.click();
});

follow(live, showKeys);
