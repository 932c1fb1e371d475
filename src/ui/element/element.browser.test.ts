/** @module Tests the custom element in a real browser, on a page with its own styles. */

import { waitFor } from '@nearside/core/testPatience.ts'
import axe from 'axe-core'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import {
  createFakePersonalizer,
  type FakePersonalizer,
  withBadge,
} from '../react/testPersonalizer.ts'
import { provide, provided } from './provided.ts'
import './recommendations.ts'
import type { SelectDetail } from './recommendations.ts'
import { ITEMS, inside, show } from './testElement.ts'

let personalizer: FakePersonalizer
beforeEach(() => {
  personalizer = createFakePersonalizer(ITEMS)
})
afterEach(() => document.body.replaceChildren())

const ids = (host: HTMLElement) => inside(host, '[data-item]').map(({ dataset }) => dataset.item)

test('the element shows the content between its tags until the first answer, then the list', async () => {
  const host = show(
    '<nearside-recommendations limit="2"><p>Tins and mugs</p></nearside-recommendations>',
  )
  expect(host.querySelector('p')?.checkVisibility()).toBe(true)
  expect(inside(host, '.ns-list')[0].checkVisibility()).toBe(false)
  provide({ personalizer, items: ITEMS })
  await waitFor(() => expect(ids(host)).toEqual(['tin', 'mug']))
  expect(host.querySelector('p')?.checkVisibility()).toBe(false)
  expect(inside(host, 'h2')[0].textContent).toBe('For you')
  expect(inside(host, '.ns-card-price')[0].textContent).toBe('£4.95')
})

test('the element shows a sale’s price, and the usual price struck through, until the sale ends by the device’s clock', async () => {
  const now = Date.now()
  vi.setSystemTime(now)
  try {
    const until = new Date(now + 100).toISOString()
    provide({
      personalizer,
      items: [{ ...ITEMS[0], sale: { price: 3.95, until } }, ...ITEMS.slice(1)],
    })
    const host = show('<nearside-recommendations limit="2"></nearside-recommendations>')
    const price = () => inside(host, '.ns-card-price')[0]?.textContent
    await waitFor(() => expect(price()).toBe('£3.95 Below its usual price £4.95'))
    expect(inside(host, '.ns-card-price s')[0].textContent).toBe('£4.95')
    vi.setSystemTime(now + 100)
    await waitFor(() => expect(price()).toBe('£4.95'))
  } finally {
    vi.useRealTimers()
  }
})

test('the element shows a product’s badge between picture and title, and no badge that is too long', async () => {
  const image = 'data:image/gif;base64,R0lGODlhAQABAAAAACw='
  const [tin, mug, ...others] = ITEMS
  const items = [{ ...tin, image, badge: 'New' }, { ...mug, badge: 'x'.repeat(25) }, ...others]
  const rule = createFakePersonalizer(items)
  withBadge(rule, 'tin', 'Offer')
  provide({ personalizer: rule, items })
  const ruled = show('<nearside-recommendations limit="4"></nearside-recommendations>')
  await waitFor(() => expect(inside(ruled, '.ns-card-badge')[0]?.textContent).toBe('Offer'))
  ruled.remove()
  provide({ personalizer, items })
  const host = show('<nearside-recommendations limit="4"></nearside-recommendations>')
  await waitFor(() => expect(ids(host)).toHaveLength(4))
  const [badge, ...more] = inside(host, '.ns-card-badge')
  expect(more).toEqual([])
  expect(badge.textContent).toBe('New')
  expect(badge.previousElementSibling?.tagName).toBe('IMG')
  expect(badge.nextElementSibling?.className).toBe('ns-card-link')
  expect(getComputedStyle(badge).position).toBe('absolute')
})

test('the element follows live changes: new prices, removed products and new products', async () => {
  provide({ personalizer, items: ITEMS })
  const host = show('<nearside-recommendations limit="4"></nearside-recommendations>')
  await waitFor(() => expect(ids(host)).toEqual(['tin', 'mug', 'wick', 'glow']))
  const added = [{ id: 'new', title: 'Kettle', price: 19, currency: 'GBP', category: 'Kitchen' }]
  const live = { changed: [{ id: 'tin', price: 3, sale: { price: 2 } }], gone: ['wick'], added }
  personalizer.change({ live })
  await waitFor(() => expect(ids(host)).toEqual(['tin', 'mug', 'glow']))
  expect(inside(host, '.ns-card-price')[0].textContent).toBe('£2.00 Below its usual price £3.00')
  expect(provided?.items.map(({ id }) => id)).toEqual([...ITEMS.map(({ id }) => id), 'new'])
  const all = provided?.items
  personalizer.change({ live: { ...live, gone: [] } })
  await waitFor(() => expect(ids(host)).toEqual(['tin', 'mug', 'wick', 'glow']))
  // The search index is built again only if there are new products.
  expect(provided?.items).toBe(all)
  expect(provided?.shop.itemOf('new')).toMatchObject({ price: 19 })
})

