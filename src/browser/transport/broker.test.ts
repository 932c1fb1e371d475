import { expect, test } from 'vitest'
import { brokeredFetch, serveFetches } from './broker.ts'
import { addressesOf, type Destination } from './http.ts'

const MODEL = 'https://shop.test/models/'
const LEADER = 'https://leader.test/'
const DESTINATIONS: readonly Destination[] = [
  { purpose: 'model', url: MODEL },
  { purpose: 'catalog', url: 'https://shop.test/catalog.json' },
  { purpose: 'policy', url: LEADER },
  { purpose: 'upload', url: LEADER },
  { purpose: 'token', url: LEADER },
]
const REPORT = { 'content-type': 'application/vnd.nearside.report' }
const three = new Uint8Array(3)
const TOKEN = { 'content-type': 'application/private-token-request' }

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

test('requests to declared addresses are made without cookies, referrer or redirects', async () => {
  const { asked, fetch, declare } = setUp()
  declare(DESTINATIONS)
  const response = await fetch(`${MODEL}1/manifest.json`, { method: 'GET' })
  expect([response.status, await response.text()]).toEqual([200, 'hello'])
  expect(asked[0]).toMatchObject({
    url: `${MODEL}1/manifest.json`,
    init: { method: 'GET', credentials: 'omit', referrerPolicy: 'no-referrer', redirect: 'error' },
  })
  const sent = Uint8Array.of(1, 2, 3)
  const shown = { ...REPORT, authorization: 'PrivateToken token="AAI_-"' }
  await fetch(`${LEADER}v1/reports`, { method: 'POST', body: sent, headers: shown })
  expect(asked[1].init).toMatchObject({
    ...{ method: 'POST', body: sent, headers: shown, credentials: 'omit' },
  })
  const worked = { ...TOKEN, 'Nearside-Work': '17' }
  const post = { method: 'POST', body: sent, headers: worked, credentials: 'include' as const }
  await fetch(`${LEADER}v1/tokens`, post)
  expect(asked[2].init).toMatchObject(post)
})

test('with a relay, the vault’s document (a frame on another origin) makes only sealed requests, and only to the relay', async () => {
  const { asked, fetch, declare } = setUp()
  const federation = {
    ...{ leader: 'https://leader.test', helper: 'https://helper.test' },
    relay: 'https://relay.test',
  }
  declare(addressesOf({ catalog: [], rules: null, baseModel: MODEL, federation }))
  const headers = { 'content-type': 'message/ohttp-req' }
  const init = { method: 'POST', body: three, headers }
  await fetch('https://relay.test/leader.test', init)
  expect(asked[0].init).toMatchObject({ ...init, credentials: 'omit', redirect: 'error' })
  for (const [url, wrong] of [
    ['https://leader.test/v1/task', {}],
    ['https://leader.test/v1/gateway', init],
    ['https://leader.test/v1/reports', { body: three, headers: REPORT }],
    ['https://relay.test/leader.test', {}],
    ['https://relay.test/leader.test', { body: three, headers: REPORT }],
    ['https://relay.test/x', { body: new Uint8Array(2 ** 20 + 1), headers }],
    ['https://relay.test/x', { body: three, headers: { ...headers, authorization: 'me' } }],
    ['https://shop.test/models/x', init],
  ] as const)
    await expect(fetch(url, wrong)).rejects.toThrow(TypeError)
  expect(asked).toHaveLength(1)
})

const signedIn = { credentials: 'include' as const }
test.each([
  ['another server', 'https://elsewhere.test/models/latest.json', {}],
  ['another file', 'https://shop.test/other.json', {}],
  ['a way out of the folder', `${MODEL}../secret.json`, {}],
  ['a query', `${MODEL}latest.json?viewed=1`, {}],
  ['a fragment', `${MODEL}latest.json#viewed`, {}],
  ['a header', `${MODEL}latest.json`, { headers: { accept: 'viewed' } }],
  ['cookies', `${MODEL}latest.json`, signedIn],
  ['a body in a GET request', `${MODEL}latest.json`, { body: three, headers: REPORT }],
  ['a body of no type', `${LEADER}v1/reports`, { body: three }],
  ['a type without a body', `${LEADER}v1/reports`, { headers: REPORT }],
  ['a long body', `${LEADER}v1/reports`, { body: new Uint8Array(2 ** 20 + 1), headers: REPORT }],
  ['a query beside it', `${LEADER}v1/reports?who=me`, { body: three, headers: REPORT }],
  ['cookies beside it', `${LEADER}v1/reports`, { body: three, headers: REPORT, ...signedIn }],
  [
    'a token of an invalid form',
    `${LEADER}v1/reports`,
    { body: three, headers: { ...REPORT, authorization: 'Bearer me' } },
  ],
  [
    'a proof of work that is not a number',
    `${LEADER}v1/tokens`,
    { body: three, headers: { ...TOKEN, 'Nearside-Work': 'viewed' } },
  ],
  [
    'a token request that is too long',
    `${LEADER}v1/tokens`,
    { body: new Uint8Array(300), headers: TOKEN },
  ],
] as const)('%s is refused and nothing leaves', async (_, url, init) => {
  const { asked, fetch, declare } = setUp()
  declare(DESTINATIONS)
  await expect(fetch(url, init)).rejects.toThrow(TypeError)
  expect(asked).toEqual([])
})

test('an address that is declared after the first declaration, or never, is refused', async () => {
  const { asked, fetch, declare } = setUp()
  await expect(fetch(`${MODEL}latest.json`)).rejects.toThrow(/not declared/)
  declare(DESTINATIONS)
  declare([{ purpose: 'model', url: 'https://elsewhere.test/' }])
  await expect(fetch('https://elsewhere.test/x')).rejects.toThrow(/not declared/)
  expect(asked).toEqual([])
})

test('an abort stops the request, a long response is cut off, a failure is passed on', async () => {
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
