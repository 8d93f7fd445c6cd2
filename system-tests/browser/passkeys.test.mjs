// The security company's people make passkeys, and the roster goes to the machine without a network and back. A server of its
// own; authenticators by the browser's own virtual ones (WebDriver's WebAuthn, over CDP), so that the bytes are Chromium's.

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { sound } from './judge.mjs';
import { authenticator, calm, desk, oneTimeCode, open, phone, picture, program, start } from './people.mjs';

const password = 'tidal meadow 47 bronze';

/** A port that nobody has. */
function freePort() {
  return new Promise((done) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}

describe('passkeys', { skip: !program }, () => {
  let browser;
  let folder;
  let server;
  let ended;
  let origin;
  let office;
  const told = { text: '' };

  before(async () => {
    browser = await start();
    folder = mkdtempSync(join(tmpdir(), 'tomori-company-'));
    const root = execFileSync(program, ['--lang', 'en', 'roster', 'init', join(folder, 'company')], { encoding: 'utf8' });
    const key = root.match(/[A-Z2-7]{7}(-[A-Z2-7]{7}){7}/)[0];
    const id = readFileSync(join(folder, 'company', 'roster.toml'), 'utf8').match(/comp_[a-z0-9]+/)[0];
    const port = await freePort();
    origin = `http://localhost:${port}`;
    const config = join(folder, 'third-party.toml');
    writeFileSync(
      config,
      `[web]
listen = "127.0.0.1:${port}"
[company]
id = "${id}"
root = "${key}"
[receiver]
tcp = "127.0.0.1:0"
udp = "127.0.0.1:0"
`,
    );
    server = spawn(program, ['--lang', 'en', 'third-party', '--config', config, '--data', folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    ended = new Promise((done) => server.once('exit', done));
    server.stdout.on('data', (bytes) => (told.text += bytes));
    const code = () => told.text.match(/[0-9a-z]{5}(-[0-9a-z]{5}){4,5}[0-9a-z]*/)?.[0];
    const end = Date.now() + 30_000;
    while (!code() && Date.now() < end) await new Promise((wake) => setTimeout(wake, 50));
    office = await enter('ja', desk, code(), { name: '管理 花子', email: 'kanri@guard.example' });
  });

  after(async () => {
    server?.kill('SIGTERM');
    await ended;
    await browser.close();
    rmSync(folder, { recursive: true });
  });

  /** Somebody accepts an invitation, and is signed in. */
  async function enter(lang, viewport, code, founder = {}) {
    const window = await open(browser, { lang, viewport });
    const { page } = window;
    await page.goto(`${origin}/welcome/${code}`);
    for (const [name, value] of Object.entries(founder)) await page.locator(`[name=${name}]`).fill(value);
    await page.locator('[name=password]').fill(password);
    await page.locator('[name=again]').fill(password);
    const secret = await page.locator('[data-secret]').innerText();
    await page.locator('[name=totp]').fill(oneTimeCode(secret));
    await page.locator('form.stack button').last().click();
    await page.locator('nav').waitFor();
    return window;
  }

  /** An administrator invites somebody. */
  async function invited(role, name, account = role) {
    const { page } = office;
    await page.goto(`${origin}/people`);
    await page.locator('form[action="/people"] [name=name]').fill(name);
    await page.locator('form[action="/people"] [name=email]').fill(`${account}@guard.example`);
    await page.locator(`[name=role][value=${role}]`).check({ force: true });
    await page.locator('form[action="/people"] button').click();
    return (await page.locator('[data-secret]').innerText()).trim();
  }

  async function make(page, name) {
    await page.goto(`${origin}/account/passkeys`);
    await page.locator('[name=name]').fill(name);
    await page.locator('[data-passkey=make] button').click();
  }

  test('are made by three people, carried to the offline root, and count', { timeout: 120_000 }, async () => {
    const windows = [];
    for (const [role, name, lang, viewport] of [
      ['guard', '守 一郎', 'ja', phone],
      ['operator', '管 次郎', 'ja', desk],
      ['supervisor', 'Seki Saburo', 'en', desk],
    ]) {
      const window = await enter(lang, viewport, await invited(role, name));
      await authenticator(window);
      const { page } = window;
      await make(page, 'Key <1>');
      await page.locator('.entry-name', { hasText: 'Key <1>' }).waitFor();
      await sound(page, lang, `passkeys of ${role}`);
      await picture(page, `company-passkeys-${role}-${lang}`);
      windows.push(window);
    }

    // The same authenticator makes no second passkey for the same person.
    const { page } = windows[0];
    await make(page, '二つ目');
    await page.locator('[data-passkey-say]', { hasText: 'すでに' }).waitFor();
    await page.goto(`${origin}/duty`);
    await page.locator('.notice', { hasText: '心当たり' }).waitFor();

    await office.page.goto(`${origin}/roster`);
    await sound(office.page, 'ja', 'the roster, before');
    await picture(office.page, 'company-roster-before-ja');
    const download = office.page.waitForEvent('download');
    await office.page.locator('a[download]').click();
    const [description, signed] = [join(folder, 'roster.toml'), join(folder, 'roster.cbor')];
    await (await download).saveAs(description);
    const key = join(folder, 'company', 'root.pem');
    execFileSync(program, ['roster', 'sign', description, '--key', key, '--out', signed], { stdio: ['ignore', 'ignore', 'inherit'] });
    await office.page.locator('[type=file]').setInputFiles(signed);
    await office.page.locator('form[action="/roster"] button').click();
    await office.page.locator('h2', { hasText: '今の名簿' }).waitFor();
    await sound(office.page, 'ja', 'the roster, after');
    await picture(office.page, 'company-roster-after-ja');
    const said = await office.page.locator('main').innerText();
    assert.match(said, /最初の名簿です/);
    assert.doesNotMatch(said, /名簿に載っていないパスキー|署名できる.*いません/);

    for (const { page } of windows) {
      await page.goto(`${origin}/account/passkeys`);
      await page.locator('.badge[data-tone=confirmed]').waitFor();
    }
    for (const window of windows) {
      calm(window);
      await window.context.close();
    }
  });

  test('that verify nobody are not taken, and other names are shown the way', { timeout: 60_000 }, async () => {
    const again = await enter('en', phone, await invited('guard', 'Keiko', 'keiko'));
    await authenticator(again, { isUserVerified: false });
    const { page } = again;
    await make(page, 'Phone');
    await page.locator('[data-passkey-say]', { hasText: 'Nothing was registered' }).waitFor();
    const elsewhere = origin.replace('localhost', '127.0.0.1');
    const cookies = (await again.context.cookies()).map(({ name, value }) => ({ name, value, url: elsewhere }));
    await again.context.addCookies(cookies);
    await page.goto(`${elsewhere}/account/passkeys`);
    await page.locator('[data-passkey-elsewhere] a').waitFor();
    assert.equal(await page.locator('[data-passkey-elsewhere] a').getAttribute('href'), `${origin}/account/passkeys`);
    assert.equal(await page.locator('[data-passkey=make]').isVisible(), false);
    await again.context.close();
  });
});
