// The whole story of one visit, as the people in it see it: booked at home,
// checked in at the terminal, called to a desk, served, counted.

import assert from "node:assert/strict";
import {execFile} from "node:child_process";
import {writeFile} from "node:fs/promises";
import {join} from "node:path";
import test from "node:test";
import {promisify} from "node:util";
import {browser, deskKey, enter, recallOffered, session, sizes} from "./browser.mjs";
import {demonstration, until} from "./server.mjs";

const run = promisify(execFile);

test("one visit, from booking to counting", async () => {
  const {url, password, folder} = await demonstration(); // papers lie in its folder
  const chromium = await browser();

  const citizen = await session(chromium, {javaScriptEnabled: false, viewport: sizes.phone});
  await aloneInTheOffice(citizen, url);
  const screen = await session(chromium, {viewport: sizes.screen});
  await screen.goto(url + "/screens/halle");

  const {slot, code} = await book(citizen, url);
  const confirmation = await paper(citizen, citizen.locator("a[href$='/confirmation.pdf']"), join(folder, "confirmation.pdf"));
  assert.ok(confirmation.text.includes(code), `the paper does not say ${code}:\n${confirmation.text}`);
  assert.equal(confirmation.scanned, code.replace(" ", ""));

  await forwardTo(citizen, url, new Date(slot.getTime() - 10 * 60_000));
  await screen.locator(".call.none").waitFor();
  const gong = await listen(screen);

  const terminal = await session(chromium, {viewport: sizes.terminal});
  const {number, scanned} = await checkIn(terminal, url, code, join(folder, "terminal.png"));
  assert.equal(new URL(scanned).origin, url);
  const ticket = await paper(terminal, terminal.locator("a[href$='/paper.pdf']"), join(folder, "ticket.pdf"));
  assert.ok(ticket.text.includes(number), `the paper does not say ${number}:\n${ticket.text}`);
  assert.equal(ticket.scanned, scanned);

  const phone = await session(chromium, {viewport: sizes.phone});
  await phone.goto(scanned);
  await phone.locator(".nr.big", {hasText: number}).waitFor();
  const waits = await counted(url);

  const desk = await session(chromium);
  const label = await openDesk(desk, url, password);
  assert.deepEqual(await gong.heard(), [], "a gong before anybody was called");
  await desk.locator("#main-action", {hasText: `${number} aufrufen`}).waitFor();
  await deskKey(desk, "F9");

  await screen.locator(".call bdi", {hasText: new RegExp(`^${number}$`)}).waitFor();
  assert.deepEqual(await screen.locator(".call bdi").allTextContents(), [number, label]);
  await gong.rang();
  await phone.getByRole("heading", {name: "Sie sind dran."}).waitFor();
  assert.equal(await phone.locator(".to b").textContent(), label);

  await gong.lost();
  await recallOffered(desk, url);
  await deskKey(desk, "F2"); // once more
  await screen.locator(".call.recall").waitFor();
  await gong.rang();

  await desk.locator("#main-action", {hasText: `${number} ist da`}).waitFor();
  const answer = await holdAnswer(desk);
  await deskKey(desk, "F9");
  await phone.getByText("Sie sind im Gespräch.").waitFor();
  await desk.locator("#finish").waitFor();
  await deskKey(desk, "F10"); // a clerk is faster than a slow answer
  answer();
  await phone.getByText("Erledigt. Auf Wiedersehen.").waitFor();
  await screen.locator(".call.none").waitFor();

  await until(async () => (await counted(url)) === waits + 1, "the wait was not counted");
});

/** Stops the invented people who play the demonstration's day. */
async function aloneInTheOffice(page, url) {
  await page.goto(url + "/");
  await page.locator("button[name=speed][value='0']").click();
  await page.locator("button[name=speed][value='1']").waitFor();
}

/**
 * Books for an identity card, without a script: the first free time of the
 * second day that has one, since nobody waits there yet.
 */
async function book(page, url) {
  const go = () => page.locator("main .btn.yours:visible").click(); // there is one main button a page
  await page.goto(url + "/booking");
  await page.getByRole("link", {name: "Bürgerbüro", exact: true}).click();
  await page.getByLabel("Personalausweis", {exact: false}).first().check();
  await go();
  await page.locator("#days ol a").nth(1).click();
  await page.locator(".hours a").first().click();
  await go();
  await page.locator("input[name=name]").fill("Erika Beispiel");
  await page.locator("input[name=mail]").fill("erika@example.org");
  await go();
  await page.getByRole("heading", {name: "Stimmt alles?"}).waitFor();
  await go();
  await page.locator("h1.did").waitFor();
  return {
    slot: new Date(await page.locator(".plate time").first().getAttribute("datetime")),
    code: plain(await page.locator(".plate .code .mono").textContent()),
  };
}

/** Moves the office clock forward, at most to the instant and less than a minute before it. */
async function forwardTo(page, url, instant) {
  const day = 24 * 60;
  for (;;) {
    const minutes = Math.floor((instant - (await officeClock(page, url))) / 60_000);
    if (minutes <= 0) return;
    const before = await officeClock(page, url);
    const moved = Math.min(minutes, day);
    const answer = await page.request.post(url + "/demo/forward", {form: {minutes: moved, back: "/"}});
    assert.equal(answer.status(), 200);
    await until(async () => (await officeClock(page, url)) - before >= moved * 60_000, "the office clock does not move");
  }
}

