import { expect, it, test } from 'vitest'
import { type Reply, serve } from '../testShops.ts'
import { ask, askGraphql } from './ask.ts'

/** Starts a test server, and makes the arguments of requests to it. Waits are recorded and take no time. */
async function api(give: (nth: number) => Reply) {
  const { address, asked } = await serve((_, nth) => give(nth))
  const waits: number[] = []
  const stop = new AbortController()
  const wait = async (milliseconds: number) => void waits.push(milliseconds)
  const shop = { url: address, fetch, timeout: 60_000, signal: stop.signal, now: Date.now, wait }
  const question = { url: address, isSecret: false, ifRefused: 'no' }
  return { asked, question, shop, stop, waits }
}

const points = (currentlyAvailable: number) => ({
  errors: [{ message: 'Throttled', extensions: { code: 'THROTTLED' } }],
  extensions: {
    cost: { requestedQueryCost: 752, throttleStatus: { currentlyAvailable, restoreRate: 50 } },
  },
})

it.each<[string, Reply, readonly number[]]>([
  ['an API that is down', { status: 503 }, [1000, 2000, 4000, 8000]],
  ['a lost connection', { body: 'x'.repeat(99), isCut: true }, [1000, 2000, 4000, 8000]],
  [
    'an API that names the seconds to wait',
    { status: 429, headers: { 'retry-after': '2.5' } },
    [2500, 2500, 2500, 2500],
  ],
  [
    'an API that names a date to wait for',
    { status: 429, headers: { 'retry-after': 'Mon, 30 Nov 2026 12:00:00 GMT' } },
    [1000, 2000, 4000, 8000],
  ],
])('with %s, the request is sent five times', async (_, bad, expected) => {
  const { asked, question, shop, waits } = await api(() => bad)
  await expect(ask(shop, question)).rejects.toMatchObject({ code: 'input-invalid' })
  expect(waits).toEqual(expected)
  expect(asked).toHaveLength(5)
})

test('if a shop has too few rate-limit points left for a query, the query waits until there are enough', async () => {
  const { shop, waits } = await api((nth) =>
    nth < 2 ? { body: points(nth === 0 ? 666 : 900) } : { body: { data: { shop: 1 } } },
  )
  const read = (value: unknown) => value
  const data = await askGraphql(shop, { query: '{ shop }', read, ifRefused: '' })
  expect(data).toEqual({ shop: 1 })
  expect(waits).toEqual([1720, 0])
})

test('if the signal aborts while a request waits to be repeated, no further request is sent', async () => {
  const { asked, question, shop, stop } = await api(() => ({ status: 503 }))
  const wait = async () => stop.abort()
  await expect(ask({ ...shop, wait }, question)).rejects.toMatchObject({ code: 'aborted' })
  expect(asked).toHaveLength(1)
})
