import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseRules } from './parseRules.ts'

const faultOf = (rule: unknown) => parseRules([rule]).faults

test('rules are read, whether the value is an array or an object with `rules`', () => {
  const rules = [
    { name: 'recall', hide: { id: ['a'], attributes: { colour: ['red', 1, true] } } },
    {
      name: 'small',
      only: { price: { to: 20 }, offer: true, attributes: { margin: { from: 0.3 } } },
    },
    {
      name: 'sale',
      when: {
        list: ['recommend'],
        page: ['home'],
        item: { brand: ['b'] },
        context: { promotion: ['sale'] },
        from: '2026-12-01',
        until: '2026-12-24T18:00+01:00',
      },
      boost: { category: ['mugs'], groupId: ['g'] },
      by: 2,
    },
    { name: 'old', bury: { same: ['brand'] }, by: 1.5 },
    { name: 'first', pin: ['a', 'b'], at: 3 },
    { name: 'top', pin: ['c'] },
    { name: 'mixed', atMost: 2, per: 'brand' },
    { name: 'coffee', again: { category: ['coffee'] } },
  ]
  expect(parseRules(rules)).toEqual({ rules, faults: [] })
  expect(parseRules({ rules })).toEqual({ rules, faults: [] })
})

test('an invalid rule is left out and reported by its name, and the other rules still apply', () => {
  const good = { name: 'a', pin: ['x'] }
  const parsed = parseRules([good, { name: 'b', boost: { brand: ['x'] }, by: 0.5 }, good])
  expect(parsed.rules).toEqual([good, good])
  expect(parsed.faults).toEqual(['rule 2 (‘b’).by must be a number above 1'])
})

test.each([
  [7, 'rule 1 is'],
  [{ hide: { id: ['a'] } }, 'rule 1.name must be a text'],
  [{ name: 'a' }, 'rule 1 (‘a’) must say exactly one of hide, only'],
  [{ name: 'a', hide: { id: ['a'] }, only: { id: ['a'] } }, 'rule 1 (‘a’) must say exactly one of'],
  [{ name: 'a', hide: {} }, 'rule 1 (‘a’).hide is empty'],
  [{ name: 'a', hide: { colour: ['red'] } }, '.hide has the unknown field "colour"'],
  [{ name: 'a', hide: { id: 'a' } }, '.hide.id must be a list of texts'],
  [{ name: 'a', hide: { id: [] } }, '.hide.id must be a list of texts'],
  [{ name: 'a', hide: { price: { from: '3' } } }, '.hide.price.from must be a number'],
  [{ name: 'a', hide: { attributes: { size: 'S' } } }, '.hide.attributes.size'],
  [{ name: 'a', boost: { id: ['a'] } }, 'rule 1 (‘a’).by must be a number above 1'],
  [{ name: 'a', pin: ['a'], at: 0 }, '.at must be a number from 1'],
  [{ name: 'a', pin: ['a'], by: 2 }, 'rule 1 (‘a’) has the unknown field "by"'],
  [{ name: 'a', atMost: 1, per: 'colour' }, '.per must be one of brand, category, groupId'],
  [{ name: 'a', when: { list: ['all'] }, pin: ['a'] }, '.when.list must be a list of recommend'],
  [{ name: 'a', when: { from: '2026-12-24T18:00' }, pin: ['a'] }, '.when.from must be a day'],
  [{ name: 'a', when: { until: 'soon' }, pin: ['a'] }, '.when.until must be a day'],
  [{ name: 'a', when: { until: '2026-02-31' }, pin: ['a'] }, '.when.until must be a day'],
])('%j is refused', (rule, fault) => {
  expect(faultOf(rule)).toEqual([expect.stringContaining(fault)])
})

test('parseRules reads or reports each rule of any array, and never throws', () => {
  const word = fc.constantFrom('name', 'hide', 'by', 'boost', 'when', 'id', 'pin', '__proto__')
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      fc.jsonValue({ maxDepth: 1 }),
      fc.array(tie('tree'), { maxLength: 3 }),
      fc.dictionary(word, tie('tree')),
    ),
  }))
  fc.assert(
    fc.property(tree, (value) => {
      const { rules, faults } = parseRules([value])
      expect(rules.length + faults.length).toBe(1)
    }),
  )
  for (const none of [{}, null, { rules: 'all' }])
    expect(() => parseRules(none)).toThrow(expect.objectContaining({ code: 'rules-invalid' }))
})

test('a rule for searches has no other condition than dates, and a redirect stays in the shop', () => {
  const search = ['mug']
  const faultsOf = (rule: object) => parseRules([{ name: 'r', ...rule }]).faults.length
  for (const rule of [
    { when: { search }, redirect: '/returns' },
    { when: { search, from: '2026-01-01', until: '2026-02-01' }, pin: ['a'] },
    { when: { search }, only: { brand: ['acme'] } },
    { when: { from: '2026-01-01' }, badge: { id: ['a'] }, text: 'x'.repeat(24) },
  ])
    expect(faultsOf(rule)).toBe(0)
  for (const rule of [
    { redirect: '/returns' },
    { when: { page: ['home'] }, redirect: '/returns' },
    { when: { search: [] }, redirect: '/returns' },
    { when: { search }, redirect: 'returns' },
    { when: { search }, redirect: '//evil.example' },
    { when: { search }, redirect: ['/returns'] },
    { when: { search, list: ['rerank'] }, pin: ['a'] },
    { when: { search, context: { a: ['b'] } }, pin: ['a'] },
    { when: { search }, atMost: 1, per: 'brand' },
    { when: { search }, again: { id: ['a'] } },
    { when: { search }, badge: { id: ['a'] }, text: 'New' },
    { badge: { id: ['a'] } },
    { badge: { id: ['a'] }, text: '' },
    { badge: { id: ['a'] }, text: 'x'.repeat(25) },
    { badge: { id: ['a'] }, text: 'two\nlines' },
    { badge: {}, text: 'New' },
    { when: { search }, boost: { offer: true }, by: 2 },
    { when: { search }, only: { same: ['brand'] } },
  ])
    expect(faultsOf(rule)).toBe(1)
})
