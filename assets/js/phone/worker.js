// Keeps the empty forms of the flow for a telephone without network, and sends what waits when the tab is closed.
// KEPT stands before this file: what is kept, and under which name. No page of a case is ever kept.

import { flush } from "./queue.js";

const { files, shells, name } = self.KEPT;

async function fetchAnew() {
  const cache = await caches.open(name);
  await Promise.all([...files, ...Object.values(shells)].map(async (address) => {
    const answer = await fetch(address, { cache: "reload" }).catch(() => null);
    if (answer?.ok && !answer.redirected) await cache.put(address, answer);
  }));
}

async function forget() {
  for (const one of await caches.keys()) if (one.startsWith("phone-")) await caches.delete(one);
}

self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(fetchAnew());
});
self.addEventListener("activate", (event) => event.waitUntil((async () => {
  for (const one of await caches.keys()) if (one.startsWith("phone-") && one !== name) await caches.delete(one);
  await self.clients.claim();
})()));
self.addEventListener("message", (event) => {
  if (event.data === "anew") event.waitUntil(forget().then(fetchAnew));
});
self.addEventListener("sync", (event) => {
  if (event.tag === "phone-queue") event.waitUntil(flush());
});
self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  const { pathname } = new URL(request.url);
  if (request.mode === "navigate") event.respondWith(fetch(request).catch(() => shell(pathname)));
  else if (files.includes(pathname)) event.respondWith(fetch(request).catch(() => caches.match(pathname)));
});

async function shell(pathname) {
  const step = pathname.split("/")[3];
  return (await caches.match(shells[step] || shells.offline)) || (await caches.match(shells.offline)) || Response.error();
}
