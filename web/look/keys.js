// The keys of a desk: which command has which, said wherever a key stands, and
// changed in a list. A key is a function key, or a letter or a digit with Ctrl
// or Alt, so that neither a scanner nor a typist gives a command. What a clerk
// chooses is kept in this browser; where it keeps nothing, as long as the page.
//
//   <kbd data-key-of="recall">F2</kbd>             says the key of a command
//   <dl id="key-list">                             every command:
//     <div data-name="recall" data-key="F2">       its first key
//       <button data-changes="recall">             waits for another
//   <p id="key-said" role="status" data-has="…">   what became of it

const store = "wartefrei.keys";
const list = document.getElementById("key-list");
const said = document.getElementById("key-said");
const rows = [...list.querySelectorAll("[data-name]")];
const caps = {Control: list.dataset.control, Alt: list.dataset.alt, Shift: list.dataset.shift};

const modifiers = ["Control", "Alt", "AltGraph", "Shift", "Meta"];
const possible = /^((Control\+)?(Alt\+)?(Shift\+)?F\d+|(Control\+(Alt\+)?|Alt\+)(Shift\+)?[\p{L}\d])$/u;

// What a browser does whatever a page says, or what its reader cannot do without:
// windows and tabs, reload, find, print, the clipboard, the size of the text.
const browsers = /^(.*F(5|11|12)|(Control|Alt)\+F4|Shift\+F10|Control\+(Shift\+)?(Tab|[acflnpqrtvwx\d]))$/;

let keys = chosen(); // name of a command → its key
showKeys();

/** The command that a key press means, or "". */
export function commandOf(event) {
  return holder(keys, nameOf(event)) ?? "";
}

/** Says each key where it stands. Every frame brings the first ones again. */
export function showKeys() {
  for (const [name, key] of keys) {
    for (const place of document.querySelectorAll(`[data-key-of="${name}"]`)) {
      if (place.textContent !== capsOf(key)) place.textContent = capsOf(key);
    }
  }
}

/** The name of a key press: "F2", "Control+z". The keypad's has none: with Alt, scanners write letters by it. */
function nameOf(event) {
  if (event.location === KeyboardEvent.DOM_KEY_LOCATION_NUMPAD) return "";
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  return [...modifiers.filter((m) => event.getModifierState(m)), key].join("+");
}

/** A key as the keyboard has it: "F2", "Strg Z". */
function capsOf(key) {
  return key.split("+").map((part) => caps[part] ?? part.toUpperCase()).join(" ");
}

function holder(keys, key) {
  return [...keys.keys()].find((name) => keys.get(name) === key);
}

/** Why no command may have a key: the sentence's name, or "". */
function objection(key) {
  if (browsers.test(key)) return "browser";
  return possible.test(key) ? "" : "unfit";
}

/** Gives a command a key. Another one that had it gets the old key instead, and is returned. */
function give(keys, name, key) {
  const other = holder(keys, key);
  if (other) keys.set(other, keys.get(name));
  keys.set(name, key);
  return other;
}

// --- what is kept

function first() {
  return new Map(rows.map((row) => [row.dataset.name, row.dataset.key]));
}

/** The first keys, but for those that were chosen before. */
function chosen() {
  const keys = first();
  for (const [name, key] of Object.entries(stored())) {
    if (keys.has(name) && !objection(key)) give(keys, name, String(key));
  }
  return keys;
}

function stored() {
  try {
    return JSON.parse(localStorage.getItem(store)) ?? {};
  } catch {
    return {}; // blocked, or not written by us
  }
}

/** Keeps what differs from the first keys. Says whether the browser lets us. */
function keep() {
  const differ = rows.filter((row) => keys.get(row.dataset.name) !== row.dataset.key);
  try {
    localStorage.setItem(store, JSON.stringify(Object.fromEntries(differ.map((row) => [row.dataset.name, keys.get(row.dataset.name)]))));
    return true;
  } catch {
    return false;
  }
}

addEventListener("storage", () => { // another desk in this browser
  keys = chosen();
  showKeys();
});

// --- the list

let waiting = ""; // the command that waits for its key

list.addEventListener("click", (event) => {
  waiting = event.target.closest("[data-changes]")?.dataset.changes ?? "";
  if (waiting) say("press", {command: words(waiting)});
});

list.addEventListener("keydown", (event) => {
  const key = nameOf(event);
  if (!waiting || modifiers.includes(event.key) || ["Tab", "Shift+Tab"].includes(key)) return; // Tab leaves
  event.preventDefault();
  if (event.repeat) return; // of the key that began it
  if (key === "Escape") return stop();
  const objects = objection(key);
  if (objects) return say(objects, {key: capsOf(key)});
  change(waiting, key);
});

list.addEventListener("focusout", () => { if (waiting) stop(); });
said.closest("dialog").addEventListener("close", stop);

function stop() {
  waiting = "";
  said.textContent = "";
}

function change(name, key) {
  const old = keys.get(name);
  const other = give(keys, name, key);
  waiting = "";
  showKeys();
  const swapped = other && other !== name;
  say(swapped ? "swapped" : "has", {command: words(name), key: capsOf(key), other: swapped && words(other), old: capsOf(old)});
  if (!keep()) said.append(" ", said.dataset.lost);
}

document.getElementById("keys-reset").addEventListener("click", () => {
  keys = first();
  showKeys();
  say("reset");
  if (!keep()) said.append(" ", said.dataset.lost);
});

/** What a command does, as the list has it. */
function words(name) {
  return rows.find((row) => row.dataset.name === name).querySelector("dt").textContent;
}

function say(sentence, values) {
  said.textContent = said.dataset[sentence].replace(/\{(\w+)\}/g, (_, name) => values[name]);
}
