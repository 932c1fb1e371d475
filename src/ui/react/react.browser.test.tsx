import type { ListMeasure } from '@nearside/browser/measure/measureLists.ts'
import type { Item } from '@nearside/core/catalog/item.ts'
import { NearsideError } from '@nearside/core/error.ts'
import type { Recommendation, Signal } from '@nearside/core/ranking/apiLists.ts'
import { waitFor } from '@nearside/core/testPatience.ts'
import axe from 'axe-core'
import { StrictMode } from 'react'
import { renderToString } from 'react-dom/server'
import { beforeEach, describe, expect, expectTypeOf, test, vi } from 'vitest'
import { userEvent } from 'vitest/browser'
import { render } from 'vitest-browser-react'
import { type Asked, createListObserver } from '../lists/listObserver.ts'
import { ENGLISH } from '../messages/panel.ts'
import { useFacets } from '../search/useFacets.ts'
import type { ItemComponentProps } from './ItemCard.tsx'
import { LearningPaused } from './LearningPaused.tsx'
import { PersonalizationPanel } from './PersonalizationPanel.tsx'
import { PersonalizationProvider } from './PersonalizationProvider.tsx'
import { createFakePersonalizer, type FakePersonalizer, withBadge } from './testPersonalizer.ts'
import { useRecommendations, useRerank } from './useList.ts'
import { usePersonalizer } from './usePersonalizer.ts'
import {
  BuyAgain,
  CompleteTheBasket,
  NewArrivals,
  NewForYou,
  OnYourMind,
  RecentlyViewed,
  Recommendations,
  RelatedItems,
  Trending,
  UpSell,
} from './widgets.tsx'

const ITEMS: readonly Item[] = [
  { id: 'tin', title: 'Cake tin', price: 4.95, currency: 'GBP', category: 'Kitchen' },
  { id: 'mug', title: 'Tea mug', price: 2.5, currency: 'GBP', category: 'Kitchen' },
  { id: 'wick', title: 'Candle', price: 1.25, currency: 'GBP', category: 'Candles' },
  { id: 'glow', title: 'Lantern', price: 8.5, currency: 'GBP', category: 'Candles' },
]

let personalizer: FakePersonalizer
beforeEach(() => {
  personalizer = createFakePersonalizer(ITEMS)
})

function show(children: React.ReactNode, given: FakePersonalizer | null = personalizer) {
  return render(
    <StrictMode>
      <PersonalizationProvider personalizer={given} items={ITEMS}>
        {children}
      </PersonalizationProvider>
    </StrictMode>,
  )
}

const shownIds = (root: Element) =>
  [...root.querySelectorAll<HTMLElement>('[data-item]')].map((card) => card.dataset.item)

test('a shopper’s orders are imported once the personalizer exists; a failure is reported', async () => {
  const orders = [{ id: 1, time: 1, items: [{ item_id: 'tin' }] }]
  const seeded = vi.fn(async (_: unknown) => 1)
  const failed = vi.spyOn(globalThis, 'reportError').mockReturnValue()
  const at = (given: FakePersonalizer | null) => (
    <PersonalizationProvider personalizer={given} items={ITEMS} orders={orders}>
      {null}
    </PersonalizationProvider>
  )
  const shown = await render(at(null))
  await shown.rerender(at({ ...personalizer, seed: seeded }))
  expect(seeded.mock.calls).toEqual([[orders]])
  for (const code of ['closed', 'engine-failed'] as const) {
    const refuse = () => Promise.reject(new NearsideError(code, ''))
    await shown.rerender(at({ ...personalizer, seed: refuse }))
  }
  await waitFor(() => expect(failed.mock.calls).toMatchObject([[{ code: 'engine-failed' }]]))
  failed.mockRestore()
})

/** Passes a new array to `useFacets` at each rendering. */
function FirstFacet({ items }: { readonly items: readonly Item[] }) {
  return <p>from {useFacets([...items]).items[0].price}</p>
}

test('a card shows a sale’s price, and the usual price struck through, until the sale ends by the device’s clock', async () => {
  const now = Date.now()
  vi.setSystemTime(now)
  try {
    const until = new Date(now + 100).toISOString()
    const items = [{ ...ITEMS[0], sale: { price: 3.95, until } }, ...ITEMS.slice(1)]
    const screen = await render(
      <PersonalizationProvider personalizer={personalizer} items={items}>
        <Recommendations limit={1} />
        <FirstFacet items={items} />
      </PersonalizationProvider>,
    )
    const price = () => screen.container.querySelector('.ns-card-price')
    await waitFor(() => expect(price()?.textContent).toBe('£3.95 Below its usual price £4.95'))
    expect(price()?.querySelector('s')?.textContent).toBe('£4.95')
    await expect.element(screen.getByText('from 3.95')).toBeVisible()
    vi.setSystemTime(now + 100)
    await waitFor(() => expect(price()?.textContent).toBe('£4.95'))
    await expect.element(screen.getByText('from 4.95')).toBeVisible()
  } finally {
    vi.useRealTimers()
  }
})

test('a card shows the badge that a rule gives its product, instead of the catalog’s badge if there is one', async () => {
  withBadge(personalizer, 'mug', 'Offer')
  withBadge(personalizer, 'wick', 'New')
  const [tin, mug, wick] = ITEMS
  const items = [tin, { ...mug, badge: 'Old' }, wick]
  const { container } = await render(
    <PersonalizationProvider personalizer={personalizer} items={items}>
      <Recommendations limit={3} />
    </PersonalizationProvider>,
  )
  await waitFor(() =>
    expect([...container.querySelectorAll('.ns-card-badge')].map((one) => one.textContent)).toEqual(
      ['Offer', 'New'],
    ),
  )
})

