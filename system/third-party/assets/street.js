// A guard's phone: the emergency button that is not lost without a line or when the page is loaded anew, and the place.
// Without this script both work as forms.
//
// [data-emergency-form]  the second press. What was pressed is kept until the server says that it is on its disk, and is
//                        sent again by whichever page of this guard is open; the key tells the server that it is the same.
// [data-emergency-told]  what has become of it, in words.

const form = document.querySelector('[data-emergency-form]');
const told = document.querySelector('[data-emergency-told]');
const NAME = 'tomori-emergency';
// Older than this it is no call for help any more, and the page says that it was not sent.
const LONGEST = 30 * 60 * 1000;
const AGAIN = 2000;

let timer = 0;
let sending = false;

function kept() {
  try {
    const press = JSON.parse(localStorage.getItem(NAME) ?? 'null');
    return press?.who === form?.dataset.who ? press : null;
  } catch {
    return null;
  }
}

function keep(press) {
  try {
    if (press) localStorage.setItem(NAME, JSON.stringify(press));
    else localStorage.removeItem(NAME);
  } catch {
    // A browser that keeps nothing sends as long as the page is open.
  }
}

function fresh() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

async function send(press) {
  if (sending) return;
  if (Date.now() - press.at > LONGEST) {
    keep(null);
    told.textContent = form.dataset.unsent;
    return;
  }
  sending = true;
  told.textContent = form.dataset.sending;
  const body = new URLSearchParams({ csrf: form.elements.csrf.value, key: press.key });
  try {
    const answer = await fetch(form.action, {
      method: 'POST',
      body,
      headers: { 'tomori-part': '1' },
      redirect: 'manual',
      signal: AbortSignal.timeout(8000),
    });
    if (answer.status === 204) {
      keep(null);
      told.textContent = '';
      form.closest('details').open = false;
      form.elements.key.value = fresh();
      return;
    }
    if (answer.type === 'opaqueredirect' || answer.status === 403) {
      // Signed out meanwhile: it is sent as soon as the guard is in again.
      told.textContent = form.dataset.signedOut;
      setTimeout(() => location.reload(), 1500);
      return;
    }
  } catch {
    // No line: it is tried again.
  } finally {
    sending = false;
  }
  told.textContent = form.dataset.unsent;
  clearTimeout(timer);
  timer = setTimeout(() => send(press), AGAIN);
}

form?.addEventListener('submit', (event) => {
  event.preventDefault();
  const press = kept() ?? { who: form.dataset.who, key: form.elements.key.value, at: Date.now() };
  keep(press);
  clearTimeout(timer);
  send(press);
});

const left = form && kept();
if (left) send(left);
addEventListener('online', () => {
  const press = form && kept();
  if (press) send(press);
});

// A guard's place, when they ask for it: the browser asks them again.
addEventListener('click', (event) => {
  if (!event.target.closest?.('[data-locate]')) return;
  const place = event.target.closest('[data-place]');
  navigator.geolocation?.getCurrentPosition((found) => {
    place.elements.north.value = found.coords.latitude.toFixed(5);
    place.elements.east.value = found.coords.longitude.toFixed(5);
    place.requestSubmit();
  });
});

// A photo that would be refused for its size is not sent in the first place.
addEventListener('submit', (event) => {
  if (!event.target.matches?.('[data-photo-form]')) return;
  const file = event.target.elements.photo.files[0];
  const place = event.target.querySelector('[data-photo-told]');
  const large = file && file.size > 12 * 1024 * 1024;
  if (place) place.textContent = large ? event.target.dataset.tooLarge : '';
  if (large) event.preventDefault();
});

// What a guard is writing outlives a page that is loaded anew, until its form is sent.
const draft = (area) => `tomori-draft-${form?.dataset.who}-${area.id}`;
for (const area of document.querySelectorAll('textarea[id]')) {
  const kept = sessionStorage.getItem(draft(area));
  if (kept && !area.value) area.value = kept;
}
addEventListener('input', (event) => {
  if (event.target.matches?.('textarea[id]')) sessionStorage.setItem(draft(event.target), event.target.value);
});
addEventListener('submit', (event) => {
  for (const area of event.target.querySelectorAll?.('textarea[id]') ?? []) sessionStorage.removeItem(draft(area));
});
