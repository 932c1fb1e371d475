import { expect, test } from 'vitest'
import { placeBeside, placePins, withPins } from './listRules.ts'

const pin = (id: string, at: number) => ({ item: { id }, at, rule: 'r' })

test('a pin whose place is taken moves to the next free place, and is dropped if that is beyond the end of the list', () => {
  const pins = [pin('a', 2), pin('b', 2), pin('c', 1), pin('a', 4), pin('d', 9), pin('e', 1)]
  const places = [...placePins(pins, 5)].map(([place, { item }]) => [place, item.id])
  expect(places).toEqual([
    [1, 'c'],
    [2, 'a'],
    [3, 'b'],
    [4, 'e'],
  ])
})

test('the other items of a list fill the places that no pin takes', () => {
  const pinned = new Map([
    [1, 'P'],
    [3, 'Q'],
  ])
  const list = ['a', 'b', 'c', 'd']
  expect(withPins(list, pinned, 5)).toEqual(['P', 'a', 'Q', 'b', 'c'])
  const all = withPins(list, pinned, 9)
  expect(list.map((_, at) => all[placeBeside(at + 1, pinned) - 1])).toEqual(list)
  expect(withPins(['a'], new Map([[4, 'P']]), 5)).toEqual(['a', 'P'])
})
