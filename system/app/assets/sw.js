// The service worker. It keeps the files every page needs and one page for the time without a line. It keeps no page
// of the house: what a phone remembers of the house is what its page wrote down, and signing out forgets it.

const CACHE = 'tomori-1';
const OFFLINE = '/offline';
// A service that says nothing for so long is away, whatever the network claims.
const PATIENCE_MS = 10_000;

self.addEventListener('install', (event) => {
  event.waitUntil(
    (async () => {
      const cache = await caches.open(CACHE);
      await cache.addAll([...FILES, new Request(OFFLINE, { cache: 'reload' })]);
      await self.skipWaiting();
    })(),
  );
});

self.addEventListener('activate', (event) => {
  event.waitUntil(
    (async () => {
      const cache = await caches.open(CACHE);
      const kept = new Set([...FILES, OFFLINE]);
      for (const request of await cache.keys()) {
        if (!kept.has(new URL(request.url).pathname)) await cache.delete(request);
      }
      await self.clients.claim();
    })(),
  );
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.method !== 'GET') return;
  const url = new URL(request.url);
  if (url.origin !== self.location.origin) return;
  if (request.mode === 'navigate') {
    const silence = new Promise((_, away) => {
      setTimeout(away, PATIENCE_MS);
    });
    event.respondWith(Promise.race([fetch(request), silence]).catch(() => caches.match(OFFLINE)));
  } else if (FILES.includes(url.pathname)) {
    // The name carries the content's hash: what is kept is what would be fetched.
    event.respondWith(caches.match(url.pathname).then((kept) => kept ?? fetch(request)));
  }
});