test('a card shows its product’s badge on the picture, or above the title, and no badge that is too long', async () => {
  const image = 'data:image/gif;base64,R0lGODlhAQABAAAAACw='
  const [tin, mug, wick, glow] = ITEMS
  const badge = 'Nachhaltig produziert'
  const items = [
    { ...tin, image, badge: 'W'.repeat(24) },
    { ...mug, badge },
    { ...wick, badge: badge + badge },
    glow,
  ]
  const screen = await render(
    <PersonalizationProvider personalizer={personalizer} items={items}>
      <Recommendations limit={4} />
    </PersonalizationProvider>,
  )
  const { container } = screen
  await waitFor(() => expect(shownIds(container)).toHaveLength(4))
  const badges = [...container.querySelectorAll<HTMLElement>('.ns-card-badge')]
  expect(
    badges.map((one) => [one.closest<HTMLElement>('article')?.dataset.item, one.textContent]),
  ).toEqual([
    ['tin', 'W'.repeat(24)],
    ['mug', badge],
  ])
  const box = (of: Element | null | undefined) => of?.getBoundingClientRect() ?? new DOMRect()
  const [onPicture, aboveTitle] = badges.map(box)
  expect(onPicture.top).toBeGreaterThan(box(container.querySelector('img')).top - 8)
  expect(onPicture.bottom).toBeLessThan(box(container.querySelector('img')).bottom)
  expect(aboveTitle.bottom).toBeLessThanOrEqual(box(badges[1].nextElementSibling).top)
  // The menu's button covers the last 36 pixels of a card.
  for (const one of badges)
    expect(box(one).right).toBeLessThanOrEqual(box(one.closest('article')).right - 36)
  expect((await axe.run(container)).violations).toEqual([])
})

test('cards and facets follow changed prices, sales, removed products and new products', async () => {
  const items = [{ ...ITEMS[0], sale: { price: 3.95 } }, ...ITEMS.slice(1)]
  const screen = await render(
    <PersonalizationProvider personalizer={personalizer} items={items}>
      <Recommendations initialItems={['tin', 'mug', 'wick', 'new']} />
      <FirstFacet items={items} />
    </PersonalizationProvider>,
  )
  await expect.element(screen.getByText('£3.95')).toBeVisible()
  const added = [{ id: 'new', title: 'Kettle', price: 19, currency: 'GBP' }]
  const changed = [
    { id: 'tin', price: 5.5 },
    { id: 'wick', price: 1.25, available: false },
  ]
  personalizer.change({ live: { changed, gone: ['mug'], added } })
  await expect.element(screen.getByText('£5.50')).toBeVisible()
  await expect.element(screen.getByText('from 5.5')).toBeVisible()
  await waitFor(() => expect(shownIds(screen.container)).toEqual(['tin', 'glow']))
  expect(screen.container.textContent).not.toContain('3.95')
  personalizer.change({ live: null, revision: 9 })
  await waitFor(() => expect(shownIds(screen.container)).toEqual(['tin', 'mug', 'wick', 'glow']))
})

test('a server shows the usual price, because its page may outlive the sale', () => {
  const items = [{ ...ITEMS[0], sale: { price: 3.95 } }]
  const html = renderToString(
    <PersonalizationProvider personalizer={null} items={items}>
      <Recommendations initialItems={['tin']} />
    </PersonalizationProvider>,
  )
  expect(html).toContain('£4.95')
  expect(html).not.toContain('£3.95')
})

describe('the other lists', () => {
  test.each([
    ['Best sellers', <Trending key="" />, { kind: 'recommend', options: { order: 'base' } }],
    ['Recently viewed', <RecentlyViewed key="" />, { options: { from: 'viewed' } }],
    ['Buy again', <BuyAgain key="" limit={4} />, { options: { from: 'bought', limit: 4 } }],
    ['New for you', <NewForYou key="" />, { options: { from: 'unbought' } }],
    ['On your mind', <OnYourMind key="" />, { options: { from: 'considered' } }],
    [
      'New arrivals',
      <NewArrivals key="" distinct={2} />,
      { options: { from: 'new', distinct: 2 } },
    ],
    [
      'Goes with your basket',
      <CompleteTheBasket key="" items={['tin', 'wick']} />,
      { kind: 'boughtTogether', item: ['tin', 'wick'] },
    ],
    [
      'Similar, at a higher price',
      <UpSell key="" item="tin" />,
      { kind: 'similar', item: 'tin', options: { dearer: 1.5 } },
    ],
    [
      'Looks alike',
      <RelatedItems key="" item="tin" from="picture" />,
      { kind: 'similar', item: 'tin', options: { from: 'picture' } },
    ],
    [
      'Better ones',
      <UpSell key="" item="tin" upTo={2} title="Better ones" />,
      { options: { dearer: 2 } },
    ],
  ])('the list “%s” sends its query and shows items', async (title, widget, asked) => {
    await personalizer.capture({ name: 'view_item', item_id: 'glow' })
    const watch = vi.spyOn(personalizer, 'watch')
    const screen = await show(widget)
    await expect.element(screen.getByRole('region', { name: title })).toBeVisible()
    expect(watch.mock.lastCall?.[0]).toMatchObject(asked)
    await waitFor(() => expect(shownIds(screen.container).length).toBeGreaterThan(0))
  })

  test('a list that is empty for new visitors reserves no space', async () => {
    const screen = await show(
      <>
        <RecentlyViewed />
        <BuyAgain emptyComponent={() => <p>Nothing yet</p>} />
        <CompleteTheBasket items={[]} />
        <Trending />
      </>,
      null,
    )
    const sections = [...screen.container.querySelectorAll('section')]
    expect(sections.map((section) => section.querySelector('h2')?.textContent)).toEqual([
      'Best sellers',
    ])
    expect(screen.container.textContent).not.toContain('Nothing yet')
  })

  test('“Recently viewed” gives its reason, leaves out the current product, and is hidden if it is empty', async () => {
    const screen = await show(<RecentlyViewed excludeIds={['tin']} />)
    const region = screen.getByRole('region', { name: 'Recently viewed' })
    await expect.element(region).not.toBeInTheDocument()
    for (const item_id of ['mug', 'tin', 'glow'])
      await personalizer.capture({ name: 'view_item', item_id })
    await expect.element(region).toBeVisible()
    expect(shownIds(screen.container)).toEqual(['glow', 'mug'])
    await expect.element(screen.getByText('You looked at Lantern')).toBeVisible()
    await personalizer.erase()
    await expect.element(region).not.toBeInTheDocument()
  })

  test('if the basket changes, its old list stays until the new list is known', async () => {
    const basket = (items: readonly string[]) => (
      <PersonalizationProvider personalizer={personalizer} items={ITEMS}>
        <CompleteTheBasket items={items} />
      </PersonalizationProvider>
    )
    const screen = await render(basket(['tin']))
    await waitFor(() => expect(shownIds(screen.container)).toEqual(['mug']))
    personalizer.hold(true)
    await screen.rerender(basket(['wick']))
    expect(shownIds(screen.container)).toEqual(['mug'])
    personalizer.release(0)
    await waitFor(() => expect(shownIds(screen.container)).toEqual(['glow']))
    await screen.rerender(basket([]))
    personalizer.release(1)
    await waitFor(() => expect(screen.container.querySelector('section')).toBeNull())
  })
})

