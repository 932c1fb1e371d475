import { sha256Hex, toBase64 } from '@nearside/core/bytes.ts'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { createLedger } from '../ledger/ledger.ts'
import { verifyChain } from '../ledger/verifyChain.ts'
import { createMemoryDatabase } from '../storage/database.ts'
import { createStore } from '../storage/store.ts'
import { addressesOf, createTransport, destinationsOf } from './http.ts'

const MODEL = 'https://shop.test/models/'
const LEADER = 'https://leader.test/'

function setUp(
  answer: (url: string, init: RequestInit) => Promise<Response> | Response,
  offline?: () => AbortSignal,
) {
  const store = createStore(createMemoryDatabase())
  const ledger = createLedger(store, () => 9)
  const asked: { url: string; init: RequestInit; entriesBefore: number }[] = []
  const transport = createTransport({
    ledger,
    records: (change) => store.changeSettings(change),
    timeout: 50,
    offline,
    destinations: [
      { purpose: 'model', url: MODEL },
      { purpose: 'catalog', url: 'https://shop.test/catalog.json' },
      { purpose: 'upload', url: LEADER },
      { purpose: 'token', url: 'https://shop.test/tokens' },
    ],
    fetch: async (url, init = {}) => {
      const entriesBefore = (await ledger.entries()).length
      asked.push({ url: String(url), init, entriesBefore })
      return answer(String(url), init)
    },
  })
  return { transport, ledger, asked, store }
}

test('an offline device makes and logs no request, and ends a running request', async () => {
  let line = new AbortController()
  const answer = (_: string, { signal }: RequestInit) =>
    new Promise<Response>((_, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason))
      line.abort()
    })
  const { transport, asked, ledger } = setUp(answer, () => line.signal)
  await expect(transport.get(`${MODEL}1`, 'model')).rejects.toMatchObject({
    code: 'model-unreachable',
  })
  expect(asked).toHaveLength(1)
  const logged = await ledger.entries()
  await expect(transport.get(`${MODEL}2`, 'model')).rejects.toMatchObject({
    code: 'model-unreachable',
  })
  await expect(transport.post(`${LEADER}v1`, new Uint8Array(1), 'a/b', {})).rejects.toMatchObject({
    code: 'aggregator-unreachable',
  })
  expect(asked).toHaveLength(1)
  expect(await ledger.entries()).toEqual(logged)
  line = new AbortController()
  const again = transport.get(`${MODEL}3`, 'model')
  await expect(again).rejects.toMatchObject({ code: 'model-unreachable' })
  expect(asked).toHaveLength(2)
})

describe('declared addresses', () => {
  const OTHER = 'https://elsewhere.test/models/'

  test('all addresses that the configuration names are stored before the first request, in addition to earlier ones, and an erasure keeps them', async () => {
    let kept: readonly string[] | undefined
    const { transport, ledger, store } = setUp(async () => {
      kept = await store.setting('declared')
      return new Response('')
    })
    await store.putSetting('declared', [OTHER])
    await transport.get(`${MODEL}latest.json`, 'model')
    const all = [OTHER, MODEL, 'https://shop.test/catalog.json', LEADER, 'https://shop.test/tokens']
    expect(kept).toEqual(all)
    await ledger.erase()
    expect(await store.setting('declared')).toEqual(all)
  })

  test('all addresses that the configuration names are stored with the next request if the disk refuses them at first', async () => {
    const { transport, store } = setUp(() => new Response(''))
    vi.spyOn(store, 'changeSettings').mockRejectedValueOnce(new Error('full'))
    await transport.get(`${MODEL}latest.json`, 'model')
    await transport.get(`${MODEL}latest.json`, 'model')
    expect(await store.setting('declared')).toContain(MODEL)
  })
})

test('through a relay the leader (an aggregation server) gets no token request, even if the shop names the leader’s address as its token issuer', () => {
  const key = toBase64(new Uint8Array(32).fill(3))
  const federation = {
    relay: 'https://relay.test',
    issuer: `${LEADER}v1/tokens`,
    ...{ leader: LEADER, leaderKey: key, helper: 'https://helper.test/', helperKey: key },
  }
  const config = { catalog: [], rules: null, baseModel: MODEL, federation }
  expect(addressesOf(config).map(({ url }) => url)).toEqual([MODEL, 'https://relay.test/'])
})

