import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { utf8 } from '@nearside/core/bytes.ts'
import { writeCatalog } from '@nearside/core/catalog/catalogLines.ts'
import type { Item } from '@nearside/core/catalog/item.ts'
import { testFolder } from '@nearside/core/testFolder.ts'
import { waitFor } from '@nearside/core/testPatience.ts'
import { createFakePersonalizer } from '@nearside/ui/react/testPersonalizer.ts'
import { afterEach, expect, it, vi } from 'vitest'
import { followDataLayer } from '../../adapters.ts'
import { START } from './snippet.ts'

afterEach(() => vi.unstubAllGlobals())

/** A page with the snippet. `fetch` answers with the catalog; search box and German words can't be loaded. */
async function openPage(fetch: () => Promise<Response>, first: readonly Item[]) {
  const personalizer = createFakePersonalizer(first)
  const provide = vi.fn()
  const folder = testFolder()
  const library = `export const { createPersonalizer, followDataLayer, provide } = globalThis.library
export const followShopifyPixel = null`
  const files = {
    'start.js': START,
    ...{ 'adapters.js': library, 'element.js': library, 'index.js': library },
    'element-search.js': 'throw new Error("blocked")',
    'package.json': '{ "type": "module" }',
  }
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)

  const dataLayer: unknown[] = []
  const options = { catalog: '/catalog.json', worker: '/worker.js' }
  const page = {
    library: { createPersonalizer: async () => personalizer, followDataLayer, provide },
    dataLayer,
    location: { href: 'https://shop.example/', search: '' },
    document: {
      documentElement: { lang: 'de' },
      getElementById: () => ({ textContent: JSON.stringify(options) }),
      querySelector: (name: string) => (name === 'nearside-search' ? {} : null),
    },
    fetch,
  }
  for (const [name, value] of Object.entries(page)) vi.stubGlobal(name, value)
  const warn = vi.spyOn(console, 'warn').mockReturnValue()
  const started = import(pathToFileURL(join(folder, 'start.js')).href)
  const provided = (): readonly Item[] | undefined => provide.mock.lastCall?.[0].items
  return { dataLayer, personalizer, provide, provided, started, warn }
}

it('a page learns without its search box and German words if they can’t be loaded, and warns', async () => {
  const items = [{ id: 'mug' }]
  const shop = await openPage(async () => Response.json(items), items)
  const { dataLayer, personalizer, provide, warn } = shop
  await shop.started
  expect(provide.mock.lastCall?.[0]).toMatchObject({ personalizer, items })
  expect(warn.mock.calls.map(([text]) => text)).toEqual([
    expect.stringContaining('German'),
    expect.stringContaining('search box'),
  ])
  dataLayer.push({ event: 'view_item', ecommerce: { items: [{ item_id: 'mug' }] } })
  await waitFor(() =>
    expect(personalizer.captured).toMatchObject([
      { name: 'view_item', items: [{ item_id: 'mug' }] },
    ]),
  )
})

it('a page shows products of the head before the rest of the catalog is there', async () => {
  const all = Array.from({ length: 700 }, (_, i) => ({ id: `p${i}`, title: `${i} „]“` }))
  const text = writeCatalog(all, ['p600'])
  for (const written of [text, text.replaceAll('\n', '\r\n')]) {
    const bytes = utf8(written)
    const half = utf8(written.split('\n', 510).join('\n')).length
    let finish = () => {}
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(bytes.subarray(0, half))
        finish = () => {
          controller.enqueue(bytes.subarray(half))
          controller.close()
        }
      },
    })
    const { dataLayer, personalizer, provided, started } = await openPage(
      async () => new Response(body),
      all,
    )
    await waitFor(() => expect(provided()?.[0]).toMatchObject({ id: 'p600' }))
    expect(provided()?.length).toBeGreaterThanOrEqual(500)
    expect(provided()?.length).toBeLessThan(520)
    dataLayer.push({ event: 'view_item', ecommerce: { items: [{ item_id: 'p699' }] } })
    await waitFor(() => expect(personalizer.captured).toHaveLength(1))
    finish()
    await started
    expect(provided()).toEqual(JSON.parse(text))
  }
})

it('a page shows the products that it can read if its catalog has another form or breaks off', async () => {
  const all = Array.from({ length: 600 }, (_, i) => ({ id: `p${i}` }))
  for (const text of [JSON.stringify(all), JSON.stringify(all, null, 2)]) {
    const { provided, started } = await openPage(async () => new Response(text), all)
    await started
    expect(provided()).toEqual(all)
  }
  const bytes = utf8(writeCatalog(all, []))
  let breakOff = () => {}
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(bytes.subarray(0, bytes.length - 100))
      breakOff = () => controller.error(new TypeError('broken'))
    },
  })
  const { provided, started } = await openPage(async () => new Response(body), all)
  await waitFor(() => expect(provided()?.length).toBeGreaterThan(500))
  breakOff()
  await expect(started).rejects.toThrow('broken')
})
