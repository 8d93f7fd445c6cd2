// The app's own script: the service worker, what the phone remembers, the schedule form. Every page works without it.

const KNOWN = 'tomori.known';
const HOUSE = 'tomori.house';

const policy = globalThis.trustedTypes?.createPolicy('tomori-app', {
  createHTML: (markup) => markup,
  createScriptURL: (url) => {
    if (url !== '/sw.js') throw new TypeError('not ours');
    return url;
  },
});

const parse = (markup) =>
  new DOMParser().parseFromString(policy ? policy.createHTML(markup) : markup, 'text/html');

// A phone may refuse to remember (private windows); then it just does not.
function remember(key, value) {
  try {
    if (value === undefined) localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify(value));
  } catch {
    /* nothing is lost but the memory */
  }
}

async function keepWorker() {
  if (!('serviceWorker' in navigator)) return;
  try {
    await navigator.serviceWorker.register(policy ? policy.createScriptURL('/sw.js') : '/sw.js', { scope: '/' });
    // The worker has put its own copy there before it is ready.
    await navigator.serviceWorker.ready;
    const cache = await caches.open('tomori-1');
    const kept = await cache.match('/offline');
    if ((await kept?.text())?.includes(`<html lang="${document.documentElement.lang}"`)) return;
    // The page for the time without a line, in the language that was chosen since.
    const answer = await fetch('/offline', { cache: 'reload' });
    if (answer.ok) await cache.put('/offline', answer);
  } catch {
    // Without a worker there is no page without a line, and everything else is as it was.
  }
}

// What is known of the house, in the words of the page, for the time without a line.
function writeDown() {
  const answer = document.querySelector('[data-part="answer"]');
  const asOf = document.querySelector('[data-part="as-of"] time');
  if (!answer || !asOf) return;
  const lines = [...document.querySelectorAll('[data-live] .device[data-say]')].map((part) => part.dataset.say);
  remember(KNOWN, { at: asOf.dateTime, shown: asOf.textContent, lang: document.documentElement.lang, lines });
}

function rememberHouse() {
  const place = document.querySelector('[data-house-address]');
  if (place) remember(HOUSE, { address: place.dataset.houseAddress });
}

// Fields that only matter for some choices.
function followChoices(form) {
  const places = [...form.querySelectorAll('[data-when]')];
  const show = () => {
    const chosen = new FormData(form);
    for (const place of places) {
      place.hidden = !place.dataset.when.split(' ').some((when) => {
        const [name, value] = when.split('=');
        return chosen.get(name) === value;
      });
    }
  };
  form.addEventListener('change', show);
  show();
}

// What a schedule would do next, while it is written.
function followPreview(form) {
  const place = form.querySelector('[data-next]');
  const button = form.querySelector('[data-preview-button]');
  if (!place) return;
  if (button) button.hidden = true;
  let timer = 0;
  let turn = 0;
  const ask = async () => {
    const mine = ++turn;
    try {
      const answer = await fetch(form.dataset.preview, {
        method: 'POST',
        body: new URLSearchParams(new FormData(form)),
        headers: { 'tomori-part': '1' },
        redirect: 'manual',
      });
      if (!answer.ok || mine !== turn) return;
      const fresh = parse(await answer.text());
      place.replaceChildren(...[...fresh.body.childNodes].map((node) => document.importNode(node, true)));
    } catch {
      // What stands there stays until the line is back.
    }
  };
  form.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(ask, 250);
  });
}

function offerInstall() {
  const place = document.querySelector('[data-install]');
  if (!place) return;
  addEventListener('beforeinstallprompt', (event) => {
    event.preventDefault();
    place.hidden = false;
    place.querySelector('[data-install-do]').addEventListener('click', () => event.prompt(), { once: true });
  });
}

keepWorker();
rememberHouse();
offerInstall();
if (document.querySelector('[data-signed-out]')) remember(KNOWN, undefined);
writeDown();
addEventListener('tomori:live', writeDown);
for (const form of document.querySelectorAll('form[data-preview]')) {
  followChoices(form);
  followPreview(form);
}
