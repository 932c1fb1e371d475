import { NearsideError } from '@nearside/core/error.ts'
import { waitFor } from '@nearside/core/testPatience.ts'
import axe from 'axe-core'
import { afterEach, expect, test, vi } from 'vitest'
import { createFakePersonalizer } from '../react/testPersonalizer.ts'
import { withDevtools } from './panel.ts'

const ITEMS = [
  { id: 'tin', title: 'Cake tin', category: 'Kitchen' },
  { id: 'mug', title: 'Tea mug', category: 'Kitchen' },
  { id: 'wick', title: 'Candle', category: 'Candles' },
]

const host = () => document.querySelector('nearside-devtools')
const part = (name: string) =>
  [...(host()?.shadowRoot?.querySelectorAll('details details') ?? [])].find(
    (one) => one.querySelector('summary')?.textContent === name,
  )
const text = (name: string) => part(name)?.textContent ?? ''

afterEach(() => host()?.remove())

test('the panel shows queries, answers and reasons as they arrive, and doesn’t change the page’s lists', async () => {
  const own = createFakePersonalizer(ITEMS)
  const personalizer = withDevtools(own, { items: ITEMS })
  const heard: unknown[] = []
  const stop = personalizer.watch(
    { kind: 'recommend', options: { limit: 2, page: 'home' } },
    (answer) => heard.push(answer),
  )
  await waitFor(() => expect(text('Lists')).toContain('Cake tin'))
  expect(text('Lists')).toContain('recommend { limit: 2, page: "home" }')
  expect(text('Lists')).toMatch(/first answer \d+\.\d ms, 1 so far/)
  await personalizer.capture({ name: 'view_item', item_id: 'wick' })
  await waitFor(() => expect(text('Lists')).toContain('category Candles'))
  expect(text('Lists')).toMatch(/, 2 so far/)
  await waitFor(() => expect(text('Events')).toContain('view_itemwick'))
  expect(heard).toHaveLength(2)
  expect(await personalizer.similar('tin', { limit: 1 })).toEqual(
    await own.similar('tin', { limit: 1 }),
  )
  await waitFor(() => expect(text('Lists')).toMatch(/similar tin { limit: 1 } .* asked once/))
  stop()
  await waitFor(() => expect(text('Lists')).not.toContain('recommend'))
})

test('the panel shows an item’s score by contributions, the rules for the item, and failures', async () => {
  const own = createFakePersonalizer(ITEMS)
  const explain = vi.spyOn(own, 'explain').mockResolvedValue({
    ...{ id: 'tin', score: 3, rank: 1, baseRank: 1, reason: { kind: 'popular' } },
    ...{ meanScore: 1, rules: ['Gifts'], contributions: [{ kind: 'popular', amount: 2 }] },
  })
  const personalizer = withDevtools(own, { items: ITEMS })
  await personalizer.recommend({ limit: 1 })
  await waitFor(() => expect(part('Lists')?.querySelector('button')).not.toBeNull())
  part('Lists')?.querySelector('button')?.click()
  await waitFor(() => expect(text('Why')).toContain('tin score 3.00, mean 1.00'))
  expect(text('Why')).toContain('popular2.000')
  expect(text('Why')).toContain('Rules: Gifts')
  explain.mockRejectedValue(new NearsideError('engine-failed', 'its code is away'))
  part('Lists')?.querySelector('button')?.click()
  await waitFor(() => expect(text('Why')).toBe('Whyits code is away'))
  vi.spyOn(own, 'rerank').mockRejectedValue(new Error('no such list'))
  await expect(personalizer.rerank(['tin'])).rejects.toThrow('no such list')
  await waitFor(() => expect(text('Lists')).toContain('Error: no such list'))
})

test('the panel has no accessibility findings, and closes when the personalizer is closed', async () => {
  const own = createFakePersonalizer(ITEMS)
  const personalizer = withDevtools(own)
  await personalizer.recommend()
  await waitFor(() => expect(text('Lists')).toContain('tin'))
  const { violations } = await axe.run(host() as Element)
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`)).toEqual([])
  own.change({ notices: [{ code: 'storage-full', message: 'The disk is full.', time: 0 }] })
  await waitFor(() => expect(text('State')).toContain('The disk is full.'))
  personalizer.close()
  expect(host()).toBeNull()
})
