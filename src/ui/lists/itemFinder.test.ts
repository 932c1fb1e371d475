import { expect, it } from 'vitest'
import { createItemFinder } from './itemFinder.ts'

it('the finder reads products only up to the requested product', () => {
  let read = 0
  const items = Array.from({ length: 20_000 }, (_, i) => ({
    get id() {
      read++
      return `p${i}`
    },
    title: `${i}`,
  }))
  const find = createItemFinder(items)
  expect(find('p9')?.title).toBe('9')
  expect(find('p3')?.title).toBe('3')
  expect(read).toBeLessThan(30)
  expect(find('none')).toBeUndefined()
  expect(find('p19999')?.title).toBe('19999')
})

it('if several products have one id, the finder returns the first', () => {
  const items = ['a', 'b', 'a'].map((id, at) => ({ id, title: `${at}` }))
  const find = createItemFinder(items)
  expect(find('b')?.title).toBe('1')
  expect(find('c')).toBeUndefined()
  expect(find('a')?.title).toBe('0')
})
