// The pages of the running demonstration, live and with their scripts, are free
// of barriers. The gallery holds their other states.

import test from "node:test";
import {accessible, browser, enter, session, sizes} from "./browser.mjs";
import {demonstration} from "./server.mjs";

test("the demonstration's pages", async (t) => {
  const {url} = await demonstration();
  const chromium = await browser();
  const anybody = await session(chromium);
  const terminal = await session(chromium, {viewport: sizes.terminal});
  const clerk = await session(chromium);
  const manager = await session(chromium);

  const open = (page, path) => () => page.goto(url + path);
  const live = (page, go) => async () => { await go(); await page.locator("html[data-live=fresh]").waitFor(); };

  const visits = [
    ["start", anybody, open(anybody, "/")],
    ["offices", anybody, open(anybody, "/booking")],
    ["services", anybody, open(anybody, "/booking/buergerbuero")],
    ["times", anybody, open(anybody, "/booking/buergerbuero/times?s=personalausweis")],
    ["sign-in", anybody, open(anybody, "/sign-in")],
    ["screen", anybody, live(anybody, open(anybody, "/screens/halle"))],
    ["terminal", terminal, () => enter(terminal, url, "terminal", "fischmarkt")],
    ["terminal, code", terminal, () => terminal.locator(".doors a[href$='/code']").click()],
    ["terminal, services", terminal, open(terminal, "/houses/fischmarkt/terminal/walk-in")],
    ["terminal, number", terminal, () => terminal.locator(".doors button").first().click()],
    ["ticket", terminal, live(terminal, async () => {
      await terminal.locator("#number").waitFor();
      await terminal.goto(url + "/tickets/" + terminal.url().split("/").at(-1));
    })],
    ["desk", clerk, live(clerk, () => enter(clerk, url, "as", "keller"))],
    ["desk, opening", clerk, () => clerk.keyboard.press("F9")],
    ["desks", clerk, open(clerk, "/desks")],
    ["infodesk", clerk, live(clerk, open(clerk, "/houses/fischmarkt/infodesk"))],
    ["manager", manager, () => enter(manager, url, "as", "kaya")],
  ];
  for (const [name, page, visit] of visits) {
    await t.test(name, async () => {
      await visit();
      await page.locator("h1, .board main").first().waitFor();
      await accessible(page, name);
    });
  }
});
