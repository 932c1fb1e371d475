import { waitFor } from '@nearside/core/testPatience.ts'
import {
  createFakePersonalizer,
  type FakePersonalizer,
} from '@nearside/ui/react/testPersonalizer.ts'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { render } from 'vitest-browser-react'
import type { Item } from '../index.ts'
import { PersonalizationProvider } from '../react.ts'
import { hideChoices } from './address.ts'
import { basket, priced, wishlist } from './basket.ts'
import { createCatalog } from './catalog.ts'
import { Frame } from './Frame.tsx'
import { forgetTogether, repeatRefusal } from './forgetting.ts'
import { orders, placeOrder } from './orders.ts'
import { declined, order } from './preferences.ts'
import { type Shop, ShopContext } from './shop.ts'
import { createSignal } from './signal.ts'
import { forgetVisit, noteAction, told } from './story/visit.ts'
import { words } from './words/words.ts'

const ITEMS: readonly Item[] = Array.from({ length: 40 }, (_, place) => ({
  id: `i${place}`,
  title: `${['Tea', 'Cake', 'Heart', 'Bird'][place % 4]} thing ${place}`,
  price: 0.1 * (place + 1),
  currency: 'GBP',
  category: ['Kitchen & Dining', 'Garden'][place % 2],
}))

const home = location.pathname + location.search
let personalizer: FakePersonalizer

async function open(address: string, catalog = createCatalog(ITEMS), items = ITEMS) {
  history.pushState(null, '', address)
  const shop: Shop = {
    catalog,
    capture: (event) => void personalizer.capture(event),
    unavailable: false,
    bestsellers: createSignal<readonly string[] | undefined>(undefined),
    lastLooked: createSignal<string | null>(null),
  }
  return render(
    <ShopContext.Provider value={shop}>
      <PersonalizationProvider personalizer={personalizer} items={items}>
        <Frame />
      </PersonalizationProvider>
    </ShopContext.Provider>,
  )
}

const names = () => personalizer.captured.map((event) => event.name)
const forYou = (root: Element) =>
  [...root.querySelectorAll<HTMLElement>('.for-you [data-item]')].map((card) => card.dataset.item)

beforeEach(async () => {
  personalizer = createFakePersonalizer(ITEMS)
  // The page is wide enough to show filters beside a list.
  await page.viewport(1000, 800)
})
afterEach(() => {
  vi.useRealTimers()
  basket.set([])
  wishlist.set([])
  orders.set([])
  order.set('personal')
  forgetVisit()
  history.replaceState(null, '', home)
})

test('a product view changes the front page, and choosing “Everyone’s” restores the shop’s ranking', async () => {
  const screen = await open('/')
  await waitFor(() => expect(forYou(screen.container)[0]).toBe('i0'))
  await screen.getByText('Cake thing 1', { exact: true }).first().click()
  await expect
    .element(screen.getByRole('heading', { level: 1, name: 'Cake thing 1' }))
    .toHaveFocus()
  expect(document.title).toBe('Cake thing 1 · Nearside Gifts')
  expect(names()).toContain('select_item')
  history.back()
  await waitFor(() => expect(forYou(screen.container).slice(0, 2)).toEqual(['i1', 'i3']))
  await expect
    .element(screen.getByRole('heading', { name: 'Because you looked at Cake thing 1' }))
    .toBeVisible()

  await expect.element(screen.getByRole('radio', { name: 'For you' })).toBeChecked()
  await screen.getByText('Everyone’s', { exact: true }).click()
  await waitFor(() => expect(forYou(screen.container).slice(0, 2)).toEqual(['i0', 'i1']))
  await expect
    .element(screen.getByText('Personalisation is off: everyone sees the same order.'))
    .toBeInTheDocument()
})

test('the console counts the products and orders that the shop itself keeps', async () => {
  wishlist.set(['i1', 'i2'])
  basket.set([{ id: 'i1', quantity: 1 }])
  const screen = await open('/console')
  const kept = () =>
    [...screen.container.querySelectorAll('section[aria-labelledby="keeps"] li')].map((line) =>
      line.textContent?.replace(/\D/g, ''),
    )
  await waitFor(() => expect(kept()).toEqual(['1', '2', '0']))
  wishlist.clear()
  await waitFor(() => expect(kept()).toEqual(['1', '0', '0']))
})