describe('measuring lists', () => {
  const measured = (measure: ListMeasure, lists: React.ReactNode) => (
    <PersonalizationProvider personalizer={personalizer} items={ITEMS} measure={measure}>
      {lists}
    </PersonalizationProvider>
  )

  test('a list is measured as seen a single time, when it comes into view, not when its items move; after that, clicks are reported', async () => {
    const measure = { shown: vi.fn(), clicked: vi.fn() } satisfies ListMeasure
    const far = <div style={{ blockSize: '300vh' }} />
    const screen = await render(
      measured(
        measure,
        <>
          <Recommendations limit={2} itemComponent={Plain} />
          {far}
          <RelatedItems item="tin" list="beside" itemComponent={Plain} />
        </>,
      ),
    )
    await waitFor(() => expect(measure.shown).toHaveBeenCalledOnce())
    const first = ['tin', 'mug'].map((id, place) => ({ id, rank: place + 1 }))
    expect(measure.shown.mock.lastCall).toEqual(['forYou', first])
    await personalizer.capture({ name: 'view_item', item_id: 'glow' })
    await waitFor(() => expect(shownIds(screen.container).slice(0, 2)).toEqual(['wick', 'glow']))
    await screen.getByRole('button', { name: 'glow' }).click()
    expect(measure.clicked.mock.calls).toEqual([['forYou', { id: 'glow', rank: 2 }]])
    expect(measure.shown).toHaveBeenCalledOnce()
    screen.getByRole('region', { name: 'Similar items' }).element().scrollIntoView()
    await waitFor(() => expect(measure.shown).toHaveBeenCalledTimes(2))
    expect(measure.shown.mock.lastCall?.[0]).toBe('beside')
  })

  test('an empty list is not measured as seen', async () => {
    const measure = { shown: vi.fn(), clicked: vi.fn() } satisfies ListMeasure
    await render(measured(measure, <RecentlyViewed />))
    await render(measured(measure, <Trending />))
    await waitFor(() => expect(measure.shown).toHaveBeenCalledOnce())
    expect(measure.shown.mock.lastCall?.[0]).toBe('bestSellers')
  })
})

const Plain = ({ item, onSelect }: ItemComponentProps) => (
  <button type="button" data-item={item.id} onClick={onSelect}>
    {item.id}
  </button>
)

interface Product extends Item<{ colour: string }> {
  readonly stock: number
}

function Stock({ item }: ItemComponentProps<Product>) {
  expectTypeOf(item.attributes).toEqualTypeOf<{ colour: string } | undefined>()
  return <p>{`${item.stock} ${item.attributes?.colour}`}</p>
}

const Everything = () => useRecommendations({ limit: Number.POSITIVE_INFINITY }).items.length

const CategoryPage = () => useRerank(['tin'], { page: 'category' }).ids

