import { expect, test } from 'vitest'
import { withVariants } from '../ranking/listQuery.ts'
import { createVariants } from './catalog.ts'

const variantsOf = createVariants([
  { id: 'mug-r', groupId: 'MG', available: false },
  { id: 'mug-b', groupId: 'MG' },
  { id: 'cup-s', groupId: 'cup' },
  { id: 'cup', groupId: 'cup' },
  { id: 'tea' },
])

test('a groupId maps to its variants, available variants first; any other id maps to an empty list', () => {
  expect(variantsOf('MG')).toEqual(['mug-b', 'mug-r'])
  for (const id of ['cup', 'tea', 'mug-r', 'unknown']) expect(variantsOf(id)).toEqual([])
})

test('withVariants replaces a groupId in a list query by its variants’ ids; a list of items similar to a product excludes the product’s variants', () => {
  const asked = (query: Parameters<typeof withVariants>[0]) => withVariants(query, variantsOf)
  expect(asked({ kind: 'similar', item: 'MG', options: { limit: 3 } })).toEqual({
    ...{ kind: 'similar', item: 'mug-b' },
    options: { limit: 3, excludeIds: ['mug-b', 'mug-r'] },
  })
  expect(asked({ kind: 'boughtTogether', item: ['tea', 'MG'] })).toEqual({
    ...{ kind: 'boughtTogether', item: ['tea', 'mug-b', 'mug-r'] },
    options: { excludeIds: [] },
  })
  expect(asked({ kind: 'recommend', options: { from: 'viewed', excludeIds: ['MG'] } })).toEqual({
    ...{ kind: 'recommend', options: { from: 'viewed', excludeIds: ['mug-b', 'mug-r'] } },
  })
})

test('a list query without a groupId is left unchanged', () => {
  for (const query of [
    { kind: 'similar', item: 'cup' },
    { kind: 'rerank', items: ['cup'] },
    { kind: 'boughtTogether', item: 'tea' },
    { kind: 'recommend' },
  ] as const)
    expect(withVariants(query, variantsOf)).toBe(query)
})
