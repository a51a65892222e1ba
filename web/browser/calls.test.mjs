// A call comes through: told again on the phone when it is made again, once when it
// was missed; and a screen whose server stands still or whose cable is cut says so,
// and is right again soon after it is back.

import assert from "node:assert/strict";
import {connect, createServer} from "node:net";
import test from "node:test";
import {answered, browser, callUntil, deskKey, enter, recallOffered, session, sizes} from "./browser.mjs";
import {scan} from "./keys.mjs";
import {demonstration, until} from "./server.mjs";

const soon = 5000; // ms after which a screen is right again

test("calls", async (t) => {
  const {url, signal} = await demonstration();
  const chromium = await browser();
  const clerk = await session(chromium);
  const phone = await session(chromium, {viewport: sizes.phone});
  const screen = await session(chromium, {viewport: sizes.screen});

  await clerk.goto(url + "/");
  await clerk.locator("button[name=speed][value='0']").click(); // nobody else acts
  await clerk.locator("button[name=speed][value='1']").waitFor();
  await listen(phone);
  await phone.goto(await takeNumber(chromium, url));
  await fresh(phone);
  const number = (await phone.locator(".nr.big").textContent()).trim();
  await screen.goto(url + "/screens/halle");
  const desk = await openDesk(clerk, url);

  await t.test("a call says number, desk and way, by every sense", async () => {
    await callUntil(clerk, number);
    const told = await heard(phone, 1);
    assert.match(told.alerts[0], new RegExp(`Sie sind dran\\. ${number} Schalter ${desk} \\S.* Aufgerufen um`));
    assert.equal(await phone.title(), `Sie sind dran: Schalter ${desk}`);
    assert.deepEqual([told.alerts.length, told.tones, told.shakes], [1, 2, 1]);
  });

  await t.test("every recall is told again, once", async () => {
    await recallOffered(clerk, url);
    await answered(clerk, () => deskKey(clerk, "F2"));
    const told = await heard(phone, 2);
    assert.match(told.alerts[1], new RegExp(`Noch einmal: Sie sind dran\\. ${number} Schalter ${desk} `));
    assert.equal(await phone.title(), `Noch einmal: Schalter ${desk}`);
    assert.deepEqual([told.alerts.length, told.tones, told.shakes], [2, 4, 2]);
    await recallOffered(clerk, url);
    await answered(clerk, () => deskKey(clerk, "F2")); // in the same words
    const again = await heard(phone, 3);
    assert.deepEqual([again.alerts.length, again.tones, again.shakes], [3, 6, 3]);
    await phone.reload();
    await fresh(phone);
    await phone.getByRole("heading", {name: "Noch einmal: Sie sind dran."}).waitFor();
    assert.deepEqual(await phone.evaluate(() => [globalThis.told.tones, globalThis.told.shakes]), [0, 0], "an old call rings");
  });

  await t.test("a server that stands still", async () => {
    await screen.locator(".call.recall", {hasText: number}).waitFor();
    signal("SIGSTOP");
    try {
      await old(screen, number);
      await old(phone);
    } finally {
      signal("SIGCONT");
    }
    await Promise.all([screen, phone].map(rightAgain));
    await screen.locator(".call.recall", {hasText: number}).waitFor(); // it is there still
  });

  await t.test("a missed call is said by one voice", async () => {
    const before = (await heard(phone, 0)).alerts.length;
    const answer = await clerk.request.post(url + "/demo/forward", {form: {minutes: 3, back: "/"}});
    assert.equal(answer.status(), 200);
    await clerk.locator("#no-show").waitFor();
    await answered(clerk, () => deskKey(clerk, "F3"));
    await phone.locator("[data-state=missed]").waitFor();
    const {alerts} = await heard(phone, before + 1);
    assert.match(alerts.at(-1), /^Wir haben Sie aufgerufen\. Kommen Sie bis \d\d:\d\d Uhr/);
    assert.equal(alerts.length, before + 1);
    assert.equal(await phone.locator("[role=alert]:visible").count(), 1);
    assert.equal(await phone.title(), `Nummer ${number}`);
  });

  await t.test("a cable that is cut", async (t) => {
    const cable = await cableTo(url);
    t.after(() => cable.away());
    const far = await session(chromium, {viewport: sizes.screen});
    await far.goto(cable.url + "/screens/halle");
    await fresh(far);
    cable.cut();
    await old(far);
    await takeNumber(chromium, url);
    await answered(clerk, () => deskKey(clerk, "F9"));
    const called = await clerk.locator("#number").textContent();
    cable.mend();
    await rightAgain(far);
    await far.locator(".call bdi", {hasText: new RegExp(`^${called}$`)}).waitFor();
    await far.close();
  });
});

const fresh = (page) => page.locator("html[data-live=fresh]").waitFor();

const code = (page) => scan(page, "12345670\n");

