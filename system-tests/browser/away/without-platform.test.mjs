// The platform is gone: a phone that was paired goes on at the gateway (EP⑩), and what happened there is known afterwards.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { after, before, describe, test } from 'node:test';

import { sound } from '../judge.mjs';
import { base, calm, patience, phone, picture, resident, start } from '../people.mjs';

const pid = Number(process.env.TOMORI_PLATFORM_PID);
const again = JSON.parse(process.env.TOMORI_PLATFORM_AGAIN ?? '[]');

describe('without the platform', { skip: !pid || !again.length }, () => {
  let browser;
  let platform;
  before(async () => {
    browser = await start();
  });
  after(async () => {
    await browser.close();
    platform?.kill('SIGTERM');
  });

  test('the paired phone moves a shutter at the gateway, and the platform learns of it', { timeout: 3 * patience + 120_000 }, async () => {
    const window = await resident(browser, { lang: 'ja', viewport: phone });
    const { page, context } = window;
    await page.goto(`${base}/pair`);
    await page.locator('form[action="/pair"] button').click();
    await page.locator('a.primary').click();
    await page.locator('form[action="/pair/redeem"] button').click();
    await page.locator('.answer h1').waitFor();
    const address = new URL(page.url()).origin;
    assert.notEqual(address, base);
    // The phone has the page for the time without a line.
    await page.goto(`${base}/`);
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
    await page.waitForFunction(async () => Boolean(await caches.match('/offline')));

    process.kill(pid, 'SIGKILL');
    await page.goto(`${base}/`);
    assert.equal(await page.locator('h1').innerText(), 'つながっていません');
    await page.locator('[data-house-link]').waitFor();
    await sound(page, 'ja', 'offline, with a way home');
    await picture(page, 'offline-with-a-way-home-ja-phone');
    await page.locator('[data-house-link]').click();
    await page.waitForURL(`${address}/`);
    const note = page.getByText('外のサービスには', { exact: false });
    while (!/からつながっていません/.test((await note.count()) ? await note.first().innerText() : '')) {
      // The page may be on its way there by itself, and then this is the one that is interrupted.
      await page.goto(`${address}/`).catch(() => undefined);
      await page.waitForTimeout(300);
    }
    await sound(page, 'ja', 'the house at the gateway');
    await picture(page, 'house-without-platform-ja-phone');

    const device = page.locator('.device:has(button[value=close]:enabled)').first();
    const id = await device.getAttribute('data-part');
    const part = page.locator(`[data-part="${id}"]`);
    const closed = /閉まって/.test(await part.locator('.fact').innerText());
    await part.locator(`button[value=${closed ? 'open' : 'close'}]`).click();
    await part.locator('.fact', { hasText: closed ? '開いています' : '閉まっています' }).waitFor({ timeout: patience });
    assert.match(await part.innerText(), /確認\s\d{1,2}:\d\d:\d\d/);
    for (const path of ['/schedules', '/history', '/settings', `/devices/${id}`]) {
      await page.goto(`${address}${path}`);
      await sound(page, 'ja', `${path} at the gateway`);
      await picture(page, `at-the-gateway${path.replaceAll('/', '-').replace(id, 'device')}-ja-phone`);
    }

    platform = spawn(again[0], again.slice(1), { stdio: ['ignore', 'ignore', 'inherit'] });
    await page.goto(`${base}/history`);
    // The page without a line goes on by itself as soon as the service answers.
    await page.locator('nav').waitFor({ timeout: patience });
    const told = page.locator('.timeline li', { hasText: 'お家で' });
    while (!(await told.count())) {
      await page.goto(`${base}/history`);
      await page.waitForTimeout(300);
    }
    assert.match(await told.first().innerText(), closed ? /開きました/ : /閉まりました/);
    await page.goto(`${base}/pair`);
    await page.locator('form[action$="/end"] button').last().click();
    await page.waitForURL(`${base}/pair?told=phone-ended`);
    calm(window, ['SSL certificate error', 'ERR_CONNECTION_REFUSED', 'ERR_']);
    await context.close();
  });
});
