// A clerk's desk: all its keys are listed and can be changed, nothing on it is
// covered or cut on a usual screen with a full waiting room, and it says when
// it is connected again.

import assert from "node:assert/strict";
import test from "node:test";
import {accessible, answered, browser, deskKey, enter, recallOffered, session} from "./browser.mjs";
import {enclosed, outlined, press, walk} from "./keys.mjs";
import {demonstration, until} from "./server.mjs";

const usual = [{width: 1366, height: 768}, {width: 1280, height: 720}];

const commands = ["main-action", "recall", "put-back", "no-show", "finish", "park", "pause", "close",
  "row-2", "row-3", "row-4", "row-5", "row-6", "row-7", "row-8", "row-9", "revoke", "bring-back", "bring-here",
  "transfer", "change", "more", "any", "services", "keys"];

test("a clerk's desk", async (t) => {
  const {url} = await demonstration();
  const chromium = await browser();
  const clerk = await session(chromium, {viewport: usual[0]});
  await clerk.goto(url + "/");
  await clerk.locator("button[name=speed][value='0']").click(); // nobody else calls
  await clerk.locator("button[name=speed][value='1']").waitFor();
  await enter(clerk, url, "as", "keller");
  await fill(clerk, url, 12);
  await clerk.goto(url + "/desks");
  const desk = url + await clerk.locator("main li", {hasText: "geschlossen"}).first().locator("a").getAttribute("href");
  await clerk.goto(desk);
  await fresh(clerk);

  await t.test("a closed desk lists every command, in the order of a visit", async () => {
    await deskKey(clerk, "F1");
    await enclosed(clerk, "#dialog-keys");
    assert.deepEqual(await clerk.locator("#key-list [data-name]").evaluateAll((all) => all.map((e) => e.dataset.name)), commands);
    assert.equal(await cap(clerk, "no-show"), "F3");
    assert.equal(await cap(clerk, "put-back"), "Strg Z");
    assert.equal(await cap(clerk, "row-9"), "Alt 9");
    await clerk.getByRole("button", {name: "Ändern Person in Zeile 9 aufrufen"}).waitFor();
    await walk(clerk);
    await accessible(clerk, "the list of keys");
  });

  await t.test("a key that another command has is swapped", async () => {
    await change(clerk, "recall", "F6");
    assert.equal(await said(clerk), "„Erneut aufrufen“ hat jetzt F6, „Parken“ dafür F2.");
    await outlined(clerk, "[data-changes=recall]");
    assert.deepEqual([await cap(clerk, "recall"), await cap(clerk, "park")], ["F6", "F2"]);
    await change(clerk, "finish", "Shift+F4");
    assert.equal(await said(clerk), "„Fertig, ohne aufzurufen“ hat jetzt Umschalt F4.");
    await change(clerk, "transfer", "Control+Alt+Shift+F9");
    assert.equal(await said(clerk), "„Weiterleiten“ hat jetzt Strg Alt Umschalt F9.");
    const held = await clerk.locator("#key-list kbd").allTextContents();
    assert.equal(new Set(held).size, commands.length, `a key stands twice: ${held}`);
  });

  await t.test("keys of the browser, of scanners and of typists are refused", async () => {
    for (const [keys, why] of [
      [["Control+w", "Control+t", "Control+n", "Control+Shift+t", "F5", "Control+F5", "F11", "F12", "Alt+F4", "Control+Tab", "Control+c", "Control+1"], "behält der Browser für sich"],
      [["a", "Q", "1", "/", "Space", "Enter", "Shift+b", "ArrowDown", "Control+Enter", "Alt+ArrowLeft", "Meta+F2"], "Das geht nicht"],
    ]) {
      for (const key of keys) {
        await change(clerk, "recall", key);
        assert.ok((await said(clerk)).includes(why), `${key}: ${await said(clerk)}`);
        assert.equal(await cap(clerk, "recall"), "F6");
      }
    }
    await keypad(clerk, "2"); // with Alt: so do some scanners write
    assert.ok((await said(clerk)).includes("Das geht nicht"), await said(clerk));
  });

  await t.test("Escape and Tab end waiting for a key", async () => {
    await change(clerk, "recall", "Escape");
    assert.equal(await said(clerk), "");
    await clerk.keyboard.press("F8");
    assert.equal(await cap(clerk, "recall"), "F6");
    await change(clerk, "recall", "Tab");
    await outlined(clerk, "[data-changes=put-back]");
    await clerk.keyboard.press("F8");
    assert.deepEqual([await cap(clerk, "recall"), await cap(clerk, "put-back")], ["F6", "Strg Z"]);
    assert.equal(await clerk.locator("#dialog-keys[open]").count(), 1);
    await clerk.keyboard.press("Escape");
    assert.equal(await clerk.locator("#dialog-keys[open]").count(), 0);
  });

  await t.test("buttons have the changed keys, also those that a frame brings", async () => {
    await clerk.reload();
    await fresh(clerk);
    await deskKey(clerk, "F9");
    await press(clerk, "#dialog-open .btn.yours", "Enter");
    await clerk.locator("#close").waitFor();
    await given(clerk, "F9", "call-next", "#put-back");
    await recallOffered(clerk, url);
    assert.deepEqual(await clerk.locator("#recall kbd, #park kbd, .hints [data-key-of=recall]").allTextContents(), ["F6", "F2", "F6"]);
    await given(clerk, "F6", "recall");
    await given(clerk, "F9", "came", "#finish");
    assert.equal(await clerk.locator("#finish kbd").textContent(), "Umschalt F4");
    assert.deepEqual(await clerk.evaluate(laidOut, ["#number"]), [], "a long key");
    assert.equal(await given(clerk, "Shift+F4", "finish", "#close").then((sent) => sent.getAll("done").length > 0), true);
  });

  await t.test("a key is its command's also while that is not possible", async () => {
    await clerk.evaluate(() => addEventListener("keydown", (event) => { globalThis.taken = event.defaultPrevented; }));
    for (const [key, taken] of [["F3", true], ["F6", true], ["F10", false]]) { // F10 was given up
      await clerk.keyboard.press(key);
      assert.equal(await clerk.evaluate("taken"), taken, key);
    }
  });

  await t.test("resetting brings the first keys back", async () => {
    await deskKey(clerk, "F1");
    await press(clerk, "#keys-reset", "Enter");
    assert.equal(await said(clerk), "Alle Tasten sind wieder wie am Anfang.");
    assert.deepEqual([await cap(clerk, "recall"), await cap(clerk, "park"), await cap(clerk, "finish")], ["F2", "F6", "F10"]);
    await clerk.keyboard.press("Escape");
    await clerk.reload();
    await fresh(clerk);
    assert.equal(await cap(clerk, "recall"), "F2");
  });

  await t.test("a desk works where the browser keeps nothing, or something else", async () => {
    for (const stored of ["{", "null", "7", '["F2"]', '{"recall": {}, "main-action": "x", "park": 7, "nothing": "F9"}']) {
      await clerk.evaluate((text) => localStorage.setItem("wartefrei.keys", text), stored);
      await clerk.reload();
      await fresh(clerk);
      await deskKey(clerk, "F1");
      await enclosed(clerk, "#dialog-keys");
      assert.equal(await cap(clerk, "main-action"), "F9", stored);
    }
    await clerk.evaluate(() => localStorage.clear());
    const blocked = await clerk.context().newPage();
    await blocked.addInitScript(() => Object.defineProperty(globalThis, "localStorage", {get() { throw new DOMException("blocked", "SecurityError"); }}));
    await blocked.goto(desk);
    await fresh(blocked);
    await deskKey(blocked, "F1");
    await change(blocked, "services", "Alt+F1");
    assert.match(await said(blocked), /^„Anliegen wählen“ hat jetzt Alt F1\. Dieser Browser merkt sich das nicht/);
    await blocked.keyboard.press("Escape");
    await deskKey(blocked, "Alt+F1");
    await enclosed(blocked, "#dialog-open");
    await blocked.close();
  });

  await t.test("nothing is covered or cut on a usual screen", async () => {
    await clerk.goto(desk);
    await fresh(clerk);
    for (const then of ["#put-back", "#finish", null]) {
      for (const size of usual) {
        await clerk.setViewportSize(size);
        assert.deepEqual(await clerk.evaluate(laidOut, then === "#put-back" ? [] : ["#number"]), [], `${size.width} × ${size.height}, before ${then}`);
      }
      if (then) await given(clerk, "F9", then === "#put-back" ? "call-next" : "came", then);
    }
    for (const [key, opened] of [["F7", "#dialog-transfer"], ["F4", "#dialog-change"], ["Control+F7", "#dialog-more"], ["Control+F2", "#dialog-open"], ["F1", "#dialog-keys"]]) {
      await deskKey(clerk, key);
      await enclosed(clerk, opened);
      await walk(clerk);
      await clerk.keyboard.press("Escape");
    }
  });

  await t.test("nor while something is amiss", async () => {
    const page = await session(chromium); // the gallery: somebody was called long ago
    for (const size of usual) {
      await page.setViewportSize(size);
      for (const example of ["desk-calling", "desk-serving"]) {
        await page.goto(`${url}/gallery/${example}`);
        assert.deepEqual(await page.evaluate(laidOut, ["#number"]), [], `${example} at ${size.width} × ${size.height}`);
        await page.evaluate(() => {
          document.getElementById("stale").hidden = false;
          const refusal = document.getElementById("refusal");
          refusal.hidden = false;
          refusal.textContent = "Diese Nummer hat inzwischen ein anderer Schalter aufgerufen. Bitte rufen Sie die nächste Person auf.";
        });
        assert.deepEqual(await page.evaluate(laidOut, ["#number", "#stale", "#refusal"]), [], `${example} at ${size.width} × ${size.height}, amiss`);
      }
    }
    await page.close();
  });

  await t.test("a clerk merges who came later, splits, changes, says a need, ends a visit and takes a no-show back", async () => {
    const infodesk = await clerk.context().newPage();
    await infodesk.goto(url + "/houses/fischmarkt/infodesk");
    const has = (await clerk.locator("#change").getAttribute("data-services")).trim().split(" ");
    const office = new URL(desk).pathname.split("/")[2];
    const [, service] = (await infodesk.locator("#service option").evaluateAll((all, [office, has]) => all.map((o) => o.value.split("/"))
      .find(([where, what]) => where === office && !has.includes(what)), [office, has]));
    await infodesk.locator("#service").selectOption(`${office}/${service}`);
    await infodesk.locator("form[action$='/tickets'] .btn.yours").click();
    const late = await infodesk.locator(".note .nr").textContent();
    await infodesk.close();
    const row = (number) => clerk.locator(".list tbody tr", {has: clerk.locator(".nr", {hasText: number})});
    const numbers = () => clerk.locator(".list td.nr").allTextContents();
    await row(late).waitFor();
    const own = await clerk.locator("#number").textContent();
    const name = await clerk.locator(`#dialog-change label:has([value="${service}"])`).textContent();

    await deskKey(clerk, "Control+F7");
    assert.equal(await clerk.locator("#more-ticket option:checked").textContent(), `${own}, im Gespräch`);
    assert.deepEqual((await clerk.locator("#merge-from option").allTextContents()).sort(), (await numbers()).map((n) => `${n}, wartet`).sort());
    assert.equal(await clerk.locator("#merge-into").isVisible(), false);
    await clerk.locator("#merge-from").selectOption({label: `${late}, wartet`});
    await dialogGiven(clerk, "form:has(#merge-from) .btn", "merge");
    await row(late).waitFor({state: "detached"});
    await clerk.locator(".cur .rows", {hasText: name}).waitFor();
    assert.equal(await clerk.locator("#number").textContent(), own);

    const before = await numbers();
    await deskKey(clerk, "Control+F7");
    await clerk.locator(`#split [value="${service}"]`).check();
    await dialogGiven(clerk, "#split .btn", "split");
    await clerk.locator(".cur .rows").filter({hasNotText: name}).waitFor();
    const apart = await until(async () => (await numbers()).find((n) => !before.includes(n)), "no new number waits");
    await row(apart).filter({hasText: name}).waitFor();

    await row(apart).getByRole("button", {name: "Mehr"}).click();
    assert.equal(await clerk.locator("#more-transfer").isVisible(), false); // who waits is not transferred
    const into = await clerk.locator("#merge-into option").allTextContents();
    assert.ok(into.includes(`${own}, im Gespräch`) && !into.some((o) => o.startsWith(apart)), `${apart} can go into ${into}`);
    await clerk.locator("#more-change").click();
    await enclosed(clerk, "#dialog-change");
    await clerk.locator("#change-persons").fill("3");
    await dialogGiven(clerk, "#dialog-change .btn.yours", "change");
    await row(apart).filter({hasText: "(3 Pers.)"}).waitFor();

    await row(apart).getByRole("button", {name: "Mehr"}).click();
    await clerk.locator("#dialog-more [value=more-time]").check();
    await dialogGiven(clerk, "form:has([value=more-time]) .btn", "set-needs");
    await row(apart).filter({hasText: "Braucht: Mehr Zeit im Gespräch"}).waitFor();
    await row(apart).getByRole("button", {name: "Mehr"}).click();
    assert.deepEqual(await clerk.locator("#dialog-more [name=need]:checked").evaluateAll((all) => all.map((box) => box.value)), ["more-time"]);
    await clerk.locator("#dialog-more [data-close]").click();

    await deskKey(clerk, "Control+F10");
    await clerk.locator("#more-ticket").selectOption({label: `${apart}, wartet`});
    await walk(clerk);
    await clerk.locator("#dialog-more [name=reason]").first().check();
    await dialogGiven(clerk, "#dialog-more .btn.stop", "cancel");
    await row(apart).waitFor({state: "detached"});

    await given(clerk, "F10", "finish", "#close");
    await given(clerk, "F8", "pause", "#main-action[data-dialog=open]");
    await given(clerk, "Control+F8", "close");
    await deskKey(clerk, "F9");
    await press(clerk, "#dialog-open .btn.yours", "Enter");
    await clerk.locator("#pause").waitFor();
    const forward = (minutes) => clerk.request.post(url + "/demo/forward", {form: {minutes, back: "/"}});
    for (const over of [false, true]) {
      const due = await clerk.locator(".list .first time").textContent();
      await given(clerk, "F9", "call-next", "#put-back");
      const missed = await clerk.locator("#number").textContent();
      await forward(10);
      await clerk.locator("#no-show").waitFor();
      await given(clerk, "F3", "no-show", "#close");
      if (over) await forward(20);
      const back = clerk.locator("aside li", {hasText: missed});
      await back.filter({hasText: over ? "wartet neu, wenn zurück" : "behält die Fälligkeit"}).waitFor();
      const answer = await answered(clerk, () => back.getByRole("button", {name: "Wieder einreihen"}).click());
      assert.ok(answer.ok(), `taking ${missed} back is refused: ${answer.status()}`);
      const now = await row(missed).locator("time").textContent();
      assert.ok(over ? now > await clerk.locator(".bar time").textContent() : now === due, `${missed} was due at ${due}, is at ${now}`);
    }
    await given(clerk, "F9", "call-next", "#put-back");
    await given(clerk, "F9", "came", "#finish");
  });

  await t.test("a clerk sends a visit to another office, and the phone goes along", async () => {
    const number = await clerk.locator("#number").textContent();
    const phone = await session(chromium, {viewport: {width: 360, height: 640}});
    await phone.goto(url + "/tickets/" + await clerk.locator("#finish").getAttribute("data-ticket"));
    const ticked = () => clerk.locator("#dialog-send input:checked").count();

    await deskKey(clerk, "F7");
    await press(clerk, "#transfer-elsewhere", "Enter");
    await enclosed(clerk, "#dialog-send");
    await clerk.locator("#send-office").selectOption({index: 1});
    const there = await clerk.locator("#send-office option:checked").textContent();
    const boxes = clerk.locator("#dialog-send fieldset").filter({visible: true});
    assert.equal(await boxes.count(), 1);
    await walk(clerk);
    await boxes.locator("input").first().check();
    await dialogGiven(clerk, "#dialog-send .btn.yours", "send");
    await clerk.locator("aside li", {hasText: there}).filter({hasText: number}).waitFor();
    await phone.locator("header", {hasText: there}).waitFor();
    assert.equal(await phone.locator("h1").textContent(), number); // in the house it stays
    await phone.context().close();

    await given(clerk, "F9", "call-next", "#put-back");
    await deskKey(clerk, "F7");
    await press(clerk, "#transfer-elsewhere", "Enter");
    assert.equal(await ticked(), 0, "what was meant for another is still ticked");
    await clerk.keyboard.press("Escape");
    await given(clerk, "F9", "came", "#finish");
  });

  await t.test("a desk and the managers' page say once that they are connected again", async () => {
    const manager = await session(chromium);
    await enter(manager, url, "as", "kaya");
    const pages = [clerk, manager];
    const ways = await Promise.all(pages.map(way));
    for (const page of pages) {
      await page.reload();
      await fresh(page);
      await page.evaluate(() => {
        globalThis.told = [];
        const back = document.getElementById("back");
        new MutationObserver(() => told.push(back.textContent)).observe(back, {childList: true});
      });
    }
    for (const each of ways) each.cut();
    for (const page of pages) await page.locator("#stale").waitFor();
    assert.deepEqual(await clerk.evaluate(laidOut, ["#number", "#stale"]), []);
    for (const each of ways) each.mend();
    for (const page of pages) await page.locator("#back", {hasText: "Wieder verbunden."}).waitFor({state: "attached"});
    await given(clerk, "F10", "finish", "#close"); // what is shown changes after that
    for (const page of pages) assert.deepEqual(await page.evaluate("told"), ["Wieder verbunden."]);
  });
});

