import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { testFolder } from '@nearside/core/testFolder.ts'
import { createFakePersonalizer } from '@nearside/ui/react/testPersonalizer.ts'
import { afterEach, expect, it, vi } from 'vitest'
import { followDataLayer } from '../../adapters.ts'
import { START } from './snippet.ts'

afterEach(() => vi.unstubAllGlobals())

it('a page learns without its search box and German words if they can’t be loaded, and warns', async () => {
  const items = [{ id: 'mug' }]
  const personalizer = createFakePersonalizer(items)
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
    fetch: async () => Response.json(items),
  }
  for (const [name, value] of Object.entries(page)) vi.stubGlobal(name, value)
  const warn = vi.spyOn(console, 'warn').mockReturnValue()

  await import(pathToFileURL(join(folder, 'start.js')).href)
  expect(provide.mock.lastCall?.[0]).toMatchObject({ personalizer, items })
  expect(warn.mock.calls.map(([text]) => text)).toEqual([
    expect.stringContaining('German'),
    expect.stringContaining('search box'),
  ])
  dataLayer.push({ event: 'view_item', ecommerce: { items: [{ item_id: 'mug' }] } })
  await vi.waitFor(() =>
    expect(personalizer.captured).toMatchObject([
      { name: 'view_item', items: [{ item_id: 'mug' }] },
    ]),
  )
})