test('an element for a list that new visitors find empty reserves no space, but shows the content between its tags', async () => {
  const shown = (html: string) => {
    const host = show(html)
    provide({ personalizer: { ...personalizer, watch: () => () => {} }, items: ITEMS })
    return host.getBoundingClientRect().height
  }
  expect(shown('<nearside-recommendations from="viewed"></nearside-recommendations>')).toBe(0)
  expect(shown('<nearside-recommendations></nearside-recommendations>')).toBeGreaterThan(100)
  const own = '<nearside-recommendations from="viewed"><p>Popular</p></nearside-recommendations>'
  expect(shown(own)).toBeGreaterThan(0)
})

test('a list has two cards a row on a phone, one on the narrowest screen, and more on a wide one', async () => {
  provide({ personalizer, items: ITEMS })
  const host = show('<nearside-recommendations limit="4"></nearside-recommendations>')
  await waitFor(() => expect(ids(host)).toHaveLength(4))
  const columns = [288, 328, 358, 800].map((width) => {
    host.style.cssText = `display: block; width: ${width}px`
    return new Set(inside(host, '[data-item]').map((card) => card.getBoundingClientRect().left))
      .size
  })
  expect(columns).toEqual([1, 2, 2, 4])
})

test('an element passes its `page` to the shop’s rules, or opts out of them', async () => {
  const watch = vi.spyOn(personalizer, 'watch')
  provide({ personalizer, items: ITEMS })
  const host = show('<nearside-recommendations page="home"></nearside-recommendations>')
  const asked = () => watch.mock.lastCall?.[0].options
  await waitFor(() => expect(asked()).toMatchObject({ page: 'home', rules: undefined }))
  host.setAttribute('rules', 'off')
  await waitFor(() => expect(asked()).toMatchObject({ page: 'home', rules: false }))
})

test('the element’s list changes after the shopper’s actions; the element announces this, and sends events to the page', async () => {
  provide({ personalizer, items: ITEMS, linkTo: ({ id }) => `#${id}` })
  const host = show(
    '<nearside-recommendations heading="Yours" limit="3"></nearside-recommendations>',
  )
  const changed = vi.fn()
  host.addEventListener('nearside-change', changed)
  await waitFor(() => expect(ids(host)).toHaveLength(3))
  await personalizer.capture({ name: 'view_item', item_id: 'glow' })
  await waitFor(() => expect(ids(host)).toEqual(['wick', 'glow', 'tin']))
  await waitFor(() =>
    expect(inside(host, '[role=status]')[0].textContent).toBe('Yours: list updated'),
  )
  expect(inside(host, '.ns-why')[0].textContent).toBe(
    'You’ve been browsing Candles 2 places higher than for everyone',
  )
  expect(changed).toHaveBeenCalledTimes(2)
  const chosen = new Promise<SelectDetail>((resolve) => {
    document.addEventListener('nearside-select', (event) => resolve((event as CustomEvent).detail))
  })
  inside(host, 'a')[1].click()
  expect(await chosen).toMatchObject({ recommendation: { id: 'glow' }, position: 2 })
})

test('the focus stays on its item when the items of the list move', async () => {
  provide({ personalizer, items: ITEMS })
  const host = show('<nearside-recommendations limit="4"></nearside-recommendations>')
  await waitFor(() => expect(ids(host)).toHaveLength(4))
  inside(host, 'a')[3].focus()
  await personalizer.capture({ name: 'view_item', item_id: 'wick' })
  await waitFor(() => expect(ids(host)[1]).toBe('glow'))
  expect(host.shadowRoot?.activeElement?.textContent).toBe('Lantern')
})

test('the element lists similar items, and starts with an empty list when the attribute names another item', async () => {
  provide({ personalizer, items: ITEMS, labels: { similar: 'Ähnliches' } })
  const host = show('<nearside-recommendations for-item="tin"></nearside-recommendations>')
  await waitFor(() => expect(ids(host)).toEqual(['mug']))
  expect(inside(host, 'h2')[0].textContent).toBe('Ähnliches')
  host.setAttribute('for-item', 'wick')
  await waitFor(() => expect(ids(host)).toEqual(['glow']))
  host.setAttribute('for-item', 'nowhere')
  await waitFor(() => expect(inside(host, 'section')[0].hidden).toBe(true))
})

