/** @module Tests reports with and without tokens at real aggregators. */

import { concat, fromBase64, toBase64 } from '@nearside/core/bytes.ts'
import { createVirtualDevice } from '@nearside/research/simulate/device.ts'
import { describe, expect, it } from 'vitest'
import { authorizationOf, parseAuthorization } from '../protocol/token.ts'
import { simulateDevices } from './testDevices.ts'
import { createFederation, HELPER, LEADER, type TestFederation } from './testFederation.ts'
import { ORIGIN } from './testModel.ts'
import { post, randomUpdate, report } from './testReports.ts'
import { createWorkIssuer, newIssuerKey, tokenHeader } from './testTokens.ts'
import { createTokenIssuer, createTokenSigner } from './tokenIssuer.ts'

async function withWork(goal = 4) {
  const { signer, issuer } = await createWorkIssuer()
  const federation = await createFederation({
    parameters: { aggregationGoal: goal, issuer },
    app: { tokens: signer },
  })
  return { federation, issuer, signer }
}

const send = async (federation: TestFederation, body: Uint8Array, authorization?: string) => {
  const response = await post(federation, body, authorization ? { authorization } : {})
  return { status: response.status, ...(await response.json()) }
}

describe('a report', () => {
  it('each honest device’s report is counted, one per token, until the round is full', async () => {
    const { federation } = await withWork()
    const { fetch } = federation
    const contributions = await simulateDevices({
      ...{ leader: LEADER, helper: HELPER, fetch, now: () => federation.now },
      ...{ modelHash: await federation.modelHash(), count: 4, update: randomUpdate },
    })
    expect(contributions.map(({ sent }) => sent)).toEqual([true, true, true, true])
    await federation.leader.advance()
    expect(federation.applied).toHaveLength(1)
  })

  it('a report is refused without a token, or with a malformed or forged token', async () => {
    const { federation, issuer } = await withWork()
    const { body } = await report(federation, 1)
    const honest = await tokenHeader(federation)
    const token = parseAuthorization(honest)
    if (token === null) throw new Error('no token')
    const changed = (at: number) => authorizationOf(toBase64(token.with(at, token[at] ^ 1)))
    const other = await createTokenSigner(newIssuerKey())
    const random = crypto.getRandomValues(new Uint8Array(256))
    const wrong = [
      undefined,
      'Bearer x',
      honest.slice(0, -2),
      `${honest.slice(0, -1)}A"`,
      // Each of these tokens has one changed byte: in type, nonce, round, key or signature.
      ...[1, 2, 34, 66, 353].map(changed),
      authorizationOf(toBase64(concat(token.subarray(0, 98), random))),
      authorizationOf(
        toBase64(concat(token.subarray(0, 98), fromBase64(other.publicKey).slice(33, 289))),
      ),
    ]
    for (const authorization of wrong) {
      const answer = await send(federation, body, authorization)
      expect(answer).toMatchObject({ status: 401, code: 'token-refused' })
    }
    expect((await federation.leader.store.current())?.counted).toBe(0)
    expect((await send(federation, body, honest)).status).toBe(201)
    expect(issuer.key).not.toBe(other.publicKey)
  })

  it('a report may be sent again with its token; another report with that token is refused', async () => {
    const { federation } = await withWork()
    const [one, two, three] = [1, 2, 3].map((seed) => report(federation, seed))
    const token = await tokenHeader(federation)
    const { body } = await one
    expect((await send(federation, body, token)).status).toBe(201)
    expect((await send(federation, body, token)).status).toBe(200)
    expect((await send(federation, body)).status).toBe(200)
    expect(await send(federation, (await two).body, token)).toMatchObject({ status: 401 })
    // Two reports arrive at once with one token: the transaction that counts reports refuses one of them.
    const shared = await tokenHeader(federation)
    const bodies = [(await two).body, (await three).body]
    const answers = await Promise.all(bodies.map((each) => send(federation, each, shared)))
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 401])
    expect((await federation.leader.store.current())?.counted).toBe(2)
  })

  it('a report is refused with a token of an earlier round', async () => {
    const { federation } = await withWork(2)
    const left = await tokenHeader(federation)
    const { task } = await report(federation, 1)
    for (const seed of [1, 2]) {
      const { body } = await report(federation, seed)
      expect((await send(federation, body, await tokenHeader(federation))).status).toBe(201)
    }
    await federation.leader.advance()
    await federation.leader.advance()
    const next = await report(federation, 2)
    expect(next.task.round).toBe(task.round + 1)
    expect(await send(federation, next.body, left)).toMatchObject({ status: 401 })
    expect((await send(federation, next.body, await tokenHeader(federation))).status).toBe(201)
  })

  it('a report needs no token when the policy names no issuer', async () => {
    const federation = await createFederation()
    const { body } = await report(federation, 1)
    expect((await send(federation, body)).status).toBe(201)
    const answer = await federation.fetch(`${LEADER}/v1/tokens`, { method: 'POST' })
    expect(answer.status).toBe(404)
  })
})

