import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Item } from '../catalog/item.ts'
import type { Rule, RuleCondition } from '../rules/rule.ts'
import { blend } from './blend.ts'
import { searchAmong } from './searchAmong.ts'
import type { Synonyms } from './synonymList.ts'

const ITEMS: readonly Item[] = [
  { id: 'red', title: 'Red mug', price: 5, brand: 'acme' },
  { id: 'blue', title: 'Blue mug', price: 6, brand: 'bell' },
  { id: 'green', title: 'Green mug', price: 7, brand: 'bell' },
  { id: 'gone', title: 'Old mug', price: 8, brand: 'acme', available: false },
  { id: 'pot', title: 'Teapot', price: 20 },
  { id: 'hat-s', title: 'Hat', groupId: 'hat', available: false },
  { id: 'hat-m', title: 'Hat', groupId: 'hat' },
]
const SYNONYMS: Synonyms = [['mug', 'cup'], { of: ['Tasse', 'Tassen'], as: ['mug'] }]
const now = () => Promise.resolve()
const find = (rules: unknown, query: string, limit?: number) =>
  searchAmong(ITEMS, { synonyms: SYNONYMS, rules: rules as readonly Rule[], nextTask: now })({
    query,
    limit,
    suggestions: 3,
  })
const ids = async (...asked: Parameters<typeof find>) =>
  (await find(...asked)).hits.map(({ id }) => id)

const when: RuleCondition = { search: ['mug'] }
const pinPot: Rule = { name: 'p', when, pin: ['pot'] }

describe('a rule for the search “mug”', () => {
  test.each(['mug', 'MUGS', ' the  mug! ', 'cup', 'cups', 'Tasse', 'Tassen', 'a nice mug please'])(
    'a rule for “mug” applies to the query %j',
    async (query) => expect((await ids([pinPot], query))[0]).toBe('pot'),
  )
  test.each(['red mug', 'mug under £6', 'mag', 'mu', 'blue mug', ''])(
    'a rule for “mug” doesn’t apply to the query %j',
    async (query) => expect((await ids([pinPot], query))[0]).not.toBe('pot'),
  )
  test('a rule for “Tasse” doesn’t apply to searches for its synonym “mug”, and a filler word alone matches no rule', async () => {
    const tasse: Rule = { ...pinPot, when: { search: ['Tasse', 'the'] } }
    expect((await ids([tasse], 'Tasse'))[0]).toBe('pot')
    expect((await ids([tasse], 'mug'))[0]).not.toBe('pot')
    expect((await ids([tasse], 'a'))[0]).not.toBe('pot')
  })
  test('a rule for searches obeys the dates of its validity', async () => {
    const past: Rule = { ...pinPot, when: { ...when, until: '2020-01-01' } }
    expect((await ids([past], 'mug'))[0]).toBe('red')
  })
  test('rules for lists change no search', async () => {
    const plain = await ids(undefined, 'mug')
    const lists: Rule[] = [
      { name: 'h', hide: { id: ['red'] } },
      { name: 'b', boost: { id: ['green'] }, by: 9 },
      { name: 'q', when: { list: ['rerank'] }, pin: ['pot'] },
    ]
    expect(await ids(lists, 'mug')).toEqual(plain)
  })
})

describe('effects of rules', () => {
  test('pinned products stand at their place, each once, and sold-out products are never pinned', async () => {
    const rules: Rule[] = [
      { name: 'p', when, pin: ['green', 'pot', 'gone'], at: 2 },
      { name: 'q', when, pin: ['hat'] },
    ]
    expect(await ids(rules, 'mug')).toEqual(['hat-m', 'green', 'pot', 'red', 'blue', 'gone'])
    expect(await ids(rules, 'mug', 2)).toEqual(['hat-m', 'green'])
  })
  test('‘boost’ and ‘bury’ rules change the ranking of hits, ‘hide’ and ‘only’ rules remove hits, and rules also act on sold-out hits', async () => {
    const boost: Rule = { name: 'b', when, boost: { brand: ['bell'] }, by: 2 }
    expect(await ids([boost], 'mug')).toEqual(['blue', 'green', 'red', 'gone'])
    const bury: Rule = { name: 'b', when, bury: { id: ['red'] }, by: 2 }
    expect(await ids([bury], 'mug')).toEqual(['blue', 'green', 'red', 'gone'])
    const hide: Rule = { name: 'h', when, hide: { brand: ['acme'] } }
    expect(await ids([hide], 'mug')).toEqual(['blue', 'green'])
    const only: Rule = { name: 'o', when, only: { price: { to: 5 } } }
    expect(await ids([only], 'mug')).toEqual(['red'])
  })
  test('no boost lifts a product that matches some words of the query over a product that matches all', async () => {
    const boost: Rule = {
      name: 'b',
      when: { search: ['red mug'] },
      boost: { id: ['green'] },
      by: 99,
    }
    expect((await ids([boost], 'red mug'))[0]).toBe('red')
  })
  test('the personal ranking moves the other hits, not the pinned hits', async () => {
    const { hits } = await find([{ ...pinPot, at: 2 }], 'mug')
    const blended = blend(hits, ['green', 'blue', 'pot', 'red']).map(({ id }) => id)
    expect(blended).toEqual(['green', 'pot', 'blue', 'red', 'gone'])
  })
  test('searchAmong answers with a redirect before the index is built', async () => {
    const rules: Rule[] = [{ name: 'r', when: { search: ['return policy'] }, redirect: '/returns' }]
    const ask = searchAmong(ITEMS, { rules, nextTask: () => new Promise(() => {}) })
    const empty = { hits: [], suggestions: [] }
    expect(await ask({ query: 'Return policy?', limit: 0 })).toEqual({
      ...empty,
      redirect: '/returns',
    })
    expect(await ask({ query: 'return', limit: 0 })).toEqual(empty)
  })
})

