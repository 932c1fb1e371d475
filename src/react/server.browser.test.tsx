/** @module What a server renders, taken over in a browser; other directions and languages. */
import axe from 'axe-core'
import { StrictMode, version } from 'react'
import { createRoot, hydrateRoot } from 'react-dom/client'
import { renderToString } from 'react-dom/server'
import { afterEach, expect, test, vi } from 'vitest'
import { waitFor } from '../testPatience.ts'
import { createFakePersonalizer } from './fakePersonalizer.ts'
import type { Labels } from './labels.ts'
import { PersonalizationPanel } from './PersonalizationPanel.tsx'
import {
  PersonalizationProvider,
  type PersonalizationProviderProps,
} from './PersonalizationProvider.tsx'
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

function Page(props: Omit<PersonalizationProviderProps, 'items'>) {
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

test('runs on the React that it is tested for', () => {
  expect(version.split('.')[0]).toBe(import.meta.env.REACT)
})

test('the server’s list is taken over without a warning, keeps its height, then improves', async () => {
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
  // The same nodes, of the same height: nothing below has moved.
  expect(root.querySelector('section')).toBe(list)
  expect(list.getBoundingClientRect().height).toBeCloseTo(height, 0)
  expect(list.querySelector('[role=status]')?.textContent).toBe('')
  expect(onRecoverableError).not.toHaveBeenCalled()
  expect(complaints).not.toHaveBeenCalled()
  app.unmount()
})

test('skeletons are as high as the cards that follow', async () => {
  const root = place(renderToString(<Page personalizer={null} />))
  const related = root.querySelectorAll('section')[1]
  const skeleton = related.querySelector('.ns-skeleton') as HTMLElement
  const card = root.querySelector('.ns-card') as HTMLElement
  // Cards of this shop have no picture: what the picture takes is a square of the card's width.
  const picture = skeleton.getBoundingClientRect().width - 24
  const expected = card.getBoundingClientRect().height + picture
  expect(Math.abs(skeleton.getBoundingClientRect().height - expected)).toBeLessThan(24)
})

const GERMAN: Partial<Labels> = {
  forYou: 'Für Sie',
  popular: 'Bei allen beliebt',
  learned: 'Was gelernt wurde',
  erase: 'Alles löschen',
}

test('speaks the shop’s language, and writes its prices', async () => {
  const personalizer = createFakePersonalizer(ITEMS)
  const root = place('')
  const app = createRoot(root)
  app.render(<Page personalizer={personalizer} labels={GERMAN} locale="de-DE" />)
  await waitFor(() => expect(idsIn(root)).toEqual(['tin', 'mug']))
  const text = root.textContent ?? ''
  for (const words of Object.values(GERMAN)) expect(text).toContain(words)
  expect(text).toContain('1.234,50\u00a0€')
  expect(text).toContain('2,50')
  // What was not translated is English, not empty.
  expect(text).toContain('Similar items')
  app.unmount()
})

test('right to left: mirrored, and axe finds nothing', async () => {
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
  expect(knob.transform).toBe('matrix(-1, 0, 0, 1, 0, 0)')
  const { violations } = await axe.run(root)
  expect(violations.map(({ id }) => id)).toEqual([])
  app.unmount()
})
