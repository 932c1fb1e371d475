import { expect, test } from 'vitest'
import { brokeredFetch, serveFetches } from './broker.ts'
import type { Destination } from './http.ts'

const MODEL = 'https://shop.test/models/'
const LEADER = 'https://leader.test/'
const DESTINATIONS: readonly Destination[] = [
  { purpose: 'model', url: MODEL },
  { purpose: 'catalog', url: 'https://shop.test/catalog.json' },
  { purpose: 'policy', url: LEADER },
  { purpose: 'upload', url: LEADER },
]

function setUp(
  answer: (init: RequestInit) => Promise<Response> | Response = () => new Response('hello'),
) {
  const { port1, port2 } = new MessageChannel()
  const asked: { url: string; init: RequestInit }[] = []
  serveFetches(port1, async (url, init = {}) => {
    asked.push({ url: String(url), init })
    return answer(init)
  })
  const { fetch, declare } = brokeredFetch(port2)
  return { asked, fetch, declare, port: port2 }
}

test('what was declared is asked for, and tells nothing', async () => {
  const { asked, fetch, declare } = setUp()
  declare(DESTINATIONS)
  const response = await fetch(`${MODEL}1/manifest.json`, { method: 'GET' })
  expect([response.status, await response.text()]).toEqual([200, 'hello'])
  expect(asked[0]).toMatchObject({
    url: `${MODEL}1/manifest.json`,
    init: { method: 'GET', credentials: 'omit', referrerPolicy: 'no-referrer', redirect: 'error' },
  })
  const sent = Uint8Array.of(1, 2, 3)
  await fetch(`${LEADER}v1/reports`, { method: 'POST', body: sent })
  expect(asked[1].init).toMatchObject({
    method: 'POST',
    body: sent,
    headers: { 'content-type': 'application/vnd.nearside.report' },
  })
})

test.each([
  ['another server', 'https://elsewhere.test/models/latest.json', null],
  ['another file', 'https://shop.test/other.json', null],
  ['a way out of the folder', `${MODEL}../secret.json`, null],
  ['a query', `${MODEL}latest.json?viewed=1`, null],
  ['a fragment', `${MODEL}latest.json#viewed`, null],
  ['a body where none belongs', `${MODEL}latest.json`, new Uint8Array(3)],
  ['a body that is too long', `${LEADER}v1/reports`, new Uint8Array(2 ** 20 + 1)],
  ['a query beside an update', `${LEADER}v1/reports?who=me`, new Uint8Array(3)],
] as const)('%s is refused: nothing leaves', async (_, url, body) => {
  const { asked, fetch, declare } = setUp()
  declare(DESTINATIONS)
  await expect(fetch(url, { body })).rejects.toThrow(TypeError)
  expect(asked).toEqual([])
})

test('what is declared later, or never, counts for nothing', async () => {
  const { asked, fetch, declare } = setUp()
  await expect(fetch(`${MODEL}latest.json`)).rejects.toThrow(/not declared/)
  declare(DESTINATIONS)
  declare([{ purpose: 'model', url: 'https://elsewhere.test/' }])
  await expect(fetch('https://elsewhere.test/x')).rejects.toThrow(/not declared/)
  expect(asked).toEqual([])
})

test('an abort stops the request, an endless answer is cut off, a failure is one', async () => {
  let stopped = false
  const hang = ({ signal }: RequestInit) =>
    new Promise<Response>((_, reject) =>
      signal?.addEventListener('abort', () => {
        stopped = true
        reject(signal.reason)
      }),
    )
  const hanging = setUp(hang)
  hanging.declare(DESTINATIONS)
  const stop = new AbortController()
  const got = hanging.fetch(`${MODEL}x`, { signal: stop.signal })
  await expect.poll(() => hanging.asked.length).toBe(1)
  stop.abort()
  await expect(got).rejects.toThrow()
  await expect.poll(() => stopped).toBe(true)
  const long = setUp(() => new Response('x', { headers: { 'content-length': String(2 ** 40) } }))
  long.declare(DESTINATIONS)
  await expect(long.fetch(`${MODEL}x`)).rejects.toThrow(/too large/)
  const away = setUp(() => Promise.reject(new TypeError('Failed to fetch')))
  away.declare(DESTINATIONS)
  await expect(away.fetch(`${MODEL}x`)).rejects.toThrow(/Failed to fetch/)
})