describe('Recommendations', () => {
  test('`Recommendations` changes after the shopper’s actions, gives the reason, and announces each change', async () => {
    const screen = await show(<Recommendations limit={3} title="For you" />)
    await expect.element(screen.getByRole('region', { name: 'For you' })).toBeVisible()
    await expect.element(screen.getByText('Cake tin')).toBeVisible()
    expect(shownIds(screen.container)).toEqual(['tin', 'mug', 'wick'])
    await expect.element(screen.getByText('£4.95')).toBeVisible()

    await personalizer.capture({ name: 'view_item', item_id: 'glow' })
    await waitFor(() => expect(shownIds(screen.container)).toEqual(['wick', 'glow', 'tin']))
    await expect.element(screen.getByText('You’ve been browsing Candles').first()).toBeVisible()
    await expect
      .element(screen.getByText('2 places higher than for everyone').first())
      .toBeVisible()
    const announced = () => screen.container.querySelector('[role=status] > span')
    await waitFor(() => expect(announced()?.textContent).toBe('For you: list updated'))
    // The next change is announced with the same words, in a new element.
    const first = announced()
    for (let looks = 0; looks < 3; looks++)
      await personalizer.capture({ name: 'view_item', item_id: 'tin' })
    await waitFor(() => expect(shownIds(screen.container)).toEqual(['tin', 'mug', 'wick']))
    await waitFor(() => {
      expect(announced()?.textContent).toBe('For you: list updated')
      expect(announced()).not.toBe(first)
    })
  })

  test('`Recommendations` passes its `page` to the shop’s rules, or opts out of them', async () => {
    const watch = vi.spyOn(personalizer, 'watch')
    const asked = () => watch.mock.lastCall?.[0].options
    await show(<RelatedItems item="tin" page="product" rules={false} />)
    await waitFor(() => expect(asked()).toMatchObject({ page: 'product', rules: false }))
    await show(<CategoryPage />)
    await waitFor(() => expect(asked()).toMatchObject({ page: 'category' }))
  })

  test('the focus stays on its item when the items of the list move', async () => {
    const screen = await show(<Recommendations limit={4} />)
    await waitFor(() => expect(shownIds(screen.container)).toEqual(['tin', 'mug', 'wick', 'glow']))
    // In each case, React moves the card that contains the focus.
    for (const [focused, looks, order] of [
      ['tin', ['wick'], ['wick', 'glow', 'tin', 'mug']],
      ['glow', ['mug', 'mug'], ['tin', 'mug', 'wick', 'glow']],
    ] as const) {
      const link = screen.container.querySelector<HTMLElement>(`[data-item=${focused}] a`)
      link?.focus()
      for (const item_id of looks) await personalizer.capture({ name: 'view_item', item_id })
      await waitFor(() => expect(shownIds(screen.container)).toEqual(order))
      expect(document.activeElement).toBe(link)
    }
  })

  test('`Recommendations` shows skeletons until there is a personalizer, then items', async () => {
    const screen = await show(<Recommendations limit={2} />, null)
    expect(screen.container.querySelectorAll('.ns-skeleton')).toHaveLength(2)
    expect(screen.container.querySelector('ul')?.getAttribute('aria-busy')).toBe('true')
    await screen.rerender(
      <PersonalizationProvider personalizer={personalizer} items={ITEMS}>
        <Recommendations limit={2} />
      </PersonalizationProvider>,
    )
    await waitFor(() => expect(shownIds(screen.container)).toHaveLength(2))
    expect(screen.container.querySelectorAll('.ns-skeleton')).toHaveLength(0)
  })

  test('`Recommendations` passes the shop’s own product to a card, with its fields and types', async () => {
    const products: readonly Product[] = ITEMS.map((item, place) => ({
      ...item,
      stock: 7 - place,
      attributes: { colour: 'red' },
    }))
    const screen = await render(
      <PersonalizationProvider
        personalizer={personalizer}
        items={products}
        linkTo={({ stock }) => `/${stock.toFixed()}`}
      >
        <Recommendations itemComponent={Stock} limit={1} />
        {/* @ts-expect-error: the card needs more than a product has */}
        <Trending<Item> itemComponent={Stock} limit={1} title="Others" />
      </PersonalizationProvider>,
    )
    const own = screen.getByRole('region', { name: ENGLISH.forYou })
    await expect.element(own.getByText('7 red')).toBeVisible()
  })

  test('`Recommendations` passes props to each of the shop’s components, and reports the selected item', async () => {
    const chosen = vi.fn()
    const screen = await show(
      <Recommendations
        limit={2}
        title="Yours"
        headerComponent={({ title, id }) => <h3 id={id}>★ {title}</h3>}
        layoutComponent={({ children }) => <ol data-testid="layout">{children}</ol>}
        itemComponent={({ item, position, onSelect }) => (
          <button type="button" onClick={onSelect}>
            {position}. {item.title}
          </button>
        )}
        transformItems={(items) => items.filter((item) => item.id !== 'tin')}
        onSelect={(recommendation: Recommendation, position) => chosen(recommendation.id, position)}
      />,
    )
    await expect.element(screen.getByRole('heading', { name: '★ Yours' })).toBeVisible()
    await screen.getByRole('button', { name: '1. Tea mug' }).click()
    expect(chosen).toHaveBeenCalledWith('mug', 1)
    await expect.element(screen.getByTestId('layout')).toBeVisible()
  })

  test('`Recommendations` fills a list that the shop’s `transformItems` shortens; then no card shows “n places higher” or “lower”', async () => {
    const many = Array.from({ length: 60 }, (_, i) => ({ id: `thing ${i}`, title: `Thing ${i}` }))
    const screen = await render(
      <PersonalizationProvider personalizer={createFakePersonalizer(many)} items={many}>
        <Recommendations
          limit={4}
          transformItems={(items) => items.filter(({ id }) => Number(id.slice(6)) % 10 === 9)}
        />
      </PersonalizationProvider>,
    )
    const titles = () =>
      screen
        .getByRole('link')
        .elements()
        .map((link) => link.textContent)
    await expect.poll(titles).toEqual(['Thing 9', 'Thing 19', 'Thing 29', 'Thing 39'])
    expect(screen.container.textContent).not.toMatch(/higher|lower/)
  })

  test('`Recommendations` requests no more items than the shop has products', async () => {
    const fake = createFakePersonalizer(ITEMS)
    const asked = vi.spyOn(fake, 'recommend')
    const screen = await render(
      <PersonalizationProvider personalizer={fake} items={ITEMS}>
        <Recommendations transformItems={() => []} emptyComponent={() => <p>Nothing left</p>} />
      </PersonalizationProvider>,
    )
    await expect.element(screen.getByText('Nothing left')).toBeVisible()
    expect(asked.mock.calls.map(([options]) => options?.limit)).toEqual([16])
  })

  test('`Recommendations` accepts an infinite limit', async () => {
    const asked = vi.spyOn(personalizer, 'recommend')
    const screen = await show(<Everything />)
    await expect.element(screen.getByText(String(ITEMS.length))).toBeVisible()
    expect(asked.mock.calls[0][0]?.limit).toBeGreaterThan(1e9)
  })

  test('with empty initial items, `Recommendations` is hidden until there is an item', async () => {
    const at = (given: FakePersonalizer | null) => (
      <PersonalizationProvider personalizer={given} items={ITEMS}>
        <Recommendations initialItems={[]} />
      </PersonalizationProvider>
    )
    const screen = await render(at(null))
    expect(screen.container.querySelector('section')).toBeNull()
    await screen.rerender(at(personalizer))
    await expect.element(screen.getByRole('region', { name: 'For you' })).toBeVisible()
  })

  test('an empty list is hidden, or shows the shop’s `emptyComponent`', async () => {
    const screen = await show(
      <>
        <RelatedItems item="unknown" title="None" />
        <RelatedItems item="unknown" emptyComponent={() => <p>Nothing similar</p>} />
      </>,
    )
    await expect.element(screen.getByText('Nothing similar')).toBeVisible()
    expect(screen.container.querySelectorAll('section')).toHaveLength(0)
  })

  test('`Recommendations` fills the list if the page lacks some items, and shows nothing sold out', async () => {
    const newer = [{ id: 'new', title: 'Added a minute ago', category: 'Kitchen' }, ...ITEMS]
    const ahead = createFakePersonalizer(newer)
    const asked = vi.spyOn(ahead, 'recommend')
    const items = ITEMS.map((item) => ({ ...item, available: item.id !== 'mug' }))
    const screen = await render(
      <PersonalizationProvider personalizer={ahead} items={items}>
        <Recommendations limit={3} />
      </PersonalizationProvider>,
    )
    await waitFor(() => expect(shownIds(screen.container)).toEqual(['tin', 'wick', 'glow']))
    expect(asked.mock.calls.map(([options]) => options?.limit)).toEqual([3, 6])
  })

  test('another category starts with skeletons and never shows the previous category’s items', async () => {
    const list = (category: string) => (
      <PersonalizationProvider personalizer={personalizer} items={ITEMS}>
        <Recommendations limit={2} category={category} />
      </PersonalizationProvider>
    )
    const screen = await render(list('Kitchen'))
    await waitFor(() => expect(shownIds(screen.container)).toEqual(['tin', 'mug']))
    personalizer.hold(true)
    await screen.rerender(list('Candles'))
    await waitFor(() => expect(screen.container.querySelectorAll('.ns-skeleton')).toHaveLength(2))
    expect(shownIds(screen.container)).toEqual([])
    personalizer.release(0)
    await waitFor(() => expect(shownIds(screen.container)).toEqual(['wick', 'glow']))
  })

  test('labels and items that are new objects at each rendering cause no further request', async () => {
    const watch = vi.spyOn(personalizer, 'watch')
    const tree = () => (
      <PersonalizationProvider
        personalizer={personalizer}
        items={[...ITEMS]}
        labels={{ forYou: 'Yours' }}
      >
        <Recommendations limit={2} />
      </PersonalizationProvider>
    )
    const screen = await render(tree())
    await expect.element(screen.getByText('Cake tin')).toBeVisible()
    for (let i = 0; i < 3; i++) await screen.rerender(tree())
    expect(watch).toHaveBeenCalledTimes(1)
  })

  test('a failed request keeps the list and shows a message', async () => {
    const screen = await show(<Recommendations limit={2} />)
    await expect.element(screen.getByText('Cake tin')).toBeVisible()
    personalizer.recommend = () => Promise.reject(new Error('The worker is gone.'))
    personalizer.change({ revision: 99 })
    await expect
      .element(screen.getByText('Something went wrong; the shop still works.'))
      .toBeVisible()
    expect(shownIds(screen.container)).toEqual(['tin', 'mug'])
  })
})

