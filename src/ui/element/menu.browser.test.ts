/** @module Tests the menu of a card in the custom element, by keyboard. */

import { waitFor } from '@nearside/core/testPatience.ts'
import axe from 'axe-core'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { userEvent } from 'vitest/browser'
import { createFakePersonalizer, type FakePersonalizer } from '../react/testPersonalizer.ts'
import { provide } from './provided.ts'
import './recommendations.ts'
import { ITEMS, inside, show } from './testElement.ts'

let personalizer: FakePersonalizer
beforeEach(() => {
  personalizer = createFakePersonalizer(ITEMS)
})
afterEach(() => document.body.replaceChildren())

const places = (host: HTMLElement) =>
  inside(host, '.ns-list > li').map(
    (li) => li.querySelector<HTMLElement>('[data-item]')?.dataset.item ?? li.className,
  )
const opener = (host: HTMLElement, id: string) =>
  inside(host, `li:has([data-item="${id}"]) .ns-menu-button`)[0]
const focused = (host: HTMLElement) => host.shadowRoot?.activeElement
const findings = async () => {
  const rules = { 'page-has-heading-one': { enabled: false }, region: { enabled: false } }
  return (await axe.run(document.body, { rules })).violations.map(({ id }) => id)
}

test('the menu says why the item is there, replaces a card by a line after “Less like this”, and brings the card back after Undo', async () => {
  provide({ personalizer, items: ITEMS })
  const host = show('<nearside-recommendations limit="3"></nearside-recommendations>')
  await personalizer.capture({ name: 'view_item', item_id: 'wick' })
  await waitFor(() => expect(places(host)).toEqual(['wick', 'glow', 'tin']))
  await waitFor(() => expect(opener(host, 'glow')).toBeDefined())
  opener(host, 'glow').click()
  expect(focused(host)).toBe(opener(host, 'glow'))
  expect(opener(host, 'glow').ariaLabel).toMatch(/^Lantern/)
  await waitFor(() => expect(inside(host, '.ns-menu-body')[0].textContent).toContain('43'))
  expect(await findings()).toEqual([])
  // Nothing moves while the menu is open.
  await personalizer.capture({ name: 'view_item', item_id: 'tin' })
  await personalizer.capture({ name: 'view_item', item_id: 'tin' })
  expect(places(host)).toEqual(['wick', 'glow', 'tin'])
  await userEvent.keyboard('{Escape}')
  await waitFor(() => expect(places(host)).toEqual(['tin', 'mug', 'wick']))
  opener(host, 'mug').click()
  await userEvent.keyboard('{Tab}{Enter}')
  await waitFor(() => expect(places(host)).toEqual(['tin', 'ns-folded', 'wick', 'glow']))
  expect(personalizer.captured.at(-1)).toEqual({ name: 'less_like_this', item_id: 'mug' })
  expect(focused(host)).toBe(inside(host, '.ns-folded button')[0])
  expect(await findings()).toEqual([])
  await personalizer.capture({ name: 'view_item', item_id: 'glow' })
  const undo = inside(host, '.ns-folded button')[0]
  expect(focused(host)).toBe(undo)
  // Enter is still held after the feedback, so the key repeats.
  const held = { key: 'Enter', repeat: true, cancelable: true, bubbles: true }
  expect(undo.dispatchEvent(new KeyboardEvent('keydown', held))).toBe(false)
  await userEvent.keyboard('{Enter}')
  await waitFor(() => expect(places(host)).not.toContain('ns-folded'))
  await waitFor(() => expect(focused(host)).toBe(opener(host, 'mug')))
})

test('feedback that can’t be stored leaves the card as it is; a list can opt out of menus', async () => {
  provide({ personalizer: { ...personalizer, capture: async () => null }, items: ITEMS })
  const host = show('<nearside-recommendations limit="3"></nearside-recommendations>')
  await waitFor(() => expect(opener(host, 'mug')).toBeDefined())
  opener(host, 'mug').click()
  await userEvent.keyboard('{Tab}{Enter}')
  await waitFor(() => expect(inside(host, '.ns-error')[0].hidden).toBe(false))
  expect(places(host)).toEqual(['tin', 'mug', 'wick'])
  expect(focused(host)).toBe(opener(host, 'mug'))
  host.setAttribute('menu', 'off')
  await waitFor(() => expect(inside(host, '.ns-menu')).toHaveLength(0))
  const everyones = show('<nearside-recommendations order="base"></nearside-recommendations>')
  await waitFor(() => expect(places(everyones)).toHaveLength(4))
  expect(inside(everyones, '.ns-menu')).toHaveLength(0)
})

test('the element puts one product or all into the basket, and keeps the focus in the list', async () => {
  const added: (readonly string[])[] = []
  const onAdd = (items: readonly { readonly id: string }[]) => {
    added.push(items.map(({ id }) => id))
    if (added.length === 2) throw new Error('full')
  }
  personalizer.boughtTogether = (_, options) => personalizer.recommend(options)
  provide({ personalizer, items: ITEMS, onAdd })
  const host = show(
    '<nearside-recommendations with-item="tin" limit="3"></nearside-recommendations>',
  )
  const buttons = () => inside(host, '.ns-add button')
  await waitFor(() => expect(buttons()).toHaveLength(4))
  expect(await findings()).toEqual([])
  const shown = places(host)
  const said = () => inside(host, '[role=status]').map(({ textContent }) => textContent)
  expect(buttons()[0].ariaLabel).toMatch(/^Add to basket: /)
  buttons()[0].focus()
  buttons()[0].click()
  await waitFor(() => expect(said().join()).toMatch(/is in your basket/))
  provide({ personalizer, items: ITEMS.filter(({ id }) => id !== shown[0]), onAdd })
  await waitFor(() => expect(places(host)).not.toContain(shown[0]))
  expect(focused(host)).toBe(buttons()[0])
  const prevent = (event: ErrorEvent) => event.preventDefault()
  addEventListener('error', prevent)
  const all = buttons().at(-1)
  expect(all?.textContent).toMatch(/^Add all/)
  all?.click()
  await waitFor(() => expect(said().join()).toMatch(/Not added/))
  removeEventListener('error', prevent)
  expect(added).toEqual([[shown[0]], places(host)])
})

test('without a picture, the menu’s button covers no word of the title', async () => {
  const items = ITEMS.map((item) => ({ ...item, title: `${item.title} `.repeat(8).trim() }))
  provide({ personalizer, items })
  const host = show('<nearside-recommendations limit="4"></nearside-recommendations>')
  await waitFor(() => expect(inside(host, '.ns-menu-button')).toHaveLength(4))
  for (const li of inside(host, '.ns-list > li')) {
    const button = li.querySelector('.ns-menu-button')?.getBoundingClientRect() as DOMRect
    const words = new Range()
    words.selectNodeContents(li.querySelector('.ns-card-link') as Element)
    const covered = [...words.getClientRects()].filter(
      ({ right, top }) => right > button.left && top < button.bottom,
    )
    expect(covered).toEqual([])
  }
})
