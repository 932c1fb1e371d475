/** @module Tests that a proxy between the two servers can't end a round; only the helper can. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { describe, expect, it, onTestFinished } from 'vitest'
import { generateSigningKeys } from '../privacy/signature.ts'
import { createHelperClient, fetchLeaderKey } from './peer.ts'
import { createFederation, HELPER, LEADER, type TestFederation } from './testFederation.ts'
import { meanOf, post, report } from './testReports.ts'

/** Deadline in milliseconds, so long that no test waits for it. */
const LONG = 1_000_000

const isPeer = (url: URL) => url.origin === HELPER && url.pathname.startsWith('/v1/peer/')

async function make(federation: TestFederation, count: number) {
  const made = []
  for (let i = 0; i < count; i++) made.push(await report(federation, i))
  return made
}

async function expectReleased(federation: TestFederation, made: Awaited<ReturnType<typeof make>>) {
  federation.now += 5_000
  for (const { body } of made) expect((await post(federation, body)).status).toBeLessThan(202)
  await federation.leader.advance()
  const quantized = made.map((one) => one.quantized)
  expect(federation.applied).toEqual([meanOf(quantized, made.length)])
}

describe('a proxy before the helper', () => {
  it.each([404, 410, 409, 422, 401, 502])(
    'a proxy before the helper loses no acknowledged report when it answers %i',
    async (status) => {
      const federation = await createFederation()
      const made = await make(federation, 4)
      for (const { body } of made.slice(0, 3)) await post(federation, body)
      federation.proxy = async (url, answer) =>
        isPeer(url) ? new Response('{"title":"not here"}', { status }) : answer()
      expect((await post(federation, made[3].body)).status).toBe(503)
      await federation.leader.advance()
      expect(await federation.leader.store.current()).toMatchObject({
        round: 1,
        state: 'open',
        counted: 3,
      })
      federation.proxy = (_, answer) => answer()
      await expectReleased(federation, made)
    },
  )

  it('a proxy that answers the release request with 404 makes the round wait', async () => {
    const federation = await createFederation()
    const made = await make(federation, 4)
    federation.proxy = async (url, answer) =>
      url.pathname.endsWith('/release') ? new Response('', { status: 404 }) : answer()
    for (const { body } of made) await post(federation, body)
    await federation.leader.advance()
    expect(await federation.leader.store.current()).toMatchObject({ round: 1, state: 'full' })
    expect(await federation.leader.waitingFor()).toMatch(/helper/)
    federation.proxy = (_, answer) => answer()
    await expectReleased(federation, made)
  })

  it('a proxy can’t forge the helper’s answer: after a forged answer, the leader doesn’t count the report', async () => {
    const federation = await createFederation()
    const made = await make(federation, 4)
    federation.proxy = async (url, answer) => {
      // The proxy answers "counted" without asking the helper.
      if (url.pathname.endsWith('/shares')) return new Response(new Uint8Array(1))
      return answer()
    }
    expect((await post(federation, made[0].body)).status).toBe(503)
    expect((await federation.leader.store.current())?.counted).toBe(0)
    federation.proxy = (_, answer) => answer()
    await expectReleased(federation, made)
  })
})

