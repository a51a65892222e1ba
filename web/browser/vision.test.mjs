// For people who see little: what a page says in its own colours it also says in
// theirs, "larger" at the terminal makes every page larger and leaves it whole,
// and a screen without connection shows every number that it still knows.

import assert from "node:assert/strict";
import test from "node:test";
import {browser, enter, session, sizes, visitor} from "./browser.mjs";
import {demonstration} from "./server.mjs";

// What has a meaning, and beside it what has not: [example, meaning, other], where
// the other may be on another example: [example, meaning, example, other].
const meanings = {
  "what is called on a screen": ["screen-recall", ".call", "screen-quiet", ".call"],
  "what is called as well": ["screen-recall", ".at-once", ".past li:not(.newest, .at-once)"],
  "a number of before in a fault": ["screen-lost-three", ".past li", "screen-many", ".at-once"],
  "a screen without connection": ["screen-lost-three", ".lost", ".lower"],
  "a ticket that is called": ["ticket-called", "body", "ticket-waiting", "body"],
  "a ticket's page without connection": ["ticket-lost", ".live", "ticket-waiting", ".live"],
  "a desk that calls": ["desk-calling", ".cur", "desk-serving", ".cur"],
  "a desk's main action": ["desk-serving", "#main-action", "#finish"],
  "a desk's present time": ["desk-serving", ".now b", ".dur b"],
  "the main button": ["appointment-booked", ".btn.yours", ".acts .btn:not(.yours)"],
  "the appointment": ["appointment-booked", ".plate", "appointment-gone", "h1"],
  "the main door of a terminal": ["terminal", ".doors .yours", ".doors a:not(.yours)"],
  "the main key of a terminal": ["terminal-code", ".pad .yours", ".pad [data-erase]"],
  "a key of a terminal": ["terminal-code", ".pad [data-digit]", "p"],
  "what is chosen at a terminal": ["terminal", "[data-larger]", "[data-scheme]:is(button)"],
  "the time to check in": ["terminal-early", ".axis li:nth-child(2)", ".axis li"],
  "the chosen day": ["booking-times-chosen", ".cal [aria-current]", ".cal a:not([aria-current])"],
  "the chosen time": ["booking-times-chosen", ".hours [aria-current]", ".hours a:not([aria-current])"],
  "a chosen service": ["booking-services-chosen", ".pick > :has(input:checked)", ".pick > :not(legend, :has(input:checked))"],
  "the present step": ["booking-times-chosen", ".steps [aria-current]", ".steps .done"],
  "a step behind": ["booking-times-chosen", ".steps .done", ".steps li:last-child"],
  "a wrong field": ["appointment-details-wrong", "[aria-invalid=true]", "booking-services", "input[type=search], main input"],
  "the sum of errors": ["appointment-details-wrong", ".errors", ".lead"],
  "a warning": ["parts", ".note.warn", ".note:not(.warn, .danger)"],
  "a danger": ["parts", ".note.danger", ".note.warn"],
  "what cannot be pressed": ["parts", ".btn:disabled", ".acts .btn:not(.yours, .stop, :disabled)"],
  "a question in between": ["parts", "dialog", "main"],
};

// What is drawn, and is nothing without its colour.
const shapes = {
  "parts": ["input:checked::before", ".meter rect"],
  "screen-recall": [".call .arr", ".past .at-once i::before", ".past li i::after"],
  "ticket-waiting": [".live::before"],
  "ticket-lost": [".live::before"],
  "ticket-called": [".to .arr"],
  "terminal": [".doors .arr", "header svg"],
  "desk-serving": [".meter rect"],
  "appointment-booked": [".tick"],
};

test("what is seen by whoever sees little", async (t) => {
  const {url} = await demonstration();
  const chromium = await browser();

  await t.test("the reader's own colours", (t) => ownColours(t, chromium, url));
  await t.test("a code is black on white in every colours", (t) => codes(chromium, url));
  await t.test("the focus in the reader's own colours", (t) => focus(chromium, url));
  await t.test("larger texts at the terminal", (t) => largerTexts(chromium, url));
  await t.test("larger for one person", (t) => onePerson(chromium, url));
  await t.test("a screen without connection", (t) => lostScreens(chromium, url));
});

const dark = {forcedColors: "active", colorScheme: "dark", reducedMotion: "reduce"};

async function ownColours(t, chromium, url) {
  const page = await visitor(chromium, dark);
  const show = shower(page, url);
  for (const [name, [example, meaning, ...rest]] of Object.entries(meanings)) {
    await show(example);
    if (name === "what is chosen at a terminal") await page.locator(meaning).evaluate((e) => e.setAttribute("aria-pressed", "true")); // as its script does
    const has = await page.locator(meaning).first().evaluate(marks);
    if (rest.length === 2) await show(rest[0]);
    const lacks = await page.locator(rest.at(-1)).first().evaluate(marks);
    assert.notDeepEqual(has, lacks, `${name} looks like any other: ${has}`);
  }
  for (const [example, all] of Object.entries(shapes)) {
    await show(example);
    for (const shape of all) assert.ok(await page.evaluate(drawn, shape), `${example}: ${shape} has the colour of the page`);
  }
}

