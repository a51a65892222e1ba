// Walks the gallery: every page in every state and language is free of barriers,
// fits a phone of 320 px, and stands still for those who want it to.

import assert from "node:assert/strict";
import test from "node:test";
import {accessible, browser, session, sizes} from "./browser.mjs";
import {demonstration} from "./server.mjs";

/** Pages that hang on a wall or stand in a hall, and the size of their panel. */
const panels = [[/^\/gallery\/screen/, sizes.screen], [/^\/gallery\/terminal-(?!set-up)/, sizes.terminal]];

test("the gallery", async (t) => {
  const {url} = await demonstration();
  // The gallery lets no script run, and axe is one: so the browser overlooks
  // that, and the pages' own scripts are kept away instead.
  const page = await session(await browser(), {bypassCSP: true});
  await page.route(/\.js(\?|$)/, (route) => route.abort());
  await page.goto(url + "/gallery");
  const links = await page.locator("main li a").evaluateAll((all) => all.map((a) => a.getAttribute("href")));
  assert.ok(links.length > 20, "the gallery is nearly empty");

  for (const link of links) {
    await t.test(link, async () => {
      const panel = panels.find(([path]) => path.test(link))?.[1];
      await page.emulateMedia({reducedMotion: "reduce"});
      await page.setViewportSize(panel ?? sizes.desk);
      const answer = await page.goto(url + link);
      assert.equal(answer.status(), 200);
      assert.equal(await page.evaluate(moving), 0, "something moves although the reader wants it still");
      await accessible(page, link);
      if (panel) return;
      await page.setViewportSize(sizes.narrow);
      assert.deepEqual(await page.evaluate(beyond), [], "one has to scroll sideways at 320 px");
    });
  }
});

function moving() {
  return document.getAnimations().filter((animation) => animation.playState === "running").length;
}

/** The elements that make the page wider than the window. */
function beyond() {
  const {scrollWidth, clientWidth} = document.documentElement;
  if (scrollWidth <= clientWidth) return [];
  const wide = [...document.body.querySelectorAll("*")].filter((e) => e.getBoundingClientRect().right > clientWidth + 0.5);
  return [`${scrollWidth} px`, ...wide.slice(0, 5).map((e) => e.outerHTML.slice(0, 80))];
}