const fresh = (page) => page.locator("html[data-live=fresh]").waitFor();
const cap = (page, name) => page.locator(`#key-list [data-name=${name}] kbd`).textContent();
const said = (page) => page.locator("#key-said").textContent();

/** Lets that many people without appointment wait, as the information desk does. */
async function fill(clerk, url, people) {
  await clerk.goto(url + "/houses/fischmarkt/infodesk");
  await clerk.evaluate(async (people) => {
    const form = new URLSearchParams(new FormData(document.querySelector("form[action$='/tickets']")));
    for (let n = 0; n < people; n++) {
      form.set("key", "full-" + n);
      const answer = await fetch(document.querySelector("form[action$='/tickets']").action, {method: "POST", body: form});
      if (!answer.ok) throw new Error(`no number: ${answer.status}`);
    }
  }, people);
}

/** Lets a command of the open list wait for a key, and presses one. */
async function change(page, name, key) {
  await page.evaluate(() => document.activeElement.blur()); // ends what waited before
  await page.locator(`[data-changes=${name}]`).click(); // not by Enter: among so many keys, that would be a scan
  assert.match(await said(page), /^Drücken Sie jetzt die Taste für/);
  await page.keyboard.press(key);
}

/** Presses a key of the keypad with Alt. */
async function keypad(page, key) {
  const keyboard = await page.context().newCDPSession(page);
  for (const type of ["keyDown", "keyUp"]) await keyboard.send("Input.dispatchKeyEvent", {type, key, code: "Numpad" + key, modifiers: 1, location: 3, isKeypad: true});
  await keyboard.detach();
}

