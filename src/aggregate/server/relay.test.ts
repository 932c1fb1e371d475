import { once } from 'node:events'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getConnInfo } from '@hono/node-server/conninfo'
import { relayedFetch } from '@nearside/browser/contribution/relayedFetch.ts'
import { fromBase64, fromHex, toHex, utf8 } from '@nearside/core/bytes.ts'
import { createVirtualDevice } from '@nearside/research/simulate/device.ts'
import type { Context } from 'hono'
import { describe, expect, it, onTestFinished } from 'vitest'
import { gatewayKeyOf, sealRequest } from '../privacy/oblivious.ts'
import { cryptoRandomBytes } from '../privacy/randomBytes.ts'
import { decodeResponse, encodeRequest } from '../protocol/binaryHttp.ts'
import { parseHeader } from '../protocol/report.ts'
import { OBLIVIOUS_REQUEST } from '../protocol/routes.ts'
import { createApp } from './app.ts'
import { loadIdentity } from './identity.ts'
import { listen } from './listen.ts'
import { createRelay, type RelayOptions } from './relay.ts'
import { createFederation } from './testFederation.ts'
import { ORIGIN } from './testModel.ts'
import { report } from './testReports.ts'
import { createWorkIssuer } from './testTokens.ts'

/** Address of the devices; the relay's own address is 127.0.0.1. */
const DEVICE = '127.0.0.9'

/** Starts both servers and a relay on ports, and records what each of them saw. */
async function start(relayOptions: Partial<RelayOptions> = {}, perMinute = 1e9) {
  const { signer, issuer } = await createWorkIssuer()
  const federation = await createFederation({
    parameters: { issuer, aggregationGoal: 2 },
    app: { tokens: signer },
  })
  const seen = { addresses: new Set<string>(), headers: [] as string[], carried: [] as string[] }
  const serve = async (app: Parameters<typeof listen>[0]) => {
    const { port, stop } = await listen(app, '127.0.0.1', 0)
    onTestFinished(stop)
    return `http://127.0.0.1:${port}`
  }
  const remote = (c: Context) => getConnInfo(c).remote.address ?? ''
  const servers = { leader: '', helper: '' }
  const keys = { leaderKey: '', helperKey: '' }
  for (const role of ['leader', 'helper'] as const) {
    const identity = await loadIdentity(federation[`${role}Store`], role)
    keys[`${role}Key`] = identity.publicKey
    const app = createApp(federation[role], {
      ...{ origins: [ORIGIN], now: Date.now, reportsPerMinute: 1, tokens: signer },
      clientAddress(c) {
        seen.addresses.add(remote(c))
        seen.headers.push(JSON.stringify(c.req.header()))
        return remote(c)
      },
      gateway: { keys: identity.gateway, isRelay: (c) => remote(c) !== DEVICE, perMinute },
    })
    servers[role] = await serve(app)
  }
  const relay = await serve(
    createRelay({
      targets: [servers.leader, servers.helper],
      origins: null,
      now: Date.now,
      perMinute: 1000,
      clientAddress: remote,
      async fetch(url, init) {
        const body = new Uint8Array(init?.body as Uint8Array<ArrayBuffer>)
        seen.carried.push(toHex(body), JSON.stringify(init?.headers))
        const answer = await fetch(url, init)
        seen.carried.push(toHex(new Uint8Array(await answer.clone().arrayBuffer())))
        return answer
      },
      ...relayOptions,
    }),
  )
  const names = { relay, ...servers, ...keys }
  return { federation, seen, names, signer }
}

/** Fetch of a browser at `DEVICE`, with headers that would identify the browser. */
const browserFetch = (async (url: string, init: RequestInit = {}) => {
  const given = init.headers as Record<string, string> | undefined
  const headers = { cookie: 'canary-cookie', 'user-agent': 'canary-agent', ...given }
  const sent = request(url, { localAddress: DEVICE, method: init.method, headers, agent: false })
  sent.end(init.body)
  const [response] = await once(sent, 'response')
  const parts: Buffer[] = []
  for await (const part of response) parts.push(part)
  const { statusCode: status } = response
  return new Response(Buffer.concat(parts), { status, headers: response.headers })
}) as unknown as typeof fetch

type Names = Awaited<ReturnType<typeof start>>['names']

async function contribute(names: Names, modelHash: string, goes = browserFetch) {
  const through = relayedFetch(goes, names).ask as unknown as typeof fetch
  const options = { ...names, modelHash, now: Date.now, fetch: through }
  const device = createVirtualDevice(options)
  const contributed = await device.contribute(() => new Float64Array(70).fill(0.001))
  return { ...contributed, log: device.disk.ledger }
}

/** A sealed request for the leader, and a function that opens its answer. */
function seal({ leaderKey }: Names, method: string, path: string, body = new Uint8Array(0)) {
  const headers = { 'content-type': 'application/vnd.nearside.report' }
  const message = encodeRequest({ method, authority: 'x', path, headers, body })
  return sealRequest(gatewayKeyOf(fromBase64(leaderKey)), message, cryptoRandomBytes(32))
}