test('the element’s attributes decide which list it requests and which title the list has', async () => {
  const watch = vi.spyOn(personalizer, 'watch')
  provide({ personalizer, items: ITEMS })
  for (const [attributes, title, asked] of [
    [
      'from="viewed" exclude-ids=\'["tin"]\'',
      'Recently viewed',
      { kind: 'recommend', options: { from: 'viewed', excludeIds: ['tin'] } },
    ],
    ['from="bought"', 'Buy again', { options: { from: 'bought' } }],
    ['from="unbought"', 'New for you', { options: { from: 'unbought' } }],
    ['from="considered"', 'On your mind', { options: { from: 'considered' } }],
    ['from="new"', 'New arrivals', { options: { from: 'new', excludeIds: undefined } }],
    [
      'with-items=\'["tin", "wick"]\'',
      'Goes with your basket',
      { kind: 'boughtTogether', item: ['tin', 'wick'] },
    ],
    [
      'for-item="tin" dearer="1.5"',
      'Similar, at a higher price',
      { kind: 'similar', options: { dearer: 1.5 } },
    ],
    [
      'for-item="tin" from="picture" dearer="1.5"',
      'Looks alike',
      { kind: 'similar', item: 'tin', options: { from: 'picture', dearer: 1.5 } },
    ],
  ] as const) {
    const host = show(`<nearside-recommendations ${attributes}></nearside-recommendations>`)
    await waitFor(() => expect(watch.mock.lastCall?.[0]).toMatchObject(asked))
    expect(inside(host, 'h2')[0].textContent).toBe(title)
  }
})

test('no style of the element leaks out, and no style of the page leaks in; only the page’s custom properties apply', async () => {
  provide({ personalizer, items: ITEMS })
  const host = show(
    `<style>p, a { color: rgb(255, 0, 0); font-size: 40px }
     nearside-recommendations { --ns-line: rgb(0, 128, 0) }</style>
     <nearside-recommendations limit="1"></nearside-recommendations><ul class="ns-list"></ul>`,
  )
  await waitFor(() => expect(ids(host)).toEqual(['tin']))
  const price = getComputedStyle(inside(host, '.ns-card-price')[0])
  expect(price.fontSize).not.toBe('40px')
  expect(price.color).not.toBe('rgb(255, 0, 0)')
  expect(getComputedStyle(inside(host, '.ns-card')[0]).borderTopColor).toBe('rgb(0, 128, 0)')
  expect(getComputedStyle(document.querySelector('ul') as Element).display).toBe('block')
})

test('the element makes no request after removal and has no accessibility findings', async () => {
  provide({ personalizer, items: ITEMS })
  const host = show(
    '<main><h1>Shop</h1><nearside-recommendations></nearside-recommendations></main>',
  )
  await waitFor(() => expect(ids(host)).toHaveLength(4))
  const { violations } = await axe.run(document.body, {
    rules: { 'page-has-heading-one': { enabled: false } },
  })
  expect(violations.map(({ id }) => id)).toEqual([])
  host.remove()
  const question = vi.spyOn(personalizer, 'recommend')
  personalizer.change({ revision: 99 })
  await new Promise((resolve) => setTimeout(resolve, 0))
  expect(question).not.toHaveBeenCalled()
})

test('the element reports that its list came into view, and then each click', async () => {
  const measure = { shown: vi.fn(), clicked: vi.fn() }
  provide({ personalizer, items: ITEMS, measure, linkTo: ({ id }) => `#${id}` })
  const host = show(`<div style="block-size: 300vh"></div>
    <nearside-recommendations limit="2"></nearside-recommendations>`)
  await waitFor(() => expect(ids(host)).toEqual(['tin', 'mug']))
  expect(measure.shown).not.toHaveBeenCalled()
  host.scrollIntoView()
  await waitFor(() => expect(measure.shown).toHaveBeenCalledOnce())
  const items = ['tin', 'mug'].map((id, place) => ({ id, rank: place + 1 }))
  expect(measure.shown.mock.lastCall).toEqual(['forYou', items])
  inside(host, 'a')[1].click()
  expect(measure.clicked.mock.calls).toEqual([['forYou', items[1]]])
  host.setAttribute('list', 'beside')
  host.setAttribute('for-item', 'tin')
  await waitFor(() => expect(measure.shown).toHaveBeenCalledTimes(2))
  expect(measure.shown.mock.lastCall?.[0]).toBe('beside')
  provide({ personalizer, items: ITEMS })
})
