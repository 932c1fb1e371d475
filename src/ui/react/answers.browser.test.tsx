/** @module Tests the menu of a listed item: the reason, the feedback, the line with Undo, focus and keyboard. */
import type { Item } from '@nearside/core/catalog/item.ts'
import { waitFor } from '@nearside/core/testPatience.ts'
import axe from 'axe-core'
import { StrictMode } from 'react'
import { beforeEach, expect, test, vi } from 'vitest'
import { userEvent } from 'vitest/browser'
import { render } from 'vitest-browser-react'
import { PersonalizationProvider } from './PersonalizationProvider.tsx'
import { createFakePersonalizer, type FakePersonalizer } from './testPersonalizer.ts'
import { BoughtTogether, Recommendations, RelatedItems, Trending } from './widgets.tsx'

const ITEMS: readonly Item[] = [
  { id: 'tin', title: 'Cake tin', price: 4.95, category: 'Kitchen' },
  { id: 'mug', title: 'Tea mug', price: 2.5, category: 'Kitchen' },
  { id: 'wick', title: 'Candle', price: 1.25, category: 'Candles' },
  { id: 'glow', title: 'Lantern', price: 8.5, category: 'Candles' },
]

let personalizer: FakePersonalizer
beforeEach(() => {
  personalizer = createFakePersonalizer(ITEMS)
})

const show = (children: React.ReactNode) =>
  render(
    <StrictMode>
      <PersonalizationProvider personalizer={personalizer} items={ITEMS}>
        {children}
      </PersonalizationProvider>
    </StrictMode>,
  )

const places = (root: Element) =>
  [...root.querySelectorAll<HTMLElement>('.ns-list > li')].map(
    (li) => li.querySelector<HTMLElement>('[data-item]')?.dataset.item ?? li.className,
  )
const menuOf = (root: Element, id: string) =>
  root.querySelector<HTMLElement>(`li:has([data-item="${id}"]) .ns-menu-button`)
const press = async (root: Element, id: string) => {
  await waitFor(() => expect(menuOf(root, id)).not.toBeNull())
  await userEvent.click(menuOf(root, id) as HTMLElement)
}
const focused = () => document.activeElement as HTMLElement | null

test('the menu says why the item is there, and which rank it would have without the action named as the reason', async () => {
  const { container } = await show(<Recommendations />)
  await personalizer.capture({ name: 'view_item', item_id: 'wick' })
  await waitFor(() => expect(places(container)[0]).toBe('wick'))
  await press(container, 'wick')
  const status = () => container.querySelector('.ns-menu-body [role="status"]')?.textContent
  await waitFor(() => expect(status()).toContain('43'))
  expect(status()).toContain('Candles')
  await press(container, 'tin')
  // No action brought this item into the list, so the menu states its rank in everyone's list.
  await waitFor(() => expect(status()).toMatch(/number 1\.$/))
  expect(container.querySelectorAll('.ns-menu-body')).toHaveLength(1)
})

test('feedback replaces the card by a line and moves the focus to the line’s Undo, which brings the card back', async () => {
  const { container } = await show(<Recommendations limit={3} />)
  await press(container, 'mug')
  await userEvent.keyboard('{Tab}{Tab}{Enter}')
  await waitFor(() => expect(places(container)).toEqual(['tin', 'ns-folded', 'wick', 'glow']))
  expect(personalizer.captured.at(-1)).toEqual({ name: 'not_for_me', item_id: 'mug' })
  const undo = focused()
  expect(undo?.closest('.ns-folded')).not.toBeNull()
  const described = document.getElementById(undo?.getAttribute('aria-describedby') ?? '')
  expect(described?.textContent).toContain('Tea mug')
  expect((await axe.run(container)).violations).toEqual([])
  // Enter is still held after the feedback, so the key repeats.
  const held = { key: 'Enter', repeat: true, cancelable: true, bubbles: true }
  expect(undo?.dispatchEvent(new KeyboardEvent('keydown', held))).toBe(false)
  await userEvent.keyboard('{Enter}')
  await waitFor(() => expect(places(container)).toEqual(['tin', 'mug', 'wick']))
  await waitFor(() => expect(focused()).toBe(menuOf(container, 'mug')))
})

test('if the shopper gives feedback on a second item, the line with Undo and the focus move there', async () => {
  const { container } = await show(<Recommendations />)
  for (const [id, place] of [
    ['mug', 1],
    ['glow', 2],
  ] as const) {
    await press(container, id)
    await userEvent.keyboard('{Tab}{Enter}')
    await waitFor(() => expect(places(container)[place]).toBe('ns-folded'))
    expect(places(container).filter((name) => name === 'ns-folded')).toHaveLength(1)
    await waitFor(() => expect(focused()?.closest('.ns-folded')).not.toBeNull())
  }
  expect(personalizer.captured.map(({ item_id }) => item_id)).toEqual(['mug', 'glow'])
})

test('the name of the menu’s button begins with the product’s title, and Escape closes the menu', async () => {
  const { container } = await show(<Recommendations />)
  await press(container, 'glow')
  expect(menuOf(container, 'glow')?.ariaLabel).toMatch(/^Lantern/)
  expect(menuOf(container, 'glow')?.ariaExpanded).toBe('true')
  expect((await axe.run(container)).violations).toEqual([])
  await userEvent.keyboard('{Tab}{Escape}')
  await waitFor(() => expect(menuOf(container, 'glow')?.ariaExpanded).toBe('false'))
  expect(focused()).toBe(menuOf(container, 'glow'))
  await userEvent.keyboard('{Enter}{Tab}{Tab}{Tab}{Tab}')
  await waitFor(() => expect(container.querySelector('.ns-menu-body')).toBeNull())
})