test('while the shop shows everyone’s ranking, no shelf on any page is headed “For you”', async () => {
  order.set('base')
  const screen = await open('/wishlist')
  for (const address of ['/wishlist', '/orders', '/checkout']) {
    if (address === '/checkout') basket.set([{ id: 'i1', quantity: 1 }])
    history.pushState(null, '', address)
    dispatchEvent(new PopStateEvent('popstate'))
    if (address === '/checkout')
      await screen.getByRole('button', { name: 'Place demo order' }).click()
    const main = screen.getByRole('main')
    await expect
      .element(main.getByRole('heading', { level: 2, name: 'Everyone’s list' }))
      .toBeVisible()
    expect(main.getByRole('heading', { name: 'For you' }).elements()).toEqual([])
  }
})

test('a list stays still while the pointer is on it, and updates when the pointer moves away', async () => {
  const screen = await open('/')
  await waitFor(() => expect(forYou(screen.container)[0]).toBe('i0'))
  const own = screen.getByRole('region', { name: 'For you' })
  await userEvent.hover(own.getByText('Heart thing 2'))
  await personalizer.capture({ name: 'view_item', item_id: 'i1' })
  await waitFor(() =>
    expect(screen.container.querySelector('.learned')?.textContent).toContain(
      'Learned from 1 action',
    ),
  )
  expect(forYou(screen.container)[0]).toBe('i0')
  await userEvent.hover(screen.getByRole('combobox', { name: 'Search products' }))
  await waitFor(() => expect(forYou(screen.container)[0]).toBe('i1'))
})

