/** @module Tests hydration of server-rendered lists in a browser, right-to-left pages and other languages. */

import type { PersonalizerSnapshot } from '@nearside/browser/apiSnapshot.ts'
import { STARTING } from '@nearside/browser/page/starting.ts'
import { NearsideError } from '@nearside/core/error.ts'
import type { Reason } from '@nearside/core/ranking/apiLists.ts'
import { waitFor } from '@nearside/core/testPatience.ts'
import axe from 'axe-core'
import { type ComponentProps, StrictMode, version } from 'react'
import { createRoot, hydrateRoot } from 'react-dom/client'
import { renderToString } from 'react-dom/server'
import { afterEach, expect, test, vi } from 'vitest'
import { ENGLISH, type Labels } from '../messages/panel.ts'
import { PersonalizationPanel } from './PersonalizationPanel.tsx'
import { PersonalizationProvider } from './PersonalizationProvider.tsx'
import { createFakePersonalizer } from './testPersonalizer.ts'
import { Recommendations, RelatedItems } from './widgets.tsx'

const ITEMS = [
  { id: 'tin', title: 'Cake tin', price: 1234.5, currency: 'EUR', category: 'Kitchen' },
  { id: 'mug', title: 'Tea mug', price: 2.5, category: 'Kitchen' },
  { id: 'wick', title: 'Candle', category: 'Candles' },
]

afterEach(() => {
  document.body.replaceChildren()
  vi.restoreAllMocks()
})

function Page(props: Omit<ComponentProps<typeof PersonalizationProvider>, 'items'>) {
  return (
    <StrictMode>
      <PersonalizationProvider items={ITEMS} {...props}>
        <Recommendations limit={2} initialItems={['wick', 'tin']} />
        <RelatedItems item="tin" limit={2} />
        <PersonalizationPanel />
      </PersonalizationProvider>
    </StrictMode>
  )
}

function place(html: string): HTMLElement {
  const root = document.createElement('main')
  root.innerHTML = html
  document.body.append(root)
  return root
}

const idsIn = (root: ParentNode) =>
  [...root.querySelectorAll<HTMLElement>('section:first-of-type [data-item]')].map(
    ({ dataset }) => dataset.item,
  )

test('the imported React has the version that the test run asked for', () => {
  expect(version.split('.')[0]).toBe(import.meta.env.REACT)
})

test('the server’s list is hydrated without a warning, keeps its height, then updates', async () => {
  const complaints = vi.spyOn(console, 'error')
  const root = place(renderToString(<Page personalizer={null} />))
  const list = root.querySelector('section') as HTMLElement
  expect(idsIn(root)).toEqual(['wick', 'tin'])
  expect(root.textContent).toContain('€1,234.50')
  const height = list.getBoundingClientRect().height
  const onRecoverableError = vi.fn()
  const app = hydrateRoot(root, <Page personalizer={null} />, { onRecoverableError })
  await waitFor(() => expect(Object.keys(list).join()).toContain('__react'))
  app.render(<Page personalizer={createFakePersonalizer(ITEMS)} />)
  await waitFor(() => expect(idsIn(root)).toEqual(['tin', 'mug']))
  // The list consists of the same nodes, with the same height, so nothing below the list has moved.
  expect(root.querySelector('section')).toBe(list)
  expect(list.getBoundingClientRect().height).toBeCloseTo(height, 0)
  expect(list.querySelector('[role=status]')?.textContent).toBe('')
  expect(onRecoverableError).not.toHaveBeenCalled()
  expect(complaints).not.toHaveBeenCalled()
  app.unmount()
})

test('skeletons are as high as the cards that replace them', async () => {
  const root = place(renderToString(<Page personalizer={null} />))
  const related = root.querySelectorAll('section')[1]
  const skeleton = related.querySelector('.ns-skeleton') as HTMLElement
  const card = root.querySelector('.ns-card') as HTMLElement
  // Skeletons reserve a square for a picture; this shop's cards have no pictures, so the square's height is added.
  const picture = skeleton.getBoundingClientRect().width - 24
  const expected = card.getBoundingClientRect().height + picture
  expect(Math.abs(skeleton.getBoundingClientRect().height - expected)).toBeLessThan(24)
})

const GERMAN: Partial<Labels> = {
  forYou: 'Für Sie',
  popular: 'Bei allen beliebt',
  exportData: 'Meine Daten exportieren',
  erase: 'Alles löschen',
}

test('the lists show the shop’s language and its price format', async () => {
  const personalizer = createFakePersonalizer(ITEMS)
  const root = place('')
  const app = createRoot(root)
  app.render(<Page personalizer={personalizer} labels={GERMAN} locale="de-DE" />)
  await waitFor(() => expect(idsIn(root)).toEqual(['tin', 'mug']))
  const text = root.textContent ?? ''
  for (const message of Object.values(GERMAN)) expect(text).toContain(message)
  expect(text).toContain('1.234,50\u00a0€')
  expect(text).toContain('2,50')
  // A string without translation is English, not empty.
  expect(text).toContain('Similar items')
  app.unmount()
})

const MARKED = Object.fromEntries(Object.keys(ENGLISH).map((key) => [key, '¤']))

