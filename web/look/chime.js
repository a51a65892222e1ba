// The gong: two soft tones, one gong for each call and never for an old one.
// Gongs wait for each other. The tones are made here, so there is no file to
// load and nothing that is missing offline.
//
//   <section data-call="buergerbuero/3-511">   was called before the page came: no gong
//   <p id="sound-locked" hidden>               is shown while the browser allows no sound

const tones = [
  {hertz: 659.25, at: 0}, // e''
  {hertz: 523.25, at: 0.55}, // c''; both low enough for ears that lost the high tones
];
const fade = 1.3; // s until a tone is gone
const apart = 2.2; // s from one gong to the next
const late = 3000; // ms after its call a gong says nothing any more

const context = new AudioContext();
const volume = new GainNode(context, {gain: 0.7});
const meter = new AnalyserNode(context, {fftSize: 8192, smoothingTimeConstant: 0});
volume.connect(meter).connect(context.destination);

/** What is played, for whoever wants to measure it. */
export const analyser = () => meter;

// --- sound that the browser holds back until the page was touched

const locked = document.getElementById("sound-locked");

function look() {
  if (locked) locked.hidden = context.state === "running";
}

context.addEventListener("statechange", look);
for (const touch of ["pointerdown", "keydown"]) {
  document.addEventListener(touch, () => context.resume());
}
setTimeout(look, 500); // a context that may run takes a moment to start

// --- which calls are new

const newest = new Map(); // office → [epoch, version] of its newest call

/** Notes a call, "<office>/<epoch>-<version>". Says whether it is newer than all before of its office. */
function note(id) {
  const [, office, epoch, version] = /^(.*)\/(\d+)-(\d+)$/.exec(id) ?? [];
  if (!office) return false;
  const [e, v] = newest.get(office) ?? [-1, -1];
  if (+epoch < e || (+epoch === e && +version <= v)) return false;
  newest.set(office, [+epoch, +version]);
  return true;
}

for (const call of document.querySelectorAll("[data-call]")) note(call.dataset.call);

/** The calls of a frame (newest first) that were not there before, oldest first. */
export function news(calls = []) {
  return [...calls].reverse().filter((call) => note(call.id));
}

// --- the sound

let free = 0; // when the last gong is over

/**
 * Plays one gong, after those that still play. A panel that lost its sound for
 * a moment is woken for it; one that stays mute loses it: a late gong is a wrong one.
 */
export async function ring() {
  const asked = performance.now();
  if (context.state !== "running") await context.resume();
  if (performance.now() - asked > late) return;
  const start = Math.max(context.currentTime + 0.05, free);
  free = start + apart;
  for (const {hertz, at} of tones) tone(hertz, start + at);
}

function tone(hertz, start) {
  const sound = new OscillatorNode(context, {frequency: hertz});
  const envelope = new GainNode(context, {gain: 0});
  envelope.gain.setValueAtTime(0, start);
  envelope.gain.linearRampToValueAtTime(0.5, start + 0.02);
  envelope.gain.exponentialRampToValueAtTime(0.001, start + fade);
  sound.connect(envelope).connect(volume);
  sound.start(start);
  sound.stop(start + fade);
}
