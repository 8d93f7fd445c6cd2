// Coming in and going out, with the real second factor.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { base, calm, oneTimeCode, open, phone, resident, signIn, start } from './people.mjs';

test('the code is the one of the standard', () => {
  // RFC 6238, appendix B, at 59 seconds: 94287082.
  assert.equal(oneTimeCode('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ', 59_000), '287082');
});

describe('signing in', () => {
  let browser;
  before(async () => {
    browser = await start();
  });
  after(() => browser.close());

  test('opens the house, and signing out closes it', { timeout: 120_000 }, async () => {
    // The shared session first: it takes the first code.
    await (await resident(browser)).context.close();
    const window = await open(browser, { lang: 'ja', viewport: phone });
    const { page, context } = window;
    await page.goto(`${base}/schedules`);
    assert.equal(new URL(page.url()).pathname, '/sign-in');
    assert.equal(await page.locator('form[action="/sign-in"] [name=next]').inputValue(), '/schedules');
    await signIn(page);
    assert.ok(await page.locator('.answer h1').isVisible());
    const session = (await context.cookies()).find((cookie) => /^(__Host-)?tomori$/.test(cookie.name));
    assert.deepEqual([session.httpOnly, session.sameSite], [true, 'Strict']);
    assert.equal(await page.evaluate(() => document.cookie.includes('tomori=')), false, 'no script reads it');
    await page.goto(`${base}/settings`);
    await page.locator('form[action="/sign-out"] button').click();
    await page.waitForURL(`${base}/sign-in?told=signed-out`);
    await page.goto(`${base}/`);
    assert.equal(new URL(page.url()).pathname, '/sign-in');
    // A used code that had to be waited out was refused in words, with its status.
    calm(window, ['403']);
    await context.close();
  });

  test('a link from another site leads into the house', async () => {
    const window = await resident(browser, { lang: 'en' });
    const { page, context } = window;
    await context.route('https://elsewhere.test/', (route) =>
      route.fulfill({ contentType: 'text/html', body: `<!doctype html><a href="${base}/schedules">to the schedules</a>` }),
    );
    await page.goto('https://elsewhere.test/');
    await page.locator('a').click();
    await page.waitForURL(`${base}/schedules`);
    await page.locator('nav').waitFor();
    assert.equal(new URL(page.url()).pathname, '/schedules');
    await context.close();
  });

  test('a form on another site moves nothing', async () => {
    const window = await resident(browser, { lang: 'en' });
    const { page, context } = window;
    await page.goto(`${base}/`);
    const action = await page.locator('form[data-live-form]').first().getAttribute('action');
    const csrf = await page.locator('[name=csrf]').first().inputValue();
    await context.route('https://elsewhere.test/', (route) =>
      route.fulfill({
        contentType: 'text/html',
        body: `<!doctype html><form method="post" action="${base}${action}"><input name="csrf" value="${csrf}"><input name="key" value="0123456789abcdef"><input name="wish" value="open"><button>win a prize</button></form>`,
      }),
    );
    await page.goto('https://elsewhere.test/');
    await page.locator('button').click();
    await page.locator('h1').waitFor();
    assert.equal(await page.locator('h1').innerText(), 'Not accepted.');
    await context.close();
  });
});