describe('list observer', () => {
  test('the list observer drops an answer to an older query, however late', async () => {
    personalizer.hold(true)
    const observer = createListObserver(personalizer)
    const stop = observer.subscribe(() => {})
    observer.ask({ query: { kind: 'similar', item: 'tin' } })
    observer.ask({ query: { kind: 'similar', item: 'wick' } })
    personalizer.release(1)
    await waitFor(() => expect(observer.getSnapshot().status).toBe('ready'))
    personalizer.release(0)
    await new Promise((resolve) => setTimeout(resolve, 0))
    expect(observer.getSnapshot().items.map((item) => item.id)).toEqual(['glow'])
    stop()
  })

  test('the list observer watches once, and keeps its snapshot object if nothing moved', async () => {
    const watch = vi.spyOn(personalizer, 'watch')
    const question = vi.spyOn(personalizer, 'recommend')
    const observer = createListObserver(personalizer)
    const stop = observer.subscribe(() => {})
    const asked = (): Asked => ({ query: { kind: 'recommend', options: { limit: 2 } } })
    observer.ask(asked())
    await waitFor(() => expect(observer.getSnapshot().status).toBe('ready'))
    const before = observer.getSnapshot()
    for (let revision = 2; revision < 22; revision++) personalizer.change({ revision })
    observer.ask(asked())
    await waitFor(() => expect(question).toHaveBeenCalledTimes(21))
    await new Promise((resolve) => setTimeout(resolve, 0))
    expect(observer.getSnapshot()).toBe(before)
    expect(watch).toHaveBeenCalledTimes(1)
    stop()
    personalizer.change({ revision: 99 })
    expect(question).toHaveBeenCalledTimes(21)
  })

  test('another `mayShow` function changes which items the list shows, without another request', async () => {
    const watch = vi.spyOn(personalizer, 'watch')
    const observer = createListObserver(personalizer)
    const stop = observer.subscribe(() => {})
    const query = { kind: 'recommend' } as const
    observer.ask({ query, mayShow: (id) => id !== 'tin' })
    const ids = () => observer.getSnapshot().items.map(({ id }) => id)
    await waitFor(() => expect(ids()).toEqual(['mug', 'wick', 'glow']))
    observer.ask({ query, mayShow: (id) => id !== 'mug' })
    expect(ids()).toEqual(['tin', 'wick', 'glow'])
    expect(watch).toHaveBeenCalledTimes(1)
    stop()
  })
})

let seen: string[][] = []

function Order({ ids }: { readonly ids: readonly string[] }) {
  const state = useRerank(ids)
  seen.push([...state.ids])
  return <p>{state.ids.join(' ')}</p>
}

function Lost() {
  usePersonalizer()
  return null
}

test('useRerank returns every given id once, and never an id of the previous list', async () => {
  seen = []
  await personalizer.capture({ name: 'view_item', item_id: 'wick' })
  const tree = (ids: readonly string[]) => (
    <PersonalizationProvider personalizer={personalizer} items={ITEMS}>
      <Order ids={ids} />
    </PersonalizationProvider>
  )
  const screen = await render(tree(['tin', 'mug', 'wick']))
  await expect.element(screen.getByText('wick tin mug')).toBeVisible()
  await screen.rerender(tree(['mug', 'new', 'glow']))
  await expect.element(screen.getByText('glow mug new')).toBeVisible()
  for (const ids of seen) {
    expect([...ids].sort()).toEqual(
      ids.includes('new') ? ['glow', 'mug', 'new'] : ['mug', 'tin', 'wick'],
    )
  }
})