describe('the leader', () => {
  it('the leader issues a token only to the shop’s pages, and only for work on the same round and request', async () => {
    const { federation } = await withWork()
    const asked: { init: RequestInit; status: number }[] = []
    const watched = {
      fetch: (async (url: string, init?: RequestInit) => {
        const response = await federation.fetch(url, init)
        if (url.endsWith('/v1/tokens')) asked.push({ init: init ?? {}, status: response.status })
        return response
      }) as typeof fetch,
    }
    await tokenHeader(watched)
    const [{ init, status }] = asked
    expect(status).toBe(200)
    const again = async (changes: Record<string, string>, body = init.body as Uint8Array) => {
      const headers = { ...(init.headers as Record<string, string>), ...changes }
      const request = { method: 'POST', headers, body: new Uint8Array(body) }
      return (await federation.fetch(`${LEADER}/v1/tokens`, request)).status
    }
    expect(await again({ origin: ORIGIN })).toBe(200)
    expect(await again({ origin: 'https://elsewhere.test' })).toBe(403)
    expect(await again({ 'sec-gpc': '1' })).toBe(403)
    expect(await again({ 'content-type': 'text/plain' })).toBe(415)
    for (const attempt of ['', '-1', 'x', '1e3', '9999999999'])
      expect(await again({ 'nearside-work': attempt })).toBe(401)
    const body = init.body as Uint8Array
    expect(await again({}, concat(body, body))).toBe(413)
    // Work for one request is not valid for another request. With two bits, the work is valid by chance for some of 40
    // requests.
    const others = Array.from({ length: 40 }, (_, i) => body.with(100, body[100] ^ (i + 1)))
    const statuses = await Promise.all(others.map((other) => again({}, other)))
    expect(statuses.filter((one) => one === 401).length).toBeGreaterThan(10)
  })
})

describe('a shop’s own issuer', () => {
  it('a shop’s own issuer gives one token per account, repeats it on request, and refuses strangers', async () => {
    const given = new Map<string, string>()
    const issuer = await createTokenIssuer({
      key: newIssuerKey(),
      allow(request, asked) {
        const account = request.headers.get('cookie')
        if (account === null) return false
        if (!given.has(account)) given.set(account, asked)
        return given.get(account) === asked
      },
    })
    const federation = await createFederation({
      parameters: { issuer: { kind: 'account', key: issuer.publicKey } },
    })
    let lost = true
    const as = (cookie?: string) =>
      (async (url: string, init?: RequestInit) => {
        if (!url.startsWith('https://shop.test')) return federation.fetch(url, init)
        const headers = new Headers(init?.headers)
        if (cookie) headers.set('cookie', cookie)
        const response = await issuer.respond(new Request(url, { ...init, headers }))
        // The first answer gets lost, so the device requests the same token again.
        if (!lost) return response
        lost = false
        throw new TypeError('connection reset')
      }) as typeof fetch
    const device = async (cookie?: string) =>
      createVirtualDevice({
        ...{ leader: LEADER, helper: HELPER, issuer: 'https://shop.test/tokens' },
        ...{
          modelHash: await federation.modelHash(),
          fetch: as(cookie),
          now: () => federation.now,
        },
      })
    const signedIn = await device('session=1')
    expect((await signedIn.contribute(() => randomUpdate(1))).error?.code).toBe(
      'issuer-unreachable',
    )
    expect((await signedIn.contribute(() => randomUpdate(1))).sent).toBe(true)
    // The requests come from a second browser of the same account, and from a browser that isn't signed in.
    for (const cookie of ['session=1', undefined]) {
      const refused = await (await device(cookie)).contribute(() => randomUpdate(2))
      expect(refused.error?.message).toMatch(/answered 403/)
    }
    expect((await (await device('session=2')).contribute(() => randomUpdate(2))).sent).toBe(true)
    expect((await federation.leader.store.current())?.counted).toBe(2)
  })

  it('a shop’s own issuer answers only requests for tokens of its key', async () => {
    const issuer = await createTokenIssuer({ key: newIssuerKey(), allow: () => true })
    const ask = async (body: Uint8Array, headers: Record<string, string> = {}) => {
      const type = { 'content-type': 'application/private-token-request' }
      const init = { method: 'POST', body: new Uint8Array(body), headers: { ...type, ...headers } }
      return (await issuer.respond(new Request('https://shop.test/tokens', init))).status
    }
    expect(await ask(new Uint8Array(259))).toBe(400)
    expect(await ask(new Uint8Array(3))).toBe(400)
    expect(await ask(new Uint8Array(259), { 'content-type': 'text/plain' })).toBe(415)
    expect(await ask(new Uint8Array(259), { 'content-length': '260' })).toBe(413)
    expect(await ask(new Uint8Array(259), { 'sec-fetch-site': 'cross-site' })).toBe(403)
  })
})
