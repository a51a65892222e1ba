// By keyboard alone: a citizen books, a visitor takes a number, a clerk opens a
// desk. Every stop of the Tab key can be seen. A scanner, which types, gives no
// command; nor does any single key that a person types.

import assert from "node:assert/strict";
import test from "node:test";
import {browser, enter, session, sizes} from "./browser.mjs";
import {demonstration} from "./server.mjs";

test("by keyboard alone", async (t) => {
  const {url} = await demonstration();
  const chromium = await browser();

  await t.test("a citizen books", async () => {
    const page = await session(chromium);
    await page.goto(url + "/booking");
    await walk(page);
    await press(page, "a[href='/booking/buergerbuero']", "Enter");
    await page.locator("#wish").waitFor();
    await walk(page);
    await press(page, "input[value=personalausweis]", "Space");
    await page.locator("#sum .sum").waitFor();
    await press(page, ".btn.yours", "Enter");
    await page.locator("#days").waitFor();
    await walk(page);
    await press(page, ".hours a", "Enter");
    await page.locator("#hold").waitFor();
    await press(page, "#hold .btn", "Enter");
    await press(page, "input[name=name]");
    await page.keyboard.type("Erika Beispiel");
    await press(page, "input[name=mail]");
    await page.keyboard.type("erika@example.org");
    await page.keyboard.press("Enter");
    await page.locator("form[action$='/confirm']").waitFor();
    await walk(page);
    await press(page, ".btn.yours", "Enter");
    await page.locator("h1.did").waitFor();
    await walk(page);
  });

  await t.test("a visitor takes a number", async () => {
    const page = await session(chromium, {viewport: sizes.terminal});
    await enter(page, url, "terminal", "fischmarkt");
    await walk(page);
    await press(page, ".doors a[href$='/code']", "Enter");
    await page.locator("#code:focus").waitFor();
    await walk(page);
    await press(page, ".bye a", "Enter");
    await press(page, ".doors a[href$='/walk-in']", "Enter");
    await page.locator(".doors button").first().waitFor();
    await walk(page);
    await press(page, ".doors button", "Enter");
    await page.locator("#number").waitFor();
    await walk(page);
  });

  await t.test("a clerk opens a desk", async () => {
    const page = await desk(chromium, url);
    await walk(page);
    await page.keyboard.press("F9");
    await page.locator("dialog[open]").waitFor();
    await press(page, "dialog[open] .btn.yours", "Enter");
    await page.locator("[data-command=call-next]").first().waitFor();
    await walk(page);
  });

  await t.test("a scan at a desk is no command", async () => {
    const page = await desk(chromium, url);
    const commands = commandsOf(page);
    for (const place of ["#main-action", "#keys"]) {
      await page.locator(place).focus();
      await scan(page, "48271936");
      assert.equal(await page.locator("dialog[open]").count(), 0, `a scan pressed ${place}`);
    }
    assert.deepEqual(commands, []);
    await page.keyboard.press("F9"); // a command, to see that the page listens
    await page.locator("dialog[open]").waitFor();
  });

  await t.test("no single key that one types is a command", async () => {
    const clerk = await desk(chromium, url);
    const terminal = await session(chromium, {viewport: sizes.terminal});
    await enter(terminal, url, "terminal", "fischmarkt");
    for (const page of [clerk, terminal]) {
      const commands = commandsOf(page);
      const before = page.url();
      for (const key of "abcdefghijklmnopqrstuvwxyzäöüßABCXYZ0123456789+-*/.,;:!?#") await page.keyboard.press(key).catch(() => page.keyboard.insertText(key));
      assert.equal(await page.locator("dialog[open]").count(), 0);
      assert.equal(page.url(), before);
      assert.deepEqual(commands, []);
    }
  });
});

async function desk(chromium, url) {
  const page = await session(chromium);
  await enter(page, url, "as", "keller");
  await page.locator("html[data-live=fresh]").waitFor();
  return page;
}

/** What the page posts from now on. */
function commandsOf(page) {
  const posts = [];
  page.on("request", (request) => { if (request.method() === "POST") posts.push(request.url()); });
  return posts;
}

/** Goes by Tab to the first stop that fits, looking at each on the way, and presses a key there. */
async function press(page, selector, key) {
  await page.locator(selector).first().waitFor();
  for (let n = 0; n < longest; n++) {
    if (await page.evaluate((s) => document.activeElement.matches(s), selector)) return key && page.keyboard.press(key);
    await next(page);
  }
  assert.fail(`Tab never comes to ${selector}`);
}

const longest = 400; // stops of a page

/** Goes by Tab once around the page: each stop can be seen, and none is left out or holds the focus. */
async function walk(page) {
  const wanted = await page.evaluate(stops);
  const seen = new Set();
  for (let n = 0; n < longest; n++) {
    const stop = await next(page);
    if (stop.place === "") continue; // past the last one, out of the page
    if (stop.place === [...seen][0]) break;
    assert.ok(!seen.has(stop.place), `the focus came twice to ${stop.html}`);
    seen.add(stop.place);
  }
  const missed = wanted.filter(([place]) => !seen.has(place)).map(([, html]) => html);
  assert.deepEqual(missed, [], `Tab leaves out on ${page.url()}`);
}

/** Presses Tab and says where the focus is: its place among all elements, "" outside the page. */
async function next(page) {
  await page.keyboard.press("Tab");
  const stop = await page.evaluate(look);
  if (stop.place !== "") assert.deepEqual(stop.faults, [], `${page.url()}: ${stop.html}`);
  return stop;
}

function look() {
  const e = document.activeElement;
  if (e === document.body) return {place: ""};
  const box = e.getBoundingClientRect();
  const faults = [];
  if (!e.checkVisibility({checkOpacity: true, checkVisibilityCSS: true}) || box.width < 8 || box.height < 8) faults.push("is not visible");
  if (box.bottom < 1 || box.top > innerHeight - 1 || box.right < 1 || box.left > innerWidth - 1) faults.push("is outside the window");
  const {outlineStyle, outlineWidth} = getComputedStyle(e);
  if (outlineStyle === "none" || parseFloat(outlineWidth) < 2) faults.push("has no outline");
  return {place: String([...document.querySelectorAll("*")].indexOf(e)), html: e.outerHTML.slice(0, 120), faults};
}

/** All that can be focused and is shown, with its place; of radio buttons only those that are alone. */
function stops() {
  const all = [...document.querySelectorAll("*")];
  return [...document.querySelectorAll("a[href], button, input, select, textarea, summary")]
    .filter((e) => !e.disabled && e.type !== "hidden" && e.type !== "radio" && e.tabIndex >= 0 && e.checkVisibility({checkVisibilityCSS: true}))
    .map((e) => [String(all.indexOf(e)), e.outerHTML.slice(0, 120)]);
}

/** Types like a scanner: a key each 5 ms, by the clock of the keyboard, then Enter. */
async function scan(page, digits) {
  const keyboard = await page.context().newCDPSession(page);
  let timestamp = Date.now() / 1000;
  const stroke = async (options) => {
    for (const type of ["keyDown", "keyUp"]) {
      timestamp += 0.0025;
      await keyboard.send("Input.dispatchKeyEvent", {...options, type, timestamp, ...(type === "keyUp" && {text: undefined})});
    }
  };
  for (const digit of digits) {
    await stroke({key: digit, text: digit, code: "Digit" + digit, windowsVirtualKeyCode: digit.charCodeAt(0)});
  }
  await stroke({key: "Enter", text: "\r", code: "Enter", windowsVirtualKeyCode: 13});
  await keyboard.detach();
}