test('useRerank leaves out items that the page or the device knows to be sold out', async () => {
  seen = []
  const ids = ['tin', 'mug', 'wick']
  const soldOut = (id: string) => ITEMS.map((item) => ({ ...item, available: item.id !== id }))
  const device = createFakePersonalizer(soldOut('tin'))
  const tree = (ids: readonly string[]) => (
    <PersonalizationProvider personalizer={device} items={soldOut('mug')}>
      <Order ids={ids} />
    </PersonalizationProvider>
  )
  const screen = await render(tree(['wick']))
  await expect.element(screen.getByText('wick', { exact: true })).toBeVisible()
  // The answer to the new query is the same list as before.
  await screen.rerender(tree(ids))
  await expect.element(screen.getByText('wick', { exact: true })).toBeVisible()
  expect(seen.flat()).not.toContain('mug')
})

test('the panel works if a language has the same word for two rows', async () => {
  const complaints = vi.spyOn(console, 'error').mockImplementation(() => {})
  const screen = await render(
    <PersonalizationProvider personalizer={personalizer} labels={{ kept: 'State', check: 'State' }}>
      <PersonalizationPanel />
    </PersonalizationProvider>,
  )
  await expect.element(screen.getByText('On, not tested yet')).toBeVisible()
  expect(screen.getByText('State', { exact: true }).elements()).toHaveLength(2)
  expect(complaints).not.toHaveBeenCalled()
  complaints.mockRestore()
})

test('a hook outside a provider names the missing provider', async () => {
  const silence = vi.spyOn(console, 'error').mockImplementation(() => {})
  const quiet = (event: ErrorEvent) => event.preventDefault()
  addEventListener('error', quiet)
  await expect(render(<Lost />)).rejects.toThrow('<PersonalizationProvider>')
  removeEventListener('error', quiet)
  silence.mockRestore()
})

test('a shopper who has paused learning sees a notice beside their list and can resume there', async () => {
  await personalizer.pause(true)
  const screen = await show(
    <>
      <Recommendations />
      <Trending />
    </>,
  )
  const said = screen.getByText('Learning is paused.')
  await expect.element(said).toBeVisible()
  expect(said.elements()).toHaveLength(1)
  await screen.getByRole('button', { name: 'Resume learning' }).click()
  await expect.element(said).not.toBeInTheDocument()
  expect(personalizer.getSnapshot().paused).toBe(false)
})

test('the resume button looks like a button even outside of a list', async () => {
  await personalizer.pause(true)
  const screen = await show(<LearningPaused />)
  const resume = screen.getByRole('button', { name: ENGLISH.resume })
  await expect.element(resume).toBeVisible()
  const { borderTopStyle, borderTopWidth, backgroundColor } = getComputedStyle(resume.element())
  expect([borderTopStyle, borderTopWidth]).toEqual(['solid', '1px'])
  expect(backgroundColor).not.toBe('rgba(0, 0, 0, 0)')
})

