// A scanner is a keyboard that types fast and ends with Enter or Tab, wherever
// the focus is. What it types is never a command.

const fast = 80; // ms between two keys; nobody types four in a row like that
let text = "";
let last = 0;

/** What a scanner has typed if this key is its end, else "". To be told of every keydown. */
export function scannedBy(event) {
  const follows = event.timeStamp - last < fast;
  last = event.timeStamp;
  if (event.key === "Shift") return ""; // typed before each capital
  if (event.key.length === 1) {
    text = follows ? text + event.key : event.key;
    return "";
  }
  const scanned = follows && (event.key === "Enter" || event.key === "Tab") && text.length >= 4 ? text : "";
  text = "";
  return scanned;
}
