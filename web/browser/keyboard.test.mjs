// By keyboard alone: citizens book, cancel, check in and take a number, clerks
// serve, the information desk gives a number. On every page each stop of the Tab
// key can be seen, and none is left out. What a scanner types gives no command,
// nor does any single key that prints.

import assert from "node:assert/strict";
import test from "node:test";
import {answered, browser, deskKey, enter, recallOffered, session, sizes} from "./browser.mjs";
import {enclosed, outlined, press, scan, walk} from "./keys.mjs";
import {demonstration} from "./server.mjs";

test("by keyboard alone", async (t) => {
  const {url, password} = await demonstration();
  const chromium = await browser();
  const citizen = await session(chromium);
  const terminal = await session(chromium, {viewport: sizes.terminal});
  const clerk = await session(chromium);
  let desk; // its address

  await t.test("the demonstration is stopped", async () => {
    await citizen.goto(url + "/");
    await walk(citizen);
    await press(citizen, "button[name=speed][value='0']", "Enter");
    await citizen.locator("button[name=speed][value='1']").waitFor();
  });

  await t.test("a citizen books and cancels", async () => {
    await book(citizen, url, walk);
    await walk(citizen);
    await press(citizen, "a[href$='/cancel']", "Enter");
    await citizen.locator("form[action$='/cancel']").waitFor();
    await walk(citizen);
    await press(citizen, "form[action$='/cancel'] button", "Enter");
    await citizen.waitForURL((at) => !at.pathname.endsWith("/cancel"));
    await citizen.locator("h1").waitFor();
    await walk(citizen);
  });

  await t.test("a visitor checks in by the code", async () => {
    await book(citizen, url); // to be found at the information desk, last
    const booked = await book(citizen, url);
    await forward(citizen, url, booked.slot);
    await enter(terminal, url, "terminal", "fischmarkt"); // the city's IT does that
    await walk(terminal);
    await press(terminal, ".doors a[href$='/code']", "Enter");
    await terminal.locator("#code:focus").waitFor();
    await walk(terminal);
    await press(terminal, "#code");
    await terminal.keyboard.type(booked.code, {delay: 120});
    await terminal.keyboard.press("Enter");
    await terminal.locator("#number").waitFor();
    await walk(terminal);
  });

  await t.test("visitors take numbers", async () => {
    for (let n = 0; n < 3; n++) {
      await press(terminal, ".bye a.yours", "Enter");
      await press(terminal, ".doors a[href$='/walk-in']", "Enter");
      await terminal.locator(".doors button").first().waitFor();
      if (n === 0) await walk(terminal);
      await press(terminal, ".doors button", "Enter");
      await terminal.locator("#number").waitFor();
    }
    await citizen.goto(url + "/tickets/" + terminal.url().split("/").at(-1));
    await fresh(citizen);
    await walk(citizen);
  });

  await t.test("a clerk signs in and opens a desk", async () => {
    await clerk.goto(url + "/sign-in?next=/desks");
    await walk(clerk);
    await press(clerk, "input[name=name]");
    await clerk.keyboard.type("keller");
    await press(clerk, "input[name=password]");
    await clerk.keyboard.type(password);
    await clerk.keyboard.press("Enter");
    await clerk.waitForURL((at) => at.pathname === "/desks");
    await walk(clerk);
    desk = await clerk.locator("main li", {hasText: "geschlossen"}).first().locator("a").getAttribute("href");
    await press(clerk, `a[href='${desk}']`, "Enter");
    await fresh(clerk);
    await walk(clerk);
    await dialog(clerk, "F9", "#dialog-open");
    await deskKey(clerk, "F9");
    await press(clerk, "#dialog-open .btn.yours", "Enter");
    await clerk.locator("#main-action[data-command=call-next]").waitFor();
    await walk(clerk);
  });

  await t.test("a clerk calls, serves and finishes", async () => {
    await command(clerk, "F9", "call-next", "#main-action[data-command=came]");
    await walk(clerk);
    await recallOffered(clerk, url);
    await command(clerk, "F2", "recall");
    await command(clerk, "Control+z", "put-back", "#main-action[data-command=call-next]");
    await command(clerk, "F9", "call-next", "#main-action[data-command=came]");
    await command(clerk, "F9", "came", "#finish");
    await walk(clerk);
    for (const [key, opened, button] of [["F7", "#dialog-transfer", "#transfer"], ["F4", "#dialog-change", "#change"], [null, "#dialog-more", "#more"], ["F1", "#dialog-keys", "#keys"]]) {
      if (key) await dialog(clerk, key, opened);
      await press(clerk, button); // by its button too, which has the focus again afterwards
      await dialog(clerk, "Enter", opened);
      await outlined(clerk, button);
    }
    const finished = await command(clerk, "F10", "finish", "#main-action[data-command=call-next]");
    assert.ok(finished.getAll("done").length > 0, "finished without what was done");
  });

  await t.test("a key pressed twice calls, and does not say that somebody came", async () => {
    await clerk.evaluate(() => {
      globalThis.stamp = Object.getOwnPropertyDescriptor(Event.prototype, "timeStamp");
      globalThis.pressedAt = (at) => Object.defineProperty(Event.prototype, "timeStamp", {get: () => at, configurable: true});
      globalThis.pressedAt(1e9);
    });
    await command(clerk, "F9", "call-next", "#main-action[data-command=came]");
    await quiet(clerk, () => clerk.keyboard.press("F9"));
    await clerk.evaluate(() => globalThis.pressedAt(1e9 + 600)); // heard at once all the same, as by a page that was busy
    taken(await answered(clerk, () => clerk.keyboard.press("F9")), "came");
    await clerk.locator("#finish").waitFor();
    await clerk.evaluate(() => Object.defineProperty(Event.prototype, "timeStamp", globalThis.stamp));
    await command(clerk, "F10", "finish", "#main-action[data-command=call-next]");
  });

  await t.test("a clerk parks, brings back, transfers and calls out of turn", async () => {
    await command(clerk, "F9", "call-next", "#main-action[data-command=came]");
    await command(clerk, "F9", "came", "#finish");
    await command(clerk, "F6", "park", "[id^=here-]");
    await walk(clerk);
    await command(clerk, "Control+F9", "bring-here", "#finish");
    await command(clerk, "F6", "park", "[id^=here-]");
    await command(clerk, "Control+F6", "bring-back", "#main-action[data-command=call-next]");
    await command(clerk, "F9", "call-next", "#main-action[data-command=came]");
    await command(clerk, "F9", "came", "#finish");
    await dialog(clerk, "Control+F7", "#dialog-more");
    await deskKey(clerk, "F7");
    await press(clerk, "#dialog-transfer input[type=checkbox]", "Space");
    await submit(clerk, "#dialog-transfer .btn.yours", "transfer");
    await clerk.locator("#main-action[data-command=call-next]").waitFor();
    await clerk.keyboard.press("Alt+2");
    await enclosed(clerk, "#dialog-call-this");
    await press(clerk, "#dialog-call-this input[type=radio]", "Space");
    await submit(clerk, "#dialog-call-this .btn.yours", "call-this");
    await clerk.locator("#main-action[data-command=came]").waitFor();
  });

  await t.test("a clerk chooses another key", async () => {
    await deskKey(clerk, "F1");
    await press(clerk, "[data-changes=recall]", "Enter");
    await clerk.keyboard.press("Control+F8");
    await outlined(clerk, "[data-changes=recall]");
    await clerk.keyboard.press("Escape");
    await recallOffered(clerk, url);
    await command(clerk, "Control+F8", "recall");
  });

  await t.test("the information desk gives a number and finds an appointment", async () => {
    await clerk.goto(url + "/houses/fischmarkt/infodesk");
    await fresh(clerk);
    await walk(clerk);
    await press(clerk, "form[action$='/tickets'] .btn.yours", "Enter");
    await clerk.locator(".note .nr").waitFor();
    await press(clerk, "#q");
    await clerk.keyboard.type("Beispiel");
    await clerk.keyboard.press("Enter");
    await clerk.locator("form[action$='/checkins']").first().waitFor();
    await walk(clerk);
    await press(clerk, "form[action$='/checkins'] button", "Enter");
    await clerk.locator("main .note").first().waitFor();
    await walk(clerk);
  });

  await t.test("pages of figures and of set-up", async () => {
    const manager = await session(chromium);
    await enter(manager, url, "as", "kaya");
    await fresh(manager);
    await walk(manager);
    for (const path of ["/password", "/terminal", "/gallery"]) {
      await manager.goto(url + path);
      await walk(manager);
    }
  });

  await t.test("a screen needs no key", async () => {
    const screen = await session(chromium, {viewport: sizes.screen});
    await screen.goto(url + "/screens/halle");
    await fresh(screen);
    const more = await screen.locator("a[href], button, input, select, textarea, summary, [tabindex]").evaluateAll((all) => all.filter((e) => !e.closest(".demo")).map((e) => e.outerHTML));
    assert.deepEqual(more, []);
  });

  await t.test("a scan at a desk is no command", async () => {
    await clerk.goto(url + desk);
    await fresh(clerk);
    await quiet(clerk, async () => {
      for (const place of ["#main-action", "#transfer", "#more", "#keys", "body"]) {
        await clerk.evaluate((s) => { document.activeElement.blur(); document.querySelector(s).focus(); }, place);
        for (const text of scans) await scan(clerk, text);
        assert.equal(await clerk.locator("dialog[open]").count(), 0, `a scan pressed ${place}`);
      }
      await deskKey(clerk, "F7");
      await press(clerk, "#dialog-transfer .btn.yours");
      for (const text of scans) await scan(clerk, text);
      await enclosed(clerk, "#dialog-transfer");
      await clerk.keyboard.press("Escape");
    });
  });

  await t.test("a scan at the information desk gives no number", async () => {
    await clerk.goto(url + "/houses/fischmarkt/infodesk");
    await fresh(clerk);
    await quiet(clerk, async () => {
      for (const place of ["form[action$='/tickets'] .btn.yours", "#persons", "#service", "input[name=class]", ".bar button", "body"]) {
        await clerk.evaluate((s) => { document.activeElement.blur(); document.querySelector(s).focus(); }, place);
        for (const text of scans) await scan(clerk, text);
      }
    });
    await clerk.locator("#q").focus();
    await scan(clerk, "48271936");
    await clerk.locator("main p[role=status]").waitFor(); // where one searches, a scan searches
  });

  await t.test("a scan at the terminal is a code and nothing else", async () => {
    for (const place of [".doors a[href$='/questions']", ".doors button", "body"]) {
      await terminal.goto(url + "/houses/fischmarkt/terminal" + (place === ".doors button" ? "/walk-in" : ""));
      await terminal.locator(place).first().focus();
      await quiet(terminal, async () => { for (const text of scans.slice(1)) await scan(terminal, text); });
      await scan(terminal, "00000000");
      await terminal.waitForURL((at) => at.pathname.endsWith("/code"));
    }
  });

  await t.test("a terminal that nobody touches goes back to the start, in the language of the house", async () => {
    const left = await terminal.context().newPage();
    await left.clock.install();
    for (const page of ["", "/walk-in", "/questions", "/code"]) {
      await left.goto(url + "/houses/fischmarkt/terminal" + page);
      await left.getByRole("button", {name: "English"}).click();
      await left.locator("html[lang=en]").waitFor();
      await left.getByRole("button", {name: "Contrast"}).click();
      await left.locator("html[data-scheme=contrast]").waitFor();
      await left.clock.runFor(45_000);
      if (page) await left.getByText(/^This page closes in \d+ seconds\.$/).waitFor();
      assert.equal(await left.locator("html").getAttribute("lang"), "en");
      await left.clock.runFor(20_000);
      await left.locator("html[lang=de]:not([data-scheme=contrast])").waitFor();
      assert.equal(new URL(left.url()).pathname, "/houses/fischmarkt/terminal");
    }
    await left.close();
  });

  await t.test("no single key that prints is a command", async () => {
    await clerk.goto(url + desk);
    await fresh(clerk);
    const infodesk = await clerk.context().newPage();
    await infodesk.goto(url + "/houses/fischmarkt/infodesk");
    await fresh(infodesk);
    await citizen.goto(url + "/booking");
    await terminal.goto(url + "/houses/fischmarkt/terminal");
    for (const page of [clerk, infodesk, terminal, citizen]) {
      await quiet(page, async () => {
        for (const key of "abcdefghijklmnopqrstuvwxyzABCXYZ0123456789+-*/.,;:!?#=") await page.keyboard.press(key);
        assert.equal(await page.locator("dialog[open]").count(), 0);
      });
    }
  });
});

