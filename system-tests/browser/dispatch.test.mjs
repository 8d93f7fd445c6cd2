// T2-5 whole, in four windows: the operator at a desk, the supervisor at another, the guard with a phone at the door, the
// resident with a phone elsewhere. Each of the three signs with a passkey of their own.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { sound } from './judge.mjs';
import {
  api, base, calm, colleague, companyUrl, desk, eventually, houseUrl, overflow, panelUrl, patience, phone, picture, resident, start, withPasskeys,
} from './people.mjs';

const WINDOW = 'living-window';
const LOCK = 'hall-lock';

/** Does something in the virtual house by hand. */
async function byHand(thing, operation, value) {
  const answer = await fetch(`${houseUrl}/api/nodes/${thing}/hand`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ operation, value }),
  });
  assert.ok(answer.ok, `${thing} ${operation}: ${answer.status}`);
}

/** Arms the house as its residents do who have gone. */
async function arm() {
  await eventually('the house is armed', async () => {
    const guard = await api('GET', '/guard');
    if (guard.phase === 'armed') return true;
    if (guard.mode === 'disarmed') await api('POST', '/guard/orders', { mode: 'away' });
    await new Promise((wake) => setTimeout(wake, 500));
    return false;
  });
}

/** What whoever stands at the door reads there. */
async function numberAtTheDoor(browser) {
  const page = await browser.newPage({ locale: 'ja-JP', viewport: phone });
  await page.goto(panelUrl);
  const number = await page.locator('[data-code]').innerText({ timeout: patience });
  await picture(page, 'panel-phone-ja');
  await page.close();
  return number;
}

/** Makes a passkey, and waits until the roster that the offline root signed has it. */
async function passkey(window) {
  const { page } = window;
  await page.goto(`${companyUrl}/account/passkeys`);
  await page.locator('[name=name]').fill('Test');
  await page.locator('form[data-passkey=make] button').click();
  await page.locator('[data-tone=sent], [data-tone=confirmed]').first().waitFor();
  await eventually('the roster has the passkey', async () => {
    await page.reload();
    return page.locator('[data-tone=confirmed]').count();
  });
}

/** Signs on the page that is open. */
async function sign(page) {
  await page.locator('form[data-passkey=sign] button.primary').click();
}

