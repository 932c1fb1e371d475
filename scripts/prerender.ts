/**
 * @module Puts the home page into the built demo's `index.html`, as every newcomer's device will show
 * it: the same components, the lists of the base model that is shipped. All other addresses get
 * `shell.html`, the shop's outline.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createServer } from 'vite'
import { Catalog } from '../src/catalog/catalog.ts'
import { readBaseLists } from '../src/ssr.ts'

type Prerender = typeof import('../src/storefront/prerender.tsx')

const PLACE = '<div id="shop"></div>'

/**
 * @param root of the checkout
 * @param demo directory of the built demo
 */
export async function prerender(root: string, demo: string): Promise<void> {
  const file = await readFile(join(root, 'public/catalog/catalog.json'), 'utf8')
  const { items } = Catalog.parse(JSON.parse(file))
  const models = join(root, 'public/models')
  const lists = await readBaseLists({
    read: (path) => readFile(join(models, path)),
    catalog: items,
  })
  const template = await readFile(join(demo, 'index.html'), 'utf8')
  if (!template.includes(PLACE)) throw new Error(`prerender: index.html lacks ${PLACE}`)

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
    const bestsellers = lists.recommend({ limit: page.FOR_YOU }).map(({ id }) => id)
    const { shop, head, data } = page.renderHome(items, bestsellers)
    const model = page.latestModelTag(lists.latest)
    const fill = (shop: string, head = '', data = '') =>
      template
        .replace(PLACE, () => `<div id="shop">${shop}</div>${data}`)
        // First of all: the shop's script may run as soon as it is there.
        .replace('<head>', () => `<head>${model}`)
        .replace('</head>', () => `${head}</head>`)
    await writeFile(join(demo, 'shell.html'), fill(page.renderOutline()))
    await writeFile(join(demo, 'index.html'), fill(shop, head, data))
  } finally {
    await vite.close()
  }
}
