// The pages of the running demonstration, live and with their scripts, are free
// of barriers while somebody is called. The gallery holds their other states.

import test from "node:test";
import {accessible, browser, callUntil, deskKey, enter, session, sizes} from "./browser.mjs";
import {demonstration} from "./server.mjs";

test("live pages", async (t) => {
  const {url} = await demonstration();
  const chromium = await browser();
  const anybody = await session(chromium);
  const screen = await session(chromium, {viewport: sizes.screen});
  const terminal = await session(chromium, {viewport: sizes.terminal});
  const phone = await session(chromium, {viewport: sizes.phone});
  const clerk = await session(chromium);
  const manager = await session(chromium);

  const open = (page, path) => () => page.goto(url + path);
  const live = (page, path) => async () => { await page.goto(url + path); await fresh(page); };
  const visits = [
    ["start", anybody, open(anybody, "/")],
    ["start, stopped", anybody, async () => {
      await anybody.locator("button[name=speed][value='0']").click();
      await anybody.locator("button[name=speed][value='1']").waitFor();
    }],
    ["tour", anybody, open(anybody, "/demo/tour")],
    ["gallery", anybody, open(anybody, "/gallery")],
    ["offices", anybody, open(anybody, "/booking")],
    ["services", anybody, open(anybody, "/booking/buergerbuero")],
    ["services, one chosen", anybody, async () => { await anybody.locator("input[value=personalausweis]").check(); await anybody.locator("#sum .sum").waitFor(); }],
    ["times", anybody, open(anybody, "/booking/buergerbuero/times?s=personalausweis")],
    ["sign-in", anybody, open(anybody, "/sign-in")],
    ["screen", screen, live(screen, "/screens/halle")],
    ["terminal", terminal, () => enter(terminal, url, "terminal", "fischmarkt")],
    ["terminal, code", terminal, async () => { await terminal.locator(".doors a[href$='/code']").click(); await terminal.locator("#code").waitFor(); }], // it goes once the server has answered
    ["terminal, services", terminal, open(terminal, "/houses/fischmarkt/terminal/walk-in")],
    ["terminal, number", terminal, async () => { await terminal.locator(".doors button").first().click(); await terminal.locator("#number").waitFor(); }],
    ["ticket", phone, () => live(phone, "/tickets/" + terminal.url().split("/").at(-1))()],
    ["infodesk", clerk, async () => { await enter(clerk, url, "as", "keller"); await live(clerk, "/houses/fischmarkt/infodesk")(); }],
    ["desks", clerk, open(clerk, "/desks")],
    ["desk", clerk, async () => {
      await clerk.locator("main li", {hasText: "geschlossen"}).first().locator("a").click();
      await fresh(clerk);
    }],
    ["desk, opening", clerk, async () => { await deskKey(clerk, "F9"); await clerk.locator("#dialog-open").waitFor(); }],
    ["desk, open", clerk, async () => { await clerk.locator("#dialog-open .yours").click(); await clerk.locator("#close").waitFor(); }],
    ["desk, somebody called", clerk, async () => callUntil(clerk, (await phone.locator(".nr.big").textContent()).trim())],
    ["ticket, called", phone, () => phone.getByRole("heading", {name: "Sie sind dran."}).waitFor()],
    ["screen, somebody called", screen, () => screen.locator(".call:not(.none)").waitFor()],
    ["desk, somebody served", clerk, async () => { await deskKey(clerk, "F9"); await clerk.locator("#finish").waitFor(); }],
    ["desk, keys", clerk, async () => { await deskKey(clerk, "F1"); await clerk.locator("#key-list button").first().waitFor(); }],
    ["manager", manager, async () => { await enter(manager, url, "as", "kaya"); await fresh(manager); }],
  ];
  for (const [name, page, visit] of visits) {
    await t.test(name, async () => {
      await visit();
      await page.locator("main:visible").waitFor();
      await accessible(page, name);
    });
  }
});

const fresh = (page) => page.locator("html[data-live=fresh]").waitFor();
