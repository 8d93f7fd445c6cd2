// Everybody can use it: axe as an independent judge, keyboard, targets, narrow screens, large text, both schemes.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { clipped, judge, smallTargets, sound } from './judge.mjs';
import { base, calm, desk, open, overflow, phone, picture, resident, start } from './people.mjs';

/** The pages of the app, and one of each kind of thing in it. */
async function places(page) {
  await page.goto(`${base}/`);
  const device = await page.locator('.device h3 a').first().getAttribute('href');
  await page.goto(`${base}/schedules`);
  const edit = page.locator('.schedule a.button').first();
  const schedule = (await edit.count()) ? await edit.getAttribute('href') : '/schedules/new';
  return {
    house: '/',
    device,
    schedules: '/schedules',
    editor: '/schedules/new',
    schedule,
    history: '/history',
    settings: '/settings',
    pair: '/pair',
    offline: '/offline',
    'not-found': '/devices/dev_nothing',
  };
}

describe('everybody', () => {
  let browser;
  before(async () => {
    browser = await start();
  });
  after(() => browser.close());

  test('is judged by a judge who sees', async () => {
    const window = await open(browser);
    await window.page.setContent('<html><body><img src="x"><p style="color:#aaa;background:#fff">pale</p><input></body></html>');
    const found = (await judge(window.page)).map((line) => line.split(':')[0]);
    for (const rule of ['image-alt', 'color-contrast', 'label', 'html-has-lang']) assert.ok(found.includes(rule), rule);
    await window.context.close();
  });

  for (const lang of ['ja', 'en']) {
    for (const [form, viewport] of [
      ['phone', phone],
      ['desk', desk],
    ]) {
      for (const scheme of ['light', 'dark']) {
        test(`can read and use every page (${lang}, ${form}, ${scheme})`, { timeout: 180_000 }, async () => {
          const window = await resident(browser, { lang, viewport, scheme });
          const { page } = window;
          for (const [name, path] of Object.entries(await places(page))) {
            await page.goto(`${base}${path}`);
            await sound(page, lang, name);
            await picture(page, `${name}-${lang}-${form}-${scheme}`);
          }
          calm(window, ['404']);
          await window.context.close();
        });
      }
    }
  }

  test('can come in', async () => {
    for (const scheme of ['light', 'dark']) {
      const window = await open(browser, { lang: 'ja', viewport: phone, scheme });
      await window.page.goto(`${base}/`);
      assert.deepEqual(await judge(window.page), []);
      assert.deepEqual(await smallTargets(window.page), []);
      await picture(window.page, `sign-in-ja-phone-${scheme}`);
      await window.page.locator('button[name=lang][value=en]').click();
      await window.page.locator('html[lang=en]').waitFor();
      calm(window);
      await window.context.close();
    }
  });

  test('has room at 320 px and with text twice as large', { timeout: 120_000 }, async () => {
    for (const lang of ['ja', 'en']) {
      const window = await resident(browser, { lang, viewport: { width: 320, height: 640 } });
      const { page } = window;
      const all = await places(page);
      for (const [name, path] of Object.entries(all)) {
        await page.goto(`${base}${path}`);
        assert.ok((await overflow(page)) <= 0, `${name} at 320 px (${lang})`);
      }
      // Zooming a desk to 200 % halves its width in CSS pixels; larger text alone is harder, so both.
      await page.setViewportSize({ width: 640, height: 450 });
      for (const [name, path] of Object.entries(all)) {
        await page.goto(`${base}${path}`);
        await page.evaluate(() => document.documentElement.style.setProperty('font-size', '200%'));
        assert.ok((await overflow(page)) <= 0, `${name} at 200 % (${lang})`);
        assert.deepEqual(await clipped(page), [], `${name} clips (${lang})`);
      }
      await window.context.close();
    }
  });

  test('can reach everything by keyboard, in order, and sees where they are', async () => {
    const window = await resident(browser, { lang: 'en', viewport: phone });
    const { page } = window;
    await page.goto(`${base}/`);
    const stops = await page.evaluate(
      () => [...document.querySelectorAll('a[href], button:enabled, input:enabled:not([type=hidden]), summary')].filter((stop) => stop.checkVisibility()).length,
    );
    const seen = [];
    for (let turn = 0; turn < stops; turn += 1) {
      await page.keyboard.press('Tab');
      seen.push(
        await page.evaluate(() => {
          const stop = document.activeElement;
          const box = stop.getBoundingClientRect();
          const nav = document.querySelector('.nav').getBoundingClientRect();
          const style = getComputedStyle(stop);
          const place = [...document.querySelectorAll('*')].indexOf(stop);
          return {
            name: (stop.innerText || stop.getAttribute('aria-label') || '').trim(),
            place,
            ring: style.outlineStyle !== 'none' && Number.parseFloat(style.outlineWidth) >= 2,
            hidden: !stop.closest('.nav') && !stop.matches('.skip') && (box.bottom > nav.top + 1 || box.top < 0),
          };
        }),
      );
    }
    assert.equal(seen[0].name, 'Skip to content');
    assert.deepEqual(seen.filter((stop) => !stop.name), [], 'every stop has a name');
    assert.deepEqual(seen.filter((stop) => !stop.ring), [], 'every stop has a ring');
    assert.deepEqual(seen.filter((stop) => stop.hidden), [], 'no stop is behind the menu');
    const places = seen.map((stop) => stop.place);
    assert.deepEqual(places, [...places].sort((one, other) => one - other), 'in the order of the page');
    assert.equal(new Set(places).size, stops, 'every stop once');
    await page.goto(`${base}/`);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    assert.equal(await page.evaluate(() => document.activeElement.id), 'main');
    calm(window);
    await window.context.close();
  });

  test('who wishes for rest sees no movement', async () => {
    const window = await resident(browser, { reducedMotion: 'reduce' });
    await window.page.goto(`${base}/`);
    const moving = await window.page.evaluate(() => document.getAnimations().length);
    assert.equal(moving, 0);
    await window.context.close();
  });
});
