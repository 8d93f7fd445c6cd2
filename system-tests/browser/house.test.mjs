// Moving a shutter: what the page says at each moment is what the house reported, and nothing sooner.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { base, calm, desk, open, patience, phone, picture, resident, start } from './people.mjs';

/** The first shutter that can be moved, and which way. */
async function movable(page) {
  const device = page.locator('.device:has(button[value=close]:enabled)').first();
  await device.waitFor();
  const id = await device.getAttribute('data-part');
  const fact = (await device.locator('.fact').innerText()).trim();
  const closed = /閉まって|^Closed/.test(fact);
  return { id, fact, wish: closed ? 'open' : 'close' };
}

/** Every tone and fact the device shows from now on, as they come. */
async function follow(page, id) {
  await page.evaluate((key) => {
    globalThis.seen = [];
    const look = () => {
      const part = document.querySelector(`[data-part="${key}"]`);
      const tone = part?.querySelector('.badge')?.dataset.tone;
      const fact = part?.querySelector('.fact')?.textContent.trim();
      const last = globalThis.seen.at(-1);
      if (tone && (last?.tone !== tone || last?.fact !== fact)) globalThis.seen.push({ tone, fact });
    };
    look();
    new MutationObserver(look).observe(document.querySelector('[data-live]'), { childList: true, subtree: true });
  }, id);
}

describe('a shutter', () => {
  let browser;
  before(async () => {
    browser = await start();
  });
  after(() => browser.close());

  for (const [name, lang, viewport] of [
    ['phone, Japanese', 'ja', phone],
    ['desk, English', 'en', desk],
  ]) {
    test(`is sent, moves and is confirmed in place (${name})`, { timeout: patience + 60_000 }, async () => {
      const window = await resident(browser, { lang, viewport });
      const { page } = window;
      await page.goto(`${base}/`);
      const { id, fact, wish } = await movable(page);
      const device = page.locator(`[data-part="${id}"]`);
      await follow(page, id);
      await device.locator(`button[value=${wish}]`).click();
      await page.waitForFunction(
        ([key, before]) => {
          const part = document.querySelector(`[data-part="${key}"]`);
          const tone = part.querySelector('.badge').dataset.tone;
          return tone === 'confirmed' && part.querySelector('.fact').textContent.trim() !== before;
        },
        [id, fact],
        { timeout: patience },
      );
      const seen = await page.evaluate(() => globalThis.seen);
      const tones = seen.map((entry) => entry.tone);
      assert.ok(tones.includes('sent') || tones.includes('moving'), `something came before: ${JSON.stringify(seen)}`);
      const end = seen.at(-1);
      // The end state was never shown before it was confirmed.
      const early = seen.slice(0, -1).filter((entry) => entry.fact === end.fact && entry.tone === 'confirmed');
      assert.deepEqual(early, [], JSON.stringify(seen));
      assert.equal(new URL(page.url()).pathname, '/', 'nothing was navigated');
      const words = lang === 'ja' ? /確認 \d{1,2}:\d\d:\d\d/ : /confirmed \d{1,2}:\d\d:\d\d/;
      assert.match(await device.innerText(), words);
      const voice = await page.locator('[data-live-say]').textContent();
      assert.ok(voice.includes(end.fact), `a screen reader hears it too: ${voice}`);
      await page.goto(`${base}/history`);
      assert.match(await page.locator('.timeline li').first().innerText(), words);
      await picture(page, `history-${lang}`);
      calm(window);
      await window.context.close();
    });
  }

  test('can be moved without any script', { timeout: patience + 60_000 }, async () => {
    const signed = await resident(browser);
    const state = await signed.context.storageState();
    await signed.context.close();
    const window = await open(browser, { lang: 'en', storageState: state, javaScriptEnabled: false });
    const { page } = window;
    await page.goto(`${base}/`);
    const { id, fact, wish } = await movable(page);
    await page.locator(`[data-part="${id}"] button[value=${wish}]`).click();
    assert.equal(page.url(), `${base}/?told=sent#${id}`);
    assert.match(await page.locator('.notice').innerText(), /the device itself will say/);
    const deadline = Date.now() + patience;
    for (;;) {
      await page.goto(`${base}/`);
      const device = page.locator(`[data-part="${id}"]`);
      const tone = await device.locator('.badge').first().getAttribute('data-tone');
      const now = (await device.locator('.fact').innerText()).trim();
      if (tone === 'confirmed' && now !== fact) break;
      assert.ok(Date.now() < deadline, `still ${tone}, ${now}`);
      await new Promise((wake) => setTimeout(wake, 500));
    }
    await window.context.close();
  });

  test('has its own page with a position', async () => {
    const window = await resident(browser, { lang: 'ja', viewport: phone });
    const { page } = window;
    await page.goto(`${base}/`);
    const { id } = await movable(page);
    await page.locator(`[data-part="${id}"] h3 a`).click();
    await page.waitForURL(`${base}/devices/${id}`);
    const slider = page.locator('#degree');
    if (await slider.count()) {
      await slider.focus();
      const before = Number(await slider.inputValue());
      await page.keyboard.press(before >= 50 ? 'ArrowLeft' : 'ArrowRight');
      assert.notEqual(Number(await slider.inputValue()), before);
      assert.equal(await page.locator('output[for=degree]').innerText(), `${await slider.inputValue()}%`);
    }
    await picture(page, 'device-ja-phone');
    calm(window);
    await window.context.close();
  });
});
