// Three people open a door from afar, each with a passkey of their own in a real browser: a code that was misread, and the right
// one. The company is `examples/company.rs` of system/third-party, with a house and a gateway that answer.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { sound } from './judge.mjs';
import { authenticator, calm, desk, oneTimeCode, open, phone, picture, start } from './people.mjs';

const company = join(process.env.TOMORI_EXAMPLES ?? '', 'company');

describe('three signatures', { skip: !existsSync(company) }, () => {
  let browser;
  let server;
  let ended;
  let origin;
  let people;

  before(async () => {
    browser = await start();
    server = spawn(company, ['127.0.0.1:0'], { stdio: ['ignore', 'pipe', 'inherit'] });
    ended = new Promise((done) => server.once('exit', done));
    const line = await new Promise((done, fail) => {
      let text = '';
      server.stdout.on('data', (bytes) => {
        text += bytes;
        if (text.includes('\n')) done(text);
      });
      server.once('exit', () => fail(new Error('the company ended')));
    });
    ({ origin, people } = JSON.parse(line));
  });

  after(async () => {
    server?.kill('SIGTERM');
    await ended;
    await browser.close();
  });

  /** Somebody signs in and makes a passkey. */
  async function enter(role, lang, viewport) {
    const window = await open(browser, { lang, viewport });
    await authenticator(window);
    const { page } = window;
    const who = people.find((person) => person.role === role);
    await page.goto(`${origin}/sign-in`);
    await page.locator('[name=login]').fill(who.login);
    await page.locator('[name=password]').fill(who.password);
    await page.locator('[name=code]').fill(oneTimeCode(who.secret));
    await page.locator('form[action="/sign-in"] button').click();
    await page.locator('nav').waitFor();
    await page.goto(`${origin}/account/passkeys`);
    await page.locator('[name=name]').fill('Work phone');
    await page.locator('[data-passkey=make] button').click();
    await page.locator('.entry-name').waitFor();
    // The offline root of this company signs at once.
    for (let turn = 0; turn < 100 && !(await page.locator('.badge[data-tone=confirmed]').count()); turn += 1) {
      await page.waitForTimeout(100);
      await page.reload();
    }
    return window;
  }

  test('open a door, and a misread code does not', { timeout: 120_000 }, async () => {
    const guard = await enter('guard', 'ja', phone);
    const operator = await enter('operator', 'ja', desk);
    const supervisor = await enter('supervisor', 'en', desk);
    const [g, o, s] = [guard, operator, supervisor].map((window) => window.page);

    await g.goto(`${origin}/duty`);
    await g.locator('form[action="/duty"] button').click();
    await o.goto(`${origin}/board`);
    await o.locator('[data-take] button').click();
    await o.waitForURL(/\/cases\//);
    const url = o.url();
    await o.locator('form[action$="/send"] button').first().click();
    // The phone hears of it by itself.
    await g.locator('[data-focus=accept]').click();
    await g.locator('[data-part=unlock]').waitFor();

    for (const [code, tone, told] of [
      ['87654321', 'door', /ゲートウェイが示した番号ではありません/],
      ['12345678', 'done', /解錠されました/],
    ]) {
      await g.goto(`${origin}/duty/arrival`);
      await g.locator('[name=code]').pressSequentially(code);
      assert.equal(await g.locator('[name=code]').inputValue(), `${code.slice(0, 4)} ${code.slice(4)}`);
      if (tone === 'done') await sound(g, 'ja', 'the arrival');
      await picture(g, 'company-arrival-ja-phone');
      await g.locator('[data-passkey=sign] button').click();
      await g.waitForURL(/\/duty$/);

      await o.goto(url);
      await o.locator('a[data-focus=sign]').click();
      await o.locator('[data-passkey=sign]').waitFor();
      if (tone === 'done') await sound(o, 'ja', 'the request');
      await picture(o, 'company-request-ja-desk');
      await o.locator('[data-passkey=sign] button').click();
      await o.waitForURL(url);

      await s.goto(url);
      await s.locator('a[data-focus=sign]').click();
      await s.locator('[data-passkey=sign]').waitFor();
      if (tone === 'done') await sound(s, 'en', 'the approval');
      await picture(s, 'company-approval-en-desk');
      await s.locator('[data-passkey=sign] button').click();
      await s.waitForURL(url);

      // What the gateway answers comes to the open pages by itself, the operator's and the guard's.
      for (const page of [o, g]) {
        await page.locator(`.signatures > li:nth-child(4)[data-state=${tone}]`, { hasText: told }).waitFor();
      }
      if (tone === 'done') await sound(o, 'ja', 'the case');
      await picture(o, `company-case-${tone}-ja-desk`);
    }
    assert.match(await o.locator('main').innerText(), /番号の誤り 1 回/);
    for (const window of [guard, operator, supervisor]) {
      calm(window);
      await window.context.close();
    }
  });
});