/** Shows examples of the gallery, each at its panel and only once in a row. */
function shower(page, url) {
  return async (example, lang = "de") => {
    const panel = example.startsWith("terminal") || example.endsWith("portrait") ? sizes.terminal : example.startsWith("screen") ? sizes.screen : sizes.desk;
    await page.setViewportSize(panel);
    const address = `${url}/gallery/${example}?lang=${lang}`;
    if (page.url() !== address) assert.equal((await page.goto(address)).status(), 200, example);
  };
}

/** What is left of how an element looks when all colours are the reader's: its lines that differ from the page. */
function marks(element) {
  const style = getComputedStyle(element);
  const page = getComputedStyle(document.documentElement).backgroundColor;
  const lines = ["border-top", "border-right", "border-bottom", "border-left", "outline"].map((side) => {
    const [width, kind, colour] = ["width", "style", "color"].map((of) => style.getPropertyValue(`${side}-${of}`));
    return kind === "none" || parseFloat(width) === 0 || colour === page ? "" : `${width} ${kind} ${colour}`;
  });
  return [...lines, style.textDecorationLine, style.color];
}

/** Has the shape another colour than the page? */
function drawn(shape) {
  const [, selector, pseudo] = /^(.*?)(::\w+)?$/.exec(shape);
  const style = getComputedStyle(document.querySelector(selector), pseudo);
  const colour = /rect|svg$/.test(selector) ? style.fill : style.backgroundColor;
  const page = getComputedStyle(document.body).backgroundColor;
  return ![page, "rgba(0, 0, 0, 0)"].includes(colour) && colour === getComputedStyle(document.body).color;
}

async function codes(chromium, url) {
  const page = await visitor(chromium, dark);
  const show = shower(page, url);
  for (const example of ["appointment-booked", "terminal-ticket"]) {
    await show(example);
    const [paper, print] = await page.locator(".qr").first().evaluate((e) => [getComputedStyle(e).backgroundColor, getComputedStyle(e).stroke]);
    assert.deepEqual([paper, print], ["rgb(255, 255, 255)", "rgb(0, 0, 0)"], example);
  }
}

async function focus(chromium, url) {
  const page = await visitor(chromium, dark);
  const show = shower(page, url);
  for (const example of ["booking-times-chosen", "terminal", "terminal-code", "desk-serving", "ticket-missed"]) {
    await show(example);
    for (const _ of Array(8)) {
      await page.keyboard.press("Tab");
      const [place, outline] = await page.evaluate(() => {
        if (document.activeElement === document.body) return ["the end of the page", 4];
        const style = getComputedStyle(document.activeElement);
        const seen = style.outlineColor !== getComputedStyle(document.body).backgroundColor;
        return [document.activeElement.outerHTML.slice(0, 80), seen && style.outlineStyle === "solid" ? parseFloat(style.outlineWidth) : 0];
      });
      assert.ok(outline >= 4, `${example}: no focus is seen at ${place}`);
    }
  }
}

async function largerTexts(chromium, url) {
  const page = await visitor(chromium, {reducedMotion: "reduce"});
  const show = shower(page, url);
  await page.goto(url + "/gallery");
  const links = await page.locator("main li a").evaluateAll((all) => all.map((a) => a.getAttribute("href")));
  const terminals = links.filter((link) => /\/terminal(?!-set-up)/.test(link));
  assert.ok(terminals.length > 20, "there are hardly any pages of a terminal");
  for (const link of terminals) {
    const [, example, lang] = /\/gallery\/(.*)\?lang=(.*)/.exec(link);
    await show(example, lang);
    const usual = await page.evaluate(texts);
    await page.evaluate(whole).then((cut) => assert.deepEqual(cut, [], link));
    await page.evaluate(() => document.documentElement.classList.add("larger")); // as its button does
    await page.evaluate(closing);
    const larger = await page.evaluate(texts);
    await page.evaluate(whole).then((cut) => assert.deepEqual(cut, [], `${link}, larger`));
    const same = Object.keys(usual).filter((text) => usual[text] < 60 && larger[text] < usual[text] * 1.2);
    assert.deepEqual(same, [], `${link}: texts that stay as small`);
  }
}

/** The sizes of all texts that are to be read: those of the demonstration alone are in nobody's way. */
function texts() {
  const sizes = {};
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const text = walk.currentNode.textContent.trim();
    const place = walk.currentNode.parentElement;
    if (text && place.offsetParent && !place.closest(".vh, .demo, script, noscript, #closing")) sizes[text] = parseFloat(getComputedStyle(place).fontSize);
  }
  return sizes;
}