test('the page’s link can be copied; if copying fails, the page tells the shopper to copy it from the address bar', async () => {
  const written: string[] = []
  const write = vi.spyOn(navigator.clipboard, 'writeText')
  write.mockImplementation(async (text) => void written.push(text))
  const screen = await open('/side-by-side#in=Garden')
  const copy = screen.getByRole('button', { name: 'Copy link' })
  await copy.click()
  await expect.element(screen.getByText('Copied. The link says nothing about you.')).toBeVisible()
  expect(written).toEqual([location.href])
  expect(location.href).toMatch(/\/side-by-side#in=Garden$/)
  write.mockRejectedValue(new Error('refused'))
  await copy.click()
  await expect.element(screen.getByText('Please copy it from the address bar.')).toBeVisible()
  write.mockRestore()
})

test('while learning is paused, no note shows after a first view', async () => {
  await personalizer.pause(true)
  told.set(0)
  const screen = await open('/product/i2')
  noteAction({ name: 'view_item', item_id: 'i2' })
  const note = screen.getByText('Got it, on this device only.')
  await expect.element(screen.getByRole('heading', { level: 1 })).toBeVisible()
  expect(note.query()).toBeNull()
  await personalizer.pause(false)
  expect(note.query()).toBeNull()
  await personalizer.capture({ name: 'view_item', item_id: 'i2' })
  await expect.element(note).toBeVisible()
  await screen.getByRole('button', { name: 'Close this note' }).click()
  await expect.element(note).not.toBeInTheDocument()
})

test('on the next page, the note after a first view is a new element, because moving the note would shift the page', async () => {
  told.set(0)
  await personalizer.capture({ name: 'view_item', item_id: 'i2' })
  const screen = await open('/product/i2')
  noteAction({ name: 'view_item', item_id: 'i2' })
  const note = screen.getByText('Got it, on this device only.')
  await expect.element(note).toBeVisible()
  const before = note.element()
  expect(before.closest('.at-product')).not.toBeNull()
  history.pushState(null, '', '/wishlist')
  await waitFor(() => expect(before.isConnected).toBe(false))
  await expect.element(note).toBeVisible()
  expect(note.element().closest('.at-product')).toBeNull()
})

test('a long view is captured once, and a short view is captured with its duration', async () => {
  const screen = await open('/product/i2')
  await waitFor(() => expect(names()).toContain('view_item'))
  const [look] = personalizer.captured.filter((event) => event.name === 'view_item')
  expect(look.dwell_ms).toBeGreaterThanOrEqual(1000)
  await screen.getByRole('link', { name: 'Basket, 0' }).click()
  await expect.element(screen.getByRole('heading', { level: 1, name: 'Your basket' })).toBeVisible()
  expect(names().filter((name) => name === 'view_item')).toHaveLength(1)

  const before = performance.now()
  history.pushState(null, '', '/product/i3')
  await expect
    .element(screen.getByRole('heading', { level: 1, name: 'Bird thing 3' }))
    .toBeVisible()
  await new Promise((resolve) => setTimeout(resolve, 100))
  history.back()
  await waitFor(() => expect(personalizer.captured.at(-1)?.item_id).toBe('i3'))
  const dwell = personalizer.captured.at(-1)?.dwell_ms
  expect(dwell).toBeGreaterThanOrEqual(100)
  // The captured duration is at most the time for which the product was on screen, however slow the machine is.
  expect(dwell).toBeLessThanOrEqual(Math.ceil(performance.now() - before))
})

test('an order placed by keyboard captures one purchase with all items and takes no payment', async () => {
  const screen = await open('/product/i2')
  const press = async (role: 'button' | 'link', name: string) => {
    const control = screen.getByRole(role, { name, exact: true })
    await expect.element(control).toBeVisible()
    // Focus and key press are one call, because a page that takes the focus in between would get the key.
    await userEvent.type(control, '{Enter}')
  }
  await press('button', 'Add to basket')
  await press('button', 'Add to wishlist')
  expect(wishlist.get()).toEqual(['i2'])
  basket.set([...basket.get(), { id: 'i5', quantity: 3 }])
  await press('link', 'Go to basket')
  await expect.element(screen.getByText('£2.10')).toBeVisible()
  await press('link', 'Go to checkout')
  await expect
    .element(screen.getByText('No payment is taken', { exact: false }).first())
    .toBeVisible()
  await press('button', 'Place demo order')
  await expect.element(screen.getByRole('heading', { level: 1, name: 'Thank you' })).toHaveFocus()
  const purchases = personalizer.captured.filter((event) => event.name === 'purchase')
  expect(purchases).toHaveLength(1)
  expect(purchases[0].items?.map(({ item_id, quantity }) => [item_id, quantity])).toEqual([
    ['i2', 1],
    ['i5', 3],
  ])
  expect(basket.get()).toEqual([])
})

test('a department whose name contains an ampersand can be filtered by price', async () => {
  const screen = await open('/category/Kitchen%20%26%20Dining#price=1-3&sort=dear')
  await expect
    .element(screen.getByRole('heading', { level: 1, name: 'Kitchen & Dining' }))
    .toBeVisible()
  const cards = () =>
    [...screen.container.querySelectorAll<HTMLElement>('main [data-item]')].map(
      (card) => card.dataset.item,
    )
  await waitFor(() => expect(cards()[0]).toBe('i28'))
  expect(cards().at(-1)).toBe('i10')
  // Choices are in the address: a link sets them, and "back" removes them.
  const option = (name: RegExp) => screen.getByRole('checkbox', { name })
  await expect.element(option(/^£1 to £3/)).toBeChecked()
  await expect.element(option(/^£3 to £8/)).toHaveAccessibleName('£3 to £8 5 products')
  const only = cards().length
  await option(/^£3 to £8/).click()
  await waitFor(() => expect(cards()).toHaveLength(only + 5))
  expect(location.hash).toBe('#price=1-3&sort=dear&price=3-8')
  history.back()
  await waitFor(() => expect(cards()).toHaveLength(only))
  await option(/^£1 to £3/).click()
  await waitFor(() => expect(cards().length).toBeGreaterThan(only))
  expect(location.hash).toBe('#sort=dear')
})

test('if filters leave no product, the page says so and can clear them at once', async () => {
  const screen = await open('/search#q=tea&stock=out&in=Garden')
  await expect.element(screen.getByText('No products match these filters.')).toBeVisible()
  await screen.getByRole('button', { name: /^Show all/ }).click()
  await waitFor(() => expect(location.hash).toBe('#q=tea'))
  await expect.element(screen.getByText('10 products').last()).toBeVisible()
})

test('an old link’s filters move to the fragment, hidden from the server; other parameters stay', async () => {
  history.pushState(null, '', '/search?q=tea&engine=js&in=Garden&stock=in#sort=dear')
  hideChoices()
  expect(location.search).toBe('?engine=js')
  expect(location.hash).toBe('#sort=dear&q=tea&in=Garden&stock=in')
  const screen = await open(location.pathname + location.search + location.hash)
  await expect
    .element(screen.getByRole('heading', { level: 1, name: 'Results for “tea”' }))
    .toBeVisible()
  await expect.element(screen.getByRole('checkbox', { name: /^In stock/ })).toBeChecked()
  await screen.getByRole('combobox', { name: 'Search products' }).fill('bird')
  await waitFor(() => expect(location.hash).toContain('q=bird'))
  expect(location.search).not.toContain('bird')
})

test('a search moves from the query to the fragment even if encoding makes the other parameters longer', () => {
  history.pushState(null, '', '/search?q=tea&from=((mail))')
  hideChoices()
  expect(location.search).toBe('?from=%28%28mail%29%29')
  expect(location.hash).toBe('#q=tea')
})

test('the skip link keeps the search words', async () => {
  const screen = await open('/search#q=tea')
  await screen.getByRole('link', { name: 'Skip to content' }).click()
  await expect.element(screen.getByRole('main')).toHaveFocus()
  expect(location.hash).toBe('#q=tea')
})

test('an order is stored on this device and can be bought again', async () => {
  orders.set([])
  basket.set([
    { id: 'i2', quantity: 2 },
    { id: 'i5', quantity: 1 },
  ])
  const screen = await open('/checkout')
  await screen.getByRole('button', { name: 'Place demo order' }).click()
  await screen.getByRole('link', { name: 'Your orders' }).first().click()
  await expect.element(screen.getByRole('heading', { name: 'Order 1' })).toBeVisible()
  await expect.element(screen.getByText('£1.20')).toBeVisible()
  await screen.getByRole('button', { name: 'Buy again: order 1' }).click()
  expect(basket.get()).toEqual([
    { id: 'i2', quantity: 2 },
    { id: 'i5', quantity: 1 },
  ])
  expect(names().at(-1)).toBe('add_to_cart')
})

test('a forgotten item no longer counts as last viewed; erasing empties wishlist and orders, but not the basket', async () => {
  const catalog = createCatalog(ITEMS)
  const looked = createSignal<string | null>('i1', 'i1')
  const together = forgetTogether(personalizer, catalog.get, looked)
  await together.forget({ kind: 'item', name: 'i1' })
  expect(looked.get()).toBeNull()
  wishlist.set(['i4'])
  placeOrder(priced([{ id: 'i2', quantity: 1 }], catalog.get), 0)
  basket.set([{ id: 'i3', quantity: 1 }])
  await together.erase()
  expect([wishlist.get(), orders.get()]).toEqual([[], []])
  expect(basket.get()).toEqual([{ id: 'i3', quantity: 1 }])
})

describe('a refusal to store', () => {
  const remembered = () => localStorage.getItem('nearside-shop.declined')
  const question = () => page.getByRole('region', { name: words('keep.question') })

  beforeEach(() => {
    declined.set(false)
    told.set(1)
  })
  afterEach(() => declined.set(false))

  /** @param setPersist method that replaces the one of the fake personalizer */
  async function openQuestion(setPersist: FakePersonalizer['setPersist']) {
    const looked = createSignal<string | null>(null)
    const shop = forgetTogether({ ...personalizer, setPersist }, createCatalog(ITEMS).get, looked)
    personalizer.setPersist = shop.setPersist
    personalizer.change({ persist: { option: 'ask', allowed: null } })
    await personalizer.capture({ name: 'view_item', item_id: 'i2' })
    const screen = await open('/product/i2')
    await expect.element(question()).toBeVisible()
    return screen
  }

  test('a refusal to store is remembered before the disk is erased', async () => {
    const screen = await openQuestion(() => new Promise(() => {}))
    await screen.getByRole('button', { name: words('keep.no') }).click()
    expect(remembered()).toBe('true')
    await expect.element(question()).not.toBeInTheDocument()
  })

  test('if the disk can’t be erased after a refusal to store, the shop says so and asks again', async () => {
    const erase = personalizer.setPersist
    let refuses = true
    const screen = await openQuestion(async (allowed) => {
      if (!refuses) return erase(allowed)
      personalizer.change({ persist: { option: 'ask', allowed, unerased: true } })
      throw new Error('The disk is full.')
    })
    const no = screen.getByRole('button', { name: words('keep.no') })
    await no.click()
    const failed = screen.getByText(words('failed.unpersist'))
    await expect.element(failed).toBeVisible()
    expect(remembered()).toBe('true')
    refuses = false
    await no.click()
    await expect.element(failed).not.toBeInTheDocument()
  })

  test('after a refusal to store, the next visit refuses again if the disk still has the earlier consent', async () => {
    const setPersist = vi.spyOn(personalizer, 'setPersist')
    personalizer.change({ persist: { option: 'ask', allowed: true } })
    await repeatRefusal(personalizer)
    expect(setPersist).not.toHaveBeenCalled()
    declined.set(true)
    await repeatRefusal(personalizer)
    expect(setPersist.mock.calls).toEqual([[false]])
    for (const persist of [
      { option: 'ask', allowed: false },
      { option: 'ask', allowed: null },
      { option: 'always', allowed: true },
    ] as const) {
      personalizer.change({ persist })
      await repeatRefusal(personalizer)
    }
    expect(setPersist).toHaveBeenCalledTimes(1)
  })
})

test('forgotten wishes disappear from the wishlist; forgetting one product of an order removes the whole order from the page', async () => {
  const catalog = createCatalog(ITEMS)
  const together = forgetTogether(personalizer, catalog.get, createSignal<string | null>(null))
  const order = (...ids: string[]) =>
    placeOrder(
      priced(
        ids.map((id) => ({ id, quantity: 1 })),
        catalog.get,
      ),
      0,
    ).number
  const numbers = () => orders.get().map(({ number }) => number)
  const [first, second, third] = [order('i0', 'i2'), order('i1', 'i4'), order('i6')]
  wishlist.set(['i0', 'i1', 'i2'])
  const screen = await open('/orders')
  await expect.element(screen.getByRole('article', { name: `Order ${first}` })).toBeVisible()
  await together.forget({ kind: 'item', name: 'i0' })
  expect([numbers(), wishlist.get()]).toEqual([
    [third, second],
    ['i1', 'i2'],
  ])
  await together.forget({ kind: 'category', name: 'Garden' })
  expect([numbers(), wishlist.get()]).toEqual([[third], ['i2']])
  await together.forget({ kind: 'events', name: 'view_item' })
  expect([numbers(), wishlist.get()]).toEqual([[third], ['i2']])
  await together.forget({ kind: 'events', name: 'purchase' })
  expect([numbers(), wishlist.get()]).toEqual([[], ['i2']])
  await expect.element(screen.getByText('No orders yet', { exact: false })).toBeVisible()
  await together.forget({ kind: 'events', name: 'add_to_wishlist' })
  expect(wishlist.get()).toEqual([])
})

test('“Recently viewed” lists products viewed for at least a second, except the page’s own; with everyone’s ranking it is hidden', async () => {
  const screen = await open('/product/i2')
  const viewed = screen.getByRole('region', { name: 'Recently viewed' })
  await waitFor(() => expect(names()).toContain('view_item'))
  await expect.element(viewed).not.toBeInTheDocument()
  history.pushState(null, '', '/product/i3')
  await expect.element(viewed.getByText('Heart thing 2')).toBeVisible()
  await waitFor(() => expect(names().filter((name) => name === 'view_item')).toHaveLength(2))
  expect(viewed.element().querySelectorAll('[data-item]')).toHaveLength(1)
  order.set('base')
  await expect.element(viewed).not.toBeInTheDocument()
})

test('the basket’s page lists products that go with the whole basket', async () => {
  basket.set([
    { id: 'i2', quantity: 1 },
    { id: 'i4', quantity: 1 },
  ])
  const watch = vi.spyOn(personalizer, 'watch')
  const screen = await open('/basket')
  await expect.element(screen.getByRole('region', { name: 'Goes with your basket' })).toBeVisible()
  expect(watch.mock.lastCall?.[0]).toMatchObject({ kind: 'boughtTogether', item: ['i2', 'i4'] })
})

/** Focuses the search box. */
async function inBox(screen: Awaited<ReturnType<typeof open>>) {
  const box = screen.getByRole('combobox', { name: 'Search products' })
  ;(box.element() as HTMLElement).focus()
  return box
}

const optionsOf = (screen: Awaited<ReturnType<typeof open>>, name: string) =>
  screen.getByRole('group', { name }).getByRole('option')

test('results change during typing and leave the focus in the box; the search is captured when typing stops', async () => {
  const screen = await open('/search')
  const box = await inBox(screen)
  await box.fill('tea thing 4')
  await expect
    .element(screen.getByRole('heading', { level: 1, name: 'Results for “tea thing 4”' }))
    .toBeVisible()
  await expect.element(box).toHaveFocus()
  await expect.element(box).toHaveAttribute('aria-expanded', 'false')
  await waitFor(() => expect(names()).toContain('search'))
  expect(personalizer.captured.find((event) => event.name === 'search')?.search_term).toBe(
    'tea thing 4',
  )
  await userEvent.keyboard('{Enter}')
  await expect.element(screen.getByRole('heading', { level: 1 })).toHaveFocus()
})

test('a search for a page of the shop opens that page, by Enter or by a link, and adds no history entry for the search', async () => {
  const before = history.length
  const screen = await open('/search#q=track+order')
  await waitFor(() => expect(location.pathname).toBe('/orders'))
  expect(history.length).toBeLessThanOrEqual(before + 1)
  const box = await inBox(screen)
  await box.fill('my orders')
  await userEvent.keyboard('{Enter}')
  await waitFor(() => expect(location.pathname).toBe('/orders'))
  await box.fill('bird')
  await userEvent.keyboard('{Enter}')
  await waitFor(() => expect(location.pathname).toBe('/search'))
  await box.fill('orders')
  await expect.element(screen.getByRole('heading', { level: 1, name: /“orders”/ })).toBeVisible()
  expect(location.pathname).toBe('/search')
  await userEvent.keyboard('{Enter}')
  await waitFor(() => expect(location.pathname).toBe('/orders'))
})

test('if a search finds nothing, the page suggests the same search without its price, and no unrelated department', async () => {
  const screen = await open('/search#q=tea+thing+under+£0.05')
  await expect.element(screen.getByText(/Nothing found/)).toBeVisible()
  const offered = screen.getByRole('list', { name: 'Suggestions' }).getByRole('link')
  await expect.element(offered.first()).toHaveTextContent('tea thing')
  for (const { textContent } of offered.elements()) expect(textContent).not.toMatch(/^All /)
  await offered.first().click()
  await expect
    .element(screen.getByRole('heading', { name: 'Results for “tea thing”' }))
    .toBeVisible()
})

test('the empty search box suggests recent searches and departments, which can be chosen by keyboard', async () => {
  await personalizer.capture({ name: 'search', search_term: 'tea thing' })
  await personalizer.capture({ name: 'search', search_term: 'bird' })
  await personalizer.capture({ name: 'search', search_term: 'tea thing' })
  const screen = await open('/')
  const last = optionsOf(screen, 'Recent searches')
  await expect.element(last.first()).not.toBeInTheDocument()
  const box = await inBox(screen)
  await expect.element(last.nth(1)).toBeVisible()
  expect(last.elements().map((option) => option.textContent)).toEqual(['tea thing', 'bird'])
  await userEvent.keyboard('{ArrowDown}{ArrowDown}{ArrowUp}{ArrowUp}')
  await expect.element(box).not.toHaveAttribute('aria-activedescendant')
  await userEvent.keyboard('{ArrowUp}')
  await expect
    .element(optionsOf(screen, 'Browse departments').last())
    .toHaveAttribute('aria-selected', 'true')
  await userEvent.keyboard('{Escape}')
  await expect.element(last.first()).not.toBeInTheDocument()
  await expect.element(box).toHaveFocus()
  await box.fill('b')
  await box.fill('')
  await expect.element(last.first()).toBeVisible()
  await userEvent.keyboard('{ArrowDown}{ArrowDown}{Enter}')
  await expect
    .element(screen.getByRole('heading', { level: 1, name: 'Results for “bird”' }))
    .toHaveFocus()
  await expect.element(last.first()).not.toBeInTheDocument()
  // Pressing Tab moves the focus out of the box, past the suggestions.
  await inBox(screen)
  await box.fill('')
  await expect.element(last.first()).toBeVisible()
  await userEvent.keyboard('{Tab}')
  await expect.element(last.first()).not.toBeInTheDocument()
})

test('typing on any page shows suggested searches, departments and products below the box', async () => {
  const screen = await open('/product/i2')
  const box = await inBox(screen)
  await box.fill('gard')
  const products = optionsOf(screen, 'Products')
  await expect.element(products.first()).toBeVisible()
  expect(location.pathname).toBe('/product/i2')
  await expect.element(optionsOf(screen, 'Departments')).toHaveTextContent('Garden')
  await box.fill('tea thin')
  await expect.element(optionsOf(screen, 'Suggestions').first()).toHaveTextContent('tea thing')
  await expect.element(products.first()).toHaveTextContent(/Tea thing \d+£/)
  // The box keeps the focus, and names the active option to screen readers.
  await userEvent.keyboard('{ArrowDown}{ArrowDown}')
  await expect.element(box).toHaveFocus()
  const chosen = products.first()
  await expect.element(chosen).toHaveAttribute('aria-selected', 'true')
  await expect.element(box).toHaveAttribute('aria-activedescendant', chosen.element().id)
  const title = chosen.element().querySelector('[lang]')?.textContent ?? ''
  // Escape closes the search suggestions and keeps the typed text.
  await userEvent.keyboard('{Escape}')
  await expect.element(products.first()).not.toBeInTheDocument()
  await expect.element(box).toHaveValue('tea thin')
  await box.click()
  await products.first().click()
  await expect.element(screen.getByRole('heading', { level: 1, name: title })).toHaveFocus()
  await expect.element(box).toHaveValue('')
  expect(names()).toContain('select_item')
  expect(names()).not.toContain('search')
})

test('if nothing matches, the search box says so and suggests similar words or departments', async () => {
  const items = [...ITEMS, { ...ITEMS[0], id: 'lantern', title: 'Lantern thing' }]
  const screen = await open('/', createCatalog(items), items)
  const box = await inBox(screen)
  await box.fill('xqzwvk')
  await expect.element(screen.getByText('No products match “xqzwvk”.')).toBeVisible()
  await optionsOf(screen, 'Browse departments').last().click()
  await expect.element(screen.getByRole('heading', { level: 1 })).toHaveFocus()
  expect(location.pathname).toContain('/category/')
  await inBox(screen)
  await box.fill('lenturn')
  await expect.element(screen.getByText(/No products match .+ entirely/).first()).toBeVisible()
  await expect.element(optionsOf(screen, 'Did you mean')).toHaveTextContent('lantern')
  await expect.element(optionsOf(screen, 'Products').first()).toHaveTextContent('Lantern thing')
  await userEvent.keyboard('{ArrowDown}{Enter}')
  await expect
    .element(screen.getByRole('heading', { level: 1, name: 'Results for “lantern”' }))
    .toHaveFocus()
})

test('if no product has all words of a search, the page says so and links the department', async () => {
  const screen = await open('/search#q=garden')
  await expect.element(screen.getByRole('link', { name: 'All Garden' })).toBeVisible()
  await screen.getByRole('combobox', { name: 'Search products' }).fill('tea sailing')
  await expect.element(screen.getByText(/No products match “tea sailing” entirely/)).toBeVisible()
  await screen.getByRole('combobox', { name: 'Search products' }).fill('under £0.05')
  await expect.element(screen.getByText(/Nothing found for “under £0.05”/)).toBeVisible()
})

test('opening a result before the typing pause ends captures the search at once', async () => {
  const screen = await open('/search')
  await screen.getByRole('combobox', { name: 'Search products' }).fill('tea thing 4')
  await screen
    .getByRole('list', { name: 'Results for tea thing 4' })
    .getByRole('link')
    .first()
    .click()
  await waitFor(() => expect(names()).toEqual(expect.arrayContaining(['search', 'select_item'])))
  expect(names().filter((name) => name === 'search')).toHaveLength(1)
})

test('a shopper who moves the focus to pending results keeps the focus when they arrive', async () => {
  const whole = createCatalog(ITEMS)
  let find = () => {}
  const until = new Promise<void>((resolve) => {
    find = resolve
  })
  const search: typeof whole.search = (question) => until.then(() => whole.search(question))
  const screen = await open('/search', { ...whole, search })
  await screen.getByRole('combobox', { name: 'Search products' }).fill('tea thing 4')
  const heading = screen.getByRole('heading', { level: 1, name: 'Results for “tea thing 4”' })
  await expect.element(heading).toBeVisible()
  await userEvent.keyboard('{Enter}')
  await expect.element(heading).toHaveFocus()
  find()
  await expect.element(screen.getByRole('list', { name: 'Results for tea thing 4' })).toBeVisible()
  await expect.element(heading).toHaveFocus()
})

test('if the shopper continues to type while older results are on screen, only the last search is captured', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const screen = await open('/search')
  const box = screen.getByRole('combobox', { name: 'Search products' })
  await box.fill('tea')
  await expect.element(screen.getByRole('list', { name: 'Results for tea' })).toBeVisible()
  const input = box.element() as HTMLInputElement
  input.setRangeText(' thing 4', 3, 3)
  input.dispatchEvent(new InputEvent('input', { bubbles: true }))
  // React handles the typed letters at once, and computes the suggestions in a later task.
  await Promise.resolve()
  vi.advanceTimersByTime(10_000)
  expect(names()).not.toContain('search')
  await waitFor(() => expect(names()).toContain('search'))
  const searches = personalizer.captured.filter((event) => event.name === 'search')
  expect(searches.map((event) => event.search_term)).toEqual(['tea thing 4'])
})

