// Keeps a page like the server's newest frame, its clocks going, and says when
// what it shows is old.
//
//   <main id="live" data-live="/screens/halle/live">…</main>   is replaced by each frame
//   <time data-clock>09:42</time>                              shows the office clock
//   <p data-fresh="Geprüft um {at}" data-stale="Keine Verbindung seit {age}">
//   <section id="stale" hidden>                                is shown while the page is old
//   <p id="back" role="status" data-say="Wieder verbunden."></p>  says once that it is no longer
//
// {at} is when the page was last known to be right, {age} how long ago that is.
// <html> has data-live="fresh" or "stale" once the server was heard.

import {connect, silence} from "./link.js";
import {morph} from "./morph.js";

const root = document.documentElement;
const zone = root.dataset.zone; // of the office, whatever the reader's is

/** Keeps the element like its frames. shown(frame) runs after each. */
export function follow(live, shown = () => {}) {
  const page = new Page(live, shown);
  connect(live.dataset.live, (message) => page.receive(message), () => page.newest());
  setInterval(() => page.look(), 250);
  document.addEventListener("visibilitychange", () => page.look());
}

class Page {
  epoch = -1;
  version = -1;
  html = null; // of the newest frame
  behind = 0; // since when the server shows only older frames; 0 if it does not
  stamp = null; // newest message: office clock, its rate, age of the data
  heard = performance.now(); // when it came; before that, when the page was loaded
  shownNow = 0; // office clock as it was last shown

  constructor(live, shown) {
    this.live = live;
    this.shown = shown;
  }

  /** Names the frame that is shown, "" before the first. */
  newest() {
    return this.html === null ? "" : `${this.epoch}-${this.version}`;
  }

  receive(message) {
    this.stamp = message;
    this.heard = performance.now();
    if ("version" in message) this.frame(message);
    this.look();
  }

  frame(frame) {
    const older = frame.epoch < this.epoch || (frame.epoch === this.epoch && frame.version < this.version);
    if (older) {
      // A node that lags catches up at once. If it does not, the server began anew.
      if (frame.html !== this.html) this.behind ||= performance.now();
      return;
    }
    this.behind = 0;
    [this.epoch, this.version] = [frame.epoch, frame.version];
    if (frame.html !== undefined && frame.html !== this.html) morph(this.live, frame.html);
    this.html = frame.html;
    this.shown(frame);
  }

  /** Brings clocks and age up to date. */
  look() {
    const now = performance.now();
    if (this.behind && now - this.behind > silence) location.reload();
    const age = now - this.heard + (this.stamp?.age ?? 0);
    const stale = age > silence;
    if (!this.stamp && !stale) return; // not heard yet, not long ago
    root.dataset.live = stale ? "stale" : "fresh";
    const banner = document.getElementById("stale");
    if (banner && banner.hidden === stale) {
      banner.hidden = !stale;
      const back = document.getElementById("back");
      if (back) back.textContent = stale ? "" : back.dataset.say;
    }
    this.clocks(now);
    this.sentences(stale, age);
  }

  /** The office clock. It never goes back by the little that messages are late. */
  officeNow(now) {
    if (!this.stamp) return Date.now();
    const time = this.stamp.now + (now - this.heard) * this.stamp.rate;
    const late = this.shownNow - time;
    this.shownNow = late > 0 && late < 60000 * this.stamp.rate ? this.shownNow : time;
    return this.shownNow;
  }

  clocks(now) {
    const time = this.officeNow(now);
    for (const clock of document.querySelectorAll("[data-clock]")) say(clock, clockOf(time));
  }

  sentences(stale, age) {
    const at = this.officeNow(performance.now()) - age * (this.stamp?.rate ?? 1);
    for (const place of document.querySelectorAll("[data-stale]")) {
      place.classList.toggle("stale", stale);
      const sentence = stale ? place.dataset.stale : place.dataset.fresh ?? "";
      say(place, sentence.replace("{at}", clockOf(at, stale ? undefined : "2-digit")).replace("{age}", ageOf(age)));
    }
  }
}

/** Changes a text only if it changes, so that screen readers are not called for nothing. */
function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** "09:42" by the office's wall clock, or "09:42:07". */
function clockOf(ms, second) {
  return new Date(ms).toLocaleTimeString("de", {hour: "2-digit", minute: "2-digit", second, timeZone: zone});
}

/** "8 Sekunden", "4 Minuten", "3 Stunden" in the page's language. */
function ageOf(ms) {
  const seconds = Math.floor(ms / 1000);
  const [value, unit] = seconds < 60 ? [seconds, "second"] : seconds < 7200 ? [Math.floor(seconds / 60), "minute"] : [Math.floor(seconds / 3600), "hour"];
  return new Intl.NumberFormat(root.lang, {style: "unit", unit, unitDisplay: "long"}).format(value);
}
