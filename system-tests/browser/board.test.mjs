// The security company's people: the board follows alarms, is worked by keyboard alone and handed over; a guard calls for help.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, test } from 'node:test';

import { sound } from './judge.mjs';
import { calm, desk, oneTimeCode, open, overflow, phone, picture, program, start } from './people.mjs';

const PASSWORD = 'tidal-meadow-47-bronze';

function freePort() {
  return new Promise((found) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => found(port));
    });
  });
}

/** A frame of SIA DC-09, plain: CRC-16 and length before the body. */
function frame(account, sequence, event) {
  const body = `"SIA-DCS"${String(sequence).padStart(4, '0')}R1L0#${account}[#${account}|${event}]`;
  let crc = 0;
  for (const byte of Buffer.from(body, 'latin1')) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >> 1) ^ 0xa001 : crc >> 1;
  }
  const hex = (number) => number.toString(16).toUpperCase().padStart(4, '0');
  return Buffer.from(`\n${hex(crc)}${hex(body.length)}${body}\r`, 'latin1');
}

describe('the security company', { skip: !program && 'TOMORI_BIN is not set' }, () => {
  let browser;
  let server;
  let folder;
  let url;
  let panels;
  let office;

  /** Accepts an invitation as a person does. */
  async function enter(code, { fields = {}, ...options } = {}) {
    const window = await open(browser, options);
    const { page } = window;
    await page.goto(`${url}/welcome/${code}`);
    const secret = await page.locator('[data-secret]').first().innerText();
    const all = { ...fields, password: PASSWORD, again: PASSWORD, totp: oneTimeCode(secret) };
    for (const [name, value] of Object.entries(all)) await page.locator(`[name=${name}]`).fill(value);
    await page.locator('main button.primary').click();
    await page.locator('nav').first().waitFor();
    return window;
  }

  async function invite(name, role, options) {
    const { page } = office;
    await page.goto(`${url}/people`);
    await page.locator('[name=name]').fill(name);
    await page.locator('[name=email]').fill(`${role}${Math.random()}@example.jp`);
    await page.locator(`[name=role][value=${role}]`).check({ force: true });
    await page.locator('form[action="/people"] button').click();
    return enter(await page.locator('[data-secret]').first().innerText(), options);
  }

  /** Sends an alarm until it is answered. */
  function alarm(account, sequence, event) {
    return new Promise((answered, failed) => {
      const socket = createSocket('udp4');
      const late = setTimeout(() => failed(new Error('no answer')), 20_000);
      socket.on('message', (answer) => {
        clearTimeout(late);
        socket.close();
        if (answer.includes('"ACK"')) answered();
        else failed(new Error(answer.toString()));
      });
      socket.send(frame(account, sequence, event), panels, '127.0.0.1');
    });
  }

  before(async () => {
    browser = await start();
    folder = mkdtempSync(join(tmpdir(), 'tomori-board-'));
    const web = await freePort();
    panels = await freePort();
    const config = join(folder, 'third-party.toml');
    const at = (port) => `"127.0.0.1:${port}"`;
    writeFileSync(config, `[web]\nlisten = ${at(web)}\n[receiver]\ntcp = ${at(panels)}\nudp = ${at(panels)}\n`);
    const args = ['third-party', '--config', config, '--data', join(folder, 'data'), '--lang', 'en'];
    server = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const lines = createInterface({ input: server.stdout })[Symbol.asyncIterator]();
    const code = /code (\S+)\./.exec((await lines.next()).value)[1];
    url = `http://localhost:${web}`;
    const fields = { name: '会社 管理', email: 'admin@example.jp' };
    office = await enter(code, { fields, viewport: desk });
    const { page } = office;
    for (const account of ['1001', '1002']) {
      await page.goto(`${url}/panels`);
      await page.locator('[name=account]').fill(account);
      await page.locator('[name=name]').fill(`山田 ${account}`);
      await page.locator('[name=plain]').check({ force: true });
      await page.locator('form[action="/panels"] button.primary').click();
      await page.locator(`text=山田 ${account}`).first().waitFor();
    }
  });

  after(async () => {
    await browser?.close();
    server?.kill();
    if (folder) rmSync(folder, { recursive: true, force: true });
  });

  test('works through the board by keyboard while alarms come, and hands over', { timeout: 120_000 }, async () => {
    const one = await invite('管制 一郎', 'operator', { lang: 'ja', viewport: desk });
    const two = await invite('管制 二郎', 'operator', { lang: 'en', viewport: desk });
    for (const { page } of [one, two]) {
      await page.evaluate(() => {
        window.isSamePage = true;
      });
    }
    await alarm('1001', 1, 'NBA1');
    const line = (window, name) => window.page.locator('.board-line', { hasText: name });
    // Nobody loads anything: the board follows.
    for (const window of [one, two]) {
      await line(window, '山田 1001').waitFor();
      assert.ok(await window.page.evaluate(() => window.isSamePage));
    }
    await two.page.keyboard.press('j');
    await alarm('1002', 1, 'NFA1');
    await line(two, '山田 1002').waitFor();
    const held = await two.page.evaluate(() => document.activeElement.innerText);
    assert.match(held, /山田 1001/, 'the cursor stays on its line when one comes before it');
    assert.match(await two.page.locator('.board-line').first().innerText(), /山田 1002/, 'fire goes first');
    await sound(one.page, 'ja', 'board');
    await picture(one.page, 'board-ja');

    await one.page.keyboard.press('n');
    await one.page.keyboard.press('t');
    await one.page.waitForURL('**/cases/**');
    await line(two, '山田 1002').locator('text=管制 一郎').waitFor();
    await sound(one.page, 'ja', 'case');
    await one.page.keyboard.press('o');
    const free = two.page.locator('[data-line][data-free]', { hasText: '山田 1002' });
    await free.waitFor();
    await two.page.keyboard.press('k');
    await two.page.keyboard.press('t');
    await two.page.waitForURL('**/cases/**');
    await one.page.locator('text=管制 二郎').first().waitFor();

    const guard = await invite('警備 三郎', 'guard', { lang: 'ja', viewport: phone });
    await guard.page.locator('summary[data-tone=alarm]').focus();
    await guard.page.keyboard.press('Enter');
    await guard.page.keyboard.press('Tab');
    await guard.page.keyboard.press('Enter');
    await guard.page.locator('[data-part=emergency] [data-loud]').waitFor();
    for (const { page } of [one, two]) await page.locator('.emergency[data-loud]', { hasText: '警備 三郎' }).waitFor();
    await sound(two.page, 'en', 'emergency');
    await picture(two.page, 'emergency-en');
    await two.page.keyboard.press('e');
    await guard.page.locator('[data-part=emergency]', { hasText: '管制 二郎' }).waitFor();
    assert.equal(await overflow(guard.page), 0);
    await sound(guard.page, 'ja', 'duty');
    for (const window of [one, two, guard, office]) calm(window);
  });
});
