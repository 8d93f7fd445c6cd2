// Writing, changing and deleting a schedule, and two windows that change the same one.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { base, calm, desk, overflow, phone, picture, resident, start } from './people.mjs';

/** Presses save and waits for the list. */
async function save(page) {
  await page.locator('button[value=save]').click();
  await page.waitForURL(`${base}/schedules?told=saved`);
}

/** Fills the form for a time of the day. */
async function write(page, time) {
  await page.locator('[name=device]').first().check();
  await page.locator('[name=deed][value=close]').check();
  await page.locator('[name=at][value=clock]').check();
  await page.locator('[name=time]').fill(time);
}

describe('a schedule', () => {
  let browser;
  before(async () => {
    browser = await start();
  });
  after(() => browser.close());

  for (const [lang, viewport, time] of [
    ['ja', phone, '22:41'],
    ['en', desk, '22:43'],
  ]) {
    test(`is written, changed and deleted (${lang})`, async () => {
      const window = await resident(browser, { lang, viewport });
      const { page } = window;
      await page.goto(`${base}/schedules`);
      await page.locator('a[href="/schedules/new"]').click();
      await page.waitForURL(`${base}/schedules/new`);
      assert.ok(await page.locator('[name=offset]').isHidden(), 'what does not matter is not there');
      await write(page, time);
      // The next moments follow what is written.
      await page.waitForFunction((text) => document.querySelector('.next')?.textContent.includes(text), time);
      await page.locator('[name=at][value=sunset]').check();
      assert.ok(await page.locator('[name=offset]').isVisible());
      await page.locator('[name=at][value=clock]').check();
      await picture(page, `schedule-editor-${lang}`);
      assert.ok((await overflow(page)) <= 0);
      await save(page);
      const card = page.locator('.schedule', { hasText: time });
      assert.equal(await card.count(), 1);
      await picture(page, `schedules-${lang}`);
      await card.locator('a.button').click();
      await page.locator('[name=time]').fill('22:47');
      await save(page);
      const changed = page.locator('.schedule', { hasText: '22:47' });
      await changed.locator('a.button').click();
      await page.locator('a[href$="/delete"]').click();
      assert.match(await page.locator('main').innerText(), /22:47/);
      await page.locator('form[action$="/delete"] button').click();
      await page.waitForURL(`${base}/schedules?told=deleted`);
      assert.equal(await page.locator('.schedule', { hasText: '22:47' }).count(), 0);
      calm(window);
      await window.context.close();
    });
  }

  test('with wrong fields stays as it was written, with each field’s error read out', async () => {
    const window = await resident(browser, { lang: 'en', viewport: phone });
    const { page } = window;
    await page.goto(`${base}/schedules/new`);
    for (const box of await page.locator('[name=day]').all()) await box.uncheck();
    await page.locator('[name=deed][value=position]').check();
    await page.locator('[name=degree]').fill('130');
    await page.locator('button[value=save]').click();
    await page.locator('.wrong').first().waitFor();
    const field = page.locator('[name=degree]');
    assert.equal(await field.inputValue(), '130');
    assert.equal(await field.getAttribute('aria-invalid'), 'true');
    const described = await field.getAttribute('aria-describedby');
    assert.match(await page.locator(`#${described}`).innerText(), /0 to 100/);
    await picture(page, 'schedule-wrong-en-phone');
    calm(window, ['422']);
    await window.context.close();
  });

  test('changed in two windows at once is shown twice, and the person decides', async () => {
    const window = await resident(browser, { lang: 'en', viewport: desk });
    const { page, context } = window;
    await page.goto(`${base}/schedules/new`);
    await write(page, '22:51');
    await save(page);
    const path = await page.locator('.schedule', { hasText: '22:51' }).locator('a.button').getAttribute('href');
    const other = await context.newPage();
    await page.goto(`${base}${path}`);
    await other.goto(`${base}${path}`);
    await other.locator('[name=time]').fill('22:53');
    await save(other);
    await page.locator('[name=time]').fill('22:55');
    await page.locator('button[value=save]').click();
    await page.locator('table').waitFor();
    const row = page.locator('tbody tr');
    assert.equal(await row.count(), 1, 'only what differs');
    assert.match(await row.innerText(), /22:53\s+22:55/);
    await picture(page, 'schedule-conflict-en-desk');
    // She decides for hers.
    await save(page);
    assert.equal(await page.locator('.schedule', { hasText: '22:55' }).count(), 1);
    await page.goto(`${base}${path}/delete`);
    await page.locator('form[action$="/delete"] button').click();
    await page.waitForURL(`${base}/schedules?told=deleted`);
    calm(window, ['409']);
    await context.close();
  });
});
