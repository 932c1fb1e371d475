import { describe, expect, test } from 'vitest'
import type { Item } from '../catalog/item.ts'
import { contextValue } from '../features/context/contextValue.ts'
import { DAY } from '../time.ts'
import { type Asked, createRuleBook } from './listRules.ts'
import { nextRuleChange } from './nextRuleChange.ts'
import type { Rule, RuleCondition, RuleItems } from './rule.ts'

const ITEMS: readonly Item[] = [
  { id: 'a', brand: 'acme', category: 'mugs', price: 5, attributes: { colour: 'red' } },
  { id: 'b', brand: 'acme', category: 'bags', price: 10, attributes: { sizes: ['S', 'M'] } },
  { id: 'c', brand: 'bell', category: 'mugs', price: 20, attributes: { margin: 0.4 } },
  { id: 'd', groupId: 'g' },
]
const NOW = Date.UTC(2026, 11, 24, 12)
const rulesFor = (rules: readonly Rule[], asked: Partial<Asked> = {}) =>
  createRuleBook(
    rules,
    ITEMS,
    (id) => id === 'c',
  )({ list: 'recommend', now: NOW, context: () => undefined, ...asked })

const hidden = (hide: RuleItems, asked?: Partial<Asked>) =>
  [...rulesFor([{ name: 'r', hide }], asked).hidden].join('')

describe('the items that a rule matches', () => {
  test.each<[RuleItems, string]>([
    [{ id: ['a', 'd', 'x'] }, 'ad'],
    [{ brand: ['acme'] }, 'ab'],
    [{ brand: ['acme'], category: ['mugs'] }, 'a'],
    [{ price: { from: 10 } }, 'bc'],
    [{ price: { from: 5, to: 10 } }, 'ab'],
    [{ groupId: ['g'] }, 'd'],
    [{ offer: true }, 'c'],
    [{ offer: false }, 'abd'],
    [{ attributes: { colour: ['red', 'blue'] } }, 'a'],
    [{ attributes: { sizes: ['M'] } }, 'b'],
    [{ attributes: { margin: { from: 0.3 } } }, 'c'],
    [{ attributes: { toString: ['x'] } }, ''],
  ])('%j matches ‘%s’', (items, ids) => expect(hidden(items)).toBe(ids))

  test('a rule with ‘same’ doesn’t apply to a list that is about no item', () => {
    const same: RuleItems = { same: ['brand'] }
    expect(hidden(same, { list: 'similar', about: ITEMS[0] })).toBe('ab')
    expect(hidden(same, { list: 'similar', about: ITEMS[3] })).toBe('')
    expect(hidden(same)).toBe('')
    const only: Rule = { name: 'r', only: same }
    expect(rulesFor([only]).hidden.size).toBe(0)
    expect([...rulesFor([only], { about: ITEMS[0] }).hidden]).toEqual(['c', 'd'])
  })
})

describe('whether a rule holds', () => {
  const holds = (when: RuleCondition, asked?: Partial<Asked>) =>
    rulesFor([{ name: 'r', when, pin: ['a'] }], asked).pins.length === 1
  const contexts = { at: () => ({ promotion: 'sale', locale: 'de' }) }
  const context: Asked['context'] = (name) => contextValue(name, NOW, contexts)

  test.each<[boolean, RuleCondition, Partial<Asked>?]>([
    [true, {}],
    [true, { list: ['similar', 'recommend'] }],
    [false, { list: ['similar'] }],
    [true, { page: ['home', 'basket'] }, { page: 'home' }],
    [false, { page: ['home'] }, { page: 'basket' }],
    [false, { page: ['home'] }],
    [true, { item: { brand: ['acme'] } }, { about: ITEMS[1] }],
    [false, { item: { brand: ['acme'] } }, { about: ITEMS[2] }],
    [false, { item: { brand: ['acme'] } }],
    [true, { context: { promotion: ['sale'], locale: ['de', 'at'] } }, { context }],
    [false, { context: { promotion: ['sale'], locale: ['en'] } }, { context }],
    [false, { context: { promotion: ['sale'] } }],
    [true, { context: { weekday: ['thursday'] } }, { context }],
    [true, { from: '2026-12-24', until: '2026-12-24' }],
    [false, { until: '2026-12-23' }],
    [false, { from: '2026-12-25' }],
    [true, { from: '2026-12-24T13:00+01:00' }],
    [false, { from: '2026-12-24T13:00Z' }],
    [false, { until: '2026-12-24T12:00:00Z' }],
  ])('%j if %j, list: %j', (expected, when, asked) => expect(holds(when, asked)).toBe(expected))

  test('a rule holds until the end of the day that `until` names', () => {
    const when = { until: '2026-12-24' }
    expect(holds(when, { now: NOW + DAY / 2 - 1 })).toBe(true)
    expect(holds(when, { now: NOW + DAY / 2 })).toBe(false)
  })
})

