// Keeps the marked parts of a page true. Without this script every page still works; it is then as old as its
// last loading.
//
// [data-live]   a part that follows: data-events is the event stream, data-fragment what to fetch anew on `change`.
// [data-part]   a piece inside, recognised by its key; only pieces that changed are touched, and never one in which
//               the reader is typing or choosing.
// [data-say]    the piece's state in words; read out by a screen reader when it changes.
// [data-live-form] a form that is sent without leaving the page. Nothing is shown as done: what happened comes back
//               as a report, through the events.

const policy = globalThis.trustedTypes?.createPolicy('tomori-live', { createHTML: (markup) => markup });
const parse = (markup) =>
  new DOMParser().parseFromString(policy ? policy.createHTML(markup) : markup, 'text/html');

const region = document.querySelector('[data-live]');
const lost = document.querySelector('[data-live-lost]');
const voice = document.querySelector('[data-live-say]');

let fetching = false;
let again = false;
let stale = false;
let timer = 0;

function say(text) {
  if (voice && text) voice.textContent = text;
}

function busy(part) {
  const active = document.activeElement;
  return part.contains(active) && active.matches('input:not([type=hidden]), select, textarea');
}

// A piece without what differs from load to load or belongs to the reader: one-time keys, answers, opened details.
function plain(part) {
  const copy = part.cloneNode(true);
  for (const fresh of copy.querySelectorAll('[data-fresh]')) fresh.remove();
  for (const answer of copy.querySelectorAll('[data-answer]')) answer.textContent = '';
  for (const details of copy.querySelectorAll('details[open]')) details.removeAttribute('open');
  return copy.outerHTML;
}

function replacePart(old, fresh) {
  const active = document.activeElement;
  const answers = [...old.querySelectorAll('[data-answer]')].map((answer) => answer.textContent);
  for (const [at, answer] of [...fresh.querySelectorAll('[data-answer]')].entries()) {
    answer.textContent = answers[at] ?? '';
  }
  const held = old.contains(active) && active.dataset.focus;
  const opened = [...old.querySelectorAll('details[open]')].map((details) => details.dataset.focus);
  old.replaceWith(fresh);
  for (const key of opened) {
    const details = key && fresh.querySelector(`details[data-focus="${CSS.escape(key)}"]`);
    if (details) details.open = true;
  }
  if (held) fresh.querySelector(`[data-focus="${CSS.escape(held)}"]`)?.focus({ preventScroll: true });
}

function apply(markup) {
  const parts = new Map([...parse(markup).querySelectorAll('[data-part]')].map((part) => [part.dataset.part, part]));
  const shown = [...region.querySelectorAll('[data-part]')];
  const sameParts = shown.length === parts.size && shown.every((part) => parts.has(part.dataset.part));
  // Parts that came or went: the page is built anew, unless somebody is in the middle of something. Then the others follow.
  if (!sameParts) {
    if (!shown.some(busy)) {
      location.reload();
      return;
    }
    stale = true;
  }
  const news = [];
  for (const old of shown) {
    const fresh = parts.get(old.dataset.part);
    if (!fresh) continue;
    if (plain(old) === plain(fresh)) continue;
    if (fresh.dataset.say && fresh.dataset.say !== old.dataset.say) news.push(fresh.dataset.say);
    if (busy(old)) {
      stale = true;
      continue;
    }
    replacePart(old, document.importNode(fresh, true));
  }
  say(news.join(' '));
  dispatchEvent(new Event('tomori:live'));
}

async function refresh() {
  if (fetching) {
    again = true;
    return;
  }
  fetching = true;
  again = false;
  try {
    const answer = await fetch(region.dataset.fragment, { headers: { accept: 'text/html' }, redirect: 'manual' });
    if (answer.ok) apply(await answer.text());
    // Signed out meanwhile: the page itself says so.
    else if (answer.type === 'opaqueredirect' || answer.status === 401 || answer.status === 404) location.reload();
  } catch {
    // The line is away; the event stream says so.
  } finally {
    fetching = false;
    if (again) {
      clearTimeout(timer);
      timer = setTimeout(refresh, 400);
    }
  }
}

function soon() {
  clearTimeout(timer);
  timer = setTimeout(refresh, 60);
}

function follow() {
  const events = new EventSource(region.dataset.events);
  events.addEventListener('change', soon);
  events.addEventListener('open', () => {
    if (lost) lost.hidden = true;
    // What changed while nobody was listening.
    soon();
  });
  events.addEventListener('error', () => {
    if (lost) lost.hidden = false;
    if (events.readyState === EventSource.CLOSED) {
      setTimeout(follow, 5000);
    }
  });
  addEventListener('pagehide', () => events.close(), { once: true });
}

async function send(form, button) {
  const place = form.querySelector('[data-answer]');
  const told = (text) => {
    if (place) place.textContent = text;
  };
  told('');
  button?.setAttribute('aria-disabled', 'true');
  try {
    const body = new URLSearchParams(new FormData(form, button));
    const answer = await fetch(form.action, {
      method: 'POST',
      body,
      headers: { 'tomori-part': '1' },
      redirect: 'manual',
    });
    if (answer.status === 204) {
      // The wish is taken; the next press is a new one.
      const key = form.querySelector('[data-fresh]');
      if (key) key.value = [...crypto.getRandomValues(new Uint8Array(16))].map((n) => n.toString(16).padStart(2, '0')).join('');
      soon();
    }
    else if (answer.headers.get('content-type')?.startsWith('text/plain')) told(await answer.text());
    else location.reload();
  } catch {
    told(form.dataset.unsent ?? '');
  } finally {
    button?.removeAttribute('aria-disabled');
  }
}

addEventListener('submit', (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !form.matches('[data-live-form]')) return;
  event.preventDefault();
  if (event.submitter?.getAttribute('aria-disabled') === 'true') return;
  send(form, event.submitter);
});

// A number next to its slider.
addEventListener('input', (event) => {
  const slider = event.target;
  if (!(slider instanceof HTMLInputElement) || slider.type !== 'range') return;
  const output = slider.form?.querySelector(`output[for="${CSS.escape(slider.id)}"]`);
  if (output) output.textContent = `${slider.value}%`;
});

if (region) {
  follow();
  region.addEventListener('focusout', () => {
    if (!stale) return;
    stale = false;
    soon();
  });
  addEventListener('visibilitychange', () => document.visibilityState === 'visible' && soon());
  addEventListener('pageshow', (event) => event.persisted && location.reload());
}
