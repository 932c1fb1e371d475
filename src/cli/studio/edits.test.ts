import { createRuleBook, placePins, withPins } from '@nearside/core/rules/listRules.ts'
import { parseRules } from '@nearside/core/rules/parseRules.ts'
import type { Rule } from '@nearside/core/rules/rule.ts'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  begin,
  change,
  dropId,
  isActedOn,
  isPinned,
  newRule,
  type Place,
  pinAt,
  redo,
  scheduled,
  toggle,
  undo,
  unpin,
  whenOf,
} from './edits.ts'

const HERE: Place = { list: 'similar', about: 'x', reach: 'here' }
const ITEMS = [...'abcdef'].map((id) => ({ id }))

/** The list that the device makes of `ids`: pinned products at their places, the other products in sequence. */
function shownBy(rules: readonly Rule[], ids: readonly string[]): string[] {
  const { pins } = createRuleBook(
    rules,
    ITEMS,
    () => false,
  )({ list: 'similar', about: { id: 'x' }, now: 0, context: () => undefined })
  const places = placePins(pins, ids.length)
  const pinned = new Map([...places].map(([place, { item }]) => [place, item.id]))
  const rest = ids.filter((id) => ![...pinned.values()].includes(id))
  return withPins(rest, pinned, ids.length)
}

test('after any moves, the product that was moved last stands where it was put, and every rule stays valid', () => {
  const move = fc.record({ from: fc.nat(5), to: fc.integer({ min: 1, max: 6 }) })
  fc.assert(
    fc.property(fc.array(move, { minLength: 1, maxLength: 12 }), (moves) => {
      let rules: readonly Rule[] = [{ name: 'by hand', pin: ['f', 'e'], at: 2 }]
      for (const { from, to } of moves) {
        const shown = shownBy(rules, [...'abcdef'])
        const id = shown[from]
        rules = pinAt(rules, shown, { id, name: id, to }, HERE)
        expect(shownBy(rules, [...'abcdef'])[to - 1]).toBe(id)
        expect(isPinned(rules, id, HERE)).toBe(true)
      }
      expect(parseRules(rules)).toEqual({ rules, faults: [] })
      expect(rules.filter((rule) => 'pin' in rule && rule.pin.length === 2)).toHaveLength(1)
    }),
  )
})

test('a product that moves past a pinned product shifts the pin by one place; a target beyond the list’s end means the last place', () => {
  const ids = ['a', 'b', 'c']
  const pinned = pinAt([], ids, { id: 'b', name: 'B', to: 2 }, HERE)
  const moved = pinAt(pinned, ids, { id: 'a', name: 'A', to: 9 }, HERE)
  expect(shownBy(moved, ids)).toEqual(['b', 'c', 'a'])
  expect(unpin(unpin(moved, 'a', HERE), 'b', HERE)).toEqual([])
})

test('an edit’s reach (this list, lists of its kind, all lists) decides the rule’s condition, and an edit changes no rule of another reach', () => {
  expect(whenOf(HERE)).toEqual({ list: ['similar'], item: { id: ['x'] } })
  expect(whenOf({ ...HERE, page: 'home' })?.page).toEqual(['home'])
  expect(whenOf({ ...HERE, reach: 'kind' })).toEqual({ list: ['similar'] })
  const everywhere = toggle([], 'hide', 'a', { ...HERE, reach: 'all' })
  expect(everywhere).toEqual([{ name: 'Hidden', hide: { id: ['a'] } }])
  const both = toggle(everywhere, 'hide', 'a', HERE)
  expect(both).toHaveLength(2)
  expect(toggle(both, 'hide', 'a', HERE)).toEqual(everywhere)
})

test('products with the same effect share a rule; burying a boosted product ends its boost, and repeating an edit undoes it', () => {
  const two = toggle(toggle([], 'boost', 'a', HERE), 'boost', 'b', HERE)
  expect(two).toHaveLength(1)
  const turned = toggle(two, 'bury', 'a', HERE)
  expect(isActedOn(turned, 'boost', 'a', HERE)).toBe(false)
  expect(isActedOn(turned, 'boost', 'b', HERE)).toBe(true)
  expect(isActedOn(turned, 'bury', 'a', HERE)).toBe(true)
  expect(toggle(toggle(turned, 'bury', 'a', HERE), 'boost', 'b', HERE)).toEqual([])
  expect(parseRules(turned).faults).toEqual([])
})

test('a rule that loses its last product is removed, instead of acting on all products that its other conditions select', () => {
  const rule = newRule('hide', { id: ['a', 'b'], brand: ['acme'] }, 'r', {})
  const [left] = dropId(rule, 'a')
  expect(left).toMatchObject({ hide: { id: ['b'], brand: ['acme'] } })
  expect(dropId(left, 'b')).toEqual([])
  expect(dropId({ name: 'm', atMost: 1, per: 'brand' }, 'a')).toHaveLength(1)
})

test('a schedule keeps a rule’s other conditions, and an empty schedule leaves no condition', () => {
  const rule: Rule = { name: 'r', when: { list: ['similar'] }, pin: ['a'] }
  const dated = scheduled(rule, { from: '2026-12-01', until: '2026-12-24' })
  expect(dated.when).toEqual({ list: ['similar'], from: '2026-12-01', until: '2026-12-24' })
  expect(scheduled(dated, { from: '', until: '' })).toEqual(rule)
  expect('when' in scheduled({ name: 'r', pin: ['a'] }, { from: '', until: '' })).toBe(false)
})

test('undo and redo visit every state; a change after undo drops the undone states, and a change without effect adds no step', () => {
  const three = change(change(begin(1), 2), 3)
  expect(change(three, 3)).toEqual(three)
  expect(undo(undo(undo(three))).now).toBe(1)
  expect(redo(undo(three))).toEqual(three)
  expect(redo(three)).toEqual(three)
  expect(change(undo(three), 4)).toEqual({ past: [1, 2], now: 4, future: [] })
})