test('the heading gets the focus even if the focused element vanishes just after navigation', async () => {
  const screen = await open('/')
  const passing = document.body.appendChild(document.createElement('button'))
  passing.focus()
  // The focused button vanishes after the page has changed and before the browser draws the next frame.
  const observer = new MutationObserver(() => {
    if (document.querySelector('main h1')?.textContent === 'Heart thing 2') passing.remove()
  })
  observer.observe(screen.container, { childList: true, subtree: true })
  history.pushState(null, '', '/product/i2')
  await expect
    .element(screen.getByRole('heading', { level: 1, name: 'Heart thing 2' }))
    .toHaveFocus()
  observer.disconnect()
})

test('the panel “What this shop learned” contains “Who’s it for?” from the start, because a part that came later would move the focused button', async () => {
  const { container } = await open('/')
  container.querySelector<HTMLElement>('button.learned')?.click()
  await Promise.resolve()
  expect(container.querySelector('dialog h3')?.textContent).toBe(words('who'))
  expect(container.querySelectorAll('dialog .who input')).toHaveLength(2)
})

test('the panel “What this shop learned” opens and closes by keyboard and returns the focus to its button', async () => {
  const screen = await open('/')
  const button = screen.getByRole('button', { name: 'What this shop learned' })
  ;(button.element() as HTMLElement).focus()
  await userEvent.keyboard('{Enter}')
  await expect.element(screen.getByRole('dialog')).toBeVisible()
  await userEvent.keyboard('{Escape}')
  await expect.element(screen.getByRole('dialog')).not.toBeInTheDocument()
  await expect.element(button).toHaveFocus()
})

test('the panel is not empty if it is reopened at once', async () => {
  const screen = await open('/')
  const learned = screen.getByRole('button', { name: 'What this shop learned' })
  await learned.click()
  const close = screen.getByRole('dialog').getByRole('button', { name: 'Close' }).element()
  const again = document.querySelector<HTMLElement>('button.learned')
  // Closing and opening happen in one task, so the browser's close event comes when the dialog is already open again.
  ;(close as HTMLElement).click()
  again?.click()
  await new Promise((resolve) => setTimeout(resolve, 100))
  await expect
    .element(screen.getByRole('dialog').getByRole('button', { name: /^Export/ }))
    .toBeVisible()
})

test('an unknown product shows “Page not found”', async () => {
  const screen = await open('/product/nothing')
  await expect
    .element(screen.getByRole('heading', { level: 1 }))
    .toHaveTextContent('Page not found')
})
