/** @module Publishes a model and its catalog as files for any web server. */
import { type BinaryToTextEncoding, createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join, posix, relative, resolve } from 'node:path'
import { type ModelKeys, readModelKeys } from '@nearside/browser/learning/release.ts'
import { readBaseLists } from '@nearside/browser/page/baseLists.ts'
import type { Persist } from '@nearside/browser/persists.ts'
import { utf8 } from '@nearside/core/bytes.ts'
import { Catalog } from '@nearside/core/catalog/catalog.ts'
import { HEAD, headOf, writeCatalog } from '@nearside/core/catalog/catalogLines.ts'
import { invalidInput } from '@nearside/core/error.ts'
import { type LatestModel, parseLatest } from '@nearside/core/model/manifest.ts'
import { parseRules } from '@nearside/core/rules/parseRules.ts'
import { nodeDisk } from '@nearside/train/models/disk.ts'
import { publishCopy, readLatestFile } from '@nearside/train/models/publish.ts'
import { readFiles, readLatest, readModel } from '@nearside/train/models/read.ts'
import { LIVE_JSON, readLiveJson } from '../sync/liveJson.ts'
import { carryLive } from './carryLive.ts'
import { catalogFindings } from './catalogFindings.ts'
import { type Finding, sizeFinding } from './finding.ts'
import { headersFile, nginxFile } from './hosts.ts'
import { type ConsentPlatform, type PageOptions, readPageOptions } from './pageOptions.ts'
import { pack, placeFile, placeFolder } from './place.ts'
import { splitCatalog } from './publishTail.ts'
import { mayFollow, releaseFindings, rulesSignature } from './releaseFindings.ts'
import { ruleFindings } from './ruleFindings.ts'
import { type Script, START, snippet } from './snippet.ts'

interface SiteOrder {
  readonly models: string
  readonly catalog: unknown
  /** Content of `rules.json`; absent if the shop has no rules. */
  readonly rules?: unknown
  readonly out: string
  /** Path at which `out` will be served, with a slash at both ends. */
  readonly base: string
  /** URL of an item's page, with `{id}` in it; absent: the catalog's URLs. */
  readonly link?: string
  /** Folder of the library's files, for pages without a bundler. */
  readonly library?: string
  /** Keys whose signatures pages require; default: the keys of the existing snippet. */
  readonly keys?: ModelKeys
  /** Consent platform of the snippet; default: the platform of the existing snippet. */
  readonly consent?: ConsentPlatform | 'none'
  /** Value of `persist`; default: as published before, else `ask`. */
  readonly persist?: Persist
  /** Current time, milliseconds since the epoch. */
  readonly now: number
  readonly dryRun?: boolean
}

export interface Site {
  readonly latest: LatestModel
  /** Findings; if one of them is an error, nothing was written. */
  readonly findings: readonly Finding[]
  /** Bytes that a new visitor's browser downloads once, compressed. */
  readonly visitor: number
  /** Sizes of the published files in bytes, by path. */
  readonly files: Readonly<Record<string, number>>
}

const json = async (path: string): Promise<unknown> => JSON.parse(await readFile(path, 'utf8'))
const sha256 = (bytes: Uint8Array | string, encoding: BinaryToTextEncoding = 'hex') =>
  createHash('sha256').update(bytes).digest(encoding)

/**
 * Publishes the site; writes nothing if a finding is an error. It first writes the files whose content never changes,
 * each folder as a whole. Then it replaces the pointer to the newest model and each changing file.
 * @throws NearsideError as devices would refuse it: `model-unsigned`, `model-expired`, `model-rolled-back`,
 *   `model-forked` if keys are in use, `model-corrupt`, `catalog-invalid`; `version-taken` if another model has the
 *   name; `input-invalid`, `storage-full`, `storage-unavailable`
 */