/** The last half minute of a page: it says so, and shows all that its script shows. */
function closing() {
  for (const button of document.querySelectorAll("[data-more-time]")) button.hidden = false;
  const said = document.getElementById("closing");
  if (said) said.textContent = said.dataset.say.replace("{n}", "30");
}

/** What is cut off or below the panel, and what is too small for a finger. */
async function whole() {
  await document.fonts.ready;
  const faults = [];
  const fault = (is, element, says) => { if (is) faults.push(`${says}: ${element.outerHTML.slice(0, 80)}`); };
  for (const element of document.body.querySelectorAll("*")) {
    const place = element.getBoundingClientRect();
    if (!place.width || element.closest(".vh, script, noscript, svg")) continue;
    fault(place.bottom > innerHeight + 0.5 || place.right > innerWidth + 0.5 || place.top < -0.5 || place.left < -0.5, element, "outside of the panel");
    fault(element.matches("button, a:not(.demo a)") && (place.height < 44 || place.width < 44), element, "too small to press");
    fault(element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 1 && !element.matches("input, .big, .big *"), element, "wider than its place");
  }
  return faults;
}

async function onePerson(chromium, url) {
  const page = await session(chromium, {viewport: sizes.terminal});
  await enter(page, url, "terminal", "fischmarkt");
  const height = () => page.locator("h1").evaluate((e) => parseFloat(getComputedStyle(e).fontSize));
  const usual = await height();
  await page.locator("[data-larger]").click();
  assert.equal(await page.locator("[data-larger]").getAttribute("aria-pressed"), "true");
  assert.ok((await height()) > usual, "the heading stays as it is");

  const remains = async () => {
    await page.locator("html.larger").waitFor();
    await page.locator("h1").waitFor();
  };
  const go = async (link, path) => {
    await page.locator(link).first().click();
    await page.waitForURL(path);
  };
  await go(".doors a[href$='/code']", "**/code");
  await remains();
  await go(".bye a", "**/terminal");
  await remains();
  await go(".doors a[href$='/walk-in']", "**/walk-in");
  await remains();
  await go(".doors button", "**/tickets/*");
  await remains();
  await go(".bye a", "**/terminal");
  await page.locator("[data-larger][aria-pressed=false]").waitFor();
  assert.equal(await height(), usual, "the next person finds what the one before chose");
}

async function lostScreens(chromium, url) {
  const page = await visitor(chromium, {reducedMotion: "reduce"});
  const show = shower(page, url);
  const boards = {one: 1, three: 3, four: 4, many: 7, "all-desks": 12};
  for (const [board, calls] of Object.entries(boards)) {
    for (const shape of ["", "-portrait"]) {
      for (const lang of ["de", "en"]) {
        const example = `screen-lost-${board}${shape}`;
        await show(example, lang);
        const longest = {de: "119 Minuten", en: "119 minutes"}[lang]; // that live.js says
        await page.locator(".lost h2").evaluate((e, longest) => { e.textContent = e.textContent.replace(/4\s[Mm]in\S*/, longest); }, longest);
        assert.ok((await page.locator(".lost h2").textContent()).includes(longest));
        const {rows, faults} = await page.evaluate(seen);
        assert.deepEqual(faults, [], `${example} in ${lang}`);
        assert.equal(rows, calls, `${example} shows not all who are called`);
      }
    }
  }
}

/** How many rows a screen without connection shows, and what of it is cut, hidden or too small to be read from afar. */
async function seen() {
  await document.fonts.ready;
  const faults = [];
  const size = (e) => parseFloat(getComputedStyle(e).fontSize);
  const visible = (selector) => [...document.querySelectorAll(selector)].filter((e) => e.getClientRects().length);
  const rows = visible(".past li");
  const words = [...visible(".lost h2, .lost p, .as-of, .say"), ...rows.flatMap((row) => [...row.querySelectorAll("bdi")])];
  // A letter is .7227 em tall, in the middle of its line.
  const places = words.map((e) => {
    const range = document.createRange();
    range.selectNodeContents(e);
    const {left, right, top, bottom} = range.getBoundingClientRect();
    const air = e.matches("bdi") ? (bottom - top - 0.73 * size(e)) / 2 : 0;
    return {left, right, top: top + air, bottom: bottom - air, text: e.textContent};
  });
  for (const [i, a] of places.entries()) {
    if (a.left < 0 || a.top < 0 || a.right > innerWidth || a.bottom > innerHeight) faults.push(`${a.text} is outside of the panel`);
    for (const b of places.slice(i + 1)) {
      if (a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom) faults.push(`${a.text} and ${b.text} cover each other`);
    }
  }
  for (const row of rows) {
    if (row.getBoundingClientRect().height < 0.73 * size(row)) faults.push(`${row.textContent} is cut`);
    if (size(row) < 56) faults.push(`${row.textContent} is too small`);
  }
  if (size(visible(".lost h2")[0]) < 80) faults.push("the fault is too small");
  return {rows: rows.length, faults};
}