describe('an endless answer from the helper’s address', () => {
  it('an endless answer from the helper’s address is cut off, and no acknowledged report is lost', async () => {
    const federation = await createFederation()
    const made = await make(federation, 4)
    let sent = 0
    const endless = () =>
      new ReadableStream<Uint8Array>({
        pull(controller) {
          sent += 65_536
          // The stream ends after 2²⁸ bytes, so that a leader that reads the whole stream fails this test instead of
          // hanging.
          if (sent > 2 ** 28) controller.close()
          else controller.enqueue(new Uint8Array(65_536))
        },
      })
    federation.proxy = async (url, answer) => (isPeer(url) ? new Response(endless()) : answer())
    expect((await post(federation, made[0].body)).status).toBe(503)
    expect(await federation.leader.waitingFor()).toMatch(/too large/)
    expect(sent).toBeLessThan(2 ** 22)
    federation.proxy = (_, answer) => answer()
    await expectReleased(federation, made)
  })

  it('a compressed answer is not decompressed beyond the maximum size of an answer', async () => {
    const bomb = gzipSync(Buffer.alloc(2 ** 25))
    const server = createServer((_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' })
      response.end(bomb)
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => void server.close())
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const { keys } = createHelperClient(url, await generateSigningKeys(), fetch)
    await expect(keys()).rejects.toThrow(/too large/)
    await expect(fetchLeaderKey(url, fetch)).rejects.toMatchObject({
      cause: { message: expect.stringMatching(/too large/) },
    })
  })
})

describe('a helper that hangs', () => {
  it('a helper that hangs gets one request, and all uploads are answered 503 in time', async () => {
    const deadlines = { forward: 20, release: LONG, other: LONG }
    const federation = await createFederation({
      client: { deadlines },
      parameters: { aggregationGoal: 150 },
    })
    const made = await make(federation, 150)
    let asked = 0
    federation.proxy = (url, answer) => {
      if (!isPeer(url)) return answer()
      asked++
      return new Promise(() => {})
    }
    const answers = await Promise.all(made.map(({ body }) => post(federation, body)))
    expect(answers.map(({ status }) => status)).toEqual(Array(150).fill(503))
    expect(answers[0].headers.get('retry-after')).toBe('5')
    expect(asked).toBe(1)
    deadlines.forward = LONG
    federation.proxy = (_, answer) => answer()
    await expectReleased(federation, made)
  })

  it('a helper that hangs gets one release request at a time, however often the leader tries to advance', async () => {
    const deadlines = { forward: LONG, release: 20, other: LONG }
    const federation = await createFederation({ client: { deadlines } })
    const made = await make(federation, 4)
    let asked = 0
    federation.proxy = (url, answer) => {
      if (!url.pathname.endsWith('/release')) return answer()
      asked++
      return new Promise(() => {})
    }
    for (const { body } of made) await post(federation, body)
    await Promise.all(Array.from({ length: 10 }, () => federation.leader.advance()))
    // The leader sends one request when the round became full, one for the ten calls together, and at most one for calls
    // that came while that request ran.
    expect(asked).toBeLessThanOrEqual(3)
    expect(await federation.leader.waitingFor()).toMatch(/does not answer/)
    // The leader still answers reports.
    expect((await post(federation, made[0].body)).status).toBe(200)
    deadlines.release = LONG
    federation.proxy = (_, answer) => answer()
    await expectReleased(federation, made)
  })
})

describe('a helper that lost its keys', () => {
  it('a helper that lost its keys makes the round wait until the operator abandons it', async () => {
    const federation = await createFederation()
    const made = await make(federation, 4)
    federation.proxy = async (url, answer) => {
      const answered = await answer()
      if (isPeer(url)) answered.headers.delete('nearside-signature')
      return answered
    }
    for (const { body } of made) await post(federation, body)
    expect(await federation.leader.waitingFor()).toMatch(/not signed by the helper/)
    federation.proxy = (_, answer) => answer()
    federation.now += 5_000
    for (const { body } of made.slice(0, 3)) await post(federation, body)
    expect(await federation.leader.abandon(2)).toBe(false)
    expect(await federation.leader.store.current()).toMatchObject({
      round: 1,
      state: 'open',
      counted: 3,
    })
    expect(await federation.leader.abandon(1)).toBe(true)
    expect(await federation.leader.abandon(1)).toBe(false)
    expect(await federation.leader.store.lost()).toBe(3)
    await federation.leader.advance()
    expect(await federation.leader.store.current()).toMatchObject({ round: 2, state: 'open' })
  })
})

describe('a leader that stops', () => {
  it('a leader that stops does not wait for a hanging helper, whether in a step of the round or in an upload', async () => {
    const stopping = new AbortController()
    const deadlines = { forward: LONG, release: LONG, other: LONG }
    const federation = await createFederation({ client: { deadlines, stopping: stopping.signal } })
    const made = await make(federation, 4)
    for (const { body } of made.slice(0, 3)) await post(federation, body)
    const asked = new Promise<void>((resolve) => {
      federation.proxy = (url, answer) => {
        if (!isPeer(url)) return answer()
        resolve()
        return new Promise(() => {})
      }
    })
    const upload = post(federation, made[3].body)
    await asked
    await federation.leaderStore.count(1, 4, [
      { id: 'f'.repeat(32), bodyHash: 'f'.repeat(64), share: new Uint32Array(70) },
    ])
    const step = federation.leader.advance()
    const stopped = federation.leader.stop()
    stopping.abort()
    await Promise.all([step, stopped])
    expect((await upload).status).toBe(503)
    expect((await federation.leader.store.current())?.state).toBe('full')
  })
})

describe('the helper itself', () => {
  it('a helper that has released its share refuses a late report without ending the full round', async () => {
    const federation = await createFederation()
    const made = await make(federation, 5)
    const sealingKey = (await federation.leaderStore.current())?.sealingKey ?? null
    // The helper releases its share, and the answer gets lost.
    federation.proxy = async (url, answer) => {
      const answered = await answer()
      return url.pathname.endsWith('/release') ? new Response('', { status: 502 }) : answered
    }
    for (const { body } of made.slice(0, 4)) await post(federation, body)
    await federation.leader.advance()
    expect((await federation.helperStore.current())?.state).toBe('released')
    // The leader sees an older state, as another process on a shared database may have read it.
    const full = await federation.leaderStore.current()
    const { current } = federation.leaderStore
    federation.leaderStore.current = async () =>
      full && { ...full, state: 'open', counted: 3, sealingKey }
    const late = post(federation, made[4].body)
    federation.proxy = async (url, answer) => {
      if (url.pathname.endsWith('/shares')) federation.leaderStore.current = current
      return answer()
    }
    expect((await late).status).toBe(410)
    federation.proxy = (_, answer) => answer()
    await expectReleased(federation, made.slice(0, 4))
  })

  it('a round that the helper refuses is abandoned; its reports are counted as lost, and an alarm is logged', async () => {
    const federation = await createFederation()
    const made = await make(federation, 4)
    for (const { body } of made.slice(0, 3)) await post(federation, body)
    // This is the state that the helper has after its operator restored an older backup.
    federation.helperStore.current = async () => null
    await post(federation, made[3].body)
    await federation.leader.advance()
    const rounds = await federation.leader.store.rounds(20)
    expect(rounds.find(({ round }) => round === 1)?.state).toBe('abandoned')
    const health = await (await federation.fetch(`${LEADER}/v1/health`)).json()
    expect(health).toMatchObject({ lost: 3 })
    const metrics = await (await federation.fetch(`${LEADER}/metrics`)).text()
    expect(metrics).toMatch(/^nearside_reports_lost_total 3$/m)
    expect(federation.log.join('\n')).toMatch(/ALARM: round 1 .* 3 acknowledged reports are lost/)
  })

  it('a helper’s share of the wrong length ends only its round; the next round opens', async () => {
    const federation = await createFederation({ helper: { noise: (_, d) => new Int32Array(d) } })
    const made = await make(federation, 4)
    const release = federation.helperStore.release
    federation.helperStore.release = (round, result, now) =>
      release(round, { ...result, ownShare: new Uint32Array(3) }, now)
    for (const { body } of made) await post(federation, body)
    await federation.leader.advance()
    await federation.leader.advance()
    const rounds = await federation.leader.store.rounds(20)
    expect(rounds.map(({ round, state }) => [round, state])).toEqual([
      [2, 'open'],
      [1, 'abandoned'],
    ])
    expect(await federation.leader.waitingFor()).toBeNull()
  })
})
