// The ticket on a phone: it follows the queue, rings and shakes when called,
// and says when it was last checked.

import {news, ring} from "./chime.js";
import {follow} from "./live.js";

const live = document.getElementById("live");
const sound = document.getElementById("sound");
sound.closest("label").hidden = false;

/** Runs after each frame: the page is yellow while the ticket is called, and its title says it. */
function shown(frame) {
  const {state, title} = live.querySelector("[data-state]").dataset;
  document.body.classList.toggle("called", state === "called");
  document.title = title;
  if (news(frame.calls).length === 0 || !sound.checked) return;
  ring();
  navigator.vibrate?.([400, 200, 400]);
}

follow(live, shown);
