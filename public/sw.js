/**
 * Stores the shop on the device. After the first visit, pages open without a request to the server, so a
 * reload or a link doesn't tell the server which page is viewed. This file is written by hand and short
 * enough to be audited; the build fills in the next line (`scripts/offline.ts`). It requests only files
 * that the page would request itself. It handles only GET requests to its own origin.
 */
const RELEASE = { name: '', shop: [], embedded: [], replay: [] }

const PREFIX = 'nearside-shop-'
const CACHE = PREFIX + RELEASE.name
const SHELL = '/shell.html'
const DOCUMENTS = ['/', SHELL]
/** Files with a hash in their name, which never change. The device checks and stores models itself. */
const ASSETS = /^\/assets\//
/** Data of fast-forward, for one release; requested only when a shopper opens fast-forward. */
const REPLAY = /^\/replay\//
/** Files that may change without a new release, so every visit requests them. */
const DATA = ['catalog', 'pictures', 'history']
  .map((name) => `/catalog/${name}.json`)
  .concat('/federation.json')
const DATA_CACHE = 'nearside-data'
const PATIENCE_MS = 4000
const ANY = { ignoreVary: true }

/** Each visit requests this file. A new release changes its text, so the browser installs it. */
self.addEventListener('install', (event) => event.waitUntil(install()))

async function install() {
  const missing = await keepShop()
  // On a full disk, delete all releases: an old release without the new one would stay out of date.
  if (missing.some(({ why }) => why === 'QuotaExceededError')) await dropReleases(0)
  // The installation fails: the previous release stays in use, and the browser tries again later.
  else if (missing.length > 0 && self.registration.active) throw new Error('Not all could be kept')
  await self.skipWaiting()
}

self.addEventListener('activate', (event) => {
  // Keep one older release, because pages that are still open may need its files.
  event.waitUntil(dropReleases(1).then(() => self.clients.claim()))
})

/** Deletes stored releases, except this one and the latest `others`. With 0, deletes this one, too. */
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
    // An address with a file extension is no page of the shop.
    if (!/\.\w+$/.test(pathname)) event.respondWith(openPage(pathname, request))
  } else if (ASSETS.test(pathname) || REPLAY.test(pathname)) event.respondWith(cacheFirst(request))
  else if (DATA.includes(pathname)) event.respondWith(networkFirst(pathname, request))
})

/** Answers with the built home page, or with the shop's outline for every other page. */
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
    // Stop the timer: an abort would cut off a page that still reads the answer.
    clearTimeout(patience)
  }
}

/** Stores an answer. If the disk is full, the page still gets the answer. */
async function store(name, key, response) {
  const cache = await caches.open(name)
  await cache
    .put(key, response)
    .catch((refused) => console.info('Not kept for offline use:', refused))
}

/** Requests that this worker made by itself, so that a page can count them. */
const fetched = []

/**
 * Message `fetched`: answers with that list. Message `keep`: a page without pending work asks to store the shop's
 * files. `seen` lists files that a first visit loaded before this worker ran; `replay` says whether to fetch the
 * files of fast-forward. The answer lists the files that are not stored.
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

/** Stores the documents only after all files that they name, so that every page opened from the cache works. */
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