test('through a relay no request goes to the aggregators, and the log names the relay of each relayed request', async () => {
  const store = createStore(createMemoryDatabase())
  const ledger = createLedger(store, () => 9)
  const key = toBase64(new Uint8Array(32).fill(3))
  // The helper (aggregation server) is at the shop's own address, which also serves catalog and tokens.
  const relayed = {
    relay: 'https://relay.test',
    issuer: 'https://shop.test/tokens',
    ...{ leader: LEADER, leaderKey: key, helper: 'https://shop.test/', helperKey: key },
  }
  const asked: [string, RequestInit][] = []
  const transport = createTransport({
    ledger,
    relayed,
    records: (change) => store.changeSettings(change),
    destinations: destinationsOf({
      ...{ catalog: [], rules: null, baseModel: MODEL },
      federation: relayed,
    }),
    async fetch(url, init = {}) {
      asked.push([String(url), init])
      return new Response(MODEL)
    },
  })
  await transport.get(`${MODEL}latest.json`, 'model')
  const post = { body: new Uint8Array(3), headers: {}, credentials: 'include' as const }
  await transport.get('https://shop.test/tokens', 'token', { post })
  // In this test, the relay's answer is not sealed by a server, so requests through the relay fail.
  const unreachable = { code: 'aggregator-unreachable' }
  await expect(transport.get(`${LEADER}v1/task`, 'policy')).rejects.toMatchObject(unreachable)
  const report = transport.post(`${LEADER}v1/reports`, new Uint8Array(9), 'x/y', {})
  await expect(report).rejects.toMatchObject(unreachable)
  expect(asked.map(([url]) => url)).toEqual([
    `${MODEL}latest.json`,
    'https://shop.test/tokens',
    'https://relay.test/leader.test',
    'https://relay.test/leader.test',
  ])
  for (const [, init] of asked.slice(2))
    expect(init).toMatchObject({
      ...{ method: 'POST', credentials: 'omit', referrerPolicy: 'no-referrer' },
      headers: { 'content-type': 'message/ohttp-req' },
    })
  const entries = (await ledger.entries()).filter(({ kind }) => kind !== 'failure')
  expect(entries.map(({ kind, detail }) => [kind, detail.url, detail.relay])).toEqual([
    ['request', `${MODEL}latest.json`, undefined],
    ['request', 'https://shop.test/tokens', undefined],
    ['request', `${LEADER}v1/task`, 'https://relay.test'],
    ['upload', `${LEADER}v1/reports`, 'https://relay.test'],
  ])
  expect(entries.map(({ bytesSent }) => bytesSent)).toEqual([0, 3, 0, 9])
  expect(entries.map(({ detail }) => detail.sealed)).toEqual(
    asked.map(([url, { body }]) =>
      url.startsWith(relayed.relay) ? (body as Uint8Array).length : undefined,
    ),
  )
  expect(await store.setting('declared')).toContain('https://relay.test/')
})

