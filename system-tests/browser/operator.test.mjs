// The operator's desk: every page, a device from unknown to moved, a resident from invitation to the first screen.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { sound } from './judge.mjs';
import { base, calm, desk, oneTimeCode, open, operator, operatorKnown, patience, phone, picture, program, resident, start, echonetPort } from './people.mjs';

/** The home of the first row. */
async function home(page) {
  await page.goto(`${base}/operator/homes`);
  return page.locator('tbody th a').first().getAttribute('href');
}

/** A device that nobody has on a list: one more shutter on the house's network, until it is ended. */
function stranger() {
  const folder = mkdtempSync(join(tmpdir(), 'tomori-stranger-'));
  const config = join(folder, 'device.toml');
  writeFileSync(
    config,
    `listen = "127.0.0.1:0"
[house]
number = 77
name = { ja = "となりの棚", en = "A shelf" }
port = ${echonetPort}
[[house.node]]
id = "attic-shutter"
address = "127.0.10.77"
kind = "electricRainDoor"
name = { ja = "天窓のシャッター", en = "Skylight shutter" }
room = { ja = "屋根裏", en = "Attic" }
travel_seconds = 1.0
`,
  );
  const child = spawn(program, ['device', '--config', config, '--data', folder], { stdio: ['ignore', 'ignore', 'inherit'] });
  const ended = new Promise((done) => child.once('exit', done));
  return async () => {
    child.kill('SIGTERM');
    await ended;
    rmSync(folder, { recursive: true });
  };
}

