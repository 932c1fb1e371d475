/** @module Tests search box and filters of `<nearside-search>` by mouse, keyboard and screen reader. */

import { waitFor } from '@nearside/core/testPatience.ts'
import axe from 'axe-core'
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { SEARCH_GERMAN } from '../../german.ts'
import { createFakePersonalizer, type FakePersonalizer } from '../react/testPersonalizer.ts'
import { provide } from './provided.ts'
import './search.ts'

const MANY = Array.from({ length: 12 }, (_, n) => ({
  id: `jar ${n}`,
  title: 'Jar',
  category: 'Jars',
  brand: `Brand ${String.fromCharCode(65 + n)}`,
}))
const ITEMS = [
  { id: 'tin', title: 'Tea tin', price: 4.95, category: 'Kitchen', brand: 'Nord' },
  { id: 'mug', title: 'Tea mug', price: 2.5, category: 'Kitchen', brand: 'Ost' },
  { id: 'wick', title: 'Tea light', price: 1.25, category: 'Candles', brand: 'Nord' },
  { id: 'glow', title: 'Lantern', price: 19, category: 'Candles', brand: 'Nord' },
  ...MANY,
]

let personalizer: FakePersonalizer
beforeEach(() => {
  personalizer = createFakePersonalizer(ITEMS)
  provide({ personalizer, items: ITEMS, linkTo: ({ id }) => `#${id}` })
})
afterEach(() => document.body.replaceChildren())

function show(attributes = ''): ShadowRoot {
  document.body.innerHTML = `<main><h1>Shop</h1><nearside-search ${attributes}></nearside-search></main>`
  return document.querySelector('nearside-search')?.shadowRoot as ShadowRoot
}

const box = (root: ShadowRoot) => root.querySelector('input[type=search]') as HTMLInputElement
const ids = (root: ShadowRoot) =>
  [...root.querySelectorAll<HTMLElement>('[data-item]')].map(({ dataset }) => dataset.item)
const status = (root: ShadowRoot) => root.querySelector('[role=status]')?.textContent
const visible = (root: ShadowRoot, selector: string) =>
  [...root.querySelectorAll<HTMLElement>(selector)].filter((one) => one.checkVisibility())
const choice = (root: ShadowRoot, label: string) =>
  visible(root, 'label').find((one) => one.querySelectorAll('span')[0].textContent === label)
    ?.firstElementChild as HTMLInputElement

/** Opens the filters, which are folded on a narrow screen. */
function unfold(root: ShadowRoot): void {
  const [fold] = visible(root, 'button.ns-facets-fold')
  expect([fold.textContent, fold.ariaExpanded]).toEqual(['Filter', 'false'])
  fold.click()
  expect(fold.ariaExpanded).toBe('true')
}

/**
 * Expects only the box and an empty note. The note must exist before its text, because screen readers often skip the
 * text of a new note.
 */
function expectOnlyTheBox(root: ShadowRoot): void {
  expect(visible(root, '[role=status]').map(({ textContent }) => textContent)).toEqual([''])
  expect(visible(root, 'ul, button, fieldset')).toEqual([])
  expect(root.host.clientHeight).toBe(root.querySelector('search')?.clientHeight)
}

test('the search finds typed words, and sorts equally relevant hits by the shopper’s ranking', async () => {
  const root = show()
  expectOnlyTheBox(root)
  await userEvent.type(box(root), 'tea')
  await waitFor(() => expect(ids(root)).toEqual(['tin', 'mug', 'wick']))
  expect(status(root)).toBe('3 products')
  await personalizer.capture({ name: 'view_item', item_id: 'wick' })
  await waitFor(() => expect(ids(root)).toEqual(['wick', 'tin', 'mug']))
  await userEvent.keyboard(' lihgt')
  await waitFor(() => expect(ids(root)[0]).toBe('wick'))
  await userEvent.clear(box(root))
  await userEvent.type(box(root), 'zeppelin')
  await waitFor(() => expect(status(root)).toMatch(/^No products match “zeppelin”\./))
  await waitFor(() => expect(ids(root)).toHaveLength(ITEMS.length))
  expect(visible(root, 'fieldset')).toEqual([])
  await userEvent.clear(box(root))
  await waitFor(() => expectOnlyTheBox(root))
})

