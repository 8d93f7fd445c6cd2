// Without a line: the app says so, tells what was last known and since when, and comes back by itself.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { base, calm, open, phone, picture, resident, start } from './people.mjs';

describe('without a line', () => {
  let browser;
  before(async () => {
    browser = await start();
  });
  after(() => browser.close());

  for (const [lang, title] of [
    ['ja', 'つながっていません'],
    ['en', 'No connection'],
  ]) {
    test(`the phone shows what it remembers (${lang})`, async () => {
      const window = await resident(browser, { lang, viewport: phone });
      const { page, context } = window;
      await page.goto(`${base}/`);
      await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
      // The page without a line is kept in the reader's language. A page that was on its way when the worker came is
      // not the worker's; the next one is, whichever it is.
      await page.waitForFunction(async (wanted) => {
        const kept = await caches.match('/offline');
        return (await kept?.text())?.includes(`<html lang="${wanted}"`);
      }, lang);
      const known = await page.locator('.device').count();
      await context.setOffline(true);
      await page.goto(`${base}/schedules`);
      assert.equal(await page.locator('h1').innerText(), title);
      assert.equal(await page.locator('[data-known-list] li').count(), known, 'every device, as it was last');
      assert.notEqual(await page.locator('[data-known-at]').getAttribute('datetime'), '');
      await picture(page, `offline-${lang}`);
      await context.setOffline(false);
      // The line is back: the page that was wanted comes by itself.
      await page.locator('nav').waitFor();
      assert.equal(new URL(page.url()).pathname, '/schedules');
      calm(window, ['ERR_INTERNET_DISCONNECTED']);
      await context.close();
    });
  }

  test('an open page says that it may be old, and is true again afterwards', async () => {
    const window = await resident(browser, { lang: 'en', viewport: phone });
    const { page, context } = window;
    await page.route('**/events', (route) => route.abort('connectionreset'));
    await page.goto(`${base}/`);
    const lost = page.locator('[data-live-lost]');
    await lost.waitFor();
    assert.match(await lost.innerText(), /What you see may be old/);
    await page.unroute('**/events');
    await lost.waitFor({ state: 'hidden', timeout: 20_000 });
    calm(window, ['ERR_CONNECTION_RESET']);
    await context.close();
  });

  test('a press that may not have arrived is told as such, and pressing again is safe', async () => {
    const window = await resident(browser, { lang: 'en', viewport: phone });
    const { page, context } = window;
    await page.goto(`${base}/`);
    const form = page.locator('form[data-live-form]:has(button:enabled)').first();
    const key = await form.locator('[name=key]').inputValue();
    await context.setOffline(true);
    await form.locator('button:enabled').first().click();
    const told = form.locator('[data-answer]');
    await told.filter({ hasText: 'not known whether this arrived' }).waitFor();
    assert.equal(await form.locator('[name=key]').inputValue(), key, 'the same wish, should it have arrived');
    await context.setOffline(false);
    await form.locator('button:enabled').first().click();
    await page.waitForFunction(
      ([action, old]) => document.querySelector(`form[action="${action}"] [name=key]`).value !== old,
      [await form.getAttribute('action'), key],
    );
    await context.close();
  });

  test('signing out forgets what the phone remembers', async () => {
    const window = await open(browser, { lang: 'en', viewport: phone });
    const { page, context } = window;
    await page.goto(`${base}/sign-in`);
    await page.evaluate(() => localStorage.setItem('tomori.known', '{"lines":["old"]}'));
    await page.goto(`${base}/sign-in`);
    await page.waitForFunction(() => localStorage.getItem('tomori.known') === null);
    await page.goto(`${base}/offline`);
    await page.locator('[data-nothing]').waitFor();
    assert.ok(await page.locator('[data-known]').isHidden());
    calm(window);
    await context.close();
  });

  test('the app can be installed', async () => {
    const window = await open(browser, { lang: 'ja', viewport: phone });
    const { page, context } = window;
    await page.goto(`${base}/sign-in`);
    const client = await context.newCDPSession(page);
    const { installabilityErrors } = await client.send('Page.getInstallabilityErrors');
    // A private window is what a test has; everything else must fit.
    const left = installabilityErrors.map((error) => error.errorId).filter((id) => id !== 'in-incognito');
    assert.deepEqual(left, []);
    const { errors, data } = await client.send('Page.getAppManifest');
    assert.deepEqual(errors, []);
    assert.equal(JSON.parse(data).name, '灯守（ともり）');
    calm(window);
    await context.close();
  });
});
