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
const prefix = "kaketsuke-tech-";
const cacheName = `${prefix}${kept.version}`;
/** The page itself changes with a release only: a network that says nothing for this long is not waited for. */
const PAGE_WAIT_MS = 700;
/** The server says that pages vary by cookie and language; here there is one of each, whoever asks. */
const anyone: CacheQueryOptions = { ignoreVary: true, ignoreSearch: true };

self.addEventListener("install", (event) => {
  const fill = async (): Promise<void> => {
    const cache = await caches.open(cacheName);
    // Past the browser's own cache: a set must not be mixed from two releases.
    const wanted = [...kept.files, kept.page, "/icon.svg", "/manifest.webmanifest"];
    await cache.addAll(wanted.map((path) => new Request(path, { cache: "reload" })));
    await self.skipWaiting();
  };
  event.waitUntil(fill());
});

self.addEventListener("activate", (event) => {
  const tidy = async (): Promise<void> => {
    const names = await caches.keys();
    const old = names.filter((name) => name.startsWith(prefix) && name !== cacheName);
    await Promise.all(old.map((name) => caches.delete(name)));
    await self.clients.claim();
  };
  event.waitUntil(tidy());
});

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin) return;
  if (event.request.mode === "navigate" && url.pathname === kept.page) event.respondWith(page(event.request));
  else if (kept.files.includes(url.pathname) || url.pathname === "/icon.svg") event.respondWith(file(event.request));
});

/** The newest page when the network answers soon, else the kept one. */
async function page(request: Request): Promise<Response> {
  const keptPage = await find(kept.page);
  if (!keptPage) return fetch(request);
  const late = new Promise<Response>((resolve) => setTimeout(() => resolve(keptPage), PAGE_WAIT_MS));
  const fresh = fetch(request).then(
    (answer) => (answer.ok || answer.type === "opaqueredirect" ? answer : keptPage),
    () => keptPage,
  );
  return Promise.race([fresh, late]);
}

/** Kept files have a hash of their content in their name: what is kept is what would come. */
async function file(request: Request): Promise<Response> {
  return (await find(new URL(request.url).pathname)) ?? fetch(request);
}

async function find(path: string): Promise<Response | undefined> {
  return (await caches.open(cacheName)).match(path, anyone);
}
