// People with a browser: residents and operators in Debian's Chromium, signed in, and watched for every complaint.

import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { chromium } from 'playwright-core';

function needed(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set; system-tests/browser/README.md says what these tests need`);
  return value.replace(/\/$/, '');
}

export const base = needed('TOMORI_URL');
const account = (prefix) => ({
  login: process.env[`${prefix}LOGIN`],
  password: process.env[`${prefix}PASSWORD`],
  secret: process.env[`${prefix}TOTP_SECRET`],
});
for (const name of ['TOMORI_LOGIN', 'TOMORI_PASSWORD', 'TOMORI_TOTP_SECRET']) needed(name);
const residents = { ...account('TOMORI_'), door: '/sign-in', first: '/' };
const operators = { ...account('TOMORI_OPERATOR_'), door: '/operator/sign-in', first: '/operator' };
/** The security company's pages, where there is one, and its people. */
export const companyUrl = process.env.TOMORI_COMPANY_URL;
/** The display at the door of the house. */
export const panelUrl = process.env.TOMORI_PANEL_URL;
const firstPages = { guard: '/duty', administrator: '/people' };
const staff = JSON.parse(process.env.TOMORI_STAFF ?? '[]').map((one) => ({
  ...one,
  login: one.email,
  secret: one.second_factor,
  base: companyUrl,
  door: '/sign-in',
  first: firstPages[one.role] ?? '/board',
}));
/** The demo's own eyes at the platform's API, and its home. */
export const token = process.env.TOMORI_TOKEN;
export const home = process.env.TOMORI_HOME;
/** Whether somebody is known who may sit at the operator's desk. */
export const operatorKnown = Boolean(operators.secret);
/** The program itself, and the port of the house's network, for one more device on it. */
export const program = process.env.TOMORI_BIN;
export const echonetPort = process.env.TOMORI_ECHONET_PORT;
/** The virtual house's own page, where there is one. */
export const houseUrl = process.env.TOMORI_HOUSE_URL;
/** How long a shutter may take from the press to the confirmation. */
export const patience = Number(process.env.TOMORI_PATIENCE_MS ?? 60_000);

const pictures = process.env.TOMORI_SCREENSHOTS ?? fileURLToPath(new URL('../../target/screenshots', import.meta.url));
const sessionFile = (person) =>
  join(tmpdir(), `tomori-browser-${createHash('sha256').update(`${base} ${person.login}`).digest('hex').slice(0, 16)}.json`);

export const phone = { width: 360, height: 780 };
export const desk = { width: 1280, height: 900 };

/** The one-time code of RFC 6238 for this moment: SHA-1, six digits, thirty seconds. */
export function oneTimeCode(base32, now = Date.now()) {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  let bits = '';
  for (const letter of base32.replace(/[\s=-]/g, '').toUpperCase()) {
    const at = alphabet.indexOf(letter);
    if (at < 0) throw new Error('TOMORI_TOTP_SECRET is not base 32');
    bits += at.toString(2).padStart(5, '0');
  }
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(now / 30_000)));
  const tag = createHmac('sha1', key).update(step).digest();
  const offset = tag[19] & 0x0f;
  return String((tag.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

/** Starts Chromium. */
export function start() {
  return chromium.launch({
    executablePath: process.env.TOMORI_CHROMIUM ?? '/usr/bin/chromium',
    // Root in a container has no user namespace to put a sandbox in.
    args: ['--no-sandbox', '--disable-background-networking'],
  });
}

/** A browser window that remembers every complaint: console errors, broken pages, refused content. */
export async function open(browser, { lang = 'ja', viewport = phone, scheme = 'light', ...more } = {}) {
  const context = await browser.newContext({
    viewport,
    colorScheme: scheme,
    locale: lang === 'ja' ? 'ja-JP' : 'en-GB',
    timezoneId: 'Asia/Tokyo',
    ignoreHTTPSErrors: true,
    ...more,
  });
  const complaints = [];
  context.on('console', (message) => {
    if (message.type() === 'error') complaints.push(`console: ${message.text()}`);
  });
  context.on('weberror', (error) => complaints.push(`script: ${error.error().message}`));
  await context.addInitScript(() => {
    addEventListener('securitypolicyviolation', (event) => {
      console.error(`CSP refused ${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
    });
  });
  const page = await context.newPage();
  return { context, page, complaints };
}

