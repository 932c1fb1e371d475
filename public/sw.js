/**
 * Keeps the shop open without a network after the first visit. Written by hand and served as it is:
 * short enough to be audited. It asks for nothing that the page didn't ask for itself, and touches
 * neither other origins nor anything but GET.
 */
const CACHE = 'nearside-shop-2'
const PATIENCE_MS = 4000
const SHELL = '/shell.html'
const RENDERED = /^\/(category|product)\//
/** Models are not among them: the device checks and keeps those itself. */
const KEPT_FILES = /^\/(assets|catalog\/images)\//
const KEPT_DATA = new Set([
  '/catalog/catalog.json',
  '/federation.json',
  '/offline.json',
  '/replay/shoppers.json',
])

self.addEventListener('install', () => self.skipWaiting())

self.addEventListener('activate', (event) => {
  event.waitUntil(
    (async () => {
      for (const name of await caches.keys()) if (name !== CACHE) await caches.delete(name)
      await self.clients.claim()
    })(),
  )
})

self.addEventListener('fetch', (event) => {
  const { request } = event
  const url = new URL(request.url)
  if (request.method !== 'GET' || url.origin !== self.location.origin) return
  if (request.mode === 'navigate') {
    // A file opened by itself is no page.
    if (!/\.\w+$/.test(url.pathname)) event.respondWith(openPage(url.pathname, request))
  } else if (KEPT_FILES.test(url.pathname)) event.respondWith(cacheFirst(request))
  else if (KEPT_DATA.has(url.pathname)) event.respondWith(networkFirst(request, request))
})

/**
 * Files of the first visit, which passed before this worker watched, and what the shop needs besides.
 * Answers with what could not be kept: `{ missing: [{ url, why }] }`.
 */
self.addEventListener('message', (event) => {
  const { data, ports } = event
  if (data?.kind !== 'keep' || !Array.isArray(data.urls)) return
  event.waitUntil(keepAll(data.urls).then((missing) => ports[0]?.postMessage({ missing })))
})

async function keepAll(urls) {
  const missing = []
  const tryToKeep = (url) => keep(url).catch(({ name }) => missing.push({ url, why: name }))
  await Promise.all(urls.map(tryToKeep))
  return missing
}

async function keep(address) {
  const url = new URL(address, self.location.origin)
  if (url.origin !== self.location.origin) return
  const key = url.pathname === '/' ? '/' : url.href
  const cache = await caches.open(CACHE)
  if (await cache.match(key, { ignoreVary: true })) return
  const response = await fetch(url, { cache: 'force-cache' })
  if (!response.ok) throw new Error(`${response.status}`)
  await cache.put(key, response)
}

/** What a full disk can't keep is still what the page asked for. */
function store(cache, key, response) {
  return cache
    .put(key, response)
    .catch((refused) => console.info('Not kept for offline use:', refused))
}

/**
 * The home page is kept. Departments and products are documents of their own, too many to keep them:
 * without a network they begin with the outline, as all other pages do with one.
 */
function openPage(path, request) {
  if (path === '/') return networkFirst('/', request)
  return networkFirst(SHELL, request, !RENDERED.test(path))
}

/** Hashed and versioned files never change. */
async function cacheFirst(request) {
  const cache = await caches.open(CACHE)
  const kept = await cache.match(request, { ignoreVary: true })
  if (kept) return kept
  const response = await fetch(request)
  if (response.ok) await store(cache, request, response.clone())
  return response
}

/** @param keep whether the answer is what `key` stands for */
async function networkFirst(key, request, keep = true) {
  const cache = await caches.open(CACHE)
  const kept = await cache.match(key, { ignoreVary: true })
  const stop = new AbortController()
  const patience = kept && setTimeout(() => stop.abort(), PATIENCE_MS)
  try {
    const response = await fetch(request, { signal: stop.signal })
    if (keep && response.ok) await store(cache, key, response.clone())
    return response
  } catch (error) {
    if (kept) return kept
    throw error
  } finally {
    // All of it is there: from a page that reads it slowly it must not be taken away again.
    clearTimeout(patience)
  }
}
