// A scanner is a keyboard that types fast and ends each line with Enter or Tab,
// wherever the focus is. What it types is never a command: outside of a field to
// write in, its keys press nothing.

const fast = 80; // ms between two keys; nobody types like that on a button

let text = ""; // of the line so far
let last = 0; // when the key before was pressed
let scanning = false; // the key before was one of a scan, as far as one can tell

/** The line that a scanner has typed if this key is its end, else "". To be told of every keydown. */
export function scannedBy(event) {
  const follows = event.timeStamp - last < fast;
  last = event.timeStamp;
  if (event.key === "Shift") return ""; // typed before each capital
  const goesOn = follows && scanning;
  const prints = event.key.length === 1 && !event.altKey && !event.ctrlKey && !event.metaKey;
  const ends = event.key === "Enter" || event.key === "Tab";
  scanning = goesOn && (prints || event.key === "Enter") || prints && event.key !== " "; // more lines may follow; a space ticks a box
  if (goesOn && (prints || ends) && !takesText(event.target)) event.preventDefault();
  if (prints) {
    text = follows ? text + event.key : event.key;
    return "";
  }
  const scanned = goesOn && ends ? text : "";
  text = "";
  return scanned;
}

const takesText = (element) => element.matches("textarea, input:not([type=checkbox], [type=radio])");

// A button is pressed when a space is let go.
document.addEventListener("keyup", (event) => {
  if (event.key === " " && text.length > 1 && !takesText(event.target)) event.preventDefault();
}, {capture: true});
