/**
 * @module A model, its catalog and what a page needs of both, as files that any web server can hand out:
 * `models/`, `catalog.json`, `rules.json`, the scripts if wanted, headers, the snippet for the pages, and
 * the hashes of all of it.
 */
import { readFile } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import { sha256Hex, utf8 } from '../core/bytes.ts'
import { Catalog } from '../core/catalog/catalog.ts'
import { NearsideError } from '../core/error.ts'
import { type LatestModel, parseLatest } from '../core/model/manifest.ts'
import { parseRules } from '../core/rules/parseRules.ts'
import { type ModelKeys, readModelKeys } from '../device/learning/release.ts'
import type { Persist } from '../device/persists.ts'
import { nodeDisk } from '../models/disk.ts'
import { publishCopy, readLatestFile } from '../models/publish.ts'
import { readFiles, readLatest, readModel } from '../models/read.ts'
import { readBaseLists } from '../sdk/baseLists.ts'
import { catalogFindings } from './catalogFindings.ts'
import { type Finding, sizeFinding } from './finding.ts'
import { headersFile, nginxFile } from './hosts.ts'
import { readLibrary } from './library.ts'
import { pack } from './packed.ts'
import { type ConsentPlatform, type PageOptions, readPageOptions } from './pageOptions.ts'
import { placeFile, placeFolder } from './place.ts'
import { mayFollow, releaseFindings } from './releaseFindings.ts'
import { ruleFindings } from './ruleFindings.ts'
import { snippet } from './snippet.ts'

interface SiteOrder {
  /** Directory of published models. */
  readonly models: string
  /** What `catalog.json` shall hold. */
  readonly catalog: unknown
  /** What `rules.json` shall hold, if there are any. */
  readonly rules?: unknown
  readonly out: string
  /** Path of the address at which `out` will lie, with a slash at both ends. */
  readonly base: string
  /** Address of an item's page, with `{id}` in it; absent: as the catalog says. */
  readonly link?: string
  /** The library's files, for pages without a bundler. */
  readonly library?: string
  /** Whose signatures the pages shall ask for; else those of the snippet that lies there. */
  readonly keys?: ModelKeys
  /** Whom the snippet asks before anything is kept; else as the snippet that lies there. */
  readonly consent?: ConsentPlatform | 'none'
  /** Default: as it was published before, else `ask`. */
  readonly persist?: Persist
  /** Items of the first list. */
  readonly limit: number
  /** Milliseconds since the epoch. */
  readonly now: number
  /** Everything but writing. */
  readonly dryRun?: boolean
}

export interface Site {
  readonly latest: LatestModel
  /** With an error among them nothing was written. */
  readonly findings: readonly Finding[]
  /** Bytes that a new visitor's browser downloads once, compressed. */
  readonly visitor: number
  /** Files as they lie there, by path, with their bytes. */
  readonly files: Readonly<Record<string, number>>
}

const json = async (path: string): Promise<unknown> => JSON.parse(await readFile(path, 'utf8'))

/**
 * Writes nothing where a finding is an error. What never changes under its name is written first, each folder whole; then the pointer to the newest
 * model; then each file that changes, by a rename.
 * @throws NearsideError as devices would refuse it: `model-unsigned`, `model-expired`, `model-rolled-back`,
 * `model-forked` where keys are in use, `model-corrupt`, `catalog-invalid`; `version-taken` where the name
 * is another model's; `input-invalid`, `storage-full`, `storage-unavailable`
 */