describe('at the desk', { skip: !operatorKnown }, () => {
  let browser;
  before(async () => {
    browser = await start();
  });
  after(() => browser.close());

  test('the door keeps others out and lets operators in', async () => {
    const window = await open(browser, { lang: 'ja', viewport: phone });
    const { page, context } = window;
    await page.goto(`${base}/operator/people`);
    assert.equal(new URL(page.url()).pathname, '/operator/sign-in');
    await sound(page, 'ja', 'the door');
    await picture(page, 'operator-door-ja-phone');
    await context.close();
  });

  for (const [lang, viewport, form, scheme] of [
    ['ja', phone, 'phone', 'light'],
    ['ja', desk, 'desk', 'dark'],
    ['en', phone, 'phone', 'dark'],
    ['en', desk, 'desk', 'light'],
  ]) {
    test(`every page can be read and used (${lang}, ${form}, ${scheme})`, { timeout: 180_000 }, async () => {
      const window = await operator(browser, { lang, viewport, scheme });
      const { page, context } = window;
      const one = await home(page);
      const pages = {
        overview: '/operator',
        homes: '/operator/homes',
        home: one,
        'home-new': '/operator/homes/new',
        people: '/operator/people',
        audit: '/operator/audit',
        account: '/operator/account',
        'not-found': '/operator/homes/home_none',
      };
      for (const [name, path] of Object.entries(pages)) {
        await page.goto(`${base}${path}`);
        await sound(page, lang, name);
        await picture(page, `operator-${name}-${lang}-${form}-${scheme}`);
      }
      await page.goto(`${base}${one}`);
      await page.locator('form[action$="/codes"] button').click();
      await page.locator('[data-ends]').waitFor();
      await sound(page, lang, 'code');
      await picture(page, `operator-code-${lang}-${form}-${scheme}`);
      calm(window, ['404']);
      await context.close();
    });
  }

  test('a stranger on the network is told, put on the list, adopted, and moves', { skip: !program || !echonetPort, timeout: patience + 120_000 }, async () => {
    const window = await operator(browser, { lang: 'ja', viewport: desk });
    const { page } = window;
    const one = await home(page);
    const leave = stranger();
    try {
      await page.goto(`${base}/operator`);
      const need = page.locator('main li', { hasText: '未知のノード' });
      while (!(await need.count())) {
        await page.reload();
        await page.waitForTimeout(300);
      }
      await picture(page, 'operator-needs-ja-desk');
      await need.locator('a').first().click();
      await page.waitForURL(new RegExp(`${one}$`));
      await page.locator('#unknown li', { hasText: '127.0.10.77' }).waitFor();
      await sound(page, 'ja', 'a home with a stranger');
      await picture(page, 'operator-stranger-ja-desk');

      await page.locator('details:has(form[action$="/devices"]) summary').click();
      await page.locator('select[name=kind]').selectOption('electricRainDoor');
      await page.locator('form[action$="/devices"] [name=room]').fill('屋根裏');
      await page.locator('form[action$="/devices"] [name=device]').fill('天窓のシャッター');
      await page.locator('form[action$="/devices"] button').click();
      await page.waitForURL(/told=device-added/);
      const line = page.locator('#devices li', { hasText: '天窓のシャッター' });
      await line.locator('form[action$="/adopt"] button').click();
      await page.waitForURL(/told=device-adopted/);
      assert.equal(await page.locator('#unknown').count(), 0, 'it is unknown no more');
      await sound(page, 'ja', 'a home with an adopted device');

      // Who lives there sees it and moves it.
      const living = await resident(browser, { lang: 'ja', viewport: phone });
      await living.page.goto(`${base}/`);
      const device = living.page.locator('.device', { hasText: '天窓のシャッター' });
      await device.locator('.badge[data-tone=confirmed]').first().waitFor({ timeout: patience });
      await device.locator('button[value=open]').click();
      await device.locator('.fact', { hasText: '開いています' }).waitFor({ timeout: patience });
      await device.locator('.badge[data-tone=confirmed]', { hasText: '確認' }).waitFor({ timeout: patience });
      await living.context.close();
    } finally {
      await page.goto(`${base}${one}`);
      const line = page.locator('#devices li', { hasText: '天窓のシャッター' });
      if (await line.count()) {
        await line.locator('details summary').click();
        await line.locator('form[action$="/remove"] button').click();
        await page.waitForURL(/told=device-removed/);
      }
      await leave();
      await window.context.close();
    }
  });

  test('somebody who is invited comes in by the link, and leaves again', { timeout: 120_000 }, async () => {
    const window = await operator(browser, { lang: 'en', viewport: desk });
    const { page } = window;
    const one = await home(page);
    await page.goto(`${base}${one}`);
    await page.locator('details:has(form[action$="/residents"]) summary').click();
    await page.locator('form[action$="/residents"] [name=name]').fill('Jiro');
    await page.locator('form[action$="/residents"] [name=email]').fill('jiro@tomori.example');
    await page.locator('form[action$="/residents"] button').click();
    await page.locator('svg.qr').waitFor();
    await sound(page, 'en', 'the invitation');
    await picture(page, 'operator-invited-en-desk');
    const link = (await page.locator('.link-text').first().innerText()).trim();

    for (const [lang, viewport] of [
      ['ja', phone],
      ['en', desk],
    ]) {
      const guest = await open(browser, { lang, viewport });
      await guest.page.goto(link);
      await sound(guest.page, lang, 'the welcome');
      await picture(guest.page, `welcome-${lang}`);
      if (lang === 'en') {
        const secret = (await guest.page.locator('[data-secret]').innerText()).trim();
        await guest.page.locator('[name=password]').fill('three calm evenings');
        await guest.page.locator('[name=again]').fill('three calm evenings');
        await guest.page.locator('[name=totp]').fill(oneTimeCode(secret));
        await guest.page.locator('form.stack button').click();
        await guest.page.waitForURL(`${base}/`);
        await guest.page.locator('.answer h1').waitFor();
        await guest.page.goto(link);
        assert.match(await guest.page.locator('main').innerText(), /cannot be used/);
        await sound(guest.page, lang, 'a spent invitation');
      }
      await guest.context.close();
    }

    await page.goto(`${base}${one}`);
    const line = page.locator('#residents li', { hasText: 'jiro@tomori.example' });
    await line.locator('details summary').click();
    await line.locator('form[action$="/remove"] button').click();
    await page.waitForURL(/told=resident-removed/);
    assert.equal(await line.count(), 0);
    calm(window);
    await window.context.close();
  });
});
