/** @module Tests watched lists with real workers, which post a list after each change, even after a worker fails. */

import type { ListAnswer, ListQuery } from '@nearside/core/ranking/apiLists.ts'
import { afterEach, expect, test } from 'vitest'
import type { Personalizer } from '../api.ts'
import { codesOf, idsOf, TestPage } from './testPage.ts'

const page = new TestPage()
const { start } = page
afterEach(page.end)

const BEST: ListQuery = { kind: 'recommend', options: { limit: 3 } }

function watch(personalizer: Personalizer, query: ListQuery = BEST) {
  const answers: ListAnswer[] = []
  const stop = personalizer.watch(query, (answer) => void answers.push(answer))
  const ids = () => {
    const last = answers.at(-1)
    return last && 'items' in last ? idsOf(last.items) : []
  }
  return { answers, ids, stop }
}

test('a watched list is sent at once and then after each change, until the watch ends', async () => {
  const personalizer = await start()
  await expect.poll(() => personalizer.getSnapshot().model).not.toBe(null)
  const best = watch(personalizer)
  const base = watch(personalizer, { kind: 'recommend', options: { limit: 3, order: 'base' } })
  await expect.poll(best.ids).toEqual(['item-31', 'item-30', 'item-29'])
  await personalizer.capture({ name: 'view_item', item_id: 'item-0' })
  await expect.poll(() => best.ids()[0]).toBe('item-4')
  expect(best.ids()).toEqual(idsOf(await personalizer.recommend({ limit: 3 })))
  // A base list doesn't depend on views, so the worker did not post it again.
  expect(base.answers).toHaveLength(1)
  best.stop()
  const { length } = best.answers
  await personalizer.capture({ name: 'view_item', item_id: 'item-1' })
  await personalizer.recommend()
  expect(best.answers).toHaveLength(length)
})

test('of two lists with `distinct`, the one with the larger value leaves out the other’s items until the other is no longer watched', async () => {
  const personalizer = await start()
  await expect.poll(() => personalizer.getSnapshot().model).not.toBe(null)
  const base = { limit: 3, order: 'base', distinct: 2 } as const
  const second = watch(personalizer, { kind: 'recommend', options: base })
  const first = watch(personalizer, { kind: 'recommend', options: { limit: 3, distinct: 1 } })
  await expect.poll(first.ids).toEqual(['item-31', 'item-30', 'item-29'])
  await expect.poll(second.ids).toEqual(['item-28', 'item-27', 'item-26'])
  await personalizer.capture({ name: 'view_item', item_id: 'item-0' })
  await expect.poll(() => first.ids()[0]).toBe('item-4')
  const shop = idsOf(await personalizer.recommend({ order: 'base', excludeIds: first.ids() }))
  expect(second.ids()).toEqual(shop.slice(0, 3))
  first.stop()
  await expect.poll(second.ids).toEqual(['item-31', 'item-30', 'item-29'])
})

test('a watch that ends in the turn of the event loop in which it began gets no answer', async () => {
  const personalizer = await start()
  const { answers, stop } = watch(personalizer)
  stop()
  await personalizer.recommend()
  await personalizer.recommend()
  expect(answers).toEqual([])
})

test('a restarted worker serves the watched lists', async () => {
  const personalizer = await start()
  const best = watch(personalizer)
  await expect.poll(() => best.ids().length).toBe(3)
  page.workers[0].terminate()
  await personalizer.capture({ name: 'view_item', item_id: 'item-0' })
  await expect.poll(() => best.ids()[0]).toBe('item-4')
  expect(page.workers).toHaveLength(2)
})

test('without a worker a watched list is in the catalog’s sequence', async () => {
  const personalizer = await start()
  const best = watch(personalizer)
  await expect.poll(() => best.ids().length).toBe(3)
  for (const nth of [0, 1]) {
    page.workers[nth].terminate()
    await personalizer.capture({ name: 'view_item', item_id: 'item-0' })
  }
  await expect.poll(best.ids).toEqual(['item-0', 'item-1', 'item-2'])
  expect(watch(personalizer, { kind: 'boughtTogether', item: 'item-0' }).ids()).toEqual([])
  expect(codesOf(personalizer)).toContain('worker-failed')
})

test('if workers are blocked, the page itself serves the list', async () => {
  const worker = () => {
    throw new DOMException('blocked by policy', 'SecurityError')
  }
  const personalizer = await start(page.newDatabase(), { worker })
  const best = watch(personalizer)
  await expect.poll(best.ids).toEqual(['item-31', 'item-30', 'item-29'])
  await personalizer.capture({ name: 'view_item', item_id: 'item-0' })
  await expect.poll(() => best.ids()[0]).toBe('item-4')
})

test('an invalid query and a query after `close` reject with different errors', async () => {
  const personalizer = await start()
  const broken = watch(personalizer, { kind: 'similar', item: (() => {}) as never })
  await expect.poll(() => broken.answers).toMatchObject([{ error: { code: 'input-invalid' } }])
  personalizer.close()
  const late = watch(personalizer)
  await expect.poll(() => late.answers).toMatchObject([{ error: { code: 'closed' } }])
})

test('a fit posts at most ten progress messages a second, and no snapshot per step', async () => {
  const kinds: string[] = []
  const worker = () => {
    const made = page.makeWorker()
    made.addEventListener('message', ({ data }) => kinds.push(data.kind))
    return made
  }
  const personalizer = await start(page.newDatabase(), { worker, strategy: 'batch' })
  for (let i = 0; i < 6; i++) {
    await personalizer.capture({ name: 'purchase', item_id: `item-${4 * i}` })
  }
  const steps = new Set<number>()
  personalizer.subscribe(() => {
    const { fitting } = personalizer.getSnapshot()
    if (fitting) steps.add(fitting.done)
  })
  kinds.length = 0
  const began = performance.now()
  await personalizer.fineTune()
  const seconds = (performance.now() - began) / 1000
  const count = (kind: string) => kinds.filter((known) => known === kind).length
  expect(count('progress')).toBeGreaterThan(0)
  // At most one message comes at once, then ten a second. The page's clock is coarse and starts later: allow one more.
  expect(count('progress')).toBeLessThanOrEqual(2 + 10 * seconds)
  expect(steps.size).toBeGreaterThan(0)
  // There are snapshots for the chosen engine, the learned model and other changes of state, but not for each of the 30
  // steps.
  expect(count('snapshot')).toBeLessThan(15)
  expect(personalizer.getSnapshot().fitting).toBe(null)
})
