// The board: follows the list, sounds while nobody sees to an alarm, and works by keyboard alone. Without this script every
// page still works; it is then as old as its last loading.
//
// [data-board]      the list that follows: data-events, data-fragment.
// [data-line]       a case in the list, recognised by its id; [data-free] when it can be taken.
// [data-key="x"]    what the key x presses (buttons, links) or goes to (fields).
// [data-unseen]     how many matters of life or house nobody sees to; [data-emergencies] guards whom nobody has answered.
// [data-sound]      switches the sound, and is remembered. [data-shortcuts] switches the keys (WCAG 2.1.4).

const policy = globalThis.trustedTypes?.createPolicy('tomori-app', { createHTML: (markup) => markup });
const parse = (markup) =>
  new DOMParser().parseFromString(policy ? policy.createHTML(markup) : markup, 'text/html');

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
let sounding = remembered('tomori-sound') === 'on';

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

const count = (name) =>
  [...document.querySelectorAll(`[data-${name}]`)].reduce((sum, part) => sum + Number(part.dataset[name]), 0);

function ring() {
  if (!sounding || audio?.state !== 'running') return;
  // A guard in danger sounds like nothing else.
  const tones = count('emergencies') > 0 ? [1320, 990, 1320, 990] : [880, 660];
  for (const [at, frequency] of tones.entries()) tone(audio.currentTime + at * 0.4, frequency);
}

function road() {
  return board?.querySelector('[data-board-part]')?.dataset.road ?? '';
}

function show(button, on) {
  button.setAttribute('aria-pressed', String(on));
  button.querySelector('[data-word]').textContent = on ? button.dataset.on : button.dataset.off;
}

// A browser lets a page sound only after somebody has pressed something; until then the button says that it is off.
async function startSound() {
  audio ??= new AudioContext();
  const started = audio.resume();
  await Promise.race([started, new Promise((done) => setTimeout(done, 500))]);
  show(sound, sounding && audio.state === 'running');
}

sound?.addEventListener('click', async () => {
  sounding = sound.getAttribute('aria-pressed') !== 'true';
  remember('tomori-sound', sounding ? 'on' : 'off');
  if (!sounding) {
    show(sound, false);
    return;
  }
  await startSound();
  ring();
});
if (sound && sounding) {
  startSound();
  addEventListener('pointerdown', startSound, { once: true });
  addEventListener('keydown', startSound, { once: true });
}

let tick = 0;
setInterval(() => {
  tick += 1;
  if (count('emergencies') > 0 || (count('unseen') > 0 && tick % 2 === 0)) ring();
}, 2000);

// On the page of a case: a guard's emergency sounds when it comes.
let loud = count('emergencies');
addEventListener('tomori:live', () => {
  if (count('emergencies') > loud) ring();
  loud = count('emergencies');
});

// The list.

let fetching = false;
let again = false;

const lines = () => [...(board?.querySelectorAll('[data-line]') ?? [])];

// What somebody has opened and is writing stays as it is; gives what puts the cursor back.
function keep(shown, next) {
  for (const details of shown.querySelectorAll('details[open][data-focus]')) {
    const same = next.querySelector(`details[data-focus="${CSS.escape(details.dataset.focus)}"]`);
    if (same) same.open = true;
  }
  for (const area of shown.querySelectorAll('textarea')) {
    const same = next.querySelector(`#${CSS.escape(area.id)}`);
    if (same) same.value = area.value;
  }
  const active = document.activeElement;
  if (!shown.contains(active)) return () => {};
  const { id, dataset, selectionStart, selectionEnd } = active;
  const wanted = id ? `#${CSS.escape(id)}` : dataset.focus && `[data-focus="${CSS.escape(dataset.focus)}"]`;
  const same = wanted && next.querySelector(wanted);
  return () => {
    same?.focus({ preventScroll: true });
    if (same?.matches('textarea')) same.setSelectionRange(selectionStart, selectionEnd);
  };
}

function apply(markup) {
  const fresh = parse(markup).querySelector('[data-board-part]');
  const shown = board.querySelector('[data-board-part]');
  if (!fresh || !shown) return;
  const before = lines();
  const roadBefore = road();
  const known = new Set(before.map((line) => line.dataset.line));
  const active = document.activeElement;
  const held = active?.closest?.('.board-line')?.querySelector('[data-line]')?.dataset.line;
  const at = before.findIndex((line) => line.dataset.line === held);
  const onButton = active?.matches?.('button');
  const loudBefore = shown.querySelector('[data-news]')?.dataset.news;
  const next = document.importNode(fresh, true);
  const restore = keep(shown, next);
  shown.replaceWith(next);
  restore();
  const now = lines();
  if (held) {
    const same = now.find((line) => line.dataset.line === held);
    const place = same ?? now[Math.min(at, now.length - 1)];
    const button = onButton && same?.closest('.board-line').querySelector('[data-take] button');
    (button || place)?.focus({ preventScroll: Boolean(same) });
  }
  const emergency = next.querySelector('[data-news]')?.dataset.news;
  if (emergency && emergency !== loudBefore) {
    if (voice) voice.textContent = emergency;
    ring();
    return;
  }
  // That the platform is not heard is as urgent as an alarm: one may be waiting there.
  if (road() && road() !== roadBefore) {
    if (voice) voice.textContent = road();
    ring();
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
