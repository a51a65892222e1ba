// Walks the gallery: every page in every state and language is free of barriers
// in every scheme, fits a phone of 320 px with its numbers and texts whole, and
// stands still for those who want it to.

import assert from "node:assert/strict";
import test from "node:test";
import {accessible, browser, legible, sizes, visitor} from "./browser.mjs";
import {demonstration} from "./server.mjs";

// Pages that hang on a wall or stand in a hall, and the size of their panel:
// they have no other, and nobody scrolls there.
const panels = [
  [/^\/gallery\/screen-.*portrait/, sizes.portrait],
  [/^\/gallery\/screen/, sizes.screen],
  [/^\/gallery\/terminal-(?!set-up)/, sizes.terminal],
];

const light = {colorScheme: "light", contrast: "no-preference", forcedColors: "none", reducedMotion: "reduce"};

// Colours are the same in every language, so each language shows one more scheme.
const schemes = {de: {...light, colorScheme: "dark"}, en: {...light, contrast: "more"}};

test("the gallery", {concurrency: 2}, async (t) => {
  const {url} = await demonstration();
  const chromium = await browser();
  const pages = [await visitor(chromium), await visitor(chromium)];
  const links = await examples(pages[0], url);
  assert.ok(links.length > 20, "the gallery is nearly empty");

  await t.test("a full waiting room leaves a desk's next action in the window", async () => {
    await pages[0].setViewportSize({width: 1280, height: 560});
    await pages[0].goto(url + "/gallery/desk-serving");
    assert.ok(await pages[0].locator("section.list").evaluate((e) => e.scrollHeight > e.clientHeight), "the list is too short to tell");
    const action = await pages[0].locator("#main-action").evaluate((e) => e.getBoundingClientRect().bottom - innerHeight);
    assert.ok(action <= 0, `it ends ${action} px below`);
    assert.equal(await pages[0].evaluate(() => document.documentElement.scrollHeight - innerHeight), 0, "the page scrolls beside its columns");
  });

  await Promise.all(links.map((link) => t.test(link, async () => {
    const page = pages.pop();
    try {
      await look(page, url, link);
    } finally {
      pages.push(page);
    }
  })));
});

/** The addresses of all examples, in each language. */
async function examples(page, url) {
  await page.goto(url + "/gallery");
  return page.locator("main li a").evaluateAll((all) => all.map((a) => a.getAttribute("href")));
}

async function look(page, url, link) {
  const panel = panels.find(([path]) => path.test(link))?.[1];
  const lang = new URL(url + link).searchParams.get("lang");
  await page.setViewportSize(panel ?? sizes.desk);
  await page.emulateMedia(light);
  const answer = await page.goto(url + link);
  assert.equal(answer.status(), 200);
  assert.equal(await page.locator("html").getAttribute("lang"), lang);
  assert.equal(await page.evaluate(moving), 0, "something moves although the reader wants it still");
  await accessible(page, link);
  if (/^\/gallery\/desk-(serving|steps|disturbed)/.test(link)) {
    await page.setViewportSize(sizes.small);
    await accessible(page, `${link} in a small window`);
    await page.setViewportSize(sizes.desk);
  }
  if (panel === sizes.screen || panel === sizes.portrait) {
    assert.deepEqual(await page.evaluate(lost), [], "something on the panel is not seen");
  } else {
    await fits(page); // on screens a script makes long names fit
  }

  await page.emulateMedia(schemes[lang]);
  await legible(page, `${link} in its other scheme`);
  if (link.startsWith("/gallery/terminal")) {
    await page.evaluate(() => { document.documentElement.dataset.scheme = "contrast"; }); // as its button does
    await legible(page, `${link} with high contrast`);
  }
  await page.emulateMedia({...light, forcedColors: "active"});
  assert.deepEqual(await page.evaluate(withstanding), [], "texts keep their colours although the reader has others");
  if (panel) return;
  await page.emulateMedia(light);
  await page.setViewportSize(sizes.narrow);
  await fits(page);
}

async function fits(page) {
  const at = `at ${page.viewportSize().width} px`;
  await page.evaluate(() => document.fonts.ready);
  assert.deepEqual(await page.evaluate(beyond), [], `one has to scroll sideways ${at}`);
  assert.deepEqual(await page.evaluate(unreadable), [], `what tells people where to go is not whole ${at}`);
}

