// The browser of the tests: Debian's Chromium, or the one that $CHROMIUM names,
// speaking German unless a test wants otherwise.

import assert from "node:assert/strict";
import {readFile} from "node:fs/promises";
import {createRequire} from "node:module";
import {after} from "node:test";
import {chromium} from "playwright-core";

const patience = 120_000; // ms; a machine may be busy, and a wait that succeeds costs nothing

/** Opens a browser and closes it after the tests of the file. */
export async function browser() {
  const opened = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--autoplay-policy=no-user-gesture-required"],
  });
  after(() => opened.close());
  return opened;
}

/**
 * A page in a browser session of its own, as a person or a device has one.
 * Options are Playwright's for a context.
 */
export async function session(browser, options = {}) {
  const context = await browser.newContext({locale: "de-DE", viewport: sizes.desk, ...options});
  context.setDefaultTimeout(patience);
  const page = await context.newPage();
  page.on("pageerror", (error) => { throw error; }); // no script of a page may fail
  return page;
}

/**
 * A page of somebody who looks at the gallery. It lets no script run, and axe is
 * one: so the browser overlooks that, and the pages' own scripts stay away.
 */
export async function visitor(browser, options = {}) {
  const page = await session(browser, {bypassCSP: true, ...options});
  const network = await page.context().newCDPSession(page);
  await network.send("Network.enable");
  await network.send("Network.setBlockedURLs", {urls: ["*.js"]}); // unlike page.route, this keeps the cache
  return page;
}

/** How large the panels are that people meet. */
export const sizes = {
  desk: {width: 1440, height: 900},
  small: {width: 1280, height: 720},
  phone: {width: 360, height: 740},
  narrow: {width: 320, height: 640},
  screen: {width: 1920, height: 1080},
  portrait: {width: 1080, height: 1920},
  terminal: {width: 1080, height: 1920},
};

/** Makes the page one of the demonstration's terminals or clerks, by the start page. */
export async function enter(page, url, field, value) {
  await page.goto(url + "/");
  await page.locator(`main form:has(input[name=${field}][value="${value}"]) button`).first().click();
  await page.waitForURL((at) => at.pathname !== "/" && !at.pathname.startsWith("/demo"));
}

const pressed = new WeakMap(); // when a page's keys were pressed at the latest, each

/** Presses a function key of a desk like a hand: for a desk, the same key again within half a second is one press. */
export async function deskKey(page, key) {
  const keys = pressed.get(page) ?? pressed.set(page, {}).get(page);
  await page.waitForTimeout(Math.max(0, (keys[key] ?? 0) + 550 - performance.now()));
  await page.keyboard.press(key);
  keys[key] = performance.now(); // a busy browser presses late: at the latest now
}

/** Does what gives a command, and returns the server's answer to it: a frame may come before the answer to the command before. */
export async function answered(page, act) {
  const request = page.waitForRequest((one) => one.method() === "POST");
  await act();
  return (await request).response();
}

/** Lets the time pass after which a desk that has called offers to call again. */
export async function recallOffered(clerk, url) {
  await clerk.locator("#recall").waitFor({state: "detached"});
  const answer = await clerk.request.post(url + "/demo/forward", {form: {minutes: 1, back: "/"}});
  assert.equal(answer.status(), 200);
  await clerk.locator("#recall").waitFor();
}

/** The clerk calls and serves until the number is called: whoever else waits comes first. */
export async function callUntil(clerk, number) {
  for (;;) {
    await answered(clerk, () => deskKey(clerk, "F9"));
    await clerk.locator("#main-action[data-command=came]").waitFor();
    if ((await clerk.locator("#number").textContent()) === number) return;
    await answered(clerk, () => deskKey(clerk, "F9"));
    await clerk.locator("#finish").waitFor();
  }
}

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const rules = {type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]};

/** Fails with every barrier that axe finds on the page. */
export async function accessible(page, name) {
  await page.evaluate(axe);
  await find(page, name, rules);
}

/** Fails with every text that is too faint, on a page that was asked whether it is accessible: all that a scheme changes. */
export async function legible(page, name) {
  await find(page, name, {type: "rule", values: ["color-contrast"]});
}

async function find(page, name, runOnly) {
  const violations = await page.evaluate(async (runOnly) => {
    const {violations} = await globalThis.axe.run({runOnly, resultTypes: ["violations"]});
    return violations.map(({id, help, nodes}) => ({id, help, places: nodes.map((n) => [n.target.join(" "), n.failureSummary])}));
  }, runOnly);
  const told = violations.map(({id, help, places}) => `${id}: ${help}\n` + places.map(([place, why]) => `    ${place}\n      ${why.replace(/\n\s*/g, " ")}`).join("\n"));
  assert.equal(told.join("\n"), "", `${name} has barriers`);
}