/** Presses the key of a command, sees that it is sent and taken, and waits for what the desk shows then. */
async function given(page, key, name, then) {
  const answer = await answered(page, () => deskKey(page, key));
  const sent = new URLSearchParams(answer.request().postData());
  assert.equal(sent.get("command"), name);
  assert.ok(answer.ok(), `${name} is refused: ${answer.status()}`);
  if (then) await page.locator(then).first().waitFor();
  return sent;
}

/** Presses a button of an open dialog, and sees that its command is sent and taken. */
async function dialogGiven(page, button, name) {
  const answer = await answered(page, () => page.locator(button).click());
  assert.equal(new URLSearchParams(answer.request().postData()).get("command"), name);
  assert.ok(answer.ok(), `${name} is refused: ${answer.status()}`);
}

/** What is wrong with the boxes of a desk; the elements of wanted must be among them. */
async function laidOut(wanted) {
  await document.fonts.ready; // until then in the browser's font, which is wider
  const faults = [];
  const shown = (selector) => [...document.querySelectorAll(selector)].filter((e) => e.checkVisibility());
  for (const selector of [...wanted, "#main-action"]) if (shown(selector).length === 0) faults.push(`no ${selector}`);
  const all = shown(".bar .btn, .bar h1, #number, .cur .rows, .cur .acts .btn, .list h2, #stale, #refusal");
  for (const e of all) {
    const box = e.getBoundingClientRect();
    const name = e.id || e.textContent.trim().slice(0, 20);
    if (box.top < 0 || box.left < 0 || box.bottom > innerHeight || box.right > innerWidth) faults.push(`${name} is outside the window`);
    for (const [x, y] of [[box.left, box.top], [box.right, box.top], [box.left, box.bottom], [box.right, box.bottom]]) {
      const top = document.elementFromPoint(Math.min(Math.max(x, box.left + 5), box.right - 5), Math.min(Math.max(y, box.top + 5), box.bottom - 5));
      if (!e.contains(top)) faults.push(`${name} is covered by ${top?.outerHTML.slice(0, 60)}`);
    }
    if (e.matches(".btn") && (e.scrollWidth > e.clientWidth || e.scrollHeight > e.clientHeight)) faults.push(`${name} is cut`);
    for (const other of all.slice(all.indexOf(e) + 1)) {
      const its = other.getBoundingClientRect();
      if (box.left < its.right && its.left < box.right && box.top < its.bottom && its.top < box.bottom) faults.push(`${name} overlaps ${other.id || other.textContent.trim().slice(0, 20)}`);
    }
  }
  const amiss = !document.getElementById("stale").hidden;
  const rows = document.querySelector(".cur .rows");
  if (rows && !amiss && rows.scrollHeight > rows.clientHeight + 1) faults.push(`of the visit, ${rows.scrollHeight - rows.clientHeight} px are cut`);
  if (document.documentElement.scrollHeight > innerHeight) faults.push("the page scrolls beside its columns");
  const list = document.querySelector("section.list");
  if (list.scrollHeight <= list.clientHeight) faults.push("the waiting room is not full");
  list.scrollTop = list.scrollHeight;
  if (document.getElementById("keys").getBoundingClientRect().bottom > list.getBoundingClientRect().bottom) faults.push("the list does not scroll to its end");
  list.scrollTop = 0;
  return faults;
}

/** A page's way to the server, for the time after it is loaded again. */
async function way(page) {
  let gone = false;
  const sockets = new Set();
  await page.routeWebSocket(/\/live/, (socket) => {
    if (gone) return socket.close();
    sockets.add(socket);
    socket.connectToServer();
  });
  await page.route(/\/live\?/, (route) => gone ? route.abort() : route.continue());
  return {
    cut() { gone = true; for (const socket of sockets) socket.close(); },
    mend() { gone = false; },
  };
}
