import type { Item } from '@nearside/core/catalog/item.ts'
import type { Recommendation } from '@nearside/core/ranking/apiLists.ts'
import { expect, test } from 'vitest'
import { agentTools } from './agentTools.ts'

const items = ['a', 'b', 'c', 'd'].map((id): Item => ({ id, title: id, available: id !== 'c' }))

/** Tools of a shop whose shopper prefers the products in reverse order. */
function shopTools() {
  const logged: unknown[] = []
  const basket: unknown[] = []
  const ranked = (ids: readonly string[]) =>
    ids.toReversed().map(
      (id, at): Recommendation => ({
        ...{ id, score: 1, rank: at + 1, baseRank: at + 1 },
        reason: { kind: 'popular' },
      }),
    )
  const tools = agentTools(
    {
      rerank: async (ids) => ranked(ids),
      recommend: async () => ranked(items.map(({ id }) => id)),
      logAgentCall: async (...call) => void logged.push(call),
    },
    {
      itemOf: (id) => items.find((item) => item.id === id),
      search: () => items.map(({ id }) => id),
      addToBasket: (...added) => void basket.push(added),
    },
  )
  const call = (name: string, input: object) =>
    tools.find((tool) => tool.name === name)?.execute(input)
  return { tools, call, logged, basket }
}
const listed = (...ids: readonly string[]) => ({ items: ids.map((id) => ({ id, title: id })) })

test('the search tool keeps the ranking of the shop’s search; the other tools rank for this shopper', async () => {
  const { tools, call, logged } = shopTools()
  expect(await call('search_products', { query: 'x', limit: 3 })).toEqual(listed('a', 'b', 'c'))
  expect(await call('recommend_products', {})).toEqual(listed('d', 'c', 'b', 'a'))
  expect(await call('compare_products', { ids: ['a', 'd'] })).toEqual(listed('d', 'a'))
  expect(logged).toEqual([
    ['search', 3],
    ['recommend', 4],
    ['compare', 2],
  ])
  const promising = tools.filter(({ description }) => description.includes('ranked for'))
  expect(promising.map(({ name }) => name)).toEqual(['recommend_products', 'compare_products'])
})

test('a product that is sold out or unknown never gets into the basket, and such a call is not logged', async () => {
  const { call, logged, basket } = shopTools()
  for (const id of ['c', 'unknown'])
    expect(await call('add_to_basket', { id })).toMatchObject({ error: { code: 'item-unknown' } })
  expect([logged, basket]).toEqual([[], []])
  expect(await call('add_to_basket', { id: 'b', quantity: 2 })).toMatchObject({ quantity: 2 })
  expect([logged, basket]).toEqual([[['basket', 1]], [['b', 2]]])
})