export async function publishSite(order: SiteOrder): Promise<Site> {
  const { models, out, base, now, rules } = order
  const target = join(out, 'models')
  if (!/^\.\.($|[\\/])/.test(relative(resolve(out), resolve(models))))
    throw invalidInput(`--model ${models} lies in --out ${out}: choose another folder for --out`)
  const found = await readLatest(models)
  const model = await readModel(models)
  const latest = parseLatest(await json(join(models, 'latest.json')))
  const catalog = Catalog.parse(order.catalog, now)
  const before = await optionsBefore(out)
  const keys = order.keys ? readModelKeys(order.keys) : before?.modelKeys
  const rulesBefore = await json(join(out, 'rules.json')).catch(() => undefined)
  const { consent = before?.consent ?? 'none', persist = before?.persist ?? 'ask' } = order
  if (consent !== 'none' && persist !== 'ask')
    throw invalidInput(
      `consent by ${consent} needs --persist ask, but persist is ${persist}: change one of them`,
    )
  const check = (previous: LatestModel | null) => mayFollow(latest, keys, previous, now)
  await check(await readLatestFile(target))

  const manifest = await readFile(join(found.directory, 'manifest.json'))
  const version = await pack(
    (await readFiles(found)).set('manifest.json', new Uint8Array(manifest)),
  )
  const library = order.library === undefined ? undefined : await readLibrary(order.library)
  const text = (value: unknown) => utf8(JSON.stringify(value))
  const rows = order.catalog as readonly unknown[]
  const tail = await splitCatalog(found, model, rows)
  const lists = await readBaseLists({
    read: (path) => readFile(join(models, path)),
    catalog: tail ? Catalog.parse(tail.head, now).items : catalog.items,
    rules: parseRules(rules ?? []).rules,
    now: () => now,
  })
  const best = { limit: HEAD, diversify: false }
  const head = lists.recommend(best).map(({ id }) => id)
  const catalogText = writeCatalog(tail?.head ?? rows, head)
  const changing = new Map([['catalog.json', utf8(catalogText)]])
  if (rules !== undefined) changing.set('rules.json', text(rules))
  const data = await pack(changing)
  const live = await readLiveJson(out)
  const carried = live && (await carryLive(live, out, order.catalog, now))
  const folder = {
    base,
    versions: [
      ...new Set([...(await versionsIn(target)), latest.version, ...(tail?.folders ?? [])]),
    ],
    changing: ['models/latest.json', ...changing.keys(), ...(live ? [LIVE_JSON] : [])],
    scripts: library?.folder,
  }
  const loose = new Map([
    ...data.files,
    ['_headers', utf8(headersFile(folder))],
    ['nginx.conf', utf8(nginxFile(folder))],
  ])
  const options = {
    catalog: `${base}catalog.json`,
    baseModel: `${base}models`,
    ...(library && { worker: `${base}${library.folder}/worker.js` }),
    ...(rules !== undefined && { rules: `${base}rules.json` }),
    ...(live && { live: `${base}${LIVE_JSON}` }),
    latest,
    ...(keys && { modelKeys: keys }),
    ...(order.link && { link: order.link }),
    ...(persist !== 'ask' && { persist }),
    ...(consent !== 'none' && { consent }),
  } satisfies PageOptions
  const scripts = library && {
    start: library.script(base, 'start.js'),
    needed: library.needed.map((name) => library.script(base, name)),
  }
  const items = lists
    .recommend({ limit: FIRST_PRODUCTS })
    .flatMap(({ id }) => catalog.get(id) ?? [])
  loose.set('page.html', utf8(snippet({ options, items, scripts })))

  const all = new Map([
    ...within(`models/${latest.version}`, version.files),
    ...within('models', tail?.files ?? new Map()),
    ...(library ? within(library.folder, library.files) : []),
    ...loose,
  ])
  const sums = [...all].map(([path, bytes]) => `${sha256(bytes)}  ${path}\n`)
  loose.set('SHA256SUMS', utf8(sums.sort().join('')))
  const visitor = version.least + data.least
  const findings = [
    ...releaseFindings(latest, keys, now),
    ...catalogFindings(catalog, model.itemIds),
    ...ruleFindings(rules ?? [], catalog, model, now),
    ...(rules === undefined ? [] : await rulesSignature(rules, keys, now, rulesBefore)),
    ...(carried?.findings ?? []),
    sizeFinding(visitor),
    ...(tail?.findings ?? []),
  ]
  if (!order.dryRun && findings.every(({ level }) => level !== 'error')) {
    if (library) await placeFolder(join(out, library.folder), library.files)
    await tail?.place(target)
    await publishCopy(target, latest, version.files, check)
    for (const [name, bytes] of loose) await placeFile(join(out, name), bytes)
    if (carried?.changes) {
      const hashes = { catalog: sha256(catalogText), head: sha256(headOf(catalogText)) }
      // Without the state of the feed, the next sync reads the feed again.
      const moved = { ...live, ...carried.changes, ...hashes, feed: undefined }
      await placeFile(join(out, LIVE_JSON), text(moved))
    }
  }
  return {
    latest,
    findings,
    visitor,
    files: Object.fromEntries([...all].map(([path, bytes]) => [path, bytes.length])),
  }
}

/** Options of the snippet that was published before. They stay in use unless the caller replaces them. */
async function optionsBefore(out: string): Promise<PageOptions | null> {
  return readPageOptions(await readFile(join(out, 'page.html'), 'utf8').catch(() => ''))
}

async function versionsIn(models: string): Promise<string[]> {
  const names = await nodeDisk.list(models)
  return names.filter((name) => /^\w/.test(name) && name !== 'latest.json')
}

/** Number of products that a page shows before its script runs. */
const FIRST_PRODUCTS = 8

const within = (folder: string, files: ReadonlyMap<string, Uint8Array>) =>
  [...files].map(([name, bytes]) => [`${folder}/${name}`, bytes] as const)

/**
 * @param folder `dist/lib` of the package
 * @throws NearsideError `input-invalid` if the folder lacks the library's files
 */
async function readLibrary(folder: string) {
  const entries = await readdir(folder, { recursive: true }).catch(() => [])
  const names = entries.filter((name) => /\.(js|css)$/.test(name)).sort()
  const parts = ['adapters', 'device', 'element', 'index', 'worker']
  if (!parts.every((part) => names.includes(`${part}.js`)))
    throw invalidInput(`${folder} is not the library's dist/lib`)
  const plain = new Map<string, Uint8Array>([['start.js', utf8(START)]])
  for (const name of names) plain.set(name, await readFile(join(folder, name)))
  const hashes = [...plain].map(([name, bytes]) => name + sha256(bytes))
  const path = `nearside/${sha256(hashes.join()).slice(0, 16)}`
  return {
    /** Path of the library's folder in the published folder. */
    folder: path,
    files: (await pack(plain)).files,
    /** Files that page and worker need before the first list, except `start.js`. */
    needed: [...neededBy(plain, ['worker.js', 'index.js', 'element.js', 'adapters.js'])],
    script: (base: string, name: string): Script => ({
      url: `${base}${path}/${name}`,
      integrity: `sha256-${sha256(plain.get(name) ?? '', 'base64')}`,
    }),
  }
}

/** The given files, and all files that must be loaded before they can run. */
function neededBy(
  files: ReadonlyMap<string, Uint8Array>,
  names: readonly string[],
): ReadonlySet<string> {
  const found = new Set(names)
  for (const name of found) {
    const text = new TextDecoder().decode(files.get(name))
    for (const [, path] of text.matchAll(/\b(?:from|import)\s*["'](\.{1,2}\/[^"']+)["']/g))
      found.add(posix.join(posix.dirname(name), path))
  }
  return found
}
