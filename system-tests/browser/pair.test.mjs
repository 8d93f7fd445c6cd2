// Pairing a phone with the house: the link from the platform, the gateway it leads to, and what that is good for.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { base, calm, overflow, phone, picture, resident, start } from './people.mjs';

describe('pairing a phone', () => {
  let browser;
  before(async () => {
    browser = await start();
  });
  after(() => browser.close());

  test('leads from the platform to the gateway, once, and is remembered for the time without a line', { timeout: 120_000 }, async () => {
    const window = await resident(browser, { lang: 'ja', viewport: phone });
    const { page, context } = window;
    await page.goto(`${base}/settings`);
    await page.locator('a[href="/pair"]').click();
    const before = await page.locator('form[action$="/end"]').count();
    await page.locator('form[action="/pair"] button').click();
    await page.locator('.qr').waitFor();
    await picture(page, 'paired-ja-phone');
    assert.ok((await overflow(page)) <= 0);
    const link = await page.locator('a.primary').getAttribute('href');
    const address = new URL(link).origin;
    assert.equal(await page.locator('[data-house-address]').getAttribute('data-house-address'), address);
    assert.equal(JSON.parse(await page.evaluate(() => localStorage.getItem('tomori.house'))).address, address);

    await page.locator('a.primary').click();
    await page.waitForURL(`${address}/pair`);
    const field = page.locator('[name=secret]');
    assert.equal(await field.inputValue(), new URL(link).hash.slice(1), 'the secret is in the form');
    assert.equal(await page.evaluate(() => location.hash), '', 'and in no address any more');
    await picture(page, 'redeem-ja-phone');
    await page.locator('form[action="/pair/redeem"] button').click();
    await page.waitForURL(`${address}/`);
    assert.match(await page.locator('.answer').innerText(), /お家の中のゲートウェイに直接つながっています/);
    assert.ok((await page.locator('.device').count()) > 0);
    await picture(page, 'house-at-home-ja-phone');
    await page.goto(`${address}/schedules`);
    assert.equal(await page.locator('a[href="/schedules/new"]').count(), 0, 'read only at home');

    // The link is spent.
    const other = await browser.newContext({ ignoreHTTPSErrors: true, locale: 'en-GB' });
    const thief = await other.newPage();
    await thief.goto(link);
    await thief.locator('form[action="/pair/redeem"] button').click();
    await thief.locator('.notice').waitFor();
    assert.match(await thief.locator('.notice').innerText(), /worth nothing any more/);
    await other.close();

    // Without a line to the platform the phone knows the way home.
    await page.goto(`${base}/`);
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
    await page.goto(`${base}/offline`);
    assert.equal(await page.locator('[data-house-link]').getAttribute('href'), `${address}/`);
    await page.locator('[data-house-link]').click();
    await page.waitForURL(`${address}/`);
    await page.locator('.device').first().waitFor();

    // The pairing can be taken back.
    await page.goto(`${base}/pair`);
    assert.equal(await page.locator('form[action$="/end"]').count(), before + 1);
    await page.locator('form[action$="/end"] button').last().click();
    await page.waitForURL(`${base}/pair?told=phone-ended`);
    assert.equal(await page.locator('form[action$="/end"]').count(), before);
    // A gateway's certificate is its own house's; a browser that does not know it keeps no worker there.
    calm(window, ['SSL certificate error']);
    await context.close();
  });
});