test.each<[RuleCondition[], string | null]>([
  [[{}, { list: ['similar'] }], null],
  [[{ from: '2026-12-20', until: '2026-12-23' }], null],
  [[{ from: '2026-12-20', until: '2026-12-24' }, { from: '2027-01-01' }], '2026-12-25'],
  [[{ from: '2026-12-24T13:30+01:00', until: '2026-12-31' }], '2026-12-24T12:30Z'],
  // A rule that begins or ends right now already counts as begun or ended.
  [[{ from: '2026-12-24T12:00Z', until: '2026-12-24T12:00Z' }], null],
  [[{ context: { hour: ['12-16'] } }], '2026-12-24T16:00Z'],
  [[{ context: { holiday: ['christmas'] }, until: '2026-12-24T14:00Z' }], '2026-12-24T14:00Z'],
])('after noon of 24 December, rules with %j next change at %s', (conditions, next) => {
  const rules = conditions.map((when): Rule => ({ name: 'r', when, pin: ['a'] }))
  const time = next === null ? Number.POSITIVE_INFINITY : Date.parse(next)
  expect(nextRuleChange(rules, NOW)).toBe(time)
})

describe('several rules together', () => {
  test('an item must match every ‘only’ rule that applies', () => {
    const rules: Rule[] = [
      { name: 'mugs', only: { category: ['mugs'] } },
      { name: 'cheap', only: { price: { to: 10 } } },
    ]
    expect([...rulesFor(rules).hidden].sort()).toEqual(['b', 'c', 'd'])
    expect(rulesFor(rules).rulesOf('d')).toEqual(rules)
    expect(rulesFor(rules).rulesOf('c')).toEqual([rules[1]])
    expect(rulesFor(rules).rulesOf('nowhere')).toEqual([])
  })

  test('if several ‘boost’ and ‘bury’ rules match an item, their factors are multiplied', () => {
    const { lifts } = rulesFor([
      { name: 'up', boost: { category: ['mugs'] }, by: 6 },
      { name: 'down', bury: { brand: ['acme'] }, by: 2 },
    ])
    expect(Math.exp(lifts.get('a') ?? 0)).toBeCloseTo(3)
    expect(Math.exp(lifts.get('b') ?? 0)).toBeCloseTo(1 / 2)
    expect(Math.exp(lifts.get('c') ?? 0)).toBeCloseTo(6)
    expect(lifts.has('d')).toBe(false)
  })

  test('the earlier of two badge rules gives an item its badge, and badges move no item', () => {
    const rules: Rule[] = [
      { name: 'over', when: { until: '2026-12-23' }, badge: { id: ['c'] }, text: 'Over' },
      { name: 'new', when: { until: '2026-12-24' }, badge: { category: ['mugs'] }, text: 'New' },
      { name: 'acme', badge: { brand: ['acme'] }, text: 'Acme' },
    ]
    for (const list of ['recommend', 'rerank', 'similar'] as const) {
      const { again, badges, hidden, lifts, pins, rulesOf } = rulesFor(rules, { list })
      expect(Object.fromEntries(badges)).toEqual({ a: 'New', b: 'Acme', c: 'New' })
      expect([again.size, hidden.size, lifts.size, pins.length]).toEqual([0, 0, 0, 0])
      expect(rulesOf('a').map(({ name }) => name)).toEqual(['new', 'acme'])
    }
    const later = rulesFor(rules, { now: NOW + DAY })
    expect(Object.fromEntries(later.badges)).toEqual({ a: 'Acme', b: 'Acme' })
  })

  test('the pinned items keep their order, and hidden or unknown items are dropped from the pins', () => {
    const { pins } = rulesFor([
      { name: 'p', pin: ['d', 'gone', 'b', 'a', 'd'], at: 2 },
      { name: 'h', hide: { id: ['b'] } },
    ])
    expect(pins.map(({ item, at, rule }) => [item.id, at, rule])).toEqual([
      ['d', 2, 'p'],
      ['a', 2, 'p'],
    ])
  })

  test('rules that hide or limit items don’t apply to a reranked list', () => {
    const rules: Rule[] = [
      { name: 'h', hide: { id: ['a'] } },
      { name: 'o', only: { id: ['a'] } },
      { name: 'm', atMost: 1, per: 'brand' },
      { name: 'p', pin: ['a'] },
    ]
    const { hidden, limits, pins } = rulesFor(rules, { list: 'rerank' })
    expect([hidden.size, limits.length, pins.length]).toEqual([0, 0, 1])
  })
})
