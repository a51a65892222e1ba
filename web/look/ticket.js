// The ticket on a phone: it follows the queue, rings and shakes when called,
// and says when it was last checked.

import {news, ring} from "./chime.js";
import {follow} from "./live.js";

const live = document.getElementById("live");
const sound = document.getElementById("sound");
sound.closest("label").hidden = false;

/** Runs after each frame: the page is yellow while the ticket is called. */
function shown(frame) {
  document.body.classList.toggle("called", live.querySelector("[data-state]")?.dataset.state === "called");
  if (news(frame.calls).length === 0 || !sound.checked) return;
  ring();
  navigator.vibrate?.([400, 200, 400]);
}

follow(live, shown);
