import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { PersonalizerOptions } from '@nearside/browser/api.ts'
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

const LATEST = { version: '2', manifest: '2'.repeat(64) }

class EarlyWorker {
  static readonly made: EarlyWorker[] = []
  onerror: (() => void) | null = null

  constructor() {
    EarlyWorker.made.push(this)
  }
}

/** A page with the snippet. `fetchCatalog` answers with the catalog; search box and German texts can't be loaded. */
async function openPage(
  fetchCatalog: () => Promise<Response>,
  first: readonly Item[],
  fetchLatest = async () => Response.json(LATEST),
) {
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
  const latest = { version: '1', manifest: '1'.repeat(64) }
  const addresses = { catalog: '/catalog.json', baseModel: '/models', worker: '/worker.js' }
  const options = { ...addresses, latest }
  const createPersonalizer = vi.fn(async (_: Pick<PersonalizerOptions, 'baseModel' | 'worker'>) => {
    return personalizer
  })
  const page = {
    library: { createPersonalizer, followDataLayer, provide },
    dataLayer,
    location: { href: 'https://shop.example/', search: '' },
    document: {
      documentElement: { lang: 'de' },
      getElementById: () => ({ textContent: JSON.stringify(options) }),
      querySelector: (name: string) => (name === 'nearside-search' ? {} : null),
    },
    fetch: (url: string) => (url === '/catalog.json' ? fetchCatalog() : fetchLatest()),
    Worker: EarlyWorker,
  }
  for (const [name, value] of Object.entries(page)) vi.stubGlobal(name, value)
  const warn = vi.spyOn(console, 'warn').mockReturnValue()
  const started = import(pathToFileURL(join(folder, 'start.js')).href)
  const provided = (): readonly Item[] | undefined => provide.mock.lastCall?.[0].items
  const asked = () => createPersonalizer.mock.lastCall?.[0]
  return { asked, dataLayer, personalizer, provide, provided, started, warn }
}

it('if the search box and the German texts can’t be loaded, a page learns without them, and warns', async () => {
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

it('a page starts its worker once, before its other code has loaded, and starts another worker if the first fails', async () => {
  for (const fails of [false, true]) {
    EarlyWorker.made.length = 0
    const { asked, started } = await openPage(async () => Response.json([{ id: 'mug' }]), [])
    await waitFor(() => expect(EarlyWorker.made).toHaveLength(1))
    if (fails) EarlyWorker.made[0].onerror?.()
    await started
    const worker = asked()?.worker as () => unknown
    expect(worker()).toBe(EarlyWorker.made[fails ? 1 : 0])
    // After a crash, the personalizer asks for a new worker.
    expect(worker()).toBe(EarlyWorker.made[fails ? 2 : 1])
  }
})

it('a page passes the name of the newest model to its personalizer, and passes none if the name can’t be read', async () => {
  const catalog = async () => Response.json([{ id: 'mug' }])
  const { asked, started } = await openPage(catalog, [])
  await started
  expect(asked()?.baseModel).toEqual({ url: '/models', latest: LATEST })
  for (const broken of [
    () => Promise.reject(new TypeError('offline')),
    async () => new Response('<'),
    // A server's error page can be JSON. If the page passed this JSON on as latest.json, the personalizer would not
    // start.
    async () => Response.json({ error: 'not found' }, { status: 404 }),
  ]) {
    const without = await openPage(catalog, [], broken)
    await without.started
    expect(without.asked()?.baseModel).toBe('/models')
  }
})

it('a page shows products of the catalog’s first part before the rest of the catalog is there', async () => {
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

it('if the catalog file breaks off, or its products are not one per line, a page shows the products that it can read', async () => {
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