test("a terminal whose server is away keeps its page", async () => {
  const {url} = await demonstration();
  const terminal = await session(await browser(), {viewport: sizes.terminal});
  await enter(terminal, url, "terminal", "fischmarkt");
  const home = terminal.url();
  for (const act of [code, async () => terminal.locator(".doors a[href$='/code']").click(), async () => terminal.locator(".languages button").click()]) {
    await terminal.context().setOffline(true);
    await act(terminal);
    await terminal.locator("#lost", {hasText: "Zur Zeit keine Verbindung."}).waitFor();
    assert.equal(terminal.url(), home);
    await terminal.context().setOffline(false);
    await terminal.locator("#lost").waitFor({state: "hidden"});
    assert.equal(terminal.url(), home);
  }
  await code(terminal);
  await terminal.locator("h1", {hasText: "nicht"}).waitFor(); // the code is nobody's
  await terminal.locator("form.languages button").click();
  await terminal.locator("html[lang=en]").waitFor();
});

/** The page says that it is old, and a screen shows the number as one of before. */
async function old(page, number) {
  await page.locator("html[data-live=stale]").waitFor();
  if (page.url().includes("/tickets/")) return page.locator(".live.stale", {hasText: "Keine Verbindung seit"}).waitFor();
  await page.locator(".lost h2", {hasText: "Keine Verbindung seit"}).waitFor();
  assert.equal(await page.locator(".call").isVisible(), false, "somebody is still called");
  if (number) await page.locator(".past li", {hasText: number}).first().waitFor();
}

async function rightAgain(page) {
  const start = performance.now();
  await fresh(page);
  const took = Math.round(performance.now() - start);
  assert.ok(took < soon, `${page.url()} is right again only after ${took} ms`);
  await page.locator(".lost:visible, .live.stale:visible").waitFor({state: "detached"}); // nor says any more that it is old
}

/** Notes from now on what the page says aloud: its alerts, as a screen reader is told of them, its tones, its shakes. */
async function listen(page) {
  await page.addInitScript(() => {
    const told = globalThis.told = {alerts: [], tones: 0, shakes: 0};
    const start = OscillatorNode.prototype.start;
    OscillatorNode.prototype.start = function (...when) {
      told.tones++;
      start.apply(this, when);
    };
    Navigator.prototype.vibrate = () => { told.shakes++; };
    new MutationObserver((changes) => {
      const alerts = new Set();
      for (const {target, addedNodes} of changes) {
        const around = (target.nodeType === Node.ELEMENT_NODE ? target : target.parentElement)?.closest("[role=alert]");
        if (around) alerts.add(around);
        for (const node of addedNodes) {
          if (node.nodeType !== Node.ELEMENT_NODE) continue;
          for (const e of [node, ...node.querySelectorAll("*")]) if (e.matches("[role=alert]")) alerts.add(e);
        }
      }
      for (const alert of alerts) if (alert.isConnected && !alert.hidden) told.alerts.push(alert.innerText.replace(/\s+/g, " ").trim());
    }).observe(document, {subtree: true, childList: true, characterData: true});
  });
}

/** What the page has said aloud, once it has raised its voice so often. */
async function heard(page, alerts) {
  await until(() => page.evaluate((n) => globalThis.told.alerts.length >= n, alerts), "nothing is said aloud");
  return page.evaluate(() => globalThis.told);
}

/** Takes a number at the terminal. Says where a phone finds it. */
async function takeNumber(chromium, url) {
  const terminal = await session(chromium, {viewport: sizes.terminal});
  await enter(terminal, url, "terminal", "fischmarkt");
  await terminal.goto(url + "/houses/fischmarkt/terminal/walk-in");
  await terminal.locator(".doors button").first().click();
  await terminal.locator("#number").waitFor();
  return `${url}/tickets/${terminal.url().split("/").at(-1)}`;
}

/** Opens a closed desk for all that its office does, and returns its label. */
async function openDesk(clerk, url) {
  await enter(clerk, url, "as", "keller");
  await clerk.goto(url + "/desks");
  await clerk.locator("main li", {hasText: "geschlossen"}).first().locator("a").click();
  await fresh(clerk);
  const label = /(\S+)$/.exec((await clerk.locator("h1").textContent()).trim())[1];
  await deskKey(clerk, "F9");
  await clerk.locator("#dialog-open .yours").click();
  await clerk.locator("#close").waitFor();
  return label;
}

/** A cable to the server. Cut, it swallows nothing and brings nothing: neither end is told. */
async function cableTo(url) {
  const pairs = new Set();
  let whole = true;
  const cable = createServer((near) => {
    const far = connect(new URL(url).port, new URL(url).hostname);
    const pair = [near, far];
    pairs.add(pair);
    near.pipe(far);
    far.pipe(near);
    for (const end of pair) {
      end.on("error", () => {}); // the other end is told by close
      end.on("close", () => {
        pairs.delete(pair);
        for (const e of pair) e.destroy();
      });
    }
    if (!whole) for (const end of pair) end.pause();
  });
  await new Promise((done) => { cable.listen(0, "127.0.0.1", done); });
  return {
    url: `http://127.0.0.1:${cable.address().port}`,
    cut() {
      whole = false;
      for (const end of [...pairs].flat()) end.pause();
    },
    mend() {
      whole = true;
      for (const end of [...pairs].flat()) end.resume();
    },
    away() {
      for (const end of [...pairs].flat()) end.destroy();
      cable.close();
    },
  };
}