describe('PersonalizationPanel', () => {
  test('the panel’s switch to contribute is off by default, the panel says “Shared nothing”, and each of its buttons works', async () => {
    const erased = vi.fn()
    const screen = await show(<PersonalizationPanel onErased={erased} />)
    await expect.element(screen.getByText('Shared nothing')).toBeVisible()
    await expect.element(screen.getByText('Anyone with the file can read')).toBeVisible()
    const consent = screen.getByRole('switch', { name: 'Contribute to the shared model' })
    await expect.element(consent).not.toBeChecked()
    await consent.click()
    await expect.element(consent).toBeChecked()
    await consent.click()
    await expect.element(consent).not.toBeChecked()
    personalizer.change({ globalPrivacyControl: true })
    await expect.element(screen.getByText('asks sites not to share')).toBeVisible()
    await expect.element(consent).toBeDisabled()

    await personalizer.capture({ name: 'view_item', item_id: 'tin' })
    await screen.getByRole('button', { name: 'Forget Kitchen' }).click()
    // The forgotten category's line stays for a moment, crossed out, and then disappears.
    const left: string[] = []
    const observer = new MutationObserver(() => {
      const leaving = screen.container.querySelector('.ns-leaving')
      if (leaving) left.push(leaving.textContent)
    })
    observer.observe(screen.container, { childList: true, subtree: true })
    await screen.getByRole('button', { name: 'Yes, forget it' }).click()
    await expect.element(screen.getByText('Kitchen has been forgotten.')).toBeInTheDocument()
    await waitFor(() => expect(screen.container.querySelector('.ns-leaving')).toBeNull())
    expect(new Set(left)).toEqual(new Set(['You’ve been browsing Kitchen']))
    observer.disconnect()

    await screen.getByRole('button', { name: 'Pause learning' }).click()
    expect(personalizer.getSnapshot().paused).toBe(true)
    await screen.getByRole('button', { name: 'Resume learning' }).click()
    expect(personalizer.getSnapshot().paused).toBe(false)

    await screen.getByRole('button', { name: 'Erase everything' }).click()
    expect(erased).not.toHaveBeenCalled()
    await screen.getByRole('button', { name: 'Keep it' }).click()
    await expect.element(screen.getByRole('button', { name: 'Erase everything' })).toHaveFocus()
    await screen.getByRole('button', { name: 'Erase everything' }).click()
    await screen.getByRole('button', { name: 'Yes, erase everything' }).click()
    await waitFor(() => expect(erased).toHaveBeenCalledTimes(1))
    await expect.element(screen.getByText(/^Erased\. One entry of the log remains/)).toHaveFocus()
    expect(personalizer.getSnapshot().events.count).toBe(0)
  })

  test('a forgotten category can be restored, until everything is erased', async () => {
    const screen = await show(<PersonalizationPanel />)
    await personalizer.capture({ name: 'view_item', item_id: 'tin' })
    const forget = screen.getByRole('button', { name: 'Forget Kitchen' })
    const title = screen.getByRole('heading', { name: /earned/ })
    const undo = screen.getByRole('button', { name: 'Undo' })
    const sure = screen.getByRole('button', { name: 'Yes, forget it' })
    await forget.click()
    await sure.click()
    await expect.element(undo).toBeVisible()
    await expect.element(title).toHaveFocus()
    // The next Tab reaches the button Undo, which stays.
    await userEvent.tab()
    await expect.element(undo).toHaveFocus()
    await userEvent.keyboard('{Enter}')
    await expect.element(screen.getByRole('status').first()).toHaveTextContent('Kitchen is back.')
    await expect.element(undo).not.toBeInTheDocument()
    await expect.element(title).toHaveFocus()
    await expect.element(forget).toBeVisible()

    // Another tab erased everything, so the name of the forgotten category must disappear.
    personalizer.change({ erasures: 99 })
    await expect.element(screen.getByText('Kitchen is back.')).not.toBeInTheDocument()
    await forget.click()
    const restoring = vi.fn(() => Promise.reject(new Error('The disk is gone.')))
    personalizer.forget = () => Promise.resolve(restoring)
    await sure.click()
    await undo.click()
    await expect
      .element(screen.getByRole('alert'))
      .toHaveTextContent('That could not be brought back.')
    await expect.element(undo).toBeVisible()
    await screen.getByRole('button', { name: 'Erase everything' }).click()
    await screen.getByRole('button', { name: 'Yes, erase everything' }).click()
    await expect.element(undo).not.toBeInTheDocument()
    await expect.element(screen.getByRole('alert')).not.toBeInTheDocument()
    expect(restoring).toHaveBeenCalledTimes(1)
  })

  test.each([
    ['the shop erases all', () => personalizer.erase()],
    ['more is forgotten elsewhere', () => personalizer.forget({ kind: 'item', name: 'glow' })],
  ])('in the panel, nothing can be restored once %s', async (_, since) => {
    const screen = await show(<PersonalizationPanel />)
    await personalizer.capture({ name: 'view_item', item_id: 'tin' })
    await screen.getByRole('button', { name: 'Forget Kitchen' }).click()
    await screen.getByRole('button', { name: 'Yes, forget it' }).click()
    const undo = screen.getByRole('button', { name: 'Undo' })
    await expect.element(undo).toBeVisible()
    await since()
    await expect.element(undo).not.toBeInTheDocument()
    expect(screen.container.textContent).not.toContain('bring it back')
  })

  test('the panel shows a query as “You searched for …”, and can forget it', async () => {
    const learned = { kind: 'query', name: 'red parasol', strength: 1 } as const
    personalizer.change({ learned: [learned] })
    const forget = vi.spyOn(personalizer, 'forget')
    const screen = await show(<PersonalizationPanel />)
    await expect.element(screen.getByText('You searched for “red parasol”')).toBeVisible()
    await screen.getByRole('button', { name: 'Forget red parasol' }).click()
    await screen.getByRole('button', { name: 'Yes, forget it' }).click()
    expect(forget).toHaveBeenCalledWith({ kind: 'query', name: 'red parasol' })
    await expect.element(screen.getByText('red parasol has been forgotten.')).toBeInTheDocument()
  })

  test('before forgetting, the panel says which events will be deleted; a purchase is deleted as a whole', async () => {
    const forget = vi.spyOn(personalizer, 'forget')
    const screen = await show(<PersonalizationPanel />)
    for (const item_id of ['tin', 'mug', 'wick'])
      await personalizer.capture({ name: 'view_item', item_id })
    const items = ['tin', 'wick', 'glow'].map((item_id) => ({ item_id }))
    await personalizer.capture({ name: 'purchase', items })
    const button = screen.getByRole('button', { name: 'Forget Kitchen' })
    await button.click()
    const sure = screen.getByRole('button', { name: 'Yes, forget it' })
    await expect.element(sure).toHaveFocus()
    await expect
      .element(sure)
      .toHaveAccessibleDescription(
        'Forgetting Kitchen deletes 2 views and 1 purchase. A purchase is deleted as a whole, with 2 other products.',
      )
    await screen.getByRole('button', { name: 'Keep it' }).click()
    await expect.element(button).toHaveFocus()
    expect(forget).not.toHaveBeenCalled()
    await button.click()
    await sure.click()
    expect(forget).toHaveBeenCalledWith({ kind: 'category', name: 'Kitchen' })
    await expect.element(screen.getByText('Kitchen has been forgotten.')).toBeInTheDocument()
  })

  test('the panel shows a failure at its button, and the button keeps showing the actual state', async () => {
    const erased = vi.fn()
    const refuse = () => Promise.reject(new Error('The disk is gone.'))
    await personalizer.capture({ name: 'view_item', item_id: 'tin' })
    for (const name of ['setContribution', 'pause', 'forget', 'export', 'erase'] as const)
      personalizer[name] = refuse
    const screen = await show(<PersonalizationPanel onErased={erased} />)
    const alerts = () =>
      [...screen.container.querySelectorAll('[role=alert]')].map((alert) => alert.textContent)

    const consent = screen.getByRole('switch', { name: 'Contribute to the shared model' })
    await consent.click()
    await waitFor(() =>
      expect(alerts()).toEqual(['Your choice could not be saved. Please try again.']),
    )
    await expect.element(consent).not.toBeChecked()

    const pause = screen.getByRole('button', { name: 'Pause learning' })
    await pause.click()
    await waitFor(() =>
      expect(alerts()).toContain(
        'Your choice could not be saved. The button shows what holds while this page is open.',
      ),
    )
    await expect.element(pause).toHaveAttribute('aria-pressed', 'false')
    await screen.getByRole('button', { name: 'Export my data' }).click()
    await waitFor(() =>
      expect(alerts()).toContain('Your data could not be exported. Please try again.'),
    )
    await screen.getByRole('button', { name: 'Erase everything' }).click()
    await screen.getByRole('button', { name: 'Yes, erase everything' }).click()
    await waitFor(() =>
      expect(alerts()).toContain('Not everything could be erased. Please try again.'),
    )
    expect(erased).not.toHaveBeenCalled()
    await expect
      .element(screen.getByText(/^Erased\. One entry of the log remains/))
      .not.toBeInTheDocument()

    await screen.getByRole('button', { name: 'Forget Kitchen' }).click()
    await screen.getByRole('button', { name: 'Yes, forget it' }).click()
    await waitFor(() =>
      expect(alerts()).toContain('That could not be forgotten. Please try again.'),
    )
    await expect.element(screen.getByRole('button', { name: 'Forget Kitchen' })).toBeVisible()
  })

  test('if the disk can’t store the shopper’s no to storage, the panel says so, and the shopper can repeat the no', async () => {
    personalizer.change({ persist: { option: 'ask', allowed: true } })
    const refuse = () => {
      const persist = { option: 'ask', allowed: false, unerased: true } as const
      personalizer.change({ persist, storage: 'memory' })
      return Promise.reject(new Error('The disk is gone.'))
    }
    const setPersist = vi.spyOn(personalizer, 'setPersist').mockImplementationOnce(refuse)
    const screen = await show(<PersonalizationPanel />)
    const keep = screen.getByRole('switch', { name: ENGLISH.keep })
    await keep.click()
    await expect.element(screen.getByRole('alert')).toHaveTextContent(ENGLISH['failed.unpersist'])
    expect(ENGLISH['failed.unpersist']).not.toBe(ENGLISH['failed.persist'])
    await keep.click()
    expect(setPersist.mock.calls).toEqual([[false], [false]])
    await expect.element(keep).not.toBeChecked()
    await expect.element(screen.getByRole('alert')).not.toBeInTheDocument()
  })

  test('the panel reads ten stored actions, and all actions on request', async () => {
    for (let k = 0; k < 12; k++) await personalizer.capture({ name: 'view_item', item_id: 'tin' })
    const events = vi.spyOn(personalizer, 'events')
    const limits = () => events.mock.calls.map(([options]) => options?.limit)
    const screen = await show(<PersonalizationPanel />)
    const list = screen.container.getElementsByClassName('ns-stored')
    await screen.getByText('12 stored actions, one by one').click()
    await waitFor(() => expect(list[0]?.children).toHaveLength(10))
    expect(new Set(limits())).toEqual(new Set([10]))
    await screen.getByRole('button', { name: 'Show all 12' }).click()
    await waitFor(() => expect(list[0]?.children).toHaveLength(12))
  })

  test('if the disk refuses to delete an action, the panel says so even after the action’s line has disappeared', async () => {
    await personalizer.capture({ name: 'view_item', item_id: 'tin' })
    const { forget } = personalizer
    personalizer.forget = async (what) => {
      await forget(what)
      throw new Error('The disk is gone.')
    }
    const screen = await show(<PersonalizationPanel />)
    await screen.getByRole('button', { name: 'Forget Kitchen' }).click()
    await screen.getByRole('button', { name: 'Yes, forget it' }).click()
    await expect
      .element(screen.getByRole('alert'))
      .toHaveTextContent(/^It is gone from this tab only: .* back at your next visit\./)
    await expect.element(screen.getByRole('heading', { name: /earned/ })).toHaveFocus()
    await waitFor(() =>
      expect(screen.container.querySelector('.ns-learned:not(.ns-stored)')).toBeNull(),
    )
    expect(screen.container.textContent).not.toContain('has been forgotten')
    await expect.element(screen.getByRole('button', { name: 'Undo' })).not.toBeInTheDocument()
  })

  test('every stored action is listed and can be forgotten, whether or not lists use it', async () => {
    for (const search_term of ['mug', 'pregnancy gift'])
      await personalizer.capture({ name: 'search', search_term })
    personalizer.change({ learned: [], learnedFrom: 0 })
    const forget = vi.spyOn(personalizer, 'forget')
    const screen = await show(<PersonalizationPanel />)
    await expect.element(screen.getByRole('heading', { name: 'Nothing learned yet' })).toBeVisible()
    await expect.element(screen.getByText('2 stored actions, one by one')).toBeVisible()
    await expect.element(screen.getByText('Searched for: pregnancy gift')).toBeVisible()
    await screen.getByRole('button', { name: 'Forget Searched for: mug' }).click()
    expect(forget).toHaveBeenCalledWith({ kind: 'event', id: '1' })
    await expect.element(screen.getByRole('button', { name: 'Undo' })).toBeVisible()
  })

  test('the panel names for each product what the shopper did with it', async () => {
    const entry = (name: string, signal: Signal) =>
      ({ kind: 'item', name, signal, strength: 1 }) as const
    personalizer.change({
      learned: [
        entry('tin', 'viewed'),
        entry('mug', 'wished'),
        entry('wick', 'basket'),
        entry('glow', 'bought'),
        { kind: 'category', name: 'Candles', strength: 1 },
      ],
    })
    const screen = await show(<PersonalizationPanel />)
    const said = () => [
      ...screen.container.querySelectorAll('.ns-learned:not(.ns-stored) li > :first-child'),
    ]
    await waitFor(() =>
      expect(said().map(({ textContent }) => textContent)).toEqual([
        'You looked at Cake tin',
        'You put Tea mug on your wishlist',
        'You put Candle in your basket',
        'You bought Lantern',
        'You’ve been browsing Candles',
      ]),
    )
  })

  test('the panel shows exactly what was sent, and no switch if nothing can be sent', async () => {
    personalizer.change({
      canContribute: false,
      sent: { reports: 2, bytes: 4336, epsilon: 0.5012 },
    })
    const screen = await show(<PersonalizationPanel />)
    await expect
      .element(screen.getByText('Shared 4,336 bytes in 2 updates, privacy loss ε = 0.501'))
      .toBeVisible()
    expect(screen.container.querySelector('[role=switch]')).toBeNull()
  })
})
