// The board: follows the list, sounds while nobody sees to an alarm, and works by keyboard alone. Without this script every
// page still works; it is then as old as its last loading.
//
// [data-board]      the list that follows: data-events, data-fragment.
// [data-line]       a case in the list, recognised by its id; [data-free] when it can be taken.
// [data-key="x"]    what the key x presses (buttons, links) or goes to (fields).
// [data-sound]      switches the sound; off until somebody switches it on. [data-shortcuts] switches the keys (WCAG 2.1.4).

const board = document.querySelector('[data-board]');
const voice = document.querySelector('[data-board-say]');
const lost = document.querySelector('[data-board-lost]');
const sound = document.querySelector('[data-sound]');
const keys = document.querySelector('[data-shortcuts]');

const remembered = (name) => {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
};
const remember = (name, value) => {
  try {
    localStorage.setItem(name, value);
  } catch {
    // A browser that keeps nothing asks anew each time.
  }
};

// The sound: two tones, made here; nothing is loaded.

let audio = null;
let sounding = false;

function tone(at, frequency) {
  const source = audio.createOscillator();
  const loudness = audio.createGain();
  source.frequency.value = frequency;
  loudness.gain.setValueAtTime(0.0001, at);
  loudness.gain.exponentialRampToValueAtTime(0.25, at + 0.03);
  loudness.gain.exponentialRampToValueAtTime(0.0001, at + 0.35);
  source.connect(loudness).connect(audio.destination);
  source.start(at);
  source.stop(at + 0.4);
}

function ring() {
  if (!sounding || !audio) return;
  tone(audio.currentTime, 880);
  tone(audio.currentTime + 0.4, 660);
}

function unseen() {
  return Number(board?.querySelector('[data-board-part]')?.dataset.unseen ?? 0);
}

function show(button, on) {
  button.setAttribute('aria-pressed', String(on));
  button.querySelector('[data-word]').textContent = on ? button.dataset.on : button.dataset.off;
}

sound?.addEventListener('click', () => {
  sounding = !sounding;
  // A browser lets a page sound only after somebody has pressed something on it: this is that press.
  if (sounding) {
    audio ??= new AudioContext();
    audio.resume();
    ring();
  }
  show(sound, sounding);
});
setInterval(() => unseen() > 0 && ring(), 4000);

// The list.

let fetching = false;
let again = false;

const lines = () => [...(board?.querySelectorAll('[data-line]') ?? [])];

function apply(markup) {
  const fresh = new DOMParser().parseFromString(markup, 'text/html').querySelector('[data-board-part]');
  const shown = board.querySelector('[data-board-part]');
  if (!fresh || !shown) return;
  const before = lines();
  const known = new Set(before.map((line) => line.dataset.line));
  const active = document.activeElement;
  const held = active?.closest?.('.board-line')?.querySelector('[data-line]')?.dataset.line;
  const at = before.findIndex((line) => line.dataset.line === held);
  const onButton = active?.matches?.('button');
  shown.replaceWith(document.importNode(fresh, true));
  const now = lines();
  if (held) {
    const same = now.find((line) => line.dataset.line === held);
    const place = same ?? now[Math.min(at, now.length - 1)];
    const button = onButton && same?.closest('.board-line').querySelector('[data-take] button');
    (button || place)?.focus({ preventScroll: Boolean(same) });
  }
  const news = now.filter((line) => !known.has(line.dataset.line));
  if (news.length > 0) {
    if (voice) voice.textContent = news.slice(0, 3).map((line) => line.innerText.replace(/\s+/g, ' ')).join('. ');
    if (news.some((line) => Number(line.closest('.board-line').dataset.priority) <= 2)) ring();
  }
}

async function refresh() {
  if (fetching) {
    again = true;
    return;
  }
  fetching = true;
  again = false;
  try {
    const answer = await fetch(board.dataset.fragment, { headers: { accept: 'text/html' }, redirect: 'manual' });
    if (answer.ok) apply(await answer.text());
    else if (answer.type === 'opaqueredirect' || answer.status === 401) location.reload();
  } catch {
    // The line is away; the event stream says so.
  } finally {
    fetching = false;
    if (again) refresh();
  }
}

function follow() {
  const events = new EventSource(board.dataset.events);
  events.addEventListener('change', refresh);
  // Clocks go on without anything happening.
  events.addEventListener('beat', refresh);
  events.addEventListener('goodbye', () => location.reload());
  events.addEventListener('open', () => {
    if (lost) lost.hidden = true;
    refresh();
  });
  events.addEventListener('error', () => {
    if (lost) lost.hidden = false;
    if (events.readyState === EventSource.CLOSED) setTimeout(follow, 3000);
  });
  addEventListener('pagehide', () => events.close(), { once: true });
}

if (board) {
  follow();
  addEventListener('pageshow', (event) => event.persisted && location.reload());
}

// The keys.

let keysOn = remembered('tomori-keys') !== 'off';
if (keys) show(keys, keysOn);
keys?.addEventListener('click', () => {
  keysOn = !keysOn;
  remember('tomori-keys', keysOn ? 'on' : 'off');
  show(keys, keysOn);
});

function move(by) {
  const all = lines();
  if (all.length === 0) return;
  const here = all.indexOf(document.activeElement?.closest?.('.board-line')?.querySelector('[data-line]'));
  const to = here < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(here + by, 0), all.length - 1);
  all[to].focus();
}

function nextFree() {
  const all = lines();
  const here = all.indexOf(document.activeElement?.closest?.('.board-line')?.querySelector('[data-line]'));
  const free = (line) => 'free' in line.dataset;
  (all.slice(here + 1).find(free) ?? all.find(free))?.focus();
}

function take() {
  const line = document.activeElement?.closest?.('.board-line') ?? lines().find((it) => 'free' in it.dataset)?.closest('.board-line');
  line?.querySelector('[data-take]')?.requestSubmit();
}

addEventListener('keydown', (event) => {
  if (!keysOn || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
  if (event.target.closest?.('input, textarea, select')) return;
  const key = event.key;
  if (board) {
    const act = { j: () => move(1), ArrowDown: () => move(1), k: () => move(-1), ArrowUp: () => move(-1), n: nextFree, t: take }[key];
    if (act) {
      event.preventDefault();
      act();
      return;
    }
  }
  if (key === '?') {
    const help = document.querySelector('.board-keys');
    if (help) help.open = !help.open;
    return;
  }
  const wanted = key.length === 1 && document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (!wanted) return;
  event.preventDefault();
  if (wanted.matches('textarea, input')) wanted.focus();
  else wanted.click();
});

// A guard's place, when they ask for it: the browser asks them again.
addEventListener('click', (event) => {
  if (!event.target.closest?.('[data-locate]')) return;
  const form = event.target.closest('[data-place]');
  navigator.geolocation?.getCurrentPosition((found) => {
    form.elements.north.value = found.coords.latitude.toFixed(5);
    form.elements.east.value = found.coords.longitude.toFixed(5);
    form.requestSubmit();
  });
});