test('when prices or stock change, searches for a price and the ranks of sold-out hits are updated', async () => {
  const root = show()
  await userEvent.fill(box(root), 'tea under £3')
  await waitFor(() => expect(ids(root).toSorted()).toEqual(['mug', 'wick']))
  const changed = [
    { id: 'tin', price: 2 },
    { id: 'mug', price: 2, available: false },
    { id: 'wick', price: 9 },
  ]
  personalizer.change({ live: { changed, gone: [], added: [] } })
  await userEvent.fill(box(root), 'tea below £3')
  await waitFor(() => expect(ids(root)).toEqual(['tin', 'mug']))
})

test('a search without hits suggests other searches that have hits', async () => {
  const [width, height] = [innerWidth, innerHeight]
  await page.viewport(1100, 800)
  onTestFinished(() => page.viewport(width, height))
  const root = show()
  await userEvent.type(box(root), 'tea under £1')
  await waitFor(() => expect(visible(root, '.ns-meant button')).toHaveLength(1))
  expect((await axe.run(document.body)).violations).toEqual([])
  // Without filters, the list has the full width.
  const widthOf = (selector: string) => root.querySelector(selector)?.getBoundingClientRect().width
  await waitFor(() => expect(ids(root)).toHaveLength(ITEMS.length))
  expect(widthOf('.ns-list')).toBe(widthOf('.ns-found'))
  visible(root, '.ns-meant button')[0].click()
  await waitFor(() => expect(ids(root)).toEqual(['tin', 'mug', 'wick']))
  expect(box(root).value).toBe('tea')
  expect(root.activeElement).toBe(box(root))
  expect(visible(root, '.ns-meant button')).toEqual([])
})

test('the shop’s rules pin products, and lead to a page when the shopper presses Enter, not while typing', async () => {
  personalizer = createFakePersonalizer(ITEMS)
  personalizer.rules = async () => [
    { name: 'lamp', when: { search: ['tea'] }, pin: ['glow'] },
    { name: 'back', when: { search: ['tea', 'returns'] }, redirect: '/returns' },
  ]
  provide({ personalizer, items: ITEMS })
  const root = show()
  const led: string[] = []
  root.host.addEventListener('nearside-redirect', (event) => {
    event.preventDefault()
    led.push((event as CustomEvent<{ href: string }>).detail.href)
  })
  await userEvent.type(box(root), 'tea')
  await waitFor(() => expect(ids(root)).toEqual(['glow', 'tin', 'mug', 'wick']))
  await personalizer.capture({ name: 'view_item', item_id: 'wick' })
  await waitFor(() => expect(ids(root)).toEqual(['glow', 'wick', 'tin', 'mug']))
  expect(led).toEqual([])
  await userEvent.keyboard('{Enter}')
  await waitFor(() => expect(led).toEqual(['/returns']))
  root.host.setAttribute('rules', 'off')
  await waitFor(() => expect(ids(root)).toEqual(['wick', 'tin', 'mug']))
  root.host.removeAttribute('rules')
  root.host.setAttribute('query', 'Returns')
  await waitFor(() => expect(led).toEqual(['/returns', '/returns']))
})

test('the element captures a search only on Enter or when the shopper leaves the box', async () => {
  const root = show()
  const capture = vi.spyOn(personalizer, 'capture')
  await userEvent.type(box(root), 'tea')
  await waitFor(() => expect(ids(root)).toHaveLength(3))
  expect(capture).not.toHaveBeenCalled()
  await userEvent.keyboard('{Enter}')
  expect(capture.mock.calls).toEqual([[{ name: 'search', search_term: 'tea' }]])
  await userEvent.tab()
  expect(capture).toHaveBeenCalledOnce()
})

test('the element captures on Enter a query that the page has set', async () => {
  const root = show('query="tea"')
  const capture = vi.spyOn(personalizer, 'capture')
  box(root).focus()
  await userEvent.keyboard('{Enter}{Enter}')
  expect(capture.mock.calls).toEqual([[{ name: 'search', search_term: 'tea' }]])
})