// A code, what stands on other papers (one with several lines, short ones among them), and less.
const scans = ["48271936", "KW-4827-ABcd", "BCD\n002\n1\nSCT\n\nStadt Offenburg\nEUR46", "P D 4", "7"];

const fresh = (page) => page.locator("html[data-live=fresh]").waitFor();

/**
 * Books for an identity card: in the second hour of the second day that has free
 * times, so that the time does not pass on the way. look is what one does on each
 * page.
 */
async function book(page, url, look = () => {}) {
  await page.goto(url + "/booking");
  await look(page);
  await press(page, "a[href='/booking/buergerbuero']", "Enter");
  await page.locator("#wish").waitFor();
  await look(page);
  await press(page, "input[value=personalausweis]", "Space");
  await page.locator("#sum .sum").waitFor();
  await press(page, ".btn.yours", "Enter");
  await page.locator("#days").waitFor();
  await look(page);
  await press(page, "#days li:has(> a) ~ li > a", "Enter");
  await page.locator("#days li:has(> a) ~ li > a[aria-current]").waitFor();
  await press(page, ".hours li:nth-child(2) a", "Enter");
  await page.locator("#hold").waitFor();
  await press(page, "#hold .btn", "Enter");
  await press(page, "input[name=name]");
  await look(page);
  await press(page, "input[name=name]");
  await page.keyboard.type("Erika Beispiel");
  await press(page, "input[name=mail]");
  await page.keyboard.type("erika@example.org");
  await page.keyboard.press("Enter");
  await page.locator("form[action$='/confirm']").waitFor();
  await look(page);
  await press(page, "main .btn.yours", "Enter");
  await page.locator("h1.did").waitFor();
  return {
    slot: new Date(await page.locator(".plate time").first().getAttribute("datetime")),
    code: (await page.locator(".plate .code .mono").textContent()).replace(/\D/g, ""),
  };
}