describe('get', () => {
  test('`get` logs first, then requests without cookies, referrer, redirects or headers', async () => {
    const { transport, ledger, asked } = setUp(() => new Response('hello'))
    const body = await transport.get(`${MODEL}latest.json`, 'model')
    expect(new TextDecoder().decode(body)).toBe('hello')
    expect(asked[0].entriesBefore).toBe(1)
    expect(asked[0].init).toMatchObject({
      method: 'GET',
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      redirect: 'error',
    })
    expect(asked[0].init.headers).toBeUndefined()
    const [entry] = await ledger.entries()
    expect(entry).toMatchObject({ kind: 'request', bytesSent: 0, detail: { purpose: 'model' } })
  })

  test.each([
    ['https://shop.test/other/latest.json', 'model'],
    ['https://shop.test/models/../secret', 'model'],
    ['https://evil.test/models/latest.json', 'model'],
    ['https://shop.test/catalog.json?who=me', 'catalog'],
    ['https://shop.test/models/latest.json', 'policy'],
  ] as const)(
    'a request of purpose %s for %s is undeclared, and nothing leaves',
    async (url, purpose) => {
      const { transport, ledger, asked } = setUp(() => new Response(''))
      await expect(transport.get(url, purpose)).rejects.toMatchObject({ code: 'input-invalid' })
      expect(asked).toEqual([])
      expect(await ledger.entries()).toEqual([])
    },
  )

  test('a failed request has its own error code and log entry', async () => {
    const { transport, ledger } = setUp(() => {
      throw new TypeError('Failed to fetch')
    })
    const url = `${MODEL}latest.json`
    await expect(transport.get(url, 'model')).rejects.toMatchObject({ code: 'model-unreachable' })
    expect((await ledger.entries()).map(({ kind }) => kind)).toEqual(['request', 'failure'])
    expect((await verifyChain(await ledger.entries())).ok).toBe(true)
  })

  test('`get` rejects for every status other than 200', async () => {
    const { transport, ledger } = setUp(() => new Response('', { status: 404 }))
    await expect(transport.get(`${MODEL}x`, 'model')).rejects.toMatchObject({
      code: 'model-unreachable',
      message: expect.stringContaining('404'),
    })
    expect((await ledger.entries()).map(({ kind }) => kind)).toEqual(['request', 'failure'])
  })

  test('an endless response is cut off while it is read', async () => {
    let pulled = 0
    const endless = new ReadableStream({
      pull(controller) {
        pulled++
        controller.enqueue(new Uint8Array(2 ** 20))
      },
    })
    const { transport } = setUp(() => new Response(endless))
    await expect(transport.get(`${MODEL}x`, 'model')).rejects.toMatchObject({
      code: 'model-unreachable',
      message: expect.stringContaining('too large'),
    })
    expect(pulled).toBeLessThan(70)
  })

  test('a response is not read if its announced length is too great; if it announces too small a length, all of it is read', async () => {
    const headers = { 'content-length': String(2 ** 30) }
    const { transport } = setUp((url) =>
      url.endsWith('lie')
        ? new Response('hello', { headers: { 'content-length': '1' } })
        : new Response('x', { headers }),
    )
    await expect(transport.get(`${MODEL}x`, 'model')).rejects.toThrow(/too large/)
    expect(await transport.get(`${MODEL}lie`, 'model')).toHaveLength(5)
  })

  const hang = (_url: string, { signal }: RequestInit) =>
    new Promise<Response>((_, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason))
    })

  test('a request to a silent server times out', async () => {
    const { transport } = setUp(hang)
    await expect(transport.get(`${MODEL}x`, 'model')).rejects.toMatchObject({
      code: 'model-unreachable',
    })
  })

  /** Answers with three bytes, one every 40 ms, and then ends the answer or stays silent. */
  const dripping =
    (ends: boolean) =>
    (_url: string, { signal }: RequestInit) => {
      let left = 3
      const body = new ReadableStream<Uint8Array>({
        start: (line) => signal?.addEventListener('abort', () => line.error(signal.reason)),
        async pull(line) {
          if (left-- === 0 && ends) return line.close()
          await new Promise((next) => left >= 0 && setTimeout(next, 40))
          line.enqueue(Uint8Array.of(left))
        },
      })
      return new Response(body)
    }

  test('a slow download continues while bytes arrive; a slow token request or a silent download times out', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const [whole, part] = [true, false].map((ends) =>
      setUp(dripping(ends)).transport.get(`${MODEL}x`, 'model'),
    )
    const token = setUp(dripping(true)).transport.get('https://shop.test/tokens', 'token')
    const outcomes = Promise.allSettled([whole, part, token])
    let settled = false
    outcomes.then(() => {
      settled = true
    })
    while (!settled) {
      await vi.advanceTimersByTimeAsync(10)
      await new Promise(setImmediate)
    }
    expect(await outcomes).toMatchObject([
      { status: 'fulfilled', value: { length: 3 } },
      { status: 'rejected', reason: { code: 'model-unreachable' } },
      { status: 'rejected', reason: { code: 'issuer-unreachable' } },
    ])
  })

  test('an aborted request rejects as aborted, and nothing is sent after the abort', async () => {
    const { transport, ledger, asked } = setUp(hang)
    const stop = new AbortController()
    const got = transport.get(`${MODEL}x`, 'model', { signal: stop.signal })
    await expect.poll(() => asked.length).toBe(1)
    stop.abort()
    await expect(got).rejects.toMatchObject({ code: 'aborted' })
    const entries = (await ledger.entries()).length
    const late = transport.get(`${MODEL}x`, 'model', { signal: stop.signal })
    await expect(late).rejects.toMatchObject({ code: 'aborted' })
    expect(asked).toHaveLength(1)
    expect(await ledger.entries()).toHaveLength(entries)
  })
})