test('with all labels replaced, no text that a shopper reads or hears stays English', async () => {
  const personalizer = createFakePersonalizer([])
  const reasons: readonly Reason[] = [
    ...(['viewed', 'wished', 'basket', 'bought'] as const).map(
      (signal) => ({ kind: 'because', item: '1', signal }) as const,
    ),
    { kind: 'similar', item: '1' },
    { kind: 'bought-together', item: 'gone' },
    { kind: 'bought-before' },
    { kind: 'searched', query: '2' },
    { kind: 'category', category: '3' },
    { kind: 'taste' },
    { kind: 'context', name: 'weather', value: 'rain' },
    { kind: 'offer' },
    { kind: 'new' },
    { kind: 'popular' },
    { kind: 'shop-order' },
  ]
  const items = reasons.map((_, place) => ({ id: String(place), title: String(place) }))
  const list = reasons.map((reason, place) => ({
    ...{ id: String(place), score: 0, rank: place + 1, baseRank: 9, reason },
  }))
  personalizer.recommend = async () => list
  const fit = { engine: 'wasm', cases: 3, lossBefore: 2, lossAfter: 1, fusionWeight: 1 }
  const states: readonly Partial<PersonalizerSnapshot>[] = [
    {},
    { fitting: { done: 1, steps: 30 }, paused: true },
    { fit: { ...fit, active: true, milliseconds: 4 }, storage: 'indexeddb' },
    { deferred: 'battery', sent: { reports: 1, bytes: 2168, epsilon: 0.5 } },
    { guard: { active: false, logLikelihoodRatio: -5, tested: 9 } },
    { guard: { active: true, logLikelihoodRatio: 5, tested: 9 } },
    { consent: { contribute: true, since: Date.UTC(2026, 0, 2) } },
    { engine: null, status: 'starting' },
    {
      learned: [
        { kind: 'item', name: '1', signal: 'bought', strength: 1 },
        { kind: 'query', name: '2', strength: 1 },
        { kind: 'category', name: '3', strength: 1 },
      ],
    },
    { notices: [{ code: 'storage-full', message: 'No more room.', time: 0 }] },
  ]
  const root = place('')
  const app = createRoot(root)
  app.render(
    <PersonalizationProvider
      {...{ personalizer, items, labels: MARKED }}
      // Dates and numbers in Japanese have no Latin letters, which the test counts as English.
      locale="ja-JP"
    >
      <Recommendations limit={reasons.length} />
      <PersonalizationPanel />
    </PersonalizationProvider>,
  )
  await waitFor(() => expect(root.querySelectorAll('[data-item]')).toHaveLength(reasons.length))
  const english = () => {
    const named = [...root.querySelectorAll('[aria-label]')].map(({ ariaLabel }) => ariaLabel)
    return [root.textContent, ...named].join(' ').match(/[a-z]{2,}/gi)
  }
  for (const state of states) {
    personalizer.change({ ...STARTING, status: 'ready', ...state })
    await new Promise((resolve) => setTimeout(resolve, 0))
    expect(english()).toBeNull()
  }
  for (const press of [
    '.ns-forget',
    '.ns-sure .ns-danger',
    '.ns-actions > .ns-danger:nth-child(3)',
    '.ns-actions > .ns-danger:nth-child(3)',
  ]) {
    personalizer.change({ learned: [{ kind: 'query', name: '2', strength: 1 }] })
    await waitFor(() => root.querySelector<HTMLElement>(press)?.click())
    await new Promise((resolve) => setTimeout(resolve, 0))
    expect(english()).toBeNull()
  }
  personalizer.recommend = () => Promise.reject(new NearsideError('worker-failed', 'It is gone.'))
  personalizer.change({ revision: 99 })
  await waitFor(() => expect(root.querySelector('.ns-error')?.textContent).toBe('¤'))
  expect(english()).toBeNull()
  app.unmount()
})

test('on a right-to-left page, the list is mirrored and has no accessibility findings', async () => {
  const root = place('')
  root.dir = 'rtl'
  root.lang = 'ar'
  root.style.inlineSize = '600px'
  const app = createRoot(root)
  app.render(
    <>
      <h1>متجر</h1>
      <Page personalizer={createFakePersonalizer(ITEMS)} labels={{ forYou: 'لك' }} />
    </>,
  )
  await waitFor(() => expect(idsIn(root)).toEqual(['tin', 'mug']))
  const [first, second] = root.querySelectorAll('.ns-item')
  const frame = root.getBoundingClientRect()
  expect(first.getBoundingClientRect().right).toBeCloseTo(frame.right, 0)
  expect(second.getBoundingClientRect().right).toBeLessThan(first.getBoundingClientRect().left)
  const title = first.querySelector('.ns-card-link') as HTMLElement
  expect(getComputedStyle(title).textAlign).toBe('start')
  const knob = getComputedStyle(root.querySelector('.ns-switch') as Element, '::before')
  const isOn = root.querySelector('.ns-switch')?.getAttribute('aria-checked') === 'true'
  // The paddings place the switch's knob: on the left if the switch is on.
  expect([knob.paddingLeft, knob.paddingRight]).toEqual(isOn ? ['4px', '22px'] : ['22px', '4px'])
  const { violations } = await axe.run(root)
  expect(violations.map(({ id }) => id)).toEqual([])
  app.unmount()
})
