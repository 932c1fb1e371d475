/** @module Tests with random queries and rules that every list of a shop of 32 items obeys the rules. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Catalog } from '../catalog/catalog.ts'
import type { Item } from '../catalog/item.ts'
import { testCatalog, testModel } from '../model/testShop.ts'
import { createRuleBook } from '../rules/listRules.ts'
import { parseRules } from '../rules/parseRules.ts'
import type { Rule, RuleItems } from '../rules/rule.ts'
import type { ListOptions, ListQuery, Recommendation } from './apiLists.ts'
import { explainItem } from './explainItem.ts'
import { limitOf } from './listQuery.ts'
import { Ranker } from './ranker.ts'
import { explainRuled, liftScores, type Ruled, ruledList } from './ruledList.ts'

const ids = (list: readonly { readonly id: string }[]) => list.map(({ id }) => id)
const BRANDS = ['acme', 'bell', 'cato']
const ITEMS: readonly Item[] = testCatalog.map((item, i) => ({
  ...item,
  ...(i % 5 > 0 && { brand: BRANDS[i % 3] }),
  ...(i % 7 < 3 && { groupId: `group ${i % 7}` }),
  ...(i % 11 === 6 && { available: false }),
}))
const SHOWN = ITEMS.filter(({ available }) => available !== false)
const ranker = new Ranker(testModel('1'), Catalog.parse(ITEMS))
const nobody = ranker.score([], 0, null)
const look = { item: 3, name: 'view_item', time: -1e7, session: 's' } as const
const shopper = ranker.score([look], 1, null)

const answer = (query: ListQuery, { lifts = new Map(), ...selection }: Ruled) =>
  ranker.list(query, liftScores(ranker, lifts, shopper), selection)

function listOf(rules: readonly Rule[], query: ListQuery): readonly Recommendation[] {
  const about = 'item' in query ? ITEMS.find(({ id }) => id === query.item) : undefined
  const book = createRuleBook(rules, SHOWN, () => false)
  const asked = {
    list: query.kind,
    about,
    page: query.options?.page,
    now: 0,
    context: () => undefined,
  }
  return ruledList(book(asked), query, answer)
}

const recommend = (rules: readonly Rule[], options: ListOptions = {}) =>
  listOf(rules, { kind: 'recommend', options })

const id = fc.nat(33).map((i) => `item-${i}`)
const someIds = fc.array(id, { minLength: 1, maxLength: 5 })
const brand = fc.constantFrom(...BRANDS)
const category = fc.constantFrom('mugs', 'cards', 'lights', 'bags')
const group = fc.constantFrom('brand', 'category', 'groupId')
const oneOf = (arbitrary: fc.Arbitrary<string>) =>
  fc.array(arbitrary, { minLength: 1, maxLength: 2 })
const items = fc.record(
  {
    id: someIds,
    brand: oneOf(brand),
    category: oneOf(category),
    price: fc.record({ from: fc.nat(30) }),
    same: fc.constantFrom(undefined, undefined, undefined, undefined, ['category']),
  },
  { requiredKeys: [] },
)
const by = fc.constantFrom(1.1, 2, 50, 1e300)
const action = fc.oneof(
  fc.record({ hide: items }),
  fc.record({ only: items }),
  fc.record({ boost: items, by }),
  fc.record({ bury: items, by }),
  {
    weight: 3,
    arbitrary: fc.record(
      { pin: someIds, at: fc.integer({ min: 1, max: 6 }) },
      { requiredKeys: ['pin'] },
    ),
  },
  fc.record({ atMost: fc.integer({ min: 1, max: 3 }), per: group }),
  fc.record({ again: items }),
)
const condition = fc.record(
  { list: fc.constant(['recommend']), page: fc.constant(['home']), item: items },
  { requiredKeys: [] },
)
const when = fc.oneof({ weight: 6, arbitrary: fc.constant(undefined) }, condition)
const file = fc.array(
  fc.tuple(action, when).map(([one, at]) => ({ name: 'r', when: at, ...one })),
  { maxLength: 4 },
)
const options = fc.record(
  {
    limit: fc.integer({ min: 0, max: 40 }),
    order: fc.constantFrom('base' as const, 'personal' as const),
    page: fc.constantFrom('home', 'basket'),
    excludeIds: someIds,
    category,
  },
  { requiredKeys: [] },
)
const query: fc.Arbitrary<ListQuery> = fc.oneof(
  fc.record({ kind: fc.constant('recommend' as const), options }),
  fc.record({
    kind: fc.constantFrom('similar' as const, 'boughtTogether' as const),
    item: id,
    options,
  }),
  fc.record({
    kind: fc.constant('rerank' as const),
    items: fc.array(id, { maxLength: 20 }),
    options: fc.record({ limit: fc.integer({ min: 0, max: 25 }) }, { requiredKeys: [] }),
  }),
)

/** Whether a rule matches an item, implemented independently of the code under test. */
const isOneOf = ({ id, brand, category, price }: RuleItems, item: Item) =>
  (!id || id.includes(item.id)) &&
  (!brand || brand.includes(item.brand ?? '')) &&
  (!category || category.includes(item.category ?? '')) &&
  (!price || (item.price ?? -1) >= (price.from ?? 0))