describe('somebody comes in while nobody is at home', { skip: !companyUrl || !houseUrl || !panelUrl || !colleague('guard') }, () => {
  let browser;
  const windows = {};
  before(async () => {
    browser = await start();
    windows.operator = await withPasskeys(browser, 'operator', { lang: 'ja', viewport: desk });
    windows.supervisor = await withPasskeys(browser, 'supervisor', { lang: 'en', viewport: desk });
    windows.guard = await withPasskeys(browser, 'guard', { lang: 'ja', viewport: phone });
    windows.resident = await resident(browser, { lang: 'en', viewport: phone });
  });
  after(() => browser.close());

  test('each of the three makes a passkey, and the offline root lets them sign', async () => {
    await Promise.all(['operator', 'supervisor', 'guard'].map((who) => passkey(windows[who])));
    await sound(windows.guard.page, 'ja', 'passkeys on a phone');
    await picture(windows.guard.page, 'passkeys-phone-ja');
    await picture(windows.supervisor.page, 'passkeys-desk-en');
  });

  test('an alarm comes to the board by itself, and the operator sends the guard', async () => {
    const { operator, guard } = windows;
    await guard.page.goto(`${companyUrl}/duty`);
    await guard.page.locator('[name=duty][value=on] + button').click();
    await guard.page.locator('[name=north]').fill('35.6900');
    await guard.page.locator('[name=east]').fill('139.7600');
    await guard.page.locator('[data-focus=place]').click();
    await operator.page.goto(`${companyUrl}/board`);
    await picture(operator.page, 'board-quiet-desk-ja');
    await arm();
    await byHand(WINDOW, 'open');
    // Nobody reloads the board.
    const line = operator.page.locator('a.board-open').first();
    await line.waitFor({ timeout: patience });
    await sound(operator.page, 'ja', 'the board with an alarm');
    await picture(operator.page, 'board-alarm-desk-ja');
    await line.click();
    await operator.page.locator('form[action$="/take"] button').first().click();
    await operator.page.locator('form[action$="/send"] button').first().click();
    await guard.page.locator('[data-focus=accept]').click({ timeout: patience });
    await guard.page.locator('[data-focus=arrive]').click();
    await guard.page.locator('a[href="/duty/arrival"]').waitFor();
    await sound(guard.page, 'ja', 'the guard at the house');
    await picture(guard.page, 'duty-arrived-phone-ja');
  });

  test('a number at the door, three signatures, and the door is open', async () => {
    const { operator, supervisor, guard } = windows;
    await guard.page.locator('a[href="/duty/arrival"]').click();
    await guard.page.locator('[name=code]').fill(await numberAtTheDoor(browser));
    await sound(guard.page, 'ja', 'signing the arrival');
    await picture(guard.page, 'sign-arrival-phone-ja');
    await sign(guard.page);
    await guard.page.waitForURL('**/duty');

    const at = operator.page.url();
    await operator.page.locator('a[href$="/unlock/request"]').click({ timeout: patience });
    await sound(operator.page, 'ja', 'signing the request');
    await picture(operator.page, 'sign-request-desk-ja');
    await sign(operator.page);
    await operator.page.waitForURL(at);

    await supervisor.page.goto(at);
    // Who asked cannot approve, and nobody is asked to.
    assert.equal(await operator.page.locator('a[href$="/unlock/approval"]').count(), 0);
    await supervisor.page.locator('a[href$="/unlock/approval"]').click();
    // Somebody can only agree to what they recognise: the house by its address, not by its number.
    assert.match(await supervisor.page.locator('main').innerText(), /千代田/);
    await sound(supervisor.page, 'en', 'signing the approval');
    await picture(supervisor.page, 'sign-approval-desk-en');
    await sign(supervisor.page);
    await supervisor.page.waitForURL(at);

    const drives = await eventually('the lock is driven', async () => {
      const words = await (await fetch(`${houseUrl}/api/nodes/${LOCK}/words`)).json();
      return words.filter(({ word }) => word === 'UNLOCK').length;
    });
    assert.equal(drives, 1);
    for (const [who, lang] of [['operator', 'ja'], ['supervisor', 'en'], ['guard', 'ja']]) {
      const { page } = windows[who];
      await page.locator('.signatures > li:nth-child(4)[data-state=done]').waitFor({ timeout: patience });
      await sound(page, lang, `the open door, for the ${who}`);
      assert.equal(await overflow(page), 0, who);
      await picture(page, `door-open-${who}-${lang}`);
    }
  });

  test('the guard reports, the operator closes, and the resident reads the whole story', async () => {
    const { operator, guard, resident: home } = windows;
    await byHand(WINDOW, 'close');
    await guard.page.locator('[name=report]').fill('窓を閉めました。異常はありません。');
    await guard.page.locator('[data-focus=done]').click();
    await operator.page.reload();
    // The script of the case, step by step.
    const steps = operator.page.locator('form[action$="/steps"] button');
    for (let left = await steps.count(); left > 0; left = await steps.count()) {
      await steps.first().click();
      await eventually('the step is ticked', async () => (await steps.count()) < left);
    }
    await picture(operator.page, 'case-before-closing-desk-ja');
    await operator.page.locator('[name=outcome]').first().check();
    await operator.page.locator('form[action$="/close"] [name=report]').fill('警備員が確認し、窓を閉めました。');
    await operator.page.locator('form[action$="/close"] button.primary').click();
    const story = await eventually('the incident is closed', async () => {
      const [incident] = await api('GET', '/incidents');
      return incident.closed && incident;
    });
    await home.page.goto(`${base}/incidents/${story.id}`);
    await sound(home.page, 'en', 'the story');
    await picture(home.page, 'incident-story-phone-en');
    for (const who of Object.keys(windows)) calm(windows[who]);
  });
});
