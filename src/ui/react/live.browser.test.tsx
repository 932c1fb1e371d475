/**
 * @module Tests a price that changes, and a product that the shop removes, while a page is open: from the shop's file
 * to the cards.
 */

import { createPersonalizer } from '@nearside/browser/page/createPersonalizer.ts'
import { deviceInPage, workerEnvironment } from '@nearside/browser/worker/serve.ts'
import { sha256Hex, utf8 } from '@nearside/core/bytes.ts'
import type { Item } from '@nearside/core/catalog/item.ts'
import type { LiveChanges } from '@nearside/core/catalog/live.ts'
import {
  TEST_MODEL_URL,
  TestServer,
  testCatalog,
  testModelFiles,
} from '@nearside/core/model/testShop.ts'
import { searchAmong } from '@nearside/core/search/searchAmong.ts'
import { waitFor } from '@nearside/core/testPatience.ts'
import { expect, onTestFinished, test } from 'vitest'
import { userEvent } from 'vitest/browser'
import { render } from 'vitest-browser-react'
import { provide } from '../element/provided.ts'
import '../element/recommendations.ts'
import { SearchBox } from '../search/SearchBox.tsx'
import { PersonalizationProvider } from './PersonalizationProvider.tsx'
import { Recommendations, RelatedItems } from './widgets.tsx'

const MINUTE = 60_000
const ITEMS: readonly Item[] = testCatalog.map((item) => ({ ...item, currency: 'GBP' }))
const NOTHING: LiveChanges = { changed: [], gone: [], added: [] }

/**
 * A shop whose clock and timers the test controls.
 * @param database stores visits; default: nothing is stored
 */
async function openShop(database?: string) {
  const server = new TestServer(await testModelFiles('1'))
  const catalog = utf8(JSON.stringify(ITEMS))
  server.files.set('catalog.json', catalog)
  const put = async (changes: Partial<LiveChanges>) => {
    const about = { catalog: await sha256Hex(catalog), minutes: 5, time: '2026-11-30T12:00:00Z' }
    server.files.set('live.json', utf8(JSON.stringify({ ...about, ...NOTHING, ...changes })))
  }
  await put({})
  /** Resolves when the server answers with `live.json` (prices and stock). */
  let answers = Promise.resolve()
  let time = Date.now()
  const waiting = new Map<number, { readonly due: number; readonly run: () => void }>()
  let timers = 0
  const environment = {
    ...workerEnvironment,
    fetch: async (...request: Parameters<typeof fetch>) => {
      if (String(request[0]).endsWith('/live.json')) await answers
      return server.fetch(...request)
    },
    now: () => time,
    timers: {
      set(run: () => void, milliseconds: number) {
        waiting.set(++timers, { due: time + milliseconds, run })
        return timers
      },
      clear: (timer: number) => void waiting.delete(timer),
    },
  }
  const pass = (minutes: number) => {
    time += minutes * MINUTE
    for (const [timer, { due, run }] of [...waiting])
      if (due <= time && waiting.delete(timer)) run()
  }
  const conditions = { visible: true, savesData: false, battery: null, globalPrivacyControl: false }
  const open = async () => {
    const personalizer = await createPersonalizer(
      {
        catalog: { url: `${TEST_MODEL_URL}catalog.json`, live: `${TEST_MODEL_URL}live.json` },
        baseModel: TEST_MODEL_URL,
        engine: 'js',
        persist: database === undefined ? 'never' : 'always',
        worker: () => {
          throw new Error('This page runs the device itself.')
        },
      },
      {
        now: () => time,
        newId: () => `event ${time}`,
        conditions: { read: () => conditions, listen: () => () => {} },
        silence: 10_000,
        inPage: async () => deviceInPage(environment),
        ...(database !== undefined && { database }),
      },
    )
    onTestFinished(() => personalizer.close())
    return personalizer
  }
  const hold = () => {
    let release = () => {}
    answers = new Promise((go) => {
      release = go
    })
    return release
  }
  const asked = () => server.requests.filter(({ url }) => url.endsWith('/live.json')).length
  return { asked, hold, open, pass, put }
}

const cards = (root: Element) =>
  [...root.querySelectorAll<HTMLElement>('[data-item]')].map(
    ({ dataset, textContent }) => `${dataset.item} ${/£[\d.]+/.exec(textContent)?.[0]}`,
  )

