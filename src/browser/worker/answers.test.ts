/** @module Tests how a device treats feedback on items, such as "less like this", and how the shopper withdraws it. */
import type { AnswerName } from '@nearside/core/events/event.ts'
import { filesOf, testCatalog, testModel } from '@nearside/core/model/testShop.ts'
import { expect, test } from 'vitest'
import { ids, start, TestServer } from './testDevice.ts'

const NOW = Date.UTC(2026, 5, 20)

async function opened() {
  const environment = { now: () => NOW, indexedDb: () => undefined }
  const server = new TestServer(await filesOf(testModel('1')))
  return start(server, 'answers', environment, { catalog: testCatalog })
}

const LISTS = [
  { kind: 'recommend', options: { limit: 32 } },
  { kind: 'recommend', options: { limit: 32, exclude: [] } },
  { kind: 'recommend', options: { limit: 32, from: 'viewed' } },
  { kind: 'similar', item: 'item-4', options: { limit: 32 } },
] as const

test.each<AnswerName>(['less_like_this', 'not_for_me', 'have_this'])(
  'feedback “%s” on an item removes it from all personal lists until the feedback is forgotten',
  async (name) => {
    const { capture, device } = await opened()
    await capture({ name: 'view_item', item_id: 'item-8' })
    const before = LISTS.map((query) => ids(device.list(query)))
    for (const list of before) expect(list).toContain('item-8')
    const id = await capture({ name, item_id: 'item-8' })
    for (const query of LISTS) expect(ids(device.list(query))).not.toContain('item-8')
    expect(device.snapshot().learned).toContainEqual(
      expect.objectContaining({ kind: 'item', name: 'item-8', signal: name }),
    )
    expect(device.snapshot().events.byName).toEqual({ view_item: 1, [name]: 1 })
    expect(JSON.stringify(JSON.parse(await device.export()).events)).toContain(name)
    await device.forget({ kind: 'event', id: id ?? '' })
    expect(LISTS.map((query) => ids(device.list(query)))).toEqual(before)
    expect(JSON.stringify(device.snapshot().learned)).not.toContain(name)
  },
)

test('an item that the shopper rejected stays in base lists (the same for all shoppers), and `rerank` puts the item last', async () => {
  const { capture, device } = await opened()
  const base = { kind: 'recommend', options: { limit: 32, order: 'base' } } as const
  const items = ['item-8', 'item-9', 'item-10']
  const given = { kind: 'rerank', items } as const
  const givenBase = { ...given, options: { order: 'base' } } as const
  const [everyones, inBase] = [base, givenBase].map((query) => ids(device.list(query)))
  for (const name of ['have_this', 'not_for_me'] as const) {
    const [first] = ids(device.list(given))
    const id = await capture({ name, item_id: first })
    const list = device.list(given)
    expect(list.at(-1)?.id).toBe(first)
    expect(list.map(({ rank }) => rank)).toEqual([1, 2, 3])
    expect([...ids(list)].sort()).toEqual([...items].sort())
    expect(ids(device.list(base))).toEqual(everyones)
    expect(ids(device.list(givenBase))).toEqual(inBase)
    await device.forget({ kind: 'event', id: id ?? '' })
    expect(ids(device.list(given))[0]).toBe(first)
  }
})

test('"less like this" lowers similar items; the items that rise instead don’t get the reason `taste`', async () => {
  const { capture, device } = await opened()
  const [first] = ids(device.list({ kind: 'recommend', options: { limit: 1 } }))
  const [similar] = ids(device.list({ kind: 'similar', item: first, options: { limit: 1 } }))
  const all = { kind: 'recommend', options: { limit: 32 } } as const
  const place = () => ids(device.list(all)).indexOf(similar)
  const before = place()
  await capture({ name: 'less_like_this', item_id: first })
  expect(place()).toBeGreaterThan(before)
  const kinds = device
    .list({ kind: 'recommend', options: { limit: 12 } })
    .map((one) => one.reason.kind)
  expect(kinds).not.toContain('taste')
})

test('`rankWithout` returns the rank that an item would have without the action that its reason names', async () => {
  const { capture, device } = await opened()
  await capture({ name: 'view_item', item_id: 'item-0' })
  const query = { kind: 'recommend', options: { limit: 4 } } as const
  const named = device.list(query).find(({ reason }) => reason.kind === 'because')
  if (!named) throw new Error('no item is in the list because of the view')
  const found = await device.rankWithout(named.id, named.reason, query)
  const other = await opened()
  const without = ids(other.device.list({ kind: 'recommend', options: { limit: 32 } }))
  expect(found).toBe(without.indexOf(named.id) + 1)
  expect(found).toBeGreaterThan(4)
  expect(await device.rankWithout(named.id, { kind: 'popular' }, query)).toBeNull()
  const viewed = { kind: 'recommend', options: { from: 'viewed' } } as const
  const [own] = device.list(viewed)
  expect(await device.rankWithout(own.id, own.reason, viewed)).toBeNull()
})
