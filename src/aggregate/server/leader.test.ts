/** @module Tests which reports the leader accepts and refuses, and which models it publishes. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fromBase64, fromHex, sha256, sha256Hex } from '@nearside/core/bytes.ts'
import { NearsideError } from '@nearside/core/error.ts'
import { testFolder } from '@nearside/core/testFolder.ts'
import Database from 'better-sqlite3'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { receiptMessage, verify } from '../privacy/signature.ts'
import { openSqliteStore } from './store/store.ts'
import { createFederation, LEADER } from './testFederation.ts'
import { meanOf, post, report } from './testReports.ts'

describe('the leader', () => {
  it('the leader signs a receipt over the SHA-256 of the body', async () => {
    const federation = await createFederation()
    const { body, id, task } = await report(federation, 1)
    const answer = await post(federation, body)
    expect(answer.status).toBe(201)
    const receipt = (await answer.json()) as { bodyHash: string; signature: string; id: string }
    expect(receipt.id).toBe(id)
    expect(receipt.bodyHash).toBe(await sha256Hex(body))
    const key = fromBase64(task.policy.leader.signing)
    const message = receiptMessage(fromHex(receipt.bodyHash))
    expect(await verify(key, fromBase64(receipt.signature), message)).toBe(true)
    const other = receiptMessage(await sha256(new Uint8Array(1)))
    expect(await verify(key, fromBase64(receipt.signature), other)).toBe(false)
  })

  it('the leader answers a repeated report with 200, even after its round, and counts it once', async () => {
    const federation = await createFederation()
    const made = []
    for (let i = 0; i < 4; i++) made.push(await report(federation, i))
    expect((await post(federation, made[0].body)).status).toBe(201)
    expect((await post(federation, made[0].body)).status).toBe(200)
    expect((await federation.leader.store.current())?.counted).toBe(1)
    for (const { body } of made.slice(1)) await post(federation, body)
    await federation.leader.advance()
    expect((await post(federation, made[0].body)).status).toBe(200)
    expect((await federation.leader.store.current())?.counted).toBe(0)
    expect(federation.applied).toHaveLength(1)
  })

  it('the leader refuses damaged reports, reports of another round or policy, and another body under a counted id', async () => {
    const federation = await createFederation()
    const first = await report(federation, 1)
    const second = await report(federation, 2)
    await post(federation, first.body)
    const forged = new Uint8Array(first.body)
    forged[forged.length - 1] ^= 1
    expect((await post(federation, forged)).status).toBe(409)

    const damaged = new Uint8Array(second.body)
    damaged[120] ^= 1
    expect((await post(federation, damaged)).status).toBe(422)
    const late = new Uint8Array(second.body)
    late[23] = 9
    expect((await post(federation, late)).status).toBe(410)
    const foreign = new Uint8Array(second.body)
    foreign[30] ^= 1
    expect((await post(federation, foreign)).status).toBe(422)
    expect((await post(federation, second.body.slice(1))).status).toBe(422)
    expect((await post(federation, new Uint8Array(2 * second.body.length))).status).toBe(413)
    expect((await post(federation, new Uint8Array(0))).status).toBe(422)
    expect((await federation.leader.store.current())?.counted).toBe(1)
    expect((await post(federation, second.body)).status).toBe(201)
  })

  it('the leader doesn’t count a report whose part for the helper is damaged', async () => {
    const federation = await createFederation()
    const made = []
    for (let i = 0; i < 4; i++) made.push(await report(federation, i))
    const bad = await report(federation, 9)
    bad.body[bad.body.length - 1] ^= 1
    // The round takes four reports. The damaged report and three good ones arrive together, in any order.
    const statuses = await Promise.all(
      [bad, ...made.slice(1)].map(async ({ body }) => (await post(federation, body)).status),
    )
    // The refused report isn't counted, so all four good reports still fit into the round.
    const again = await Promise.all(
      made.map(async ({ body }) => (await post(federation, body)).status),
    )
    expect(statuses[0]).toBe(422)
    expect(again.every((status) => status <= 201)).toBe(true)
    await federation.leader.advance()
    expect(federation.applied).toEqual([
      meanOf(
        made.map(({ quantized }) => quantized),
        4,
      ),
    ])
  })

  it('the leader refuses reports with Global Privacy Control, of other origins, or of another content type', async () => {
    const federation = await createFederation({ app: { reportsPerMinute: 3 } })
    const { body } = await report(federation, 1)
    expect((await post(federation, body, { 'sec-gpc': '1' })).status).toBe(403)
    expect((await post(federation, body, { origin: 'https://evil.test' })).status).toBe(403)
    expect((await post(federation, body, { 'content-type': 'text/plain' })).status).toBe(415)
    expect((await post(federation, body, { 'content-encoding': 'gzip' })).status).toBe(415)
    expect((await federation.leader.store.current())?.counted).toBe(0)
    const answers = []
    for (let i = 0; i < 4; i++) answers.push(await post(federation, body))
    expect(answers.map(({ status }) => status)).toEqual([201, 200, 200, 429])
    expect(Number(answers[3].headers.get('retry-after'))).toBeGreaterThan(0)
    expect(answers[3].headers.get('content-type')).toBe('application/problem+json')
    federation.now += 60_000
    expect((await post(federation, body)).status).toBe(200)
  })

  it('only the shop’s pages may read the leader’s answers (CORS)', async () => {
    const federation = await createFederation()
    const from = async (origin: string) =>
      (await federation.fetch(`${LEADER}/v1/task`, { headers: { origin } })).headers.get(
        'access-control-allow-origin',
      )
    expect(await from('http://shop.test')).toBe('http://shop.test')
    expect(await from('http://evil.test')).toBeNull()
  })

  it('the leader records a round that the gate rejects, and keeps the model', async () => {
    const verdict = { accepted: false, reasons: ['ndcg fell'], metrics: { ndcg: 0.1 } }
    const federation = await createFederation({ leader: { gate: async () => verdict } })
    for (let i = 0; i < 4; i++) await post(federation, (await report(federation, i)).body)
    await federation.leader.advance()
    const [open, done] = await federation.leader.store.rounds(20)
    expect(done).toMatchObject({ state: 'rejected', verdict })
    expect(open.policy.model.version).toBe('1')
    expect(existsSync(join(federation.models, '2'))).toBe(false)
  })

  it('the leader rejects a round if its update gives no valid model, but tries again after a temporary failure', async () => {
    let thrown = new NearsideError('model-unreachable', 'the disk is away')
    const federation = await createFederation({
      leader: {
        applyUpdate: async () => {
          throw thrown
        },
      },
    })
    for (let i = 0; i < 4; i++) await post(federation, (await report(federation, i)).body)
    await federation.leader.advance()
    expect((await federation.leader.store.current())?.state).toBe('exchanged')
    expect(await federation.leader.waitingFor()).toBe('the disk is away')
    thrown = new NearsideError('fit-diverged', 'the parameters are not finite')
    await federation.leader.advance()
    const [open, done] = await federation.leader.store.rounds(20)
    expect(done).toMatchObject({
      state: 'rejected',
      verdict: { accepted: false, reasons: ['the parameters are not finite'] },
    })
    expect(open).toMatchObject({ round: 2, state: 'open' })
    expect(await federation.leader.waitingFor()).toBeNull()
  })

  it('the leader rejects a model that drifted too far from the last trained model', async () => {
    const trainedOf: string[] = []
    const federation = await createFederation({
      parameters: { aggregationGoal: 2, learningRate: 0.5, clipNorm: 0.1 },
      leader: {
        distance: async (trained, candidate) => {
          trainedOf.push(trained.version)
          return 0.3 * (Number(candidate.manifest.version) - 1)
        },
      },
    })
    for (let round = 1; round <= 2; round++) {
      for (let i = 0; i < 2; i++) await post(federation, (await report(federation, i)).body)
      await federation.leader.advance()
    }
    const [, second, first] = await federation.leader.store.rounds(20)
    expect(first.state).toBe('released')
    expect(second.state).toBe('rejected')
    expect(second.verdict?.reasons[0]).toMatch(/from version 1\b.* 0\.600, above the limit 0\.500/)
    expect(trainedOf).toEqual(['1', '1'])
  })

  it('the leader rejects a round if the norm of its mean update exceeds what clipping and noise make possible', async () => {
    const federation = await createFederation({
      helper: { noise: (_, d) => new Int32Array(d).fill(2 ** 29) },
    })
    for (let i = 0; i < 4; i++) await post(federation, (await report(federation, i)).body)
    await federation.leader.advance()
    const [, done] = await federation.leader.store.rounds(20)
    expect(done.state).toBe('rejected')
    expect(done.verdict?.reasons[0]).toMatch(/norm/)
    expect(federation.applied).toHaveLength(0)
  })

  it.each(['leader', 'helper'] as const)(
    'the leader answers 503 to a whole group of reports while the %s’s disk is full, then counts the same bytes once',
    async (role) => {
      const pragma = vi.spyOn(Database.prototype, 'pragma')
      onTestFinished(() => pragma.mockRestore())
      const store = openSqliteStore(join(testFolder(), 'full.sqlite'))
      const [database] = pragma.mock.contexts as unknown as Database.Database[]
      const federation = await createFederation({ [role]: { store } })
      const made = []
      for (let i = 0; i < 4; i++) made.push(await report(federation, i))
      const makeRoom = fillDisk(database)
      const group = await Promise.all(made.map(({ body }) => post(federation, body)))
      for (const refused of group) {
        expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5'])
        expect(await refused.text()).toContain('disk is full')
      }
      expect(await federation.leader.waitingFor()).toMatch(/disk is full/)
      expect(federation.log.join('\n')).toMatch(/reports of round 1 wait: .*disk is full/)
      makeRoom()
      federation.now += 5_000
      for (const { body } of made) expect((await post(federation, body)).status).toBeLessThan(202)
      await federation.leader.advance()
      expect(await federation.leader.waitingFor()).toBeNull()
      const quantized = made.map((one) => one.quantized)
      expect(federation.applied).toEqual([meanOf(quantized, 4)])
    },
  )

  it('the leader queries its database once for reports that arrive together', async () => {
    const federation = await createFederation({ parameters: { aggregationGoal: 12 } })
    const made = []
    for (let i = 0; i < 12; i++) made.push(await report(federation, i))
    const known = vi.spyOn(federation.leaderStore, 'known')
    const answers = await Promise.all(made.map(({ body }) => post(federation, body)))
    expect(answers.map(({ status }) => status)).toEqual(Array(12).fill(201))
    expect(known.mock.calls.length).toBeLessThan(12)
  })

  it('the leader refuses reports while 256 are under way, and stores none of the refused reports', async () => {
    let goOn = () => {}
    const federation = await createFederation()
    const { body } = await report(federation, 1)
    const hold = new Promise<void>((resolve) => {
      goOn = resolve
    })
    federation.proxy = (url, answer) =>
      url.pathname.endsWith('/shares') ? hold.then(answer) : answer()
    const answers = Array.from({ length: 300 }, () => post(federation, body))
    const refused = await Promise.all(answers.slice(256))
    expect(refused.map(({ status }) => status)).toEqual(Array(44).fill(503))
    expect(refused[0].headers.get('retry-after')).toBe('5')
    goOn()
    const taken = await Promise.all(answers.slice(0, 256))
    expect(taken.filter(({ status }) => status > 201)).toEqual([])
    expect((await federation.leader.store.current())?.counted).toBe(1)
    expect((await post(federation, body)).status).toBe(200)
  })
})

/** Fills the database as on a full disk: no page can be added, and existing pages are full. */
function fillDisk(database: Database.Database): () => void {
  database.pragma(`max_page_count = ${database.pragma('page_count', { simple: true })}`)
  const insert = database.prepare('insert into reports values (?, 1, zeroblob(?))')
  let id = 0
  for (const length of [500, 50, 1]) {
    expect(() => {
      for (;;) insert.run(Buffer.from((id++).toString(16).padStart(32, '0'), 'hex'), length)
    }).toThrow(/disk is full/)
  }
  return () => {
    database.pragma('max_page_count = 1000000')
    database.exec('delete from reports where length(body) <> 16')
  }
}
