/**
 * Keeps the shop on the device. After the first visit its pages open without a network, and without
 * asking the server: a reload or a link tells it nothing of what is looked at. Written by hand, short
 * enough to be audited; the build fills in the next line (`scripts/offline.ts`). It asks for nothing
 * that the page wouldn't ask for itself, and touches neither other origins nor anything but GET.
 */
const RELEASE = { name: '', shop: [], embedded: [], replay: [] }

const PREFIX = 'nearside-shop-'
const CACHE = PREFIX + RELEASE.name
const SHELL = '/shell.html'
const DOCUMENTS = ['/', SHELL]
/** Hashed names: they never change. Models are not among them, the device checks and keeps those itself. */
const ASSETS = /^\/assets\//
/** Of one release; asked for only when somebody goes there. */
const REPLAY = /^\/replay\//
/** What changes between releases, too; every visit asks for it. */
const DATA = ['catalog', 'pictures', 'history']
  .map((name) => `/catalog/${name}.json`)
  .concat('/federation.json')
const DATA_CACHE = 'nearside-data'
const PATIENCE_MS = 4000
const ANY = { ignoreVary: true }

/** A new release is another text of this file, for which each visit asks. */
self.addEventListener('install', (event) => event.waitUntil(install()))

async function install() {
  const missing = await keepShop()
  // Where there is no room, rather nothing is kept than what is out of date.
  if (missing.some(({ why }) => why === 'QuotaExceededError')) await dropReleases(0)
  // The release before goes on, and the browser tries again.
  else if (missing.length > 0 && self.registration.active) throw new Error('Not all could be kept')
  await self.skipWaiting()
}

self.addEventListener('activate', (event) => {
  // Pages that were opened with the release before may still need parts of it.
  event.waitUntil(dropReleases(1).then(() => self.clients.claim()))
})

/** All but this one and as many of the latest others. */
async function dropReleases(others) {
  const names = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== CACHE)
  if (others === 0) await caches.delete(CACHE)
  for (const name of names.slice(0, names.length - others)) await caches.delete(name)
}

self.addEventListener('fetch', (event) => {
  const { request } = event
  const { origin, pathname } = new URL(request.url)
  if (request.method !== 'GET' || origin !== self.location.origin) return
  if (request.mode === 'navigate') {
    // A file opened by itself is no page.
    if (!/\.\w+$/.test(pathname)) event.respondWith(openPage(pathname, request))
  } else if (ASSETS.test(pathname) || REPLAY.test(pathname)) event.respondWith(cacheFirst(request))
  else if (DATA.includes(pathname)) event.respondWith(networkFirst(pathname, request))
})

/** The home page as it was built; all others begin with the outline. */
async function openPage(path, request) {
  const cache = await caches.open(CACHE)
  return (await cache.match(path === '/' ? '/' : SHELL, ANY)) ?? fetch(request)
}

async function cacheFirst(request) {
  const cache = await caches.open(CACHE)
  const kept = (await cache.match(request, ANY)) ?? (await caches.match(request, ANY))
  if (kept) return kept
  const response = await fetch(request)
  if (response.ok) await store(CACHE, request, response.clone())
  return response
}

async function networkFirst(path, request) {
  const kept = await caches.match(path, ANY)
  const stop = new AbortController()
  const patience = kept && setTimeout(() => stop.abort(), PATIENCE_MS)
  try {
    const response = await fetch(request, { signal: stop.signal })
    if (response.ok) await store(DATA_CACHE, path, response.clone())
    return response
  } catch (error) {
    if (kept) return kept
    throw error
  } finally {
    // All of it is there: from a page that reads it slowly it must not be taken away again.
    clearTimeout(patience)
  }
}

/** What a full disk can't keep is still what the page asked for. */
async function store(name, key, response) {
  const cache = await caches.open(name)
  await cache
    .put(key, response)
    .catch((refused) => console.info('Not kept for offline use:', refused))
}

/** What this worker has asked the network for by itself, so that a page can count it. */
const fetched = []

/**
 * `fetched` asks for that list. `keep` comes from a page at rest, with `seen`, the files of a first visit, which
 * passed before this worker watched, and `replay`, whether to fetch what fast-forward needs. The answer is what of
 * that is not kept.
 */
self.addEventListener('message', (event) => {
  const { data, ports } = event
  if (data?.kind === 'fetched') ports[0]?.postMessage({ fetched })
  if (data?.kind !== 'keep' || !Array.isArray(data.seen)) return
  event.waitUntil(keepFor(data).then((missing) => ports[0]?.postMessage({ missing })))
})

async function keepFor({ seen, replay }) {
  await keepShop()
  await keepAll([...DATA, ...seen.filter((path) => ASSETS.test(path))])
  if (replay) return keepAll(RELEASE.replay)
  const kept = await Promise.all(RELEASE.replay.map((path) => caches.match(path, ANY)))
  return RELEASE.replay.flatMap((url, place) => (kept[place] ? [] : { url, why: 'NotAsked' }))
}

/** A page is kept only when all that it names is: what is opened from here must work. */
async function keepShop() {
  const missing = await keepAll([...RELEASE.shop, ...RELEASE.embedded])
  return missing.length > 0 ? missing : keepAll(DOCUMENTS)
}

async function keepAll(paths) {
  const missing = []
  const tryToKeep = (url) => keep(url).catch(({ name }) => missing.push({ url, why: name }))
  await Promise.all(paths.map(tryToKeep))
  return missing
}

async function keep(path) {
  const cache = await caches.open(DATA.includes(path) ? DATA_CACHE : CACHE)
  if (await cache.match(path, ANY)) return
  const inOther = ASSETS.test(path) && (await caches.match(path, ANY))
  const from = DOCUMENTS.includes(path) || REPLAY.test(path) ? 'no-cache' : 'force-cache'
  if (!inOther) fetched.push({ path, time: Date.now() })
  const response = inOther || (await fetch(path, { cache: from }))
  if (!response.ok) throw new Error(`${response.status}`)
  await cache.put(path, response)
}