function moving() {
  const running = document.getAnimations().filter((animation) => animation.playState === "running");
  return running.filter((animation) => animation.effect.getComputedTiming().duration > 0).length; // others only come late
}

/** The elements that make the page wider than the window. */
function beyond() {
  const {scrollWidth, clientWidth} = document.documentElement;
  if (scrollWidth <= clientWidth) return [];
  const wide = [...document.body.querySelectorAll("*")].filter((e) => e.getBoundingClientRect().right > clientWidth + 0.5);
  return [`${scrollWidth} px`, ...wide.slice(0, 5).map((e) => e.outerHTML.slice(0, 80))];
}

/** The texts of a screen that are below its panel, lie on others or are cut. */
function lost() {
  for (const e of document.querySelectorAll("[data-fit]")) e.style.setProperty("--fit", Math.min(1, e.clientWidth / e.scrollWidth)); // as screen.js does
  const unheard = "html:not([data-live]) .lost"; // comes late, over all: no script was heard of
  const says = (e) => [...e.childNodes].some((n) => n.nodeType === Node.TEXT_NODE && n.data.trim());
  const leaves = [...document.body.querySelectorAll("*")].filter((e) => says(e) && e.checkVisibility() && !e.closest(unheard));
  const places = leaves.map((e) => {
    const range = document.createRange();
    range.selectNodeContents(e);
    const {left, right, top, bottom} = range.getBoundingClientRect();
    const line = parseFloat(getComputedStyle(e).fontSize);
    const air = e.matches("bdi") ? Math.max(0, (bottom - top - 0.73 * line) / 2) : 0; // a letter is .7227 em tall, in the middle of its line
    return {e, left, right, top: top + air, bottom: bottom - air, text: e.textContent.trim()};
  });
  const cut = [...document.querySelectorAll("main *")].filter((e) => getComputedStyle(e).overflowY === "hidden" && e.scrollHeight > e.clientHeight + 1);
  const faults = cut.map((e) => `${e.textContent.trim()} is cut`);
  for (const [i, a] of places.entries()) {
    if (a.top < 0 || a.bottom > innerHeight) faults.push(`${a.text} is outside of the panel`);
    for (const b of places.slice(i + 1)) {
      const apart = a.left >= b.right || b.left >= a.right || a.top >= b.bottom || b.top >= a.bottom;
      if (!apart && !a.e.contains(b.e)) faults.push(`${a.text} and ${b.text} cover each other`);
    }
  }
  return faults;
}

/**
 * The numbers that break or leave their box, and with it what is seen or their
 * neighbour's place; the names of desks that leave it; and all texts whose lines
 * run into each other.
 */
function unreadable() {
  const found = [], range = document.createRange();
  for (const all = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT); all.nextNode(); ) {
    const e = all.currentNode.parentElement;
    range.selectNodeContents(all.currentNode);
    const text = range.getBoundingClientRect(), box = e.getBoundingClientRect();
    if (!all.currentNode.data.trim() || !text.width || e.closest(".vh")) continue;
    const {fontSize, lineHeight} = getComputedStyle(e), em = parseFloat(fontSize);
    const broken = text.height > 1.6 * em;
    const says = (what) => found.push(`${what}: ${e.outerHTML.slice(0, 80)}`);
    if (broken && parseFloat(lineHeight) < em) says("lines overlap");
    if (broken && e.closest(".nr")) says("breaks");
    const edge = Math.min(box.right, document.documentElement.clientWidth);
    if (e.closest(".nr, .to") && (text.left < box.left - 0.5 || text.right > edge + 0.5)) says("leaves its box");
  }
  return found;
}

/**
 * The texts that are not shown in the reader's colours. axe cannot say: it is told
 * the page's, not those that are seen. What asks for the colour of text has it.
 */
function withstanding() {
  const all = [...document.body.querySelectorAll("*")].filter((e) => getComputedStyle(e).forcedColorAdjust === "none");
  const own = getComputedStyle(document.body).color;
  return all.filter((e) => e.textContent.trim() && getComputedStyle(e).color !== own).map((e) => e.outerHTML.slice(0, 80));
}