test('any list under any rules is valid and obeys the rules', () => {
  let pinned = 0
  fc.assert(
    fc.property(file, query, (value, asked) => {
      const { rules } = parseRules(value)
      const list = listOf(rules, asked)
      const shown = ids(list)
      expect(new Set(shown).size).toBe(shown.length)
      expect(shown.length).toBeLessThanOrEqual(limitOf(asked))
      expect(list.map(({ rank }) => rank)).toEqual(shown.map((_, at) => at + 1))
      expect(list.every(({ baseRank, score }) => baseRank > 0 && !Number.isNaN(score))).toBe(true)
      if (asked.kind === 'recommend' && limitOf(asked) >= ITEMS.length) {
        const base = listOf(rules, { ...asked, options: { ...asked.options, order: 'base' } })
        const order = new Map(base.map(({ id, rank }) => [id, rank]))
        expect(list.map(({ baseRank }) => baseRank)).toEqual(shown.map((one) => order.get(one)))
      }
      if (asked.kind === 'rerank') {
        expect(shown.every((one) => asked.items.includes(one))).toBe(true)
        return
      }
      const always = rules.filter((rule) => !rule.when)
      const { excludeIds = [], category } = asked.options ?? {}
      const mayShow = (item: Item) =>
        !excludeIds.includes(item.id) &&
        (!category || item.category === category) &&
        !('item' in asked && asked.item === item.id) &&
        always.every(
          (rule) =>
            !('hide' in rule && !rule.hide.same && isOneOf(rule.hide, item)) &&
            !('only' in rule && !rule.only.same && !isOneOf(rule.only, item)),
        )
      const isAllowed = new Set(SHOWN.filter(mayShow).map((item) => item.id))
      expect(shown.filter((one) => !isAllowed.has(one))).toEqual([])
      const isPlain = rules.every((rule) => !rule.when && !itemsHaveSame(rule))
      if (!isPlain) return
      if (asked.kind === 'recommend')
        expect(shown.length).toBe(Math.min(limitOf(asked), isAllowed.size))
      const first = rules.find((rule) => 'pin' in rule)
      if (!first || !('pin' in first)) return
      const pins = rules.flatMap((rule) => ('pin' in rule ? rule.pin : [])).length
      const there = [...new Set(first.pin)].filter((one) => isAllowed.has(one))
      for (const [at, one] of there.entries()) {
        const place = (first.at ?? 1) + at
        // If too few other items remain, the pinned items move up.
        if (place > shown.length - pins) continue
        expect(shown[place - 1]).toBe(one)
        pinned++
      }
    }),
    { seed: 18, numRuns: 10_000 },
  )
  expect(pinned).toBeGreaterThan(300)
})

const itemsHaveSame = (rule: Rule) => JSON.stringify(rule).includes('"same"')

