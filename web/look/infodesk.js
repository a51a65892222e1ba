// The information desk: a scan is read where an appointment is searched, and
// presses nothing elsewhere, nor sends what it was typed into.

import {follow} from "./live.js";
import {scannedBy} from "./scanner.js";

document.addEventListener("keydown", (event) => {
  if (scannedBy(event) && event.target.id !== "q") event.preventDefault();
});

follow(document.getElementById("live"));