describe('post', () => {
  test('`post` logs length and hash of the body before sending it', async () => {
    const { transport, ledger, asked } = setUp(() => new Response('ok', { status: 201 }))
    const bytes = Uint8Array.of(1, 2, 3)
    const answer = await transport.post(`${LEADER}reports`, bytes, 'application/x', { round: 4 })
    expect(answer.status).toBe(201)
    expect(asked[0].entriesBefore).toBe(1)
    expect(asked[0].init.headers).toEqual({ 'content-type': 'application/x' })
    const [entry] = await ledger.entries()
    expect(entry).toMatchObject({
      kind: 'upload',
      bytesSent: 3,
      detail: { round: 4, sha256: await sha256Hex(bytes) },
    })
  })

  test('`post` resolves for every HTTP status', async () => {
    const { transport } = setUp(() => new Response('busy', { status: 503 }))
    expect((await transport.post(`${LEADER}r`, new Uint8Array(), 'x/y', {})).status).toBe(503)
  })

  test('`post` without a response rejects as aggregator-unreachable, and its log entry stays', async () => {
    const { transport, ledger } = setUp(() => {
      throw new TypeError('Failed to fetch')
    })
    await expect(transport.post(`${LEADER}r`, new Uint8Array(5), 'x/y', {})).rejects.toMatchObject({
      code: 'aggregator-unreachable',
    })
    const entries = await ledger.entries()
    expect(entries.map(({ kind, bytesSent }) => [kind, bytesSent])).toEqual([
      ['upload', 5],
      ['failure', 0],
    ])
  })
})

describe('a token request', () => {
  test('a token request is a POST to the declared address, with cookies only if the caller wants them', async () => {
    const { transport, ledger, asked } = setUp(() => new Response('four'))
    const post = { body: new Uint8Array(9), headers: { a: 'b' } }
    const ask = (url: string, credentials: RequestCredentials) =>
      transport.get(url, 'token', { post: { ...post, credentials } })
    await expect(ask('https://shop.test/other', 'omit')).rejects.toMatchObject({
      code: 'input-invalid',
    })
    expect(asked).toEqual([])
    for (const credentials of ['include', 'omit'] as const) {
      expect(await ask('https://shop.test/tokens', credentials)).toHaveLength(4)
      const { entriesBefore, init } = asked[asked.length - 1]
      expect(entriesBefore).toBe(1)
      expect(init).toMatchObject({ method: 'POST', ...post, credentials, redirect: 'error' })
    }
    const [entry] = await ledger.entries()
    expect(entry).toMatchObject({ kind: 'request', bytesSent: 2 * 9 })
    expect(entry.detail).toMatchObject({ method: 'POST', purpose: 'token', count: 2, received: 8 })
  })

  test.each([403, 503])('a token request fails if the issuer answers %i', async (status) => {
    const { transport } = setUp(() => new Response('', { status }))
    const asked = transport.get('https://shop.test/tokens', 'token', {
      post: { body: new Uint8Array(9) },
    })
    await expect(asked).rejects.toMatchObject({ code: 'issuer-unreachable' })
  })
})
