/**
 * @module `npm run size`: what a shop's visitors download, by use of the package. A use counts its entries with
 * everything that they import and everything that they load later; what only another use loads is counted there.
 * A chunk that no use counts is an error.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, normalize } from 'node:path'
import type { SizeLimitConfig } from 'size-limit'

const LIB = 'dist/lib'
if (!existsSync(join(LIB, 'worker.js'))) throw new Error(`${LIB} is not built: npm run build`)

const CHUNKS = readdirSync(join(LIB, 'chunks')).map((file) => `chunks/${file}`)
const FOR_SERVERS = ['ssr.js', 'issuer.js']
const ENTRIES = readdirSync(LIB).filter(
  (file) => file.endsWith('.js') && !FOR_SERVERS.includes(file),
)

/** A file by its name without the hash: `choose` is `chunks/choose-BOCplWEw.js`, `index` is `index.js`. */
function fileOf(name: string): string {
  if (ENTRIES.includes(`${name}.js`)) return `${name}.js`
  const found = CHUNKS.filter((file) => file.replace(/-[\w-]{8}\.js$/, '') === `chunks/${name}`)
  if (found.length !== 1) throw new Error(`${LIB}/chunks has ${found.length} files named ${name}`)
  return found[0]
}

/** All that a file needs before it can run: static imports, theirs too. */
function graphOf(file: string, known = new Set<string>()): Set<string> {
  if (known.has(file)) return known
  known.add(file)
  const text = readFileSync(join(LIB, file), 'utf8')
  for (const [, path] of text.matchAll(/\b(?:from|import)\s*["'`](\.{1,2}\/[^"'`]+)["'`]/g))
    graphOf(normalize(join(file, '..', path)), known)
  return known
}

const graphsOf = (names: readonly string[]): Set<string> =>
  new Set(names.flatMap((name) => [...graphOf(fileOf(name))]))

const counted = new Set<string>()

/** @param before names of what is downloaded already, which isn't counted again */
function budget(
  name: string,
  limit: string,
  names: readonly string[],
  before: readonly string[] = [],
) {
  const known = graphsOf(before)
  const files = [...graphsOf(names)].filter((file) => !known.has(file))
  for (const file of files) counted.add(file)
  return { name, path: files.map((file) => join(LIB, file)), limit, gzip: true }
}

/** The device: lists, storage, log, and the fit with its engines in JavaScript and WebAssembly. */
const DEVICE = ['worker', 'onDemand', 'wasmEngine']
const LISTS = ['index', 'react', 'answering']

const budgets: SizeLimitConfig = [
  // A page needs this before its first list from the server-rendered or the shop's own order.
  budget('First list, React: SDK and widgets', '25 KB', ['index', 'react']),
  budget('A page with lists, React: also menus, worker and learning', '107.6 KB', [
    ...LISTS,
    ...DEVICE,
  ]),
  budget('A page with lists, custom element', '95.1 KB', ['element', 'menu', ...DEVICE]),
  budget('Search, React: box and facets', '15.4 KB', ['search', 'react-search'], LISTS),
  budget('Search as an element', '17.8 KB', ['element-search'], ['element']),
  budget(
    'Rules for searches, React',
    '2.4 KB',
    ['searchRules'],
    ['search', 'react-search', ...LISTS],
  ),
  budget('Rules for searches, element', '2.2 KB', ['element-searchRules'], ['element-search']),
  budget(
    'Privacy console, with its technical details',
    '14.3 KB',
    ['console', 'Technical'],
    ['index', 'react'],
  ),
  budget('German words of widgets, panel and console', '10.1 KB', ['german']),
  budget(
    'Measuring, adapters and consent platforms',
    '5.9 KB',
    ['measure', 'adapters', 'consent'],
    ['index'],
  ),
  budget('Tools for agents', '2.1 KB', ['agents'], ['index', 'react']),
  budget('Developer’s panel', '2.6 KB', ['devtools']),
  budget(
    'What a shop may choose: rules, live prices, context, signed models, large catalogs, other learners',
    '21.3 KB',
    [
      ...['shopRules', 'liveFile', 'contextFile', 'contextTerms', 'releases', 'tail'],
      ...['chosenLearners', 'ownVisits'],
    ],
    DEVICE,
  ),
  budget('WebGPU on the base of TensorFlow.js', '31 KB', ['webgpuEngine'], DEVICE),
  budget(
    'After consent: a contribution, tokens and a relay',
    '16.3 KB',
    ['contribute', 'obtainToken', 'relayedFetch'],
    DEVICE,
  ),
  { name: 'Styles of all widgets', path: 'dist/lib/styles.css', limit: '4.2 KB', gzip: true },
  budget('Vault, the page’s end', '1.1 KB', ['vault'], ['index']),
  {
    name: 'Vault: its document, which asks the shopper in two languages',
    path: 'dist/vault/assets/vault-*.js',
    limit: '8.2 KB',
    gzip: true,
  },
  // One file, since it can load no other: the worker, and all that it would fetch when it is needed.
  {
    name: 'Vault: its worker',
    path: 'dist/vault/assets/lockedWorker-*.js',
    limit: '153.3 KB',
    gzip: true,
  },
]

const escaped = [...ENTRIES, ...CHUNKS].filter((file) => !counted.has(file))
if (escaped.length > 0) throw new Error(`No budget counts ${escaped.join(', ')}`)

export default budgets
