// What is judged on every page: axe as an independent judge, targets for a finger, and that nothing is wider than its window.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

import { overflow } from './people.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds, in lines a person can act on. */
export async function judge(page) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() =>
    globalThis.axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    }),
  );
  return violations.flatMap((violation) =>
    violation.nodes.map((node) => `${violation.id}: ${node.html.slice(0, 160)} ${node.failureSummary}`),
  );
}

/** Targets that a finger needs and that are smaller than 44 px, links in running text aside. */
export function smallTargets(page) {
  return page.evaluate(() =>
    [...document.querySelectorAll('button, .button, .nav a, .top a, .option, .back, .link-line, summary, select, input:not([type=hidden], [type=checkbox], [type=radio])')]
      .filter((target) => target.checkVisibility())
      .map((target) => ({ target, box: target.getBoundingClientRect() }))
      .filter(({ box }) => box.height < 44 || box.width < 44)
      .map(({ target, box }) => `${Math.round(box.width)}×${Math.round(box.height)} ${target.outerHTML.slice(0, 120)}`),
  );
}

/** What is cut off, or broken into single letters for want of room. */
export function clipped(page) {
  return page.evaluate(() =>
    [...document.querySelectorAll('button, .badge, h1, h2, h3, .fact, .nav a, th, td')]
      .filter((element) => element.checkVisibility() && element.textContent.trim())
      .filter((element) => {
        const style = getComputedStyle(element);
        const hidden = element.scrollWidth > element.clientWidth + 1 && style.overflow !== 'visible' && style.display !== 'inline';
        const inside = element.clientWidth - Number.parseFloat(style.paddingLeft) - Number.parseFloat(style.paddingRight);
        const narrow = element.textContent.trim().length > 3 && inside > 0 && inside < 2 * Number.parseFloat(style.fontSize);
        return hidden || narrow;
      })
      .map((element) => element.outerHTML.slice(0, 120)),
  );
}

/** Asserts that a page is in the reader's language, has one heading, and that everybody can read and use it. */
export async function sound(page, lang, name) {
  assert.equal(await page.locator('html').getAttribute('lang'), lang, name);
  assert.equal(await page.locator('h1').count(), 1, `${name} has one heading`);
  assert.deepEqual(await judge(page), [], name);
  assert.deepEqual(await smallTargets(page), [], name);
  assert.deepEqual(await clipped(page), [], name);
  assert.ok((await overflow(page)) <= 0, `${name} is wider than its window`);
}