const send = (url: string, body: Uint8Array, headers = {}) =>
  browserFetch(url, {
    method: 'POST',
    body: new Uint8Array(body),
    headers: { 'content-type': OBLIVIOUS_REQUEST, ...headers },
  })

const at = ({ relay }: Names, target: string) =>
  `${relay}/${encodeURIComponent(target.replace('http://', ''))}`

async function expectProblem(answer: Response, status: number, code: string) {
  expect(answer.status).toBe(status)
  expect(await answer.json()).toMatchObject({ status, code })
}

describe('an update through a relay', () => {
  it('an update through a relay is counted once; servers see only the relay, the relay only ciphertext', async () => {
    const { federation, seen, names } = await start()
    const modelHash = await federation.modelHash()
    const results = [await contribute(names, modelHash), await contribute(names, modelHash)]
    expect(results.map(({ sent, reason }) => [sent, reason])).toEqual(
      results.map(() => [true, expect.stringMatching(/was counted in round 1/)]),
    )
    await federation.leader.advance()
    expect(federation.applied).toHaveLength(1)
    expect((await federation.leader.store.rounds(20)).at(-1)).toMatchObject({
      round: 1,
      counted: 2,
    })
    // Each device asks both servers for the terms and again for the round, then sends a token request and a report.
    expect(seen.carried).toHaveLength(3 * 12)
    for (const { log } of results)
      for (const kind of ['consent', 'upload'])
        expect(log.find((entry) => entry.kind === kind)?.detail.relay).toBe(names.relay)
    expect([...seen.addresses]).toEqual(['127.0.0.1'])
    const shown = [...seen.headers, ...seen.carried].join()
    for (const canary of ['canary', DEVICE, 'PrivateToken', 'policyHash', ORIGIN, 'v1/task'])
      for (const form of [canary, toHex(utf8(canary)), btoa(canary)])
        expect(shown).not.toContain(form)
    const { policyHash = '' } = (await federation.leaderStore.rounds(9)).at(-1) ?? {}
    for (const secret of [policyHash, modelHash]) expect(shown).not.toContain(secret)
  })

  it('an update through a relay is answered again when the relay repeats it, and counted once', async () => {
    const { federation, names } = await start()
    const carried: [string, RequestInit][] = []
    const keeping = (async (url: string, init: RequestInit) => {
      carried.push([url, init])
      return browserFetch(url, init)
    }) as unknown as typeof fetch
    const { sent } = await contribute(names, await federation.modelHash(), keeping)
    expect(sent).toBe(true)
    for (const [url, init] of carried) expect((await browserFetch(url, init)).status).toBe(200)
    expect((await federation.leader.store.current())?.counted).toBe(1)
  })

  it('an update through a relay fails when the relay forges an answer or is down', async () => {
    const { federation, names } = await start()
    const modelHash = await federation.modelHash()
    const task = await (await browserFetch(`${names.leader}/v1/task`)).arrayBuffer()
    const lies: [string, () => Promise<Response>][] = [
      ['a task of its own', async () => new Response(task)],
      ['a refusal of its own', async () => new Response('{}', { status: 410 })],
      ['nothing', async () => new Response('')],
      ['no connection', async () => Promise.reject(new TypeError('refused'))],
    ]
    for (const [, lie] of lies) {
      const { sent, error } = await contribute(names, modelHash, lie as typeof fetch)
      expect(sent).toBe(false)
      expect(error?.code).toBe('aggregator-unreachable')
    }
    // With these names, the device seals to the other server's key.
    const swapped = { ...names, leaderKey: names.helperKey }
    const { error } = await contribute(swapped, modelHash)
    expect(error?.code).toBe('aggregator-unreachable')
    await expect(
      relayedFetch(browserFetch, names).ask('http://other.test/x', {}),
    ).rejects.toMatchObject({ code: 'input-invalid' })
  })
})