describe('what rules do to a list', () => {
  const plain = ids(recommend([]))

  test('if no rule matches, the list is identical to the model’s list', () => {
    expect(recommend([])).toEqual(ranker.recommend(shopper, {}))
    expect(recommend([{ name: 'r', when: { page: ['x'] }, hide: { id: ['item-31'] } }])).toEqual(
      recommend([]),
    )
  })

  test('a pinned item stands at its place with the reason ‘chosen’', () => {
    const list = recommend([{ name: 'gifts', pin: ['item-2', 'item-4'], at: 2 }], { limit: 5 })
    const others = plain.filter((one) => one !== 'item-2' && one !== 'item-4')
    expect(ids(list)).toEqual([others[0], 'item-2', 'item-4', others[1], others[2]])
    for (const { reason, rank, baseRank } of list.slice(1, 3)) {
      expect(reason).toEqual({ kind: 'chosen', rule: 'gifts' })
      expect(rank).toBe(baseRank)
    }
    expect(list[1].score).toBe(list[3].score)
  })

  test('a boosted item has the reason ‘chosen’ only if the boost brings it into the list', () => {
    const low = ranker.recommend(nobody, { limit: 32 }).at(-1)?.id ?? ''
    const boost = (one: string) => [{ name: 'push', boost: { id: [one] }, by: 1e6 }]
    const [first] = recommend(boost(low), { limit: 3 })
    expect(first).toMatchObject({ id: low, baseRank: 1, reason: { kind: 'chosen', rule: 'push' } })
    const third = recommend([])[2]
    const [raised] = recommend(boost(third.id), { limit: 3 })
    expect(raised.id).toBe(third.id)
    expect(raised.reason.kind).not.toBe('chosen')
    expect(raised.score - third.score).toBeCloseTo(Math.log(1e6), 4)
    const buried = recommend([{ name: 'down', bury: { id: [plain[0]] }, by: 1e6 }], { limit: 32 })
    expect(buried.at(-1)?.id).toBe(plain[0])
  })

  test('a boost multiplies the score in a bought-together list', () => {
    const asked = { kind: 'boughtTogether', item: 'item-8' } as const
    const [first, second] = listOf([], asked)
    const [now] = listOf([{ name: 'b', boost: { id: [second.id] }, by: 3 }], asked)
    expect(now.id).toBe(second.id)
    expect(now.score).toBeCloseTo(3 * second.score, 5)
    expect(now.score).toBeGreaterThan(first.score)
  })

  test('a pinned item counts towards its group’s maximum', () => {
    const list = recommend(
      [
        { name: 'one each', atMost: 1, per: 'category' },
        { name: 'first', pin: ['item-0'] },
      ],
      { limit: 4 },
    )
    const categories = list.map(({ id }) => ITEMS.find((item) => item.id === id)?.category)
    expect(list[0].id).toBe('item-0')
    expect([...categories].sort()).toEqual(['bags', 'cards', 'lights', 'mugs'])
  })

  test('an explanation names every rule that acts on the item, and gives the sum of their effects and the item’s rank', () => {
    const rules: Rule[] = [
      { name: 'out', hide: { id: ['item-31', 'item-30'] } },
      { name: 'up', boost: { category: ['bags'] }, by: 2 },
      { name: 'first', pin: ['item-31'] },
    ]
    const asked = { list: 'recommend', now: 0, context: () => undefined } as const
    const held = createRuleBook(rules, SHOWN, () => false)(asked)
    const explain = (one: string) =>
      explainRuled(held, one, ranker, shopper, (scored) => explainItem(ranker, one, scored))
    const explained = explain('item-31')
    expect(explained?.rules).toEqual(['out', 'up', 'first'])
    const { contributions = [], meanScore = 0, score = 0 } = explained ?? {}
    expect(contributions.find(({ kind }) => kind === 'rules')?.amount).toBeCloseTo(Math.log(2))
    const sum = contributions.reduce((all, { amount }) => all + amount, 0)
    expect(sum).toBeCloseTo(score - meanScore, 4)
    expect(explain('item-3')).toMatchObject({ rules: ['up'] })
    const best = ids(recommend(rules, { limit: 1, diversify: false }))[0]
    expect(explain(best)?.rank).toBe(1)
  })
})
