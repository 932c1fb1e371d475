/**
 * @module Prerenders the built demo's documents: home, departments, products, search and basket. These documents equal
 * what a new shopper's device will render: the module uses the same components and the lists of the shipped base model.
 * Other addresses get `shell.html`. The module also sorts the catalog as for a new shopper, so that a department page
 * has products before the device has ranked them.
 */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pageOptionsTag } from '@nearside/cli/publish/pageOptions.ts'
import { Catalog } from '@nearside/core/catalog/catalog.ts'
import { createServer } from 'vite'
import type { Item } from '../src/index.ts'
import { type BaseLists, readBaseLists } from '../src/ssr.ts'

type Prerender = typeof import('@nearside/storefront/prerender.tsx')

const PLACE = '<div id="shop"></div>'
const TITLE = /<title>.*<\/title>/

const asText = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')

/**
 * File name of a page, for a web server that appends `.html` to addresses. Null if the name is invalid on some systems;
 * the server then sends `shell.html`, a page without content.
 */
function fileOf(path: string): string | null {
  if (path === '/') return 'index.html'
  const [, folder, name] = path.split('/').map(decodeURIComponent)
  if (name === undefined) return `${folder}.html`
  return /[/\\.:]/.test(name) ? null : `${folder}/${name}.html`
}

/** @param root root of the checkout @param demo directory of the built demo */
export async function prerender(root: string, demo: string): Promise<void> {
  const file = await readFile(join(root, 'public/catalog/catalog.json'), 'utf8')
  const given = Catalog.parse(JSON.parse(file)).items
  const models = join(root, 'public/models')
  const made = async (name: string) =>
    JSON.parse(await readFile(join(root, `public/catalog/${name}.json`), 'utf8'))
  const pictures = await made('pictures')
  const histories = await made('history')
  const lists = await readBaseLists({
    read: (path) => readFile(join(models, path)),
    catalog: given,
  })
  const items = inOrder(given, lists)
  const lines = items.map((item) => JSON.stringify(item))
  await writeFile(join(demo, 'catalog/catalog.json'), `[\n${lines.join(',\n')}\n]\n`)
  const template = await readFile(join(demo, 'index.html'), 'utf8')
  if (!template.includes(PLACE)) throw new Error(`prerender: index.html has no ${PLACE}`)

  const vite = await createServer({
    root,
    mode: 'production',
    appType: 'custom',
    logLevel: 'warn',
    optimizeDeps: { noDiscovery: true },
    server: { middlewareMode: true, watch: null, hmr: false, ws: false },
  })
  try {
    const page = (await vite.ssrLoadModule('/src/storefront/prerender.tsx')) as Prerender
    const first = lists.recommend({ limit: page.FOR_YOU }).map(({ id }) => id)
    // As on a device, the second list of a page (the shelf) leaves out the items of the first list.
    const next = lists.recommend({ limit: page.SHELF, excludeIds: first })
    const bestsellers = [...first, ...next.map(({ id }) => id)]
    const popular = lists.recommend({ limit: page.SHELF }).map(({ id }) => id)
    const assets = await readdir(join(demo, 'assets'))
    const options = pageOptionsTag({
      catalog: '/catalog/catalog.json',
      baseModel: '/models',
      worker: `/assets/${assets.find((name) => /^worker-.*\.js$/.test(name))}`,
      latest: lists.latest,
    })
    const fill = (shop: string, data = '') =>
      template
        .replace(PLACE, () => `<div id="shop">${shop}</div>${data}`)
        // The options come first in the head, because the shop's script reads them as soon as it has loaded.
        .replace('<head>', () => `<head>${options}`)
    await writeFile(join(demo, 'shell.html'), fill(page.renderOutline()))
    for (const folder of ['category', 'product']) await mkdir(join(demo, folder))
    for (const { path, title, shop, data } of page.renderPages(
      items,
      bestsellers,
      popular,
      pictures,
      histories,
    )) {
      const document = fill(shop, data).replace(TITLE, () => `<title>${asText(title)}</title>`)
      const file = fileOf(path)
      if (file) await writeFile(join(demo, file), document)
    }
  } finally {
    await vite.close()
  }
}

/** Items by popularity, variants included. Unavailable products come last, because no list ranks them. */
function inOrder(items: readonly Item[], lists: BaseLists): readonly Item[] {
  const ranked = lists.recommend({ limit: items.length, diversify: false })
  const places = new Map(ranked.map(({ id }, place) => [id, place]))
  const placeOf = ({ id }: Item) => places.get(id) ?? items.length
  return [...items].sort((a, b) => placeOf(a) - placeOf(b))
}
