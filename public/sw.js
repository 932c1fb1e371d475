/**
 * Stores the shop on the device. After the first visit, pages open without a request to the server, so a
 * reload or a link doesn't tell the server which page is viewed. A shopper can also cut the wire: then this
 * worker sends no request. This file is written by hand and short enough to be audited; the build fills
 * in the next line (`scripts/offline.ts`). It requests only files that the page would request itself.
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

/** Cache that has an entry while the wire is cut, so that the cut outlives this worker, a reload and the browser. */
const WIRE = 'nearside-wire'
const ENTRY = '/cut'
/** Whether the wire is cut; null until the cache is read. Unless false, this worker handles every request itself. */
let cut = null
const known = caches.match(ENTRY, { cacheName: WIRE }).then(
  (entry) => (cut ??= entry !== undefined),
  () => (cut ??= false),
)
/** Aborts running requests when the wire is cut. */
let line = new AbortController()

/** Makes a request; all requests of this file pass here. Writes the way that the request took into `seen`. */
async function ask(request, seen, init = {}) {
  await known
  seen.way = cut ? 'refused' : 'network'
  if (cut) throw new TypeError('The wire is cut')
  if (request.mode === 'navigate') return fetch(request)
  const signals = [line.signal, ...(init.signal ? [init.signal] : [])]
  return fetch(request, { ...init, signal: AbortSignal.any(signals) })
}

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
  const seen = { way: 'here', sent: 0 }
  // While the wire is cut, all answers come from the device, and other requests fail.
  const answer =
    cut === false
      ? answerTo(event.request, seen)
      : known.then(() => answerTo(event.request, seen) ?? ask(event.request, seen))
  // Pages read their own document's request from the Performance entries.
  if (event.request.mode !== 'navigate') event.waitUntil(report(event.request, answer, seen))
  if (answer) event.respondWith(answer)
})

/** Answers a request for a file of the shop; null for any other request. */
function answerTo(request, seen) {
  const { origin, pathname } = new URL(request.url)
  if (request.method !== 'GET' || origin !== self.location.origin) return null
  if (request.mode === 'navigate')
    // An address with a file extension is no page of the shop.
    return /\.\w+$/.test(pathname) ? null : openPage(pathname, request, seen)
  if (ASSETS.test(pathname) || REPLAY.test(pathname)) return cacheFirst(request, seen)
  return DATA.includes(pathname) ? networkFirst(pathname, request, seen) : null
}

/** Tells all pages about a request: its address, the way that it took, and the bytes of its body. */
async function report(request, answer, seen) {
  const { method, url } = request
  const time = Date.now()
  const isEmpty = method === 'GET' || method === 'HEAD'
  const body = isEmpty ? null : request.clone().arrayBuffer()
  if (answer) await answer.catch(() => {})
  else seen.way = 'network'
  const length = body && (await body.catch(() => null))
  if (body && seen.way === 'network') seen.sent = length?.byteLength ?? null
  await tell({ kind: 'request', by: 'shop', address: url, time, ...seen })
}

/** Tells all pages about a request that this worker made on its own. */
function reportOwn(path, seen) {
  const address = new URL(path, self.location.origin).href
  return tell({ kind: 'request', by: 'service-worker', address, time: Date.now(), ...seen })
}

async function tell(message) {
  const pages = await self.clients.matchAll({ type: 'window', includeUncontrolled: true })
  for (const page of pages) page.postMessage(message)
}

/** Answers with the built home page, or with the shop's outline for every other page. */
async function openPage(path, request, seen) {
  const cache = await caches.open(CACHE)
  return (await cache.match(path === '/' ? '/' : SHELL, ANY)) ?? ask(request, seen)
}

async function cacheFirst(request, seen) {
  const cache = await caches.open(CACHE)
  const kept = (await cache.match(request, ANY)) ?? (await caches.match(request, ANY))
  if (kept) return kept
  const response = await ask(request, seen)
  if (response.ok) await store(CACHE, request, response.clone())
  return response
}

async function networkFirst(path, request, seen) {
  const kept = await caches.match(path, ANY)
  const stop = new AbortController()
  const patience = kept && setTimeout(() => stop.abort(), PATIENCE_MS)
  try {
    const response = await ask(request, seen, { signal: stop.signal })
    if (response.ok) await store(DATA_CACHE, path, response.clone())
    return response
  } catch (error) {
    if (!kept) throw error
    if (seen.way === 'refused') seen.way = 'here'
    return kept
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

/**
 * Message `wire`: cuts the wire if `cut` is true, mends it if false. The answer has `cut`, the state now, and `why`,
 * the reason if the state could not be changed. Message `keep`: a page without pending work asks to store the shop's
 * files. `seen` lists files that a first visit loaded before this worker ran; `replay` says whether to fetch the files
 * of fast-forward. The answer lists the files that are not stored.
 */
self.addEventListener('message', (event) => {
  const { data, ports } = event
  if (data?.kind === 'wire')
    event.waitUntil(setWire(data.cut).then((why) => ports[0]?.postMessage({ cut, why })))
  if (data?.kind !== 'keep' || !Array.isArray(data.seen)) return
  event.waitUntil(keepFor(data).then((missing) => ports[0]?.postMessage({ missing })))
})

/** Queue of changes of the wire. */
let changes = Promise.resolve()
/** Channel to the service workers of other releases, which may be installing. */
const others = new BroadcastChannel(WIRE)
others.onmessage = ({ data }) => follow(data)

function follow(now) {
  cut = now
  if (cut) line.abort()
  else line = new AbortController()
}

/** @returns null, or why the wire could not be changed: a page or worker is out of reach, or the disk refuses */
function setWire(wanted) {
  changes = changes.then(() => changeWire(wanted)).catch(() => 'not-stored')
  return changes
}

async function changeWire(wanted) {
  await known
  // A page that was loaded with Shift is not under this worker's control until it is claimed.
  if (wanted ?? cut) await self.clients.claim()
  if (typeof wanted !== 'boolean' || wanted === cut) return null
  if (wanted && (await isAnyoneOutOfReach())) return 'out-of-reach'
  if (wanted) follow(true)
  try {
    if (wanted) await (await caches.open(WIRE)).put(ENTRY, new Response())
    else await caches.delete(WIRE)
  } catch (error) {
    if (wanted) follow(false)
    throw error
  }
  follow(wanted)
  others.postMessage(wanted)
  await tell({ kind: 'wire', cut })
  return null
}

/** Whether a page of the shop, or a worker of a page, can make requests past this worker. */
async function isAnyoneOutOfReach() {
  const list = (includeUncontrolled) => self.clients.matchAll({ type: 'all', includeUncontrolled })
  const [all, ours] = await Promise.all([list(true), list(false)])
  return all.length > ours.length
}

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
  const seen = { way: 'here', sent: 0 }
  const response =
    inOther || (await ask(path, seen, { cache: from }).finally(() => reportOwn(path, seen)))
  if (!response.ok) throw new Error(`${response.status}`)
  await cache.put(path, response)
}