test('feedback that can’t be stored leaves the card where it was, and the list says so', async () => {
  personalizer.capture = async () => null
  const { container } = await show(<Recommendations />)
  await press(container, 'mug')
  await userEvent.keyboard('{Tab}{Enter}')
  await waitFor(() => expect(container.querySelector('[role="alert"]')).not.toBeNull())
  expect(places(container)).toEqual(['tin', 'mug', 'wick', 'glow'])
  expect(focused()).toBe(menuOf(container, 'mug'))
})

test('the line with Undo disappears when the feedback is forgotten elsewhere', async () => {
  const { container } = await show(<Recommendations />)
  await press(container, 'mug')
  await userEvent.keyboard('{Tab}{Enter}')
  await waitFor(() => expect(places(container)).toContain('ns-folded'))
  await personalizer.forget({ kind: 'event', id: '1' })
  await waitFor(() => expect(places(container)).toEqual(['tin', 'mug', 'wick', 'glow']))
})

test('while learning is paused, the menu says only why the item is there', async () => {
  await personalizer.pause(true)
  const { container } = await show(<RelatedItems item="tin" />)
  await press(container, 'mug')
  await waitFor(() => expect(container.querySelector('[role="status"] p + p')).not.toBeNull())
  expect(container.querySelectorAll('.ns-menu-body button')).toHaveLength(0)
})

test('a list with `order="base"` has no menu, and neither has a list that opts out', async () => {
  const { container } = await show(
    <>
      <Trending />
      <Recommendations order="base" />
      <Recommendations menu={false} />
    </>,
  )
  await waitFor(() => expect(places(container)).toHaveLength(12))
  expect(container.querySelector('.ns-menu')).toBeNull()
})

const showWith = (onAdd: (items: readonly Item[]) => unknown, children: React.ReactNode) =>
  render(
    <StrictMode>
      <PersonalizationProvider personalizer={personalizer} items={ITEMS} onAdd={onAdd}>
        <main>{children}</main>
      </PersonalizationProvider>
    </StrictMode>,
  )

test('a card puts its product into the basket and says so; when the card disappears, the focus moves to another button', async () => {
  let done = () => {}
  const added: string[] = []
  const onAdd = ([{ id }]: readonly Item[]) => {
    added.push(id)
    return new Promise<void>((resolve) => {
      done = resolve
    })
  }
  const { container, getByRole, rerender } = await showWith(onAdd, <Recommendations limit={4} />)
  const button = getByRole('button', { name: 'Add to basket: Tea mug' })
  await expect.element(button).toHaveTextContent('Add to basket')
  expect((await axe.run(container)).violations.map(({ id }) => id)).toEqual([])
  ;(button.element() as HTMLElement).focus()
  const press = () => (button.element() as HTMLElement).click()
  press()
  await expect.element(button).toHaveAttribute('aria-disabled', 'true')
  press()
  expect(added).toEqual(['mug'])
  expect(container.textContent).not.toContain('is in your basket')
  done()
  await expect.element(getByRole('status').first()).toHaveTextContent('Tea mug is in your basket.')
  const others = ITEMS.filter(({ id }) => id !== 'mug')
  await rerender(
    <StrictMode>
      <PersonalizationProvider personalizer={personalizer} items={others} onAdd={onAdd}>
        <main>
          <Recommendations limit={4} />
        </main>
      </PersonalizationProvider>
    </StrictMode>,
  )
  await waitFor(() => expect(places(container)).not.toContain('mug'))
  await waitFor(() => expect(focused()?.textContent).toBe('Add to basket'))
})

test('a card shows that adding to the basket failed; a list of items bought together can add all its items', async () => {
  personalizer.boughtTogether = (_, options) => personalizer.recommend(options)
  const reported = vi.fn((event: ErrorEvent) => event.preventDefault())
  addEventListener('error', reported)
  const onAdd = vi.fn<(items: readonly Item[]) => unknown>(() => Promise.reject(new Error('full')))
  const { container, getByRole } = await showWith(onAdd, <BoughtTogether item="tin" limit={3} />)
  const ids = () => onAdd.mock.lastCall?.[0].map(({ id }) => id)
  const all = getByRole('button', { name: 'Add all 3 to basket' })
  await all.click()
  await expect.element(getByRole('status').first()).toHaveTextContent(/^Not added/)
  expect(container.querySelector('.ns-error')?.textContent).toMatch(/^Not added/)
  expect(ids()).toEqual(places(container))
  onAdd.mockResolvedValue(undefined)
  await all.click()
  await expect
    .element(getByRole('status').first())
    .toHaveTextContent('3 products are in your basket.')
  removeEventListener('error', reported)
  expect(reported).toHaveBeenCalledOnce()
})

const Own = ({ item }: { readonly item: Item }) => <b data-item={item.id}>{item.title}</b>

test('without `onAdd` of the shop, and on a shop’s own card, there is no button to add to the basket', async () => {
  const { container } = await showWith(() => {}, <Recommendations limit={3} itemComponent={Own} />)
  await waitFor(() => expect(menuOf(container, 'tin')).not.toBeNull())
  expect(container.querySelector('.ns-add')).toBeNull()
  const plain = await show(<BoughtTogether item="tin" />)
  await waitFor(() => expect(menuOf(plain.container, 'mug')).not.toBeNull())
  expect(plain.container.querySelector('.ns-add')).toBeNull()
})