/** Moves the office clock to the last quarter of an hour before the instant, by the buttons of the start page. */
async function forward(page, url, instant) {
  for (;;) {
    await page.goto(url + "/");
    const now = new Date(await page.locator("time[data-clock]").getAttribute("datetime"));
    const minutes = (instant - now) / 60_000;
    if (minutes < 15) return;
    await press(page, `button[name=minutes][value='${[1440, 60, 10].find((step) => step < minutes)}']`, "Enter");
    await page.waitForFunction((before) => Date.parse(document.querySelector("time[data-clock]")?.dateTime) > before, now.getTime());
  }
}

/** Presses the key of a command, sees that it is sent and taken, and waits for what the desk shows then. */
async function command(page, key, name, then) {
  const sent = taken(await answered(page, () => deskKey(page, key)), name);
  if (then) await page.locator(then).first().waitFor();
  return sent;
}

/** Goes to the button of a dialog and presses it: the dialog closes, and its command is sent and taken. */
async function submit(page, button, name) {
  taken(await answered(page, () => press(page, button, "Enter")), name);
  assert.equal(await page.locator("dialog[open]").count(), 0);
}

function taken(answer, name) {
  const sent = new URLSearchParams(answer.request().postData());
  assert.equal(sent.get("command"), name);
  assert.ok(answer.ok(), `${name} is refused: ${answer.status()}`);
  return sent;
}

/** Opens a dialog, goes once around in it, and closes it by Escape. The focus comes back to where it was. */
async function dialog(page, key, selector) {
  const before = await page.evaluate(() => document.activeElement.id);
  await deskKey(page, key);
  await enclosed(page, selector);
  await walk(page);
  await page.keyboard.press("Escape");
  await page.locator(selector).waitFor({state: "hidden"});
  assert.equal(await page.evaluate(() => document.activeElement.id), before, `${selector} did not give the focus back`);
}

/** Fails if the page sends or leads to anything meanwhile. */
async function quiet(page, meanwhile) {
  const sent = [];
  const note = (request) => { if (request.method() !== "GET" || request.isNavigationRequest()) sent.push(`${request.method()} ${request.url()}`); };
  page.on("request", note);
  await meanwhile();
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))); // what a key began is under way
  page.off("request", note);
  assert.deepEqual(sent, []);
}