describe('a relay', () => {
  it('a relay forwards only sealed requests, and only to its targets', async () => {
    const { names } = await start()
    const { request: sealed } = await seal(names, 'GET', '/v1/task')
    const leader = at(names, names.leader)
    expect((await send(leader, sealed)).status).toBe(200)
    await expectProblem(await send(at(names, 'http://other.test'), sealed), 404, 'input-invalid')
    await expectProblem(await send(`${names.relay}/`, sealed), 404, 'input-invalid')
    await expectProblem(await browserFetch(leader), 404, 'input-invalid')
    await expectProblem(
      await send(leader, sealed, { 'content-type': 'text/plain' }),
      415,
      'report-invalid',
    )
    await expectProblem(await send(leader, new Uint8Array(2 ** 20 + 1)), 413, 'report-invalid')
    const changed = sealed.slice()
    changed[50] ^= 1
    await expectProblem(await send(leader, changed), 422, 'report-invalid')
    await expectProblem(await send(leader, utf8('short')), 422, 'report-invalid')
    await expectProblem(await send(at(names, names.helper), sealed), 422, 'report-invalid')
  })

  it('a relay answers 503 when a server hangs, redirects, or answers unsealed or endlessly', async () => {
    let answered = 0
    const server = createServer((_, response) => {
      answered++
      // The server never answers the first request.
      if (answered === 2) response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end()
      if (answered === 3) response.writeHead(200, { 'content-type': 'text/html' }).end('hello')
      if (answered < 4) return
      response.writeHead(200, { 'content-type': 'message/ohttp-res' })
      const more = setInterval(() => response.write(Buffer.alloc(300_000)), 1)
      response.on('close', () => clearInterval(more))
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => void server.close())
    const target = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const deadline = 300
    const { names } = await start({ targets: [target], deadline, fetch })
    for (let n = 1; n <= 4; n++) {
      const answer = await send(at(names, target), utf8('sealed'))
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
      await expectProblem(answer, 503, 'aggregator-unreachable')
      expect(answered).toBe(n)
    }
  })

  it('a relay limits each address separately', async () => {
    const { names } = await start({ perMinute: 2 })
    const { request: sealed } = await seal(names, 'GET', '/v1/task')
    const statuses = []
    for (let n = 0; n < 3; n++) statuses.push((await send(at(names, names.leader), sealed)).status)
    expect(statuses).toEqual([200, 200, 429])
    const init = { method: 'POST', body: sealed, headers: { 'content-type': OBLIVIOUS_REQUEST } }
    expect((await fetch(at(names, names.leader), init)).status).toBe(200)
  })

  it('a relay allows cross-origin requests of any shop’s pages', async () => {
    const { names } = await start()
    const answer = await browserFetch(at(names, names.leader), {
      method: 'OPTIONS',
      headers: {
        origin: ORIGIN,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type',
      },
    })
    expect(answer.status).toBe(204)
    expect(answer.headers.get('access-control-allow-origin')).toBe('*')
    expect(answer.headers.get('access-control-allow-headers')).toMatch(/content-type/i)
  })
})

describe('a gateway', () => {
  it('a gateway accepts requests only from its relays, and limits each relay', async () => {
    const { names } = await start({}, 3)
    const { request: sealed } = await seal(names, 'GET', '/v1/task')
    await expectProblem(await send(`${names.leader}/v1/gateway`, sealed), 403, 'input-invalid')
    const statuses = []
    for (let n = 0; n < 4; n++) statuses.push((await send(at(names, names.leader), sealed)).status)
    expect(statuses).toEqual([200, 200, 200, 503])
  })

  it('a gateway serves only its three routes, and refuses any other request', async () => {
    const { names } = await start()
    const ask = async (method: string, path: string, body?: Uint8Array<ArrayBuffer>) => {
      const sealed = await seal(names, method, path, body)
      const answer = await send(at(names, names.leader), sealed.request)
      if (answer.status !== 200) return answer.status
      return decodeResponse(await sealed.open(new Uint8Array(await answer.arrayBuffer())))
    }
    expect(await ask('GET', '/v1/task')).toMatchObject({
      status: 200,
      headers: { 'content-type': 'application/json' },
    })
    for (const [method, path] of [
      ['GET', '/v1/rounds'],
      ['GET', '/metrics'],
      ['POST', '/v1/task'],
      ['POST', '/v1/gateway'],
      ['POST', '/v1/peer/rounds/1'],
      ['GET', '/v1/task?x=1'],
      ['GET', 'http://other.test/v1/task'],
      ['GET', 'constructor'],
    ])
      expect(await ask(method, path)).toBe(422)
    expect(await ask('POST', '/v1/reports', utf8('none'))).toMatchObject({ status: 422 })
    expect(await ask('POST', '/v1/reports', new Uint8Array(500_000))).toMatchObject({ status: 413 })
  })

  it('a gateway publishes the key derived from its signing key', async () => {
    const { names } = await start()
    const answer = await fetch(`${names.leader}/v1/ohttp-keys`)
    expect(answer.headers.get('content-type')).toBe('application/ohttp-keys')
    const key = toHex(gatewayKeyOf(fromBase64(names.leaderKey)))
    expect(toHex(new Uint8Array(await answer.arrayBuffer()))).toBe(`0029010020${key}000400010001`)
  })
})

it('a gateway seals the refusal of a report whose round is over', async () => {
  const { federation, names } = await start()
  const { body } = await report(federation, 1)
  expect(parseHeader(body).round).toBe(1)
  const late = body.slice()
  late.set(fromHex('00000009'), 20)
  const sealed = await seal(names, 'POST', '/v1/reports', late)
  const answer = await send(at(names, names.leader), sealed.request)
  const { status } = decodeResponse(await sealed.open(new Uint8Array(await answer.arrayBuffer())))
  expect(status).toBe(410)
})
