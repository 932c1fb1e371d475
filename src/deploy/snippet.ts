/** @module What goes into the shop's pages: where everything lies, what a new shopper sees at first, and the scripts. */
import type { Item } from '../core/catalog/item.ts'
import { type PageOptions, pageOptionsTag } from './pageOptions.ts'

/** What a policy must allow that asks for Trusted Types. */
export const TRUSTED_TYPES = 'nearside'

/**
 * The script of a page without a bundler. It lies beside the library's files. What the shop pushes to
 * `dataLayer` by GA4's conventions, it learns from.
 */
export const START = `import { followDataLayer } from './adapters.js'
import { provide } from './element.js'
import { createPersonalizer } from './index.js'

const element = document.getElementById('nearside-options')
const { link, worker, ...options } = JSON.parse(element.textContent)
const url = new URL(worker, location.href).href
// A page may ask for Trusted Types: then this policy must be allowed.
const policy = globalThis.trustedTypes?.createPolicy('${TRUSTED_TYPES}', { createScriptURL: () => url })
const [items, own] = await Promise.all([
  fetch(options.catalog).then((answer) => answer.json()),
  createPersonalizer({
    ...options,
    worker: () => new Worker(policy ? policy.createScriptURL('') : url, { type: 'module' }),
  }),
])
const devtools = new URLSearchParams(location.search).has('nearside-devtools')
const personalizer = devtools ? (await import('./devtools.js')).withDevtools(own, { items }) : own
const linkTo = ({ id }) => link.replace('{id}', encodeURIComponent(id))
provide({ personalizer, items, linkTo })
followDataLayer(personalizer, (globalThis.dataLayer ??= []))
`

const escaped = (text: string) =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)

/** Products as links: what stands in the page before any script runs, and without one. */
function firstList(items: readonly Item[], link: string): string {
  const entries = items.map(({ id, title = id, image }) => {
    const address = escaped(link.replace('{id}', encodeURIComponent(id)))
    const picture = image ? `<img src="${escaped(image)}" alt="" width="150" height="150">` : ''
    return `    <li><a href="${address}">${picture}${escaped(title)}</a></li>`
  })
  return `  <ul>\n${entries.join('\n')}\n  </ul>`
}

interface Snippet {
  readonly options: PageOptions & { readonly link: string }
  /** What a new shopper's device will show as well, best first. */
  readonly items: readonly Item[]
  /** What a page without a bundler begins with. */
  readonly scripts?: Readonly<Record<'start' | 'device', { url: string; integrity: string }>>
}

export function snippet({ options, items, scripts }: Snippet): string {
  const tags = scripts
    ? [
        `<link rel="modulepreload" href="${scripts.device.url}" integrity="${scripts.device.integrity}">`,
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