async function officeClock(page, url) {
  await page.goto(url + "/");
  return new Date(await page.locator("time[data-clock]").getAttribute("datetime"));
}

/** Types the code at the terminal and takes the number. scanned is what a phone reads there. */
async function checkIn(page, url, code, picture) {
  await enter(page, url, "terminal", "fischmarkt");
  await page.locator(".doors a[href$='/code']").click();
  await page.locator("#code:focus").waitFor();
  await page.keyboard.type(code.replace(" ", ""), {delay: 120});
  await page.keyboard.press("Enter");
  const number = await page.locator("#number").textContent();
  await page.locator(".phone svg").screenshot({path: picture});
  return {number, scanned: await scan(picture)};
}

/** Signs a clerk in, opens the first desk with all its services, and returns its label. */
async function openDesk(page, url, password) {
  await page.goto(url + "/sign-in?next=/desks");
  await page.locator("input[name=name]").fill("keller");
  await page.locator("input[name=password]").fill(password);
  await page.keyboard.press("Enter");
  await page.locator("main li a").first().click();
  const label = /(\S+)$/.exec((await page.locator("h1").textContent()).trim())[1];
  await page.locator("html[data-live=fresh]").waitFor();
  await deskKey(page, "F9");
  await page.locator("#dialog-open button.yours").click();
  return label;
}

/** Holds back the answer to the desk's next command until the function is called. */
async function holdAnswer(desk) {
  let release;
  const released = new Promise((done) => { release = done; });
  await desk.route("**/desks/*", async (route) => {
    const response = await route.fetch();
    await released;
    await route.fulfill({response});
  }, {times: 1});
  return release;
}

/** What is on a page of paper that a link leads to: its text, and its code as a scanner reads it. */
async function paper(page, link, file) {
  const answer = await page.request.get(new URL(await link.getAttribute("href"), page.url()).href);
  assert.equal(answer.headers()["content-type"], "application/pdf");
  await writeFile(file, await answer.body());
  const {stdout: text} = await run("pdftotext", ["-layout", file, "-"]);
  await run("pdftoppm", ["-r", "200", "-png", "-singlefile", file, file]);
  return {text: plain(text), scanned: await scan(file + ".png")};
}

/** A text with single ordinary spaces. */
const plain = (text) => text.replace(/\s+/g, " ").trim();

async function scan(picture) {
  const {stdout} = await run("zbarimg", ["--quiet", "--raw", picture]);
  return stdout.trim();
}

/**
 * Listens to what the screen plays. The two tones of the gong are heard when
 * each is far louder than what lies between them. What else is kept tells, when
 * they are not heard, whether they were never started or never came out.
 */
async function listen(screen) {
  await screen.evaluate(async () => {
    const chime = performance.getEntriesByType("resource").find(({name}) => /\/chime[^/]*\.js/.test(name));
    const analyser = (await import(chime.name)).analyser();
    const levels = new Float32Array(analyser.frequencyBinCount);
    const level = (hertz) => levels[Math.round(hertz * analyser.fftSize / analyser.context.sampleRate)];
    globalThis.heard = new Set();
    globalThis.started = 0;
    const start = OscillatorNode.prototype.start;
    OscillatorNode.prototype.start = function (...when) {
      globalThis.started++;
      start.apply(this, when);
    };
    globalThis.suspend = () => analyser.context.suspend();
    globalThis.sound = () => `tones started: ${globalThis.started}, heard: ${[...globalThis.heard]}, sound is ${analyser.context.state} at ${analyser.context.currentTime} s`;
    setInterval(() => {
      analyser.getFloatFrequencyData(levels);
      globalThis.now = [659, 523].filter((hertz) => level(hertz) > -60 && level(hertz) > level(590) + 20);
      for (const hertz of globalThis.now) globalThis.heard.add(hertz);
    }, 20);
  });
  const heard = () => screen.evaluate(() => [...globalThis.heard]);
  return {
    heard,
    // Asked from outside: in a page, Playwright waits for frames to be drawn.
    async rang() {
      const both = async () => (await heard()).length === 2;
      await until(both, "").catch(async () => assert.fail("no gong; " + (await screen.evaluate(() => globalThis.sound()))));
    },
    /** Takes the sound away once the last gong is over, as a panel does that was off for a moment. */
    async lost() {
      await until(() => screen.evaluate(() => globalThis.now.length === 0), "the gong does not end");
      await screen.evaluate(async () => {
        await globalThis.suspend();
        globalThis.heard.clear();
      });
    },
  };
}

/** How many waits of the citizens' office the metrics have counted. */
async function counted(url) {
  const metrics = await (await fetch(url + "/metrics")).text();
  const counts = metrics.matchAll(/^wartefrei_queue_wait_seconds_count\{.*office="buergerbuero".*\} (\S+)$/gm);
  return [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
}
