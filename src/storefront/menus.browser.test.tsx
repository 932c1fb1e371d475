/** @module Tests the cards' menus in lists that the page itself sorts: departments, search results, the wishlist. */
import { waitFor } from '@nearside/core/testPatience.ts'
import {
  createFakePersonalizer,
  type FakePersonalizer,
} from '@nearside/ui/react/testPersonalizer.ts'
import axe from 'axe-core'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { render } from 'vitest-browser-react'
import type { Item } from '../index.ts'
import { PersonalizationProvider } from '../react.ts'
import { wishlist } from './basket.ts'
import { createCatalog } from './catalog.ts'
import { Frame } from './Frame.tsx'
import { forgetTogether } from './forgetting.ts'
import { order } from './preferences.ts'
import { type Shop, ShopContext } from './shop.ts'
import { createSignal } from './signal.ts'
import { forgetVisit } from './story/visit.ts'
import { words } from './words/words.ts'

const ITEMS: readonly Item[] = Array.from({ length: 40 }, (_, place) => ({
  id: `i${place}`,
  title: `${['Tea', 'Cake', 'Heart', 'Bird'][place % 4]} thing ${place}`,
  price: 0.1 * (place + 1),
  currency: 'GBP',
  category: place < 30 ? 'Kitchen' : 'Garden',
}))

const home = location.pathname + location.search
let personalizer: FakePersonalizer

async function open(address: string): Promise<HTMLElement> {
  history.pushState(null, '', address)
  const catalog = createCatalog(ITEMS)
  const lastLooked = createSignal<string | null>(null)
  const shop: Shop = {
    ...{ catalog, lastLooked, unavailable: false },
    capture: (event) => void personalizer.capture(event),
    bestsellers: createSignal<readonly string[] | undefined>(undefined),
  }
  const { container } = await render(
    <ShopContext.Provider value={shop}>
      <PersonalizationProvider
        personalizer={forgetTogether(personalizer, catalog.get, lastLooked)}
        items={ITEMS}
      >
        <Frame />
      </PersonalizationProvider>
    </ShopContext.Provider>,
  )
  await waitFor(() => expect(grid(container)).not.toBeNull())
  return container
}

const grid = (root: HTMLElement) => root.querySelector('main .grid[aria-label]')
const places = (root: HTMLElement) =>
  [...(grid(root)?.children ?? [])].map(
    (li) => li.querySelector<HTMLElement>('[data-item]')?.dataset.item ?? li.className,
  )
const opener = (root: HTMLElement, id: string) =>
  grid(root)?.querySelector<HTMLElement>(`li:has([data-item="${id}"]) .ns-menu-button`) ?? null
const status = (root: HTMLElement) =>
  root.querySelector('.ns-menu-body [role="status"]')?.textContent ?? ''

async function openMenu(root: HTMLElement, id: string): Promise<void> {
  await waitFor(() => expect(opener(root, id)).not.toBeNull())
  // The script clicks the button itself, because without the shop’s styles all menus lie on top of each other.
  opener(root, id)?.click()
  await waitFor(() => expect(status(root).length).toBeGreaterThan(words('why').length))
}

/**
 * Chooses an answer in an item's menu by keyboard.
 * @param place number of the answer in the menu, from 1
 */
async function answer(root: HTMLElement, id: string, place: number): Promise<void> {
  await openMenu(root, id)
  await userEvent.keyboard(`${'{Tab}'.repeat(place)}{Enter}`)
  await waitFor(() => expect(document.activeElement?.closest('.ns-folded')).not.toBeNull())
}

beforeEach(async () => {
  personalizer = createFakePersonalizer(ITEMS)
  await page.viewport(1000, 800)
})
afterEach(() => {
  wishlist.set([])
  order.set('personal')
  forgetVisit()
  history.replaceState(null, '', home)
})

test('in a department, a note replaces each product that got feedback, Undo brings back the last card, and the other products keep their positions', async () => {
  const root = await open('/category/Kitchen')
  await openMenu(root, 'i3')
  const best = places(root)
  // The device has sorted the department's products, so the menu states the product's rank among them.
  expect(status(root)).toMatch(/number 4\.$/)
  await userEvent.keyboard('{Tab}{Enter}')
  await waitFor(() => expect(places(root)[3]).toBe('ns-folded'))
  await answer(root, 'i5', 2)
  expect(personalizer.captured.filter(({ item_id }) => item_id)).toEqual([
    { name: 'less_like_this', item_id: 'i3' },
    { name: 'not_for_me', item_id: 'i5' },
  ])
  const left = best.filter((id) => id !== 'i3' && id !== 'i5')
  expect(
    places(root)
      .filter((id) => id !== 'ns-folded')
      .slice(0, left.length),
  ).toEqual(left)
  expect(places(root)[4]).toBe('ns-folded')
  await userEvent.keyboard('{Enter}')
  await waitFor(() => expect(places(root)[4]).toBe('i5'))
  await waitFor(() => expect(document.activeElement).toBe(opener(root, 'i5')))
  expect(places(root)).not.toContain('i3')
  expect(places(root)).not.toContain('ns-folded')
})

test('in a department, after feedback, “Show more” moves the focus to the first new product', async () => {
  const root = await open('/category/Kitchen')
  await answer(root, 'i2', 1)
  await userEvent.click(page.getByRole('button', { name: words('list.more', { n: 6, of: 30 }) }))
  const added = () => document.activeElement?.getAttribute('data-item')
  await waitFor(() => expect(added()).toBe('i24'))
})

test('in a search the menu says which search found the product, and in a sorted list it says that the list is sorted', async () => {
  const root = await open('/search#q=tea')
  await openMenu(root, 'i4')
  expect(status(root)).toBe(words('why') + words('why.search', { query: 'tea' }))
  expect((await axe.run(grid(root) as Element)).violations).toEqual([])
  await userEvent.keyboard('{Escape}')
  await userEvent.selectOptions(page.getByRole('combobox', { name: words('list.sortBy') }), 'dear')
  await waitFor(() => expect(places(root)[0]).toBe('i36'))
  await openMenu(root, 'i4')
  expect(status(root)).toContain(words('list.dear'))
})

test('feedback in the menu of a wish removes the product from the wishlist, and Undo puts it back', async () => {
  wishlist.set(['i7'])
  const root = await open('/wishlist')
  await openMenu(root, 'i7')
  expect(status(root)).toContain(words('why.wished'))
  await userEvent.keyboard('{Tab}{Tab}{Tab}{Enter}')
  await waitFor(() => expect(places(root)).toEqual(['ns-folded']))
  await waitFor(() => expect(wishlist.get()).toEqual([]))
  expect(personalizer.captured.at(-1)).toEqual({ name: 'have_this', item_id: 'i7' })
  await userEvent.keyboard('{Enter}')
  await waitFor(() => expect(places(root)).toEqual(['i7']))
  expect(wishlist.get()).toEqual(['i7'])
})

test('in a list that is the same for everybody, no card has a menu', async () => {
  order.set('base')
  const root = await open('/category/Kitchen')
  await waitFor(() => expect(places(root)[0]).toBe('i0'))
  expect(root.querySelector('.ns-menu')).toBeNull()
})
