/// <reference lib="webworker" />
/**
 * Lets the technician's page start without a network: the page and its files are kept, everything else passes.
 * Answers of `/api` are never kept here; the page keeps its own day and its own unsent commands.
 */
export {};
declare const self: ServiceWorkerGlobalScope;
/** Written by the build: the files of the technician's page and a name for this set of them. */
declare const __OFFLINE__: { version: string; files: string[]; page: string };

const kept = __OFFLINE__;
const cacheName = `kaketsuke-tech-${kept.version}`;
/** A mobile network that says nothing for this long counts as none. */
const PAGE_WAIT_MS = 2500;

self.addEventListener("install", (event) => {
  const fill = async (): Promise<void> => {
    const cache = await caches.open(cacheName);
    await cache.addAll([...kept.files, kept.page, "/icon.svg"]);
    await self.skipWaiting();
  };
  event.waitUntil(fill());
});

self.addEventListener("activate", (event) => {
  const tidy = async (): Promise<void> => {
    const names = await caches.keys();
    await Promise.all(names.filter((name) => name !== cacheName && name.startsWith("kaketsuke-tech-")).map((name) => caches.delete(name)));
    await self.clients.claim();
  };
  event.waitUntil(tidy());
});

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin) return;
  if (event.request.mode === "navigate" && url.pathname === kept.page) event.respondWith(page(event.request));
  else if (kept.files.includes(url.pathname)) event.respondWith(file(event.request));
});

/** The newest page when the network answers soon, else the kept one. */
async function page(request: Request): Promise<Response> {
  const cache = await caches.open(cacheName);
  const keptPage = await cache.match(kept.page);
  const fresh = fetch(request);
  if (!keptPage) return fresh;
  const late = new Promise<Response>((resolve) => setTimeout(() => resolve(keptPage), PAGE_WAIT_MS));
  return Promise.race([fresh.then((answer) => (answer.ok || answer.type === "opaqueredirect" ? answer : keptPage)).catch(() => keptPage), late]);
}

async function file(request: Request): Promise<Response> {
  const cache = await caches.open(cacheName);
  return (await cache.match(request)) ?? fetch(request);
}