test('a card’s struck-through usual price appears, changes and disappears with the shop’s prices', async () => {
  const { open, pass, put } = await openShop()
  const personalizer = await open()
  const screen = await render(
    <PersonalizationProvider personalizer={personalizer} items={ITEMS}>
      <Recommendations title="For you" limit={1} />
    </PersonalizationProvider>,
  )
  const price = () => screen.container.querySelector('.ns-card-price')
  const struck = () => price()?.querySelector('s')?.textContent
  await waitFor(() => expect(price()?.textContent).toBe('£32.00'))
  const steps: readonly (readonly [number, string | undefined])[] = [
    [40, '£40.00'],
    [32, '£32.00'],
    [0, undefined],
    [40, '£40.00'],
    [20, undefined],
    [-40, undefined],
  ]
  for (const [at, [regularPrice, shown]] of steps.entries()) {
    // The price differs in each step, which shows that the card has followed `live.json`.
    const price = 31 - at / 100
    await put({ changed: [{ id: 'item-31', price, regularPrice }] })
    pass(5)
    await waitFor(() => expect(screen.container.textContent).toContain(`£${price.toFixed(2)}`))
    expect(struck()).toBe(shown)
  }
})

test('after the next check of prices and stock, an open page shows the new price, and no longer shows the removed product', async () => {
  const { asked, open, pass, put } = await openShop()
  const personalizer = await open()
  const search = searchAmong(ITEMS)
  const screen = await render(
    <PersonalizationProvider personalizer={personalizer} items={ITEMS}>
      <SearchBox search={search} categories={['mugs']} />
      <Recommendations title="For you" limit={4} />
      <RelatedItems title="Similar" item="item-27" limit={4} />
    </PersonalizationProvider>,
  )
  const shown = () => cards(screen.container)
  await waitFor(() => expect(shown().filter((card) => card === 'item-31 £32.00')).toHaveLength(2))
  await put({ changed: [{ id: 'item-30', price: 3.1 }], gone: ['item-31'] })
  pass(4)
  await personalizer.events()
  expect([asked(), shown()[0]]).toEqual([1, 'item-31 £32.00'])
  pass(1)
  await waitFor(() => expect(shown()).toContain('item-30 £3.10'))
  expect(shown().join()).not.toContain('item-31')
  expect(asked()).toBe(2)
  await userEvent.fill(screen.getByRole('combobox'), 'thing number 3')
  await expect.element(screen.getByText('Thing number 30').first()).toBeVisible()
  expect(screen.container.textContent).not.toContain('Thing number 31')
  // A damaged file changes nothing on the page.
  await put({ gone: [7 as unknown as string] })
  pass(5)
  await waitFor(() => expect(asked()).toBe(3))
  await personalizer.events()
  expect(shown()).toContain('item-30 £3.10')
})

test('a later visit shows placeholders of the usual size instead of products until stored prices and stock are checked', async () => {
  const { hold, open, pass, put } = await openShop(`live ${Date.now()}`)
  const first = await open()
  await waitFor(() => expect(first.getSnapshot().model).not.toBeNull())
  await first.checkForUpdate()
  first.close()
  await put({ changed: [{ id: 'item-30', price: 3.1 }], gone: ['item-31'] })
  pass(6)
  const release = hold()
  const personalizer = await open()
  provide({ personalizer, items: ITEMS })
  const screen = await render(
    <PersonalizationProvider personalizer={personalizer} items={ITEMS}>
      <Recommendations title="For you" limit={4} />
    </PersonalizationProvider>,
  )
  const element = document.createElement('nearside-recommendations')
  element.setAttribute('limit', '4')
  screen.container.append(element)
  const roots = [screen.container, element.shadowRoot as ShadowRoot]
  const shown = new Set<string>()
  const look = () => {
    for (const root of roots)
      for (const card of root.querySelectorAll<HTMLElement>('[data-item]'))
        shown.add(`${card.dataset.item} ${/£[\d.]+/.exec(card.textContent)?.[0]}`)
  }
  const observer = new MutationObserver(look)
  for (const root of roots) observer.observe(root, { childList: true, subtree: true })
  onTestFinished(() => observer.disconnect())
  await waitFor(() => expect(personalizer.getSnapshot().model).not.toBeNull())
  const lists = () => roots.map((root) => root.querySelector('.ns-list') as HTMLElement)
  for (const list of lists()) {
    expect(list.ariaBusy).toBe('true')
    expect(list.querySelectorAll('.ns-skeleton')).toHaveLength(4)
    expect(list.querySelectorAll('a, button')).toHaveLength(0)
  }
  expect(shown.size).toBe(0)
  release()
  await waitFor(() => {
    for (const list of lists()) expect(list.querySelectorAll('[data-item]')).toHaveLength(4)
  })
  look()
  expect([...shown]).toContain('item-30 £3.10')
  expect([...shown].filter((one) => /item-31|item-30 £31/.test(one))).toEqual([])
})