export async function publishSite(order: SiteOrder): Promise<Site> {
  const { models, out, base, now, rules } = order
  const target = join(out, 'models')
  if (!/^\.\.($|[\\/])/.test(relative(resolve(out), resolve(models))))
    throw new NearsideError('input-invalid', `${models} lies in ${out}: publish from elsewhere`)
  const found = await readLatest(models)
  const model = await readModel(models)
  const latest = parseLatest(await json(join(models, 'latest.json')))
  const catalog = Catalog.parse(order.catalog)
  const before = await optionsBefore(out)
  const keys = order.keys ? readModelKeys(order.keys) : before?.modelKeys
  const { consent = before?.consent ?? 'none', persist = before?.persist ?? 'ask' } = order
  if (consent !== 'none' && persist !== 'ask')
    throw new NearsideError(
      'input-invalid',
      `--persist ${persist} leaves nothing for --consent to ask`,
    )
  const check = (previous: LatestModel | null) => mayFollow(latest, keys, previous, now)
  await check(await readLatestFile(target))

  const manifest = await readFile(join(found.directory, 'manifest.json'))
  const version = await pack(
    (await readFiles(found)).set('manifest.json', new Uint8Array(manifest)),
  )
  const library = order.library === undefined ? undefined : await readLibrary(order.library)
  const text = (value: unknown) => utf8(JSON.stringify(value))
  const changing = new Map([['catalog.json', text(order.catalog)]])
  if (rules !== undefined) changing.set('rules.json', text(rules))
  const data = await pack(changing)
  const folder = {
    base,
    versions: [...new Set([...(await versionsIn(target)), latest.version])],
    changing: ['models/latest.json', ...changing.keys()],
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
    latest,
    ...(keys && { modelKeys: keys }),
    ...(order.link && { link: order.link }),
    ...(persist !== 'ask' && { persist }),
    ...(consent !== 'none' && { consent }),
  } satisfies PageOptions
  const tag = async (name: string) => ({
    url: `${base}${library?.folder}/${name}`,
    integrity: (await library?.integrity(name)) ?? '',
  })
  const scripts = library && { start: await tag('start.js'), device: await tag('device.js') }
  const items = await firstList(order, catalog)
  loose.set('page.html', utf8(snippet({ options, items, scripts })))

  const all = new Map([
    ...within(`models/${latest.version}`, version.files),
    ...(library ? within(library.folder, library.files) : []),
    ...loose,
  ])
  const sums = [...all].map(async ([path, bytes]) => `${await sha256Hex(bytes)}  ${path}\n`)
  loose.set('SHA256SUMS', utf8((await Promise.all(sums)).sort().join('')))
  const visitor = version.least + data.least
  const findings = [
    ...releaseFindings(latest, keys, now),
    ...catalogFindings(catalog, model.itemIds),
    ...ruleFindings(rules ?? [], catalog, model, now),
    sizeFinding(visitor),
  ]
  if (!order.dryRun && findings.every(({ level }) => level !== 'error')) {
    if (library) await placeFolder(join(out, library.folder), library.files)
    await publishCopy(target, latest, version.files, check)
    for (const [name, bytes] of loose) await placeFile(join(out, name), bytes)
  }
  return {
    latest,
    findings,
    visitor,
    files: Object.fromEntries([...all].map(([path, bytes]) => [path, bytes.length])),
  }
}

/** What is in use goes on without being named again. */
async function optionsBefore(out: string): Promise<PageOptions | null> {
  return readPageOptions(await readFile(join(out, 'page.html'), 'utf8').catch(() => ''))
}

async function versionsIn(models: string): Promise<string[]> {
  const names = await nodeDisk.list(models)
  return names.filter((name) => /^\w/.test(name) && name !== 'latest.json')
}

/** What a new shopper's device shows, too. */
async function firstList({ models, rules, limit, now }: SiteOrder, catalog: Catalog) {
  const lists = await readBaseLists({
    read: (path) => readFile(join(models, path)),
    catalog: catalog.items,
    rules: parseRules(rules ?? []).rules,
    now: () => now,
  })
  return lists.recommend({ limit }).flatMap(({ id }) => catalog.get(id) ?? [])
}

const within = (folder: string, files: ReadonlyMap<string, Uint8Array>) =>
  [...files].map(([name, bytes]) => [`${folder}/${name}`, bytes] as const)
