import './shop.css'
import { createFakePersonalizer } from '@nearside/ui/react/testPersonalizer.ts'
import axe from 'axe-core'
import { afterEach, describe, expect, test } from 'vitest'
import { userEvent } from 'vitest/browser'
import { render } from 'vitest-browser-react'
import type { Item } from '../index.ts'
import { PersonalizationProvider } from '../react.ts'
import { basket, priced, wishlist } from './basket.ts'
import { createCatalog } from './catalog.ts'
import { Frame } from './Frame.tsx'
import { orders, placeOrder } from './orders.ts'
import { type Shop, ShopContext } from './shop.ts'
import { createSignal } from './signal.ts'

const ITEMS: readonly Item[] = Array.from({ length: 30 }, (_, place) => ({
  id: `i${place}`,
  title: `${['Tea', 'Cake', 'Heart', 'Bird'][place % 4]} thing number ${place}`,
  price: place === 7 ? undefined : 0.5 + place,
  currency: 'GBP',
  category: ['Kitchen', 'Candles & lights', 'Garden'][place % 3],
  available: place !== 9,
}))

const PAGES = [
  '/',
  '/category/Candles%20%26%20lights',
  '/product/i4',
  '/product/i9',
  '/search#q=tea',
  '/search#q=zzzz',
  '/basket',
  '/checkout',
  '/wishlist',
  '/side-by-side',
  '/play',
  '/fast-forward',
  '/orders',
  '/console',
  '/nowhere',
]

const home = location.pathname + location.search

async function open(address: string) {
  history.pushState(null, '', address)
  const personalizer = createFakePersonalizer(ITEMS)
  const shop: Shop = {
    catalog: createCatalog(ITEMS),
    capture: (event) => void personalizer.capture(event),
    unavailable: false,
    bestsellers: createSignal<readonly string[] | undefined>(undefined),
    lastLooked: createSignal<string | null>('i4'),
  }
  await personalizer.capture({ name: 'view_item', item_id: 'i4' })
  const screen = await render(
    <ShopContext.Provider value={shop}>
      <PersonalizationProvider personalizer={personalizer} items={ITEMS}>
        <Frame />
      </PersonalizationProvider>
    </ShopContext.Provider>,
  )
  return { screen, personalizer }
}

/** Each finding as one line: rule, element, problem. */
async function findings(): Promise<readonly string[]> {
  const { violations } = await axe.run(document, {
    // The test runner provides the document's title and language, so the test doesn't check them.
    rules: { 'document-title': { enabled: false }, 'html-has-lang': { enabled: false } },
  })
  return violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.html.slice(0, 120)} ${node.failureSummary ?? ''}`),
  )
}

afterEach(() => {
  basket.set([])
  wishlist.set([])
  orders.set([])
  delete document.documentElement.dataset.theme
  history.replaceState(null, '', home)
})

describe.each(['light', 'dark'])('in %s colours', (theme) => {
  test.each(PAGES)('%s has no accessibility findings', async (address) => {
    document.documentElement.dataset.theme = theme
    basket.set([
      { id: 'i1', quantity: 2 },
      { id: 'i4', quantity: 1 },
    ])
    wishlist.set(['i2'])
    placeOrder(priced(basket.get(), createCatalog(ITEMS).get), 0)
    const { screen } = await open(address)
    await expect.element(screen.getByRole('heading', { level: 1 })).toBeVisible()
    expect(await findings()).toEqual([])
  })

  test('the search box’s suggestions have no accessibility findings', async () => {
    document.documentElement.dataset.theme = theme
    const { screen, personalizer } = await open('/')
    await expect.element(screen.getByRole('heading', { level: 1 })).toBeVisible()
    await personalizer.capture({ name: 'search', search_term: 'tea' })
    await screen.getByRole('combobox', { name: 'Search products' }).click()
    const last = screen.getByRole('group', { name: 'Recent searches' })
    await expect.element(last.getByRole('option', { name: 'tea' })).toBeVisible()
    expect(await findings()).toEqual([])
    await userEvent.keyboard('thing{ArrowDown}')
    const products = screen.getByRole('group', { name: 'Products' })
    await expect.element(products.getByRole('option').first()).toBeVisible()
    expect(await findings()).toEqual([])
  })

  test('the choice of the person for whom a shopper shops has no accessibility findings', async () => {
    document.documentElement.dataset.theme = theme
    const { screen } = await open('/')
    await screen.getByRole('button', { name: 'Who’s it for?' }).click()
    await expect.element(screen.getByRole('radio', { name: 'Me' })).toHaveFocus()
    await screen.getByRole('button', { name: 'Somebody else…' }).click()
    await expect.element(screen.getByRole('textbox', { name: 'Their name' })).toHaveFocus()
    expect(await findings()).toEqual([])
  })

  test('the panel “What this shop learned” has no accessibility findings', async () => {
    document.documentElement.dataset.theme = theme
    const { screen } = await open('/')
    await screen.getByRole('button', { name: 'What this shop learned' }).click()
    await expect.element(screen.getByRole('dialog')).toBeVisible()
    await Promise.all(
      document.getAnimations().map((animation) => animation.finished.catch(() => {})),
    )
    expect(await findings()).toEqual([])
  })
})
