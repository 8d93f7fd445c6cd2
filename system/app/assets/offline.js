// Fills the page for the time without a line with what this phone remembers. Text only: nothing of it is markup.

function recall(key) {
  try {
    return JSON.parse(localStorage.getItem(key)) ?? undefined;
  } catch {
    return undefined;
  }
}

const known = recall('tomori.known');
const house = recall('tomori.house');

if (typeof house?.address === 'string' && /^https?:\/\/[^/]+$/.test(house.address)) {
  document.querySelector('[data-house]').hidden = false;
  document.querySelector('[data-house-link]').href = `${house.address}/`;
}

if (Array.isArray(known?.lines)) {
  const at = document.querySelector('[data-known-at]');
  const moment = new Date(known.at);
  at.dateTime = known.at;
  at.textContent = Number.isNaN(moment.getTime())
    ? String(known.shown ?? '')
    : moment.toLocaleString(document.documentElement.lang, { dateStyle: 'medium', timeStyle: 'medium' });
  const list = document.querySelector('[data-known-list]');
  for (const line of known.lines) {
    const item = document.createElement('li');
    item.lang = known.lang;
    // A time stays with the word before it.
    item.textContent = line.replaceAll(/ (?=\d)/g, '\u00a0');
    list.append(item);
  }
  document.querySelector('[data-known]').hidden = false;
} else {
  document.querySelector('[data-nothing]').hidden = false;
}

// Goes on as soon as the service answers: the browser's own word that it is online says only that there is a network.
async function tryAgain() {
  if (document.visibilityState !== 'visible') return;
  try {
    const answer = await fetch('/offline', { method: 'HEAD', cache: 'no-store' });
    if (answer.ok) location.reload();
  } catch {
    // Still away.
  }
}

document.querySelector('[data-again]').addEventListener('click', (event) => {
  event.preventDefault();
  location.reload();
});
addEventListener('online', tryAgain);
addEventListener('visibilitychange', tryAgain);
setInterval(tryAgain, 5000);