describe('rules that can’t be used', () => {
  test.each([
    ['another origin', [{ name: 'r', when, redirect: '//evil.example' }]],
    ['script', [{ name: 'r', when, redirect: 'javascript:alert(1)' }]],
    ['an encoded origin', [{ name: 'r', when, redirect: '/%2F/evil.example' }]],
    ['no rules', { rules: 1 }],
    ['a page of the search', [{ ...pinPot, when: { ...when, page: ['home'] } }]],
    ['nothing to hide', [{ name: 'h', when, hide: null }]],
    ['a failed download', () => Promise.reject(new Error('404'))],
  ])('%s: the search works as without rules', async (_, rules) => {
    const { redirect, hits } = await find(typeof rules === 'function' ? rules() : rules, 'mug')
    expect(redirect).toBeUndefined()
    expect(hits.map(({ id }) => id)).toEqual(['red', 'blue', 'green', 'gone'])
  })
})

test('whatever the rules, hits are distinct, no hidden product is a hit, and the search itself finds every hit that isn’t pinned', async () => {
  const some = fc.subarray(
    ITEMS.map(({ id }) => id),
    { minLength: 1 },
  )
  const rule = fc.oneof(
    some.map((pin): Rule => ({ name: 'p', when, pin })),
    fc
      .record({ pin: some, at: fc.integer({ min: 1, max: 9 }) })
      .map((p) => ({ name: 'p', when, ...p })),
    some.map((id): Rule => ({ name: 'h', when, hide: { id } })),
    some.map((id): Rule => ({ name: 'b', when, boost: { id }, by: 3 })),
  )
  const plain = new Set(await ids(undefined, 'mug'))
  await fc.assert(
    fc.asyncProperty(fc.array(rule, { maxLength: 5 }), async (rules) => {
      const { hits } = await find(rules, 'mug')
      const found = hits.map(({ id }) => id)
      expect(new Set(found).size).toBe(found.length)
      for (const one of rules)
        if ('hide' in one) for (const id of one.hide.id ?? []) expect(found).not.toContain(id)
      for (const { id, pinned } of hits) if (!pinned) expect(plain.has(id)).toBe(true)
    }),
  )
})

test('a search without hits suggests the query without its price or exclusion', async () => {
  expect((await find(undefined, 'mug under £1')).suggestions).toContain('mug')
  expect((await find(undefined, 'teapot without teapot')).suggestions).toContain('teapot')
  expect((await find(undefined, 'mug under £6')).suggestions).not.toContain('mug')
})

describe('rules that change while a page is open', () => {
  const opened = (read: () => Promise<readonly Rule[]>) => {
    const search = searchAmong(ITEMS, { rules: read, nextTask: now })
    return async (query: string) => {
      const { hits, redirect } = await search({ query })
      // The search asks for newer rules after it has answered.
      await new Promise((resolve) => setTimeout(resolve))
      return redirect ?? hits[0]?.id
    }
  }

  test('newer rules apply from the query after the one that asked for them', async () => {
    let rules: readonly Rule[] = []
    const first = opened(async () => structuredClone(rules))
    const plain = await first('mug')
    expect(plain).not.toBe('pot')
    rules = [pinPot]
    expect(await first('mug')).toBe(plain)
    expect(await first('mug')).toBe('pot')
    rules = [{ name: 'r', when, redirect: '/mugs' }]
    await first('mug')
    expect(await first('mug')).toBe('/mugs')
  })

  test('the last rules stay in use while newer rules can’t be read, and a read that never ends delays no later query', async () => {
    let read: () => Promise<readonly Rule[]> = async () => {
      throw new Error('The worker is lost.')
    }
    const first = opened(() => read())
    const plain = await first('mug')
    read = async () => [pinPot]
    await first('mug')
    expect(await first('mug')).toBe('pot')
    read = () => new Promise(() => {})
    await first('mug')
    expect(await first('mug')).toBe('pot')
    expect(plain).not.toBe('pot')
  })
})
