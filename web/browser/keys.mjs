// The keyboard of the tests: going by Tab and looking at each stop, and typing
// as a scanner does.

import assert from "node:assert/strict";

const longest = 400; // stops of a page

/** Goes by Tab to the first stop that fits, looking at each on the way, and presses a key there. */
export async function press(page, selector, key) {
  await page.locator(selector).first().waitFor();
  for (let n = 0; n < longest; n++) {
    if (await page.evaluate((s) => document.activeElement.matches(s), selector)) return key && page.keyboard.press(key);
    await next(page);
  }
  assert.fail(`Tab never comes to ${selector} on ${page.url()}`);
}

/** Goes by Tab once around the page, or around the dialog that is open: each stop can be seen, and none is left out. */
export async function walk(page) {
  const wanted = new Map(await page.evaluate(stops));
  const all = wanted.size;
  for (let n = 0; n < 2 * all + 20 && wanted.size > 0; n++) wanted.delete(await next(page));
  assert.deepEqual([...wanted.values()], [], `Tab leaves out on ${page.url()}`);
  assert.ok(all > 0, `nothing can be done by keyboard on ${page.url()}`);
}

/** Presses Tab, looks at where the focus is, and returns the number of that stop. */
async function next(page) {
  await page.keyboard.press("Tab");
  const {number, html, faults} = await page.evaluate(look);
  assert.deepEqual(faults, [], `${page.url()}: ${html}`);
  return number;
}

/** Fails unless the element has the focus and shows it. */
export async function outlined(page, selector) {
  assert.ok(await page.evaluate((s) => document.activeElement.matches(s), selector), `the focus is not on ${selector}`);
  const {html, faults} = await page.evaluate(look);
  assert.deepEqual(faults, [], `${page.url()}: ${html}`);
}

/** Waits for a dialog and fails unless the focus is in it. */
export async function enclosed(page, selector) {
  await page.locator(selector).waitFor();
  assert.ok(await page.evaluate((s) => document.querySelector(s).contains(document.activeElement), selector), `${selector} has not got the focus`);
}

/** What is wrong with the stop that has the focus. Outside the page, in the browser, nothing is. */
function look() {
  const e = document.activeElement;
  if (e === document.body) return {faults: []};
  const faults = [];
  const [box] = e.getClientRects();
  if (!box || box.width < 8 || box.height < 8 || !e.checkVisibility({checkOpacity: true, checkVisibilityCSS: true})) {
    faults.push("is not visible");
  } else if (box.bottom < 1 || box.top > innerHeight - 1 || box.right < 1 || box.left > innerWidth - 1) {
    faults.push("is outside the window");
  } else {
    const [x, y] = [(Math.max(box.left, 0) + Math.min(box.right, innerWidth)) / 2, (Math.max(box.top, 0) + Math.min(box.bottom, innerHeight)) / 2];
    const top = document.elementFromPoint(x, y);
    if (!e.contains(top) && !top?.contains(e)) faults.push(`is covered by ${top?.outerHTML.slice(0, 80)}`);
  }
  const {outlineStyle, outlineWidth, outlineColor} = getComputedStyle(e);
  if (outlineStyle === "none" || parseFloat(outlineWidth) < 2 || outlineColor.endsWith(", 0)")) faults.push("has no outline");
  const dialog = document.querySelector("dialog[open]");
  if (dialog && !dialog.contains(e)) faults.push("is behind the dialog");
  return {number: globalThis.stops?.indexOf(e), html: e.outerHTML.slice(0, 120), faults};
}

/**
 * Numbers all that can be focused and is shown. Of radio buttons with one name
 * Tab stops at one, and the arrow keys go on from it.
 */
function stops() {
  const within = document.querySelector("dialog[open]") ?? document;
  const first = (e) => e.type !== "radio" || e.checked || (e === document.querySelector(`[name="${e.name}"]`) && !document.querySelector(`[name="${e.name}"]:checked`));
  globalThis.stops = [...within.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")]
    .filter((e) => !e.disabled && e.type !== "hidden" && e.tabIndex >= 0 && e.checkVisibility({checkVisibilityCSS: true}) && first(e));
  return globalThis.stops.map((e, number) => [number, e.outerHTML.slice(0, 120)]);
}

/** Types like a scanner: a key each 5 ms, by the clock of the keyboard, with Shift before each capital, and Enter after each line. */
export async function scan(page, text) {
  const keyboard = await page.context().newCDPSession(page);
  let timestamp = Date.now() / 1000;
  const stroke = async (options) => {
    for (const type of ["keyDown", "keyUp"]) {
      timestamp += 0.0025;
      await keyboard.send("Input.dispatchKeyEvent", {...options, type, timestamp, ...(type === "keyUp" && {text: undefined})});
    }
  };
  const enter = {key: "Enter", text: "\r", code: "Enter", windowsVirtualKeyCode: 13};
  for (const key of text) {
    if (key === "\n") {
      await stroke(enter);
      continue;
    }
    if (/[A-Z]/.test(key)) await stroke({key: "Shift", code: "ShiftLeft", windowsVirtualKeyCode: 16});
    await stroke({key, text: key, windowsVirtualKeyCode: key.toUpperCase().charCodeAt(0)});
  }
  await stroke(enter);
  await keyboard.detach();
}
