/**
 * @module Writes the release's name and the list of its offline files into the built shop's service worker
 * (`public/sw.js`). Offline files include scripts that a visit may not have requested yet, such as another page's
 * script or the engine that trains on the device.
 */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { withoutImportMap } from './integrity.ts'

interface OfflineFiles {
  /** Paths from the shop's root. */
  readonly shop: readonly string[]
  /**
   * Further files for a shop without a vault: the learning worker. The script `static.ts` removes these files for a
   * shop with a vault.
   */
  readonly embedded: readonly string[]
  /** Further files for the page `/fast-forward`. */
  readonly replay: readonly string[]
}

/** Line of the service worker that the build replaces. */
const RELEASE = /^const RELEASE = .*$/m
const DOCUMENTS = ['index.html', 'shell.html']
const REPLAY_DATA = ['/replay/new-shop.json', '/replay/shoppers.json']

/**
 * Scripts that are no offline files unless a document names them: contributing needs a network anyway, and `serve` is
 * for browsers without workers. All other files are stored, even if the shopper doesn't use them, because fetching them
 * on demand would tell the server what the shopper does.
 */
const LEFT_OUT = /^(contribute|serve)-/
const EMBEDDED = /^worker-/
/** Links in a document that preload files for the worker (`vite.config.ts`). */
export const FOR_WORKER = /<link\b[^>]*\bdata-for="worker"[^>]*>\s*/g
const REPLAY = /^replayWorker-/
/** Engines that a replay doesn't need, because replays always compute with WebAssembly. */
const NOT_REPLAYED = /^webgpuEngine-/
const NAMED = /["'`(](?:\.\/|\/?assets\/)([\w.-]+\.(?:js|css|wasm|woff2))["'`)]/g

/**
 * @param documents texts of the pages' documents
 * @param assets name → text of every script; files other than scripts refer to no further files
 */
export function offlineFiles(
  documents: readonly string[],
  assets: ReadonlyMap<string, string>,
): OfflineFiles {
  const namedIn = (text: string) =>
    Array.from(text.matchAll(NAMED), ([, name]) => name).filter((name) => assets.has(name))

  function follow(name: string, found: Set<string>): void {
    if (found.has(name)) return
    found.add(name)
    for (const next of namedIn(assets.get(name) ?? ''))
      if (![LEFT_OUT, EMBEDDED, REPLAY].some((apart) => apart.test(next))) follow(next, found)
  }

  /** @param before paths that are already included */
  function neededBy(roots: readonly string[], ...before: readonly string[]): readonly string[] {
    const found = new Set<string>()
    for (const name of roots) follow(name, found)
    return [...found].filter((name) => !before.includes(name))
  }
  const called = (pattern: RegExp) => [...assets.keys()].filter((name) => pattern.test(name))

  const named = documents.flatMap((text) => namedIn(text.replace(FOR_WORKER, '')))
  const shop = neededBy(named.filter((name) => !EMBEDDED.test(name)))
  const embedded = neededBy(called(EMBEDDED), ...shop)
  const replay = neededBy(called(REPLAY), ...shop, ...embedded)
  const paths = (names: readonly string[]) => names.map((name) => `/assets/${name}`).sort()
  return {
    shop: paths(shop),
    embedded: paths(embedded),
    replay: [...paths(replay.filter((name) => !NOT_REPLAYED.test(name))), ...REPLAY_DATA],
  }
}

/** @param demo directory of the built demo */
export function fillServiceWorker(demo: string): void {
  const folder = join(demo, 'assets')
  const text = (name: string) =>
    /\.(js|css)$/.test(name) ? readFileSync(join(folder, name), 'utf8') : ''
  const assets = new Map(readdirSync(folder).map((name) => [name, text(name)]))
  const documents = DOCUMENTS.map((name) =>
    withoutImportMap(readFileSync(join(demo, name), 'utf8')),
  )
  for (const pattern of [/^contribute-/, /^serve-/, EMBEDDED, REPLAY, NOT_REPLAYED])
    if (![...assets.keys()].some((name) => pattern.test(name)))
      throw new Error(`No built script matches ${pattern}: build the demo first`)
  const files = offlineFiles(documents, assets)
  const hash = createHash('sha256')
  for (const part of [...documents, ...Object.values(files).flat()]) hash.update(part)
  const release = JSON.stringify({ name: hash.digest('hex').slice(0, 12), ...files })
  const worker = join(demo, 'sw.js')
  const script = readFileSync(worker, 'utf8')
  if (!RELEASE.test(script)) throw new Error('sw.js has no line `const RELEASE = …`')
  writeFileSync(
    worker,
    script.replace(RELEASE, () => `const RELEASE = ${release}`),
  )
}

/** Text of the service worker for a shop with a vault. */
export const besideVault = (script: string): string =>
  script.replace(/^(const RELEASE = .*"embedded":)\[[^\]]*\]/m, '$1[]')
