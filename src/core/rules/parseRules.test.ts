import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseRules } from './parseRules.ts'

const faultOf = (rule: unknown) => parseRules([rule]).faults

test('every kind of rule, in an array or in a file’s object', () => {
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

test('a bad rule is left out, and said with its name and what is wrong; the others hold', () => {
  const good = { name: 'a', pin: ['x'] }
  const parsed = parseRules([good, { name: 'b', boost: { brand: ['x'] }, by: 0.5 }, good])
  expect(parsed.rules).toEqual([good, good])
  expect(parsed.faults).toEqual(["rule 2 ('b').by is not a number above 1"])
})

test.each([
  [7, 'rule 1 is not an object'],
  [{ hide: { id: ['a'] } }, "rule 1 has no 'name'"],
  [{ name: 'a' }, "rule 1 ('a') says not exactly one of hide"],
  [{ name: 'a', hide: { id: ['a'] }, only: { id: ['a'] } }, "rule 1 ('a') says not exactly one of"],
  [{ name: 'a', hide: {} }, "rule 1 ('a').hide is empty"],
  [{ name: 'a', hide: { colour: ['red'] } }, ".hide has an unknown 'colour'; it can say id, brand"],
  [{ name: 'a', hide: { id: 'a' } }, '.hide.id is not a list of texts'],
  [{ name: 'a', hide: { id: [] } }, '.hide.id is not a list of texts'],
  [{ name: 'a', hide: { price: { from: '3' } } }, '.hide.price.from is not a number'],
  [{ name: 'a', hide: { attributes: { size: 'S' } } }, '.hide.attributes.size is not an object'],
  [{ name: 'a', boost: { id: ['a'] } }, "rule 1 ('a') has no 'by'"],
  [{ name: 'a', pin: ['a'], at: 0 }, '.at is not a place from 1'],
  [{ name: 'a', pin: ['a'], by: 2 }, "has an unknown 'by'"],
  [{ name: 'a', atMost: 1, per: 'colour' }, '.per is not one of brand, category, groupId'],
  [{ name: 'a', when: { list: ['all'] }, pin: ['a'] }, '.when.list is not a list of recommend'],
  [{ name: 'a', when: { from: '2026-12-24T18:00' }, pin: ['a'] }, '.when.from is not a day'],
  [{ name: 'a', when: { until: 'soon' }, pin: ['a'] }, '.when.until is not a day'],
])('%j is refused', (rule, fault) => {
  expect(faultOf(rule)).toEqual([expect.stringContaining(fault)])
})

test('whatever a file holds, nothing is thrown, and what is no rule is said', () => {
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
  expect(parseRules({}).faults).toEqual(['the rules are not an array'])
  expect(parseRules(null).faults).toEqual(['the rules are not an array'])
})