test('the search reports a failure, and shows the next answer with no filter chosen', async () => {
  const root = show()
  const rerank = vi.spyOn(personalizer, 'rerank').mockRejectedValue(new Error('lost'))
  await userEvent.type(box(root), 'tea')
  await waitFor(() => expect(status(root)).toMatch(/failed|went wrong|restart/i))
  expect(visible(root, '[role=status]')).toHaveLength(1)
  rerank.mockRestore()
  personalizer.change({ revision: 99 })
  await waitFor(() => expect(ids(root)).toEqual(['tin', 'mug', 'wick']))
  unfold(root)
  expect(choice(root, 'Kitchen').checked).toBe(false)
})

test('filters narrow the results, show how many remain, and keep the focus', async () => {
  const root = show('query="tea"')
  await waitFor(() => expect(ids(root)).toHaveLength(3))
  unfold(root)
  choice(root, 'Kitchen').focus()
  await userEvent.keyboard(' ')
  expect(ids(root)).toEqual(['tin', 'mug'])
  expect(status(root)).toBe('2 products')
  expect(root.activeElement).toBe(choice(root, 'Kitchen'))
  expect(choice(root, 'Candles').closest('label')?.textContent).toBe('Candles 11 product')
  expect(choice(root, 'Nord').closest('label')?.textContent).toBe('Nord 11 product')
  choice(root, 'Ost').click()
  expect(ids(root)).toEqual(['mug'])
  expect(visible(root, 'button')[0].textContent).toBe('Filter (2 selected)')
  visible(root, 'button')
    .find(({ textContent }) => textContent === 'Clear all')
    ?.click()
  expect(ids(root)).toEqual(['tin', 'mug', 'wick'])
})

test('the search lists a category’s products, and shows the rest of a long list at the press of a button', async () => {
  const root = show('category="Jars" limit="3"')
  await waitFor(() => expect(ids(root)).toEqual(['jar 0', 'jar 1', 'jar 2']))
  expect(status(root)).toBe('12 products')
  unfold(root)
  expect(visible(root, 'label')).toHaveLength(8)
  const [brands, products] = visible(root, 'button.ns-facet-all')
  brands.click()
  expect(visible(root, 'label')).toHaveLength(12)
  expect(root.activeElement).toBe(choice(root, 'Brand I'))
  products.click()
  expect(ids(root)).toHaveLength(12)
  expect(root.activeElement).toBe(root.querySelectorAll('a')[3])
  document.querySelector('nearside-search')?.setAttribute('category', 'Candles')
  await waitFor(() => expect(ids(root)).toEqual(['wick', 'glow']))
})

test('the search fires an event at a click, applies the rules for its page, and has German messages', async () => {
  const watch = vi.spyOn(personalizer, 'watch')
  provide({ personalizer, items: ITEMS, searchLabels: SEARCH_GERMAN, linkTo: ({ id }) => `#${id}` })
  const root = show('query="tea" page="search" rules="off"')
  await waitFor(() => expect(ids(root)).toHaveLength(3))
  expect(watch.mock.lastCall?.[0].options).toMatchObject({ page: 'search', rules: false })
  expect(box(root).getAttribute('aria-label')).toBe('Artikel suchen')
  expect(status(root)).toBe('3 Artikel')
  const chosen = vi.fn()
  document.addEventListener('nearside-select', chosen, { once: true })
  root.querySelectorAll('a')[1].click()
  expect(chosen.mock.lastCall?.[0].detail).toMatchObject({
    recommendation: { id: 'mug' },
    position: 2,
  })
})

test('the search makes no request after removal and has no accessibility findings', async () => {
  const root = show('query="tea"')
  await waitFor(() => expect(ids(root)).toHaveLength(3))
  const { violations } = await axe.run(document.body, {
    rules: { 'page-has-heading-one': { enabled: false } },
  })
  expect(violations.map(({ id }) => id)).toEqual([])
  document.body.replaceChildren()
  const question = vi.spyOn(personalizer, 'rerank')
  personalizer.change({ revision: 99 })
  await new Promise((resolve) => setTimeout(resolve, 0))
  expect(question).not.toHaveBeenCalled()
})