/** Fills the sign-in form and sends it. A code opens one session only; a used one is waited out. */
export async function signIn(page, person = residents) {
  const origin = person.base ?? base;
  for (let turn = 0; turn < 2; turn += 1) {
    await page.goto(`${origin}${person.door}`);
    await page.locator('[name=login]').fill(person.login);
    await page.locator('[name=password]').fill(person.password);
    await page.locator('[name=code]').fill(oneTimeCode(person.secret));
    const answer = page.waitForResponse((response) => response.request().method() === 'POST');
    await page.locator(`form[action="${person.door}"] button`).click();
    await answer;
    // Either the door again with what was wrong, or the first page.
    await page.locator('.notice, nav').first().waitFor();
    if (new URL(page.url()).pathname === person.first) return;
    await new Promise((wake) => setTimeout(wake, 30_500 - (Date.now() % 30_000)));
  }
  assert.fail(`nobody could be signed in: ${await page.locator('main').innerText()}`);
}

/** A window of somebody who is signed in. The session is shared between the test files. */
async function signedIn(browser, person, options) {
  const origin = person.base ?? base;
  const kept = sessionFile(person);
  if (existsSync(kept)) {
    const window = await open(browser, { ...options, storageState: JSON.parse(readFileSync(kept, 'utf8')) });
    await window.page.goto(`${origin}${person.first}`);
    if (new URL(window.page.url()).pathname === person.first) return window;
    await window.context.close();
  }
  const first = await open(browser, options);
  await signIn(first.page, person);
  const state = await first.context.storageState();
  // The language is each test's own choice.
  state.cookies = state.cookies.filter((cookie) => !cookie.name.endsWith('tomori-lang'));
  writeFileSync(kept, JSON.stringify(state), { mode: 0o600 });
  return first;
}

/** A window of the signed-in resident. */
export function resident(browser, options = {}) {
  return signedIn(browser, residents, options);
}

/** A window of the signed-in operator. */
export function operator(browser, options = {}) {
  return signedIn(browser, operators, options);
}

/** Gives a window an authenticator that verifies its owner, as a phone does: the browser's own virtual one, over CDP. */
export async function authenticator({ context, page }, options = {}) {
  const cdp = await context.newCDPSession(page);
  await cdp.send('WebAuthn.enable');
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
      ...options,
    },
  });
  return { cdp, authenticatorId };
}

/** The first of the security company's people with a role. */
export function colleague(role) {
  return staff.find((one) => one.role === role);
}

/** A window of somebody of the security company, signed in, with an authenticator that knows them by their finger. */
export async function withPasskeys(browser, role, options = {}) {
  const window = await signedIn(browser, colleague(role), options);
  await authenticator(window);
  return window;
}

/** Asks the platform's API, as a program of the resident would. */
export async function api(method, path, body) {
  const answer = await fetch(`${base}/api/v1/homes/${home}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: body && JSON.stringify(body),
  });
  assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${await answer.clone().text()}`);
  return answer.status === 204 ? null : answer.json();
}

/** What `look` finds, as soon as it finds something. */
export async function eventually(what, look, within = patience) {
  const end = Date.now() + within;
  while (Date.now() < end) {
    const found = await look();
    if (found) return found;
    await new Promise((wake) => setTimeout(wake, 100));
  }
  return assert.fail(`${what}: not within ${within} ms`);
}

/** Asserts that the browser complained about nothing; some things are meant to be refused. */
export function calm(window, except = []) {
  const left = window.complaints.filter((complaint) => !except.some((known) => complaint.includes(known)));
  assert.deepEqual(left, []);
}

/** A picture of the page for people to look at, under `target/screenshots`. */
export async function picture(page, name) {
  mkdirSync(pictures, { recursive: true });
  await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
}

/** How far the page is wider than its window; nothing may be. */
export function overflow(page) {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}
