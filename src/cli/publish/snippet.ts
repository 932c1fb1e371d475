/** @module Snippet for the shop's pages: URLs of files, the list that a new shopper sees first, and the scripts. */
import { HEAD } from '@nearside/core/catalog/catalogLines.ts'
import { type Item, productPage } from '@nearside/core/catalog/item.ts'
import { type PageOptions, pageOptionsTag } from './pageOptions.ts'

/** Name of the Trusted Types policy that a page's policy must allow. */
export const TRUSTED_TYPES = 'nearside'

/**
 * Script of a page without a bundler, placed beside the library's files. The script learns from what the shop pushes to
 * `dataLayer` by GA4's conventions. Words and prices follow the page's `lang`. With `persist: 'ask'`, the consent
 * platform that the options name decides whether data are stored. If the page lacks that platform, an earlier yes stays
 * valid; without an earlier yes, nothing outlives the page.
 */
export const START = `const element = document.getElementById('nearside-options')
const { link, worker, consent, live, latest: _, ...options } = JSON.parse(element.textContent)
const url = new URL(worker, location.href).href
// A page may ask for Trusted Types: then it must allow this policy.
const policy = globalThis.trustedTypes?.createPolicy('${TRUSTED_TYPES}', { createScriptURL: () => url })
// The snippet can be older than the newest model. The page has preloaded this file, so the device needn't wait for it.
const newest = fetch(\`\${options.baseModel}/latest.json\`, { signal: AbortSignal.timeout(3000) })
  .then((answer) => (answer.ok ? answer.json() : undefined))
  .catch(() => undefined)
// The worker starts while the page's own code loads. If the worker fails before the personalizer listens, the
// personalizer starts another worker and handles the failure.
const makeWorker = () => new Worker(policy ? policy.createScriptURL('') : url, { type: 'module' })
let early = null
try {
  early = makeWorker()
  early.onerror = () => { early = null }
} catch {}
function startedWorker() {
  const worker = early ?? makeWorker()
  early = null
  return worker
}
const items = []
// The catalog has one product a line, beginning with the products that lists show first, so no task parses the whole
// text.
async function load(headThere) {
  const { body } = await fetch(options.catalog)
  const reader = body.pipeThrough(new TextDecoderStream()).getReader()
  const parts = []
  let rest = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    parts.push(value)
    const lines = (rest + value).split('\\n')
    rest = lines.pop()
    for (const line of lines)
      if (line.startsWith('{')) items.push(JSON.parse(line.replace(/,?\\r?$/, '')))
    if (items.length >= ${HEAD}) headThere()
    // A pause; else parts that have arrived would be read in one long task.
    await new Promise((next) => setTimeout(next))
  }
  if (items.length === 0) items.push(...JSON.parse(parts.join('')))
}
let whole
const head = new Promise((headThere) => { whole = load(headThere) })
const dataLayer = (globalThis.dataLayer ??= [])
const linkTo = link && (({ id }) => link.replace('{id}', encodeURIComponent(id)))
const withoutGerman = (error) => console.warn('Nearside: the German words could not be loaded.', error)
async function show(own) {
  const devtools = new URLSearchParams(location.search).has('nearside-devtools')
  await (devtools ? whole : Promise.race([head, whole]))
  const personalizer = devtools ? (await import('./devtools.js')).withDevtools(own, { items }) : own
  const { lang } = document.documentElement
  const locale = /^[a-z]{2,3}(-[a-z0-9]{2,8})*$/i.test(lang) ? lang : undefined
  const german = /^de(-|$)/i.test(lang) ? await import('./german.js').catch(withoutGerman) : undefined
  const [labels, searchLabels] = [german?.GERMAN, german?.SEARCH_GERMAN]
  const shown = () => ({ personalizer, items: [...items], linkTo, labels, searchLabels, locale })
  provide(shown())
  followDataLayer(personalizer, dataLayer)
  // Shopify's web pixel passes its events on to this page (relayShopifyPixel).
  if (globalThis.Shopify) followShopifyPixel(personalizer)
  await whole
  const all = shown()
  provide(all)
  if (!document.querySelector('nearside-search')) return
  try {
    const { provideSearch } = await import('./element-search.js')
    provideSearch(all)
  } catch (error) {
    console.warn('Nearside: the search box could not be loaded; everything else works.', error)
  }
}
const [{ followDataLayer, followShopifyPixel }, { provide }, { createPersonalizer }, latest] =
  await Promise.all([import('./adapters.js'), import('./element.js'), import('./index.js'), newest])
const own = await createPersonalizer({
  ...options,
  ...(latest && { baseModel: { url: options.baseModel, latest } }),
  ...(live && { catalog: { url: options.catalog, live } }),
  worker: startedWorker,
})
// The page calls this for its own answer to persist: 'ask', and for its panel.
globalThis.nearside = own
if (consent) {
  const { fromConsentMode, fromTcf, withConsent } = await import('./consent.js')
  if (consent === 'consent-mode') withConsent(fromConsentMode(dataLayer), own)
  else if (globalThis.__tcfapi) withConsent(fromTcf(globalThis.__tcfapi), own)
}
await show(own)
`

const escaped = (text: string) =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)

/** Links to products, for visitors without scripts and until the script runs. */
function firstList(items: readonly Item[], link: string | undefined): string {
  const entries = items.map((item) => {
    const { id, title = id, image } = item
    const page = link ? link.replace('{id}', encodeURIComponent(id)) : productPage(item)
    const address = escaped(page)
    const picture = image ? `<img src="${escaped(image)}" alt="" width="150" height="150">` : ''
    return `    <li><a href="${address}">${picture}${escaped(title)}</a></li>`
  })
  return `  <ul>\n${entries.join('\n')}\n  </ul>`
}

interface Snippet {
  readonly options: PageOptions
  /** Items of a new shopper's first list, best first. */
  readonly items: readonly Item[]
  /** Scripts for a page without a bundler: the first script, and all files needed before the first list. */
  readonly scripts?: { readonly start: Script; readonly needed: readonly Script[] }
}

export interface Script {
  readonly url: string
  readonly integrity: string
}

export function snippet({ options, items, scripts }: Snippet): string {
  const tags = scripts
    ? [
        // Preloaded, because a browser finds a file's imports only once that file has arrived.
        ...scripts.needed.map(
          ({ url, integrity }) =>
            `<link rel="modulepreload" href="${url}" integrity="${integrity}">`,
        ),
        `<link rel="preload" as="fetch" crossorigin href="${options.baseModel}/latest.json">`,
        `<script type="module" src="${scripts.start.url}" integrity="${scripts.start.integrity}"></script>`,
      ]
    : []
  return `<!-- Into the head -->
${[pageOptionsTag(options), ...tags].join('\n')}
<!-- Where the list shall stand -->
<nearside-recommendations heading="For you" limit="${items.length}">
${firstList(items, options.link)}
</nearside-recommendations>
`
}
