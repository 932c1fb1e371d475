import type { Words } from '@nearside/browser/page/words.ts'
import { wordsIn } from '@nearside/browser/page/words.ts'
import type { Item } from '@nearside/core/catalog/item.ts'
import type { Recommendation } from '@nearside/core/ranking/apiLists.ts'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { ENGLISH_LISTS } from '../messages/lists.ts'
import { createListReporter, type ListView, viewOf } from './listController.ts'
import { nameFrom, queryOf } from './listNames.ts'
import { LOADING } from './listObserver.ts'

const words: Words<'trouble'> = wordsIn(ENGLISH_LISTS, 'en-GB')
const itemOf = (id: string): Item | undefined => (id === 'gone' ? undefined : { id })
const recommended = (...ids: readonly string[]): Recommendation[] =>
  ids.map((id, place) => ({
    ...{ id, score: 0, rank: place + 1, baseRank: place + 1 },
    reason: { kind: 'popular' as const },
  }))
const ready = (...ids: readonly string[]) => ({
  ...LOADING,
  status: 'ready' as const,
  items: recommended(...ids),
})
const idsOf = ({ entries }: ListView<Item>) => entries.map(({ item }) => item.id)

describe('what a list shows', () => {
  const settings = { itemOf, words, limit: 2 }

  test('a list shows skeletons first, then the items that the page knows, up to the limit, with positions 1, 2, …', () => {
    expect(viewOf(LOADING, settings)).toMatchObject({ skeletons: 2, isEmpty: false, entries: [] })
    const view = viewOf(ready('a', 'gone', 'b', 'c'), settings)
    expect(view).toMatchObject({ skeletons: 0, loading: false, trouble: null })
    expect(view.entries.map(({ item, position }) => [item.id, position])).toEqual([
      ['a', 1],
      ['b', 2],
    ])
  })

  test('initial items replace skeletons; an empty array of initial items shows nothing', () => {
    const view = viewOf(LOADING, { ...settings, initialItems: ['b', 'gone', 'a'] })
    expect([idsOf(view), view.skeletons, view.loading]).toEqual([['b', 'a'], 0, true])
    expect(viewOf(LOADING, { ...settings, initialItems: [] }).isEmpty).toBe(true)
  })

  test('the shop’s `transformItems` runs last; a list is empty if the page knows none of its items', () => {
    const transformItems = (items: readonly Recommendation[]) => items.slice().reverse()
    expect(idsOf(viewOf(ready('a', 'b', 'c'), { ...settings, transformItems }))).toEqual(['c', 'b'])
    expect(viewOf(ready('gone'), settings).isEmpty).toBe(true)
  })

  test('after an error, a list keeps its items, with a message', () => {
    const state = { ...ready('a'), status: 'error' as const, code: 'worker-failed' as const }
    expect(viewOf(state, settings)).toMatchObject({
      entries: [{ position: 1 }],
      trouble: ENGLISH_LISTS.trouble,
    })
  })
})

describe('what a list reports', () => {
  const view = (...ids: readonly string[]) => viewOf(ready(...ids), { itemOf, words, limit: 8 })
  const loading = viewOf(LOADING, { itemOf, words, limit: 8 })
  const element = {} as Element
  let observed: { seen: () => void; disconnect: () => void }[]

  beforeEach(() => {
    vi.useFakeTimers()
    observed = []
    vi.stubGlobal(
      'IntersectionObserver',
      class {
        disconnect = vi.fn()
        observe = vi.fn()
        constructor(call: (entries: unknown[]) => void) {
          observed.push({
            seen: () => call([{ intersectionRatio: 1 }]),
            disconnect: this.disconnect,
          })
        }
      },
    )
  })
  afterEach(() => {
    vi.useRealTimers()
    vi.unstubAllGlobals()
  })

  test('a change of a list is announced once the list has stayed the same for a moment; the first list is not announced', () => {
    const announce = vi.fn()
    const reporter = createListReporter(announce)
    const shows = (next: ListView<Item>) => reporter.shows(next, 'forYou', element, undefined)
    expect([shows(loading), shows(view('a', 'b')), shows(view('a', 'b'))]).toEqual([
      false,
      true,
      false,
    ])
    vi.runAllTimers()
    expect(announce).not.toHaveBeenCalled()
    expect(shows(view('b', 'a'))).toBe(true)
    vi.advanceTimersByTime(500)
    // Rendering again without a change must not delay the announcement.
    expect(shows(view('b', 'a'))).toBe(false)
    vi.advanceTimersByTime(500)
    expect(announce).toHaveBeenCalledOnce()
  })

  test('a list is measured once it is in view, with the items that it shows at that time', () => {
    const measure = { shown: vi.fn(), clicked: vi.fn() }
    const reporter = createListReporter(() => {})
    reporter.shows(loading, 'forYou', element, measure)
    expect(observed).toHaveLength(0)
    reporter.shows(view('a'), 'forYou', element, measure)
    reporter.shows(view('b'), 'forYou', element, measure)
    expect(observed).toHaveLength(1)
    observed[0].seen()
    expect(measure.shown.mock.calls).toEqual([['forYou', [{ id: 'b', rank: 1 }]]])
    reporter.shows(view('a'), 'forYou', element, measure)
    expect(observed).toHaveLength(1)
    reporter.shows(view('a'), 'other', element, measure)
    expect(observed).toHaveLength(2)
    reporter.stop()
    expect(observed[1].disconnect).toHaveBeenCalled()
  })
})

test('queryOf gives each list name its query', () => {
  expect(queryOf('recentlyViewed', { limit: 3 })).toEqual({
    kind: 'recommend',
    options: { limit: 3, from: 'viewed' },
  })
  expect(queryOf('bestSellers', {}).options).toEqual({ order: 'base', exclude: ['basket'] })
  expect(queryOf('dearer', { dearer: 1.5 }, 'a')).toEqual({
    ...{ kind: 'similar', item: 'a', options: { dearer: 1.5 } },
  })
  expect(queryOf('basket', {}, ['a', 'b'])).toMatchObject({
    ...{ kind: 'boughtTogether', item: ['a', 'b'] },
  })
  expect(['viewed', 'new', 'nowhere', null].map(nameFrom)).toEqual([
    ...['recentlyViewed', 'newArrivals', 'forYou', 'forYou'],
  ])
})
