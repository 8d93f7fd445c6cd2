// The virtual house's page: what a visitor sees there and what the app says are the same house.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { sound } from './judge.mjs';
import { base, calm, desk, houseUrl, open, patience, phone, picture, resident, start } from './people.mjs';

/** The name of the last shutter that can be moved, how it stands, and its places in the app and in the house. */
async function shutter(app, house) {
  const device = app.locator('.device:has(button[value=close]:enabled)').last();
  await device.waitFor();
  const name = (await device.locator('h3').innerText()).trim();
  const card = house.locator('.thing-card', { has: house.locator('h3', { hasText: name }) });
  const id = await card.getAttribute('data-part');
  return { device: app.locator(`[data-part="${await device.getAttribute('data-part')}"]`), card: house.locator(`[data-part="${id}"]`), thing: id.replace('node-', '') };
}

describe('the virtual house', { skip: !houseUrl }, () => {
  let browser;
  before(async () => {
    browser = await start();
  });
  after(() => browser.close());

  for (const [lang, viewport, form, scheme] of [
    ['ja', phone, 'phone', 'light'],
    ['ja', desk, 'desk', 'dark'],
    ['en', phone, 'phone', 'dark'],
    ['en', desk, 'desk', 'light'],
  ]) {
    test(`can be read and used (${lang}, ${form}, ${scheme})`, async () => {
      const window = await open(browser, { lang, viewport, scheme });
      const { page, context } = window;
      await page.goto(houseUrl);
      await sound(page, lang, 'the house');
      await picture(page, `virtual-house-${lang}-${form}-${scheme}`);
      for (const details of await page.locator('details > summary').all()) await details.click();
      await sound(page, lang, 'the house with every trouble open');
      calm(window);
      await context.close();
    });
  }

  test('shows a shutter moving before a visitor’s eyes, as the app was asked', { timeout: patience + 60_000 }, async () => {
    const app = await resident(browser, { lang: 'ja', viewport: phone });
    const house = await open(browser, { lang: 'ja', viewport: desk });
    await app.page.goto(`${base}/`);
    await house.page.goto(houseUrl);
    const { device, card, thing } = await shutter(app.page, house.page);
    const open_ = /全閉/.test(await card.locator('.badge').innerText());
    await house.page.evaluate((key) => {
      globalThis.seen = new Set();
      const look = () => {
        const curtain = document.querySelector(`[data-curtain="${key}"]`);
        if (curtain) globalThis.seen.add(curtain.getAttribute('transform'));
      };
      look();
      new MutationObserver(look).observe(document.querySelector('[data-live]'), { attributes: true, childList: true, subtree: true });
    }, thing);
    await device.locator(`button[value=${open_ ? 'open' : 'close'}]`).click();
    await card.locator('.badge', { hasText: open_ ? '全開' : '全閉' }).waitFor({ timeout: patience });
    await device.locator('.fact', { hasText: open_ ? '開いています' : '閉まっています' }).waitFor({ timeout: patience });
    const seen = await house.page.evaluate(() => globalThis.seen.size);
    assert.ok(seen > 5, `it moved in ${seen} pictures`);
    calm(app);
    calm(house);
    await app.context.close();
    await house.context.close();
  });

  test('what is prohibited, silent or stuck there is told as such in the app', { timeout: patience + 90_000 }, async () => {
    const app = await resident(browser, { lang: 'ja', viewport: phone });
    const house = await open(browser, { lang: 'ja', viewport: desk });
    await app.page.goto(`${base}/`);
    await house.page.goto(houseUrl);
    const { device, card } = await shutter(app.page, house.page);
    const trouble = (value) => card.locator(`button[value=${value}]`);
    await card.locator('summary').click();
    try {
      await trouble('prohibit').click();
      await device.locator('.badge[data-tone=prohibited]').waitFor({ timeout: patience });
      assert.ok(await device.locator('button[value=open]').isDisabled());
      await sound(app.page, 'ja', 'a house where something is prohibited');
      await picture(app.page, 'house-prohibited-ja-phone');
      await trouble('permit').click();
      await device.locator('button[value=open]:enabled').waitFor({ timeout: patience });

      await trouble('powerOff').click();
      await device.locator('.badge[data-tone=unknown]', { hasText: 'から不明' }).waitFor({ timeout: patience });
      assert.match(await app.page.locator('.answer h1').innerText(), /確認が必要/);
      await sound(app.page, 'ja', 'a house where something is silent');
      await picture(app.page, 'house-silent-ja-phone');
      await trouble('powerOn').click();
      await device.locator('.badge[data-tone=confirmed]').waitFor({ timeout: patience });

      await trouble('jam').click();
      await trouble('unjam').waitFor();
      const wish = /開いて/.test(await device.locator('.fact').innerText()) ? 'close' : 'open';
      await device.locator(`button[value=${wish}]`).click();
      await device.locator('.badge[data-tone=attention]').waitFor({ timeout: patience });
      await sound(app.page, 'ja', 'a house where something is stuck');
      await picture(app.page, 'house-stuck-ja-phone');
    } finally {
      for (const way of ['permit', 'powerOn', 'unjam']) {
        if (await trouble(way).count()) await trouble(way).click();
      }
      await card.locator('button[value=jam]').waitFor();
      await app.context.close();
      await house.context.close();
    }
  });
});
