/**
 * @module `npm run size`: what a shop's visitors download, by purpose. An entry is counted with
 * everything that it imports, so that a chunk which a build splits off is counted as well; what is
 * fetched later is counted beyond what is there by then. A chunk that nothing here counts is an error.
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

/** A file by its name without the hash: `choose` is `chunks/choose-BOCplWEw.js`. */
function fileOf(name: string): string {
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

const counted = new Set<string>()

function budget(name: string, limit: string, files: Iterable<string>) {
  const path = [...files]
  for (const file of path) counted.add(file)
  return { name, path: path.map((file) => join(LIB, file)), limit, gzip: true }
}

const whole = (entry: string) => graphOf(`${entry}.js`)

/** What comes with the chunks beyond what came before. */
function beyond(before: ReadonlySet<string>, ...names: string[]): Set<string> {
  const all = new Set(names.flatMap((name) => [...graphOf(fileOf(name))]))
  return new Set([...all].filter((file) => !before.has(file)))
}

const worker = whole('worker')
const core = beyond(worker, 'onDemand', 'wasmEngine')
const withCore = new Set([...worker, ...core])

const contribution = beyond(withCore, 'contribute')
const tokens = beyond(new Set([...withCore, ...contribution]), 'obtainToken')
const relay = beyond(new Set([...withCore, ...contribution]), 'relayedFetch')

const budgets: SizeLimitConfig = [
  // 0.1 KB asks for the catalog where a page has no device, and 0.1 tells a developer what went wrong; 0.02 that a page never stands in for a vault.
  // 0.2 KB answer whether anything may be stored.
  // 0.15 KB here and in the adapters are sessions and strengths of events, in one file with their names.
  // 0.3 KB check the address of live prices, and apply them to a page's products.
  budget('SDK', '7.5 KB', whole('index')),
  // What failed, what a forgetting takes along and how it is undone, what an exported file shows and the terms of a consent are said, and what a browser’s wish not to share does: 2.1 KB, mostly words; 0.1 that something is forgotten in this tab only; 0.05 drop what could be undone once more is erased; 0.3 are six more lists.
  // 0.1 KB says that the shop learns from an account who takes part, where its terms ask for tokens of one.
  // 0.5 KB say what was seen and followed, where a shop measures; 0.05 hand over past orders.
  // 1.1 KB turn ε into chances of a right guess; the rest of 3.6 are words: recipients, stored actions, storage, lists for returning shoppers.
  // 0.2 KB say that a no to storing could not erase the disk, and ask again.
  // 0.4 KB read message catalogues: values by name, and plural forms of any language.
  // 0.7 KB begin and end sales by the device’s clock, here and where products are searched or shown without React; 0.2 keep no room for lists that new visitors have no products for.
  // 0.35 KB here, in the search box and in the elements apply live prices, stock, gone and new products.
  // 0.95 KB render each list around the menu of its cards, and are the menu's words.
  budget('React widgets (react external)', '17.1 KB', whole('react')),
  budget(
    'Menu of a card: why, and the shopper’s answers (beyond the widgets)',
    '2.15 KB',
    beyond(whole('react'), 'answering'),
  ),
  // 2.8 KB are words: what left, what is stored, agreed to and proved, for who has never seen a hash; 0.2
  // of them what else is stored, what a deletion leaves, and what a log without signatures shows; 0.2 what was agreed to then, and Global Privacy Control.
  // The same here, and in German.
  // 0.15 KB bring back what was deleted last, and say the device's errors in the reader's language; 0.1 that the shop compares.
  // 1.15 KB carry what a shopper did to another device: two buttons, a form, and what they say.
  // 1.1 KB turn ε into chances of a right guess; the rest of 4.8 list each stored action and say what could be learned from what leaves, and who got it.
  // 0.1 KB say what a relay hides, and from whom.
  // 0.4 KB read message catalogues, and 0.4 are the keys of their messages.
  // 0.2 KB are the words of the menu of a card.
  budget('Privacy console (react external)', '16.1 KB', whole('console')),
  budget(
    'Technical details of the console, when opened',
    '4.15 KB',
    beyond(whole('console'), 'Technical'),
  ),
  // 0.4 KB make past orders of what Shopify and GA4 answer.
  // 0.05 KB are the names of the shopper's answers.
  budget('Adapters', '2.5 KB', whole('adapters')),
  // 1.1 KB make groups of values and prices to narrow by, find categories, and answer a search box.
  budget('Search (MiniSearch with it)', '11.85 KB', whole('search')),
  budget('Search box and facets (react external)', '7.05 KB', whole('react-search')),
  budget('Consent platforms', '1.1 KB', whole('consent')),
  budget('Developer’s panel', '2.6 KB', whole('devtools')),
  // 0.85 KB interleave lists and count whose picks were followed.
  budget('Measuring', '2.3 KB', whole('measure')),
  // 0.1 KB asks for the shopper's own lists, what goes with a basket, and what costs more; 0.4 say what was seen and followed, where a shop measures.
  // 0.05 KB link to where the catalog says.
  // 0.4 KB read message catalogues, and 0.4 are the parts of the list controller that only React’s lists use.
  // 1.4 KB load and place the menu of a card, keep the focus at its button, and are its words.
  budget('Custom element', '9.75 KB', whole('element')),
  budget(
    'Menu of a card without React (beyond the element)',
    '2.2 KB',
    beyond(whole('element'), 'menu'),
  ),
  budget('Search box and choices as an element', '17.15 KB', whole('element-search')),
  // 0.2 KB say what else is stored, what a deletion leaves, and what a log without signatures shows; 0.05 that something is forgotten in this tab only; 0.05 the names of more lists.
  // 0.35 KB are the words of search box and facets, and of a comparison.
  // 0.45 KB are what is said of a transfer to another device, and of interleaving.
  // 0.05 KB are the words of a no that could not erase, and of a relay.
  // 0.3 KB are the menu of a card and the answers in the panel.
  budget('German words of widgets, panel and console', '9.7 KB', whole('german')),
  budget('Vault, the page’s end', '1.15 KB', whole('vault')),
  // 0.8 KB leave out what the shopper has and a third variant, and find what is similar by title; as much
  // is where a shop's own rules take hold; 0.4 keep a list from being all of one subject, 0.3
  // lists from repeating one another, 0.4 read signed releases, and 0.7 list what was viewed, bought or
  // added, what costs more and what goes with a basket; 0.4 went where it is loaded on demand.
  // 0.3 KB plan when a token is asked for, ask for it, keep and show it; 0.2 refuse days that no calendar has.
  // 0.2 KB are the ways to a transfer, which is loaded on demand, and visits of what was handed over.
  // 0.1 KB tell a slow line from a silent one.
  // 0.8 KB make a list again without something that the shopper did, name it where that decides, and find what is due.
  // 1.9 KB keep a visit in memory until the shop may store it, write it then and erase it again; 1.2 check a consent's recipients and its signed entry.
  // 0.6 KB end a consent whose recipients change, erase again where the disk refused, pace a fit's progress, and count what a relay carried as it was sealed.
  // 0.3 KB read what the visit is about: categories and brands of the last looks, and how often each product was looked at.
  // 0.3 KB take a catalog’s prices at the time, where sales run; 0.4 let a product’s id stand for its variants; 0.2 hold similar lists to the nearest products.
  // 0.6 KB ask for live prices, and make the catalog anew with them.
  // 0.65 KB lower what the shopper wants less of, and rank a list without one action.
  budget('Worker: storage, log, model, lists', '56.75 KB', worker),
  // 0.9 KB seals and opens what goes to another device.
  // 0.4 KB take a score apart for an explanation.
  // 0.7 KB exports what is held and checks the log, which no page needs to begin.
  // 0.2 KB import orders and transfers; 0.4 say what the context adds to a score; 0.1 the names of what the visit is about.
  budget('Live prices and stock, where the shop has them', '1 KB', beyond(worker, 'liveFile')),
  // 0.5 KB are code that the worker and the vault's document share in other files since cards have a menu.
  budget(
    'Learning: the fit, its engine in JavaScript and WASM (beyond the worker)',
    '18.1 KB',
    core,
  ),
  budget(
    'WebGPU on the base of TensorFlow.js (beyond those)',
    '36 KB',
    beyond(withCore, 'webgpuEngine'),
  ),
  // 2.7 KB prove that an update is within the clip norm.
  // 0.2 read what issuer a policy names, and 0.2 make a report's id from the log.
  // 0.35 are how a proof’s sums are shared among its parts, which the servers’ check asks for.
  // 2 KB check the device's limits, both servers' signed times, recipients and the consent's entry.
  budget('A contribution, after consent', '12.4 KB', contribution),
  budget('Tokens, where the terms ask for them (beyond those)', '2.2 KB', tokens),
  budget('A relay, where the shop names one (beyond those)', '2.2 KB', relay),
  budget(
    'Learners and cleaning that a shop may choose (beyond those)',
    '9 KB',
    beyond(withCore, 'chosenLearners', 'ownVisits'),
  ),
  // 0.7 KB read the clock, the calendar and discounts.
  budget('A shop’s own rules (beyond the worker)', '4.3 KB', beyond(worker, 'shopRules')),
  budget(
    'A context that the model learned from: weather, promotions, hours (beyond the worker)',
    '2.7 KB',
    beyond(worker, 'contextFile', 'contextTerms'),
  ),
  budget('Signed models (beyond the worker)', '1.5 KB', beyond(worker, 'releases')),
  // One file, since it can load no other: the worker, and all that it would fetch when it is needed.
  {
    name: 'Vault: its worker',
    path: 'dist/vault/assets/lockedWorker-*.js',
    limit: '139.05 KB',
    gzip: true,
  },
  // 0.4 KB read message catalogues.
  // 5 KB ask the shopper in a window of its own, in two languages: who gets updates, and how well they are hidden.
  {
    name: 'Vault: its document',
    path: 'dist/vault/assets/vault-*.js',
    limit: '8.2 KB',
    gzip: true,
  },
]

const escaped = [...ENTRIES, ...CHUNKS].filter((file) => !counted.has(file))
if (escaped.length > 0) throw new Error(`No budget counts ${escaped.join(', ')}`)

export default budgets
