import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
// biome-ignore lint/style/noRestrictedImports: this test joins both ends of the protocol
import { agreeTask } from '../federation/agreeTask.ts'
// biome-ignore lint/style/noRestrictedImports: this test joins both ends of the protocol
import { makeReport } from '../federation/makeReport.ts'
// biome-ignore lint/style/noRestrictedImports: this test joins both ends of the protocol
import { createSimulatedDevice, simulateDevices } from '../federation/simulate.ts'
// biome-ignore lint/style/noRestrictedImports: seeded updates to send
import { createRandom } from '../model/random.ts'
import { cryptoRandomBytes } from '../privacy/randomBytes.ts'
import { receiptMessage, verify } from '../privacy/signature.ts'
import { decodeVector, fromBase64, fromHex, sha256, toHex } from '../protocol/bytes.ts'
import { REPORT_MEDIA_TYPE } from '../protocol/report.ts'
import {
  createFederation,
  HELPER,
  LEADER,
  PARAMETERS,
  type TestFederation,
} from './testFederation.ts'

const DIMENSION = 70

function randomUpdate(seed: number): Float64Array {
  const random = createRandom(seed)
  return Float64Array.from({ length: DIMENSION }, () => 0.02 * random.normal())
}

/** A report as a device would make it, and the integers inside. */
async function report(federation: TestFederation, seed: number) {
  const { fetch } = federation
  const get = async (url: string) => new Uint8Array(await (await fetch(url)).arrayBuffer())
  const task = await agreeTask({ get }, { leader: LEADER, helper: HELPER })
  const made = await makeReport(randomUpdate(seed), task, cryptoRandomBytes)
  return { ...made, task, quantized: decodeVector(fromBase64(String(made.detail.updateInteger))) }
}

function post(federation: TestFederation, body: Uint8Array, headers: Record<string, string> = {}) {
  return federation.fetch(`${LEADER}/v1/reports`, {
    method: 'POST',
    body: new Uint8Array(body),
    headers: { 'content-type': REPORT_MEDIA_TYPE, ...headers },
  })
}

/** The mean that a round must give, from the integers that were sent. */
function meanOf(vectors: readonly Uint32Array[], goal: number): Float64Array {
  return Float64Array.from({ length: DIMENSION }, (_, j) => {
    const sum = vectors.reduce((total, vector) => total + (vector[j] | 0), 0)
    return sum / PARAMETERS.scale / goal
  })
}

describe('a round', () => {
  it('gives the exact sum of 40 devices and publishes the next model', async () => {
    const federation = await createFederation({ parameters: { aggregationGoal: 40 } })
    const made = []
    for (let i = 0; i < 40; i++) made.push(await report(federation, i))
    // All at once, so that group commit is at work, some twice and one damaged.
    const sent = await Promise.all([
      ...made.map(({ body }) => post(federation, body)),
      ...made.slice(0, 10).map(({ body }) => post(federation, body)),
    ])
    expect(sent.map(({ status }) => status).filter((status) => status > 201)).toEqual([])
    await federation.leader.advance()

    expect(federation.applied).toHaveLength(1)
    const expected = meanOf(
      made.map(({ quantized }) => quantized),
      40,
    )
    expect(federation.applied[0]).toEqual(expected)
    const [open, done] = await federation.leader.rounds()
    expect(done).toMatchObject({ round: 1, state: 'released', version: '2', counted: 40 })
    expect(open).toMatchObject({ round: 2, state: 'open', counted: 0 })
    expect(open.policy.model.version).toBe('2')
    const directory = join(federation.models, '2')
    expect(readFileSync(join(directory, 'shared.safetensors'), 'utf8')).toBe('shared 2')
    expect(readFileSync(join(directory, 'encoder.safetensors'), 'utf8')).toBe('encoder')
    const latest = JSON.parse(readFileSync(join(federation.models, 'latest.json'), 'utf8'))
    expect(latest.version).toBe('2')
    const manifest = readFileSync(join(directory, 'manifest.json'))
    expect(latest.manifest).toBe(toHex(await sha256(manifest)))
    expect(JSON.parse(manifest.toString()).parent).toBe('1')
  })

  it('runs again and again with the devices’ own code', async () => {
    const federation = await createFederation({ parameters: { aggregationGoal: 5 } })
    for (const version of ['2', '3']) {
      const results = await simulateDevices({
        leader: LEADER,
        helper: HELPER,
        modelHash: await federation.modelHash(),
        count: 5,
        update: randomUpdate,
        fetch: federation.fetch,
        now: () => federation.now,
      })
      expect(results.map(({ sent }) => sent)).toEqual(Array(5).fill(true))
      await federation.leader.advance()
      expect((await federation.leader.current())?.policy.model.version).toBe(version)
    }
  })

  it('adds the noise of both aggregators', async () => {
    const federation = await createFederation({
      leader: { noise: (_, d) => new Int32Array(d).fill(-3) },
      helper: { noise: (_, d) => new Int32Array(d).fill(1000) },
    })
    const made = []
    for (let i = 0; i < 4; i++) made.push(await report(federation, i))
    for (const { body } of made) await post(federation, body)
    await federation.leader.advance()
    const expected = meanOf(
      made.map(({ quantized }) => quantized),
      4,
    ).map((coordinate) => coordinate + 997 / PARAMETERS.scale / 4)
    for (let j = 0; j < DIMENSION; j++)
      expect(federation.applied[0][j]).toBeCloseTo(expected[j], 12)
  })

  it('is not released one report short of the goal', async () => {
    const federation = await createFederation()
    for (let i = 0; i < 3; i++) await post(federation, (await report(federation, i)).body)
    await federation.leader.advance()
    expect(federation.applied).toHaveLength(0)
    expect(await federation.leader.current()).toMatchObject({ state: 'open', counted: 3 })
    expect((await federation.helperStore.current())?.ownShare).toBeNull()
  })

  it('never takes more than the goal', async () => {
    const federation = await createFederation()
    const made = []
    for (let i = 0; i < 9; i++) made.push(await report(federation, i))
    const statuses = (await Promise.all(made.map(({ body }) => post(federation, body)))).map(
      ({ status }) => status,
    )
    expect(statuses.filter((status) => status === 201)).toHaveLength(4)
    expect(statuses.filter((status) => status === 503 || status === 410)).toHaveLength(5)
    await federation.leader.advance()
    expect((await federation.leader.rounds())[1]).toMatchObject({ counted: 4, state: 'released' })
  })
})

describe('the leader', () => {
  it('signs a receipt over the SHA-256 of the body', async () => {
    const federation = await createFederation()
    const { body, id, task } = await report(federation, 1)
    const answer = await post(federation, body)
    expect(answer.status).toBe(201)
    const receipt = (await answer.json()) as { bodyHash: string; signature: string; id: string }
    expect(receipt.id).toBe(id)
    expect(receipt.bodyHash).toBe(toHex(await sha256(body)))
    const key = fromBase64(task.policy.leader.signing)
    const message = receiptMessage(fromHex(receipt.bodyHash))
    expect(await verify(key, fromBase64(receipt.signature), message)).toBe(true)
    const other = receiptMessage(await sha256(new Uint8Array(1)))
    expect(await verify(key, fromBase64(receipt.signature), other)).toBe(false)
  })

  it('answers a repeated report 200, also after the round, and counts it once', async () => {
    const federation = await createFederation()
    const made = []
    for (let i = 0; i < 4; i++) made.push(await report(federation, i))
    expect((await post(federation, made[0].body)).status).toBe(201)
    expect((await post(federation, made[0].body)).status).toBe(200)
    expect((await federation.leader.current())?.counted).toBe(1)
    for (const { body } of made.slice(1)) await post(federation, body)
    await federation.leader.advance()
    expect((await post(federation, made[0].body)).status).toBe(200)
    expect((await federation.leader.current())?.counted).toBe(0)
    expect(federation.applied).toHaveLength(1)
  })

  it('refuses another body under the same id, a late, a foreign, a damaged report', async () => {
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
    expect((await federation.leader.current())?.counted).toBe(1)
    expect((await post(federation, second.body)).status).toBe(201)
  })

  it('counts nothing of a report whose helper part is damaged', async () => {
    const federation = await createFederation()
    const made = []
    for (let i = 0; i < 4; i++) made.push(await report(federation, i))
    const bad = await report(federation, 9)
    bad.body[bad.body.length - 1] ^= 1
    const statuses = await Promise.all(
      [bad, ...made].map(async ({ body }) => (await post(federation, body)).status),
    )
    // The damaged one may hold a place while the helper is asked; its place is free again after.
    const again = await Promise.all(
      made.map(async ({ body }) => (await post(federation, body)).status),
    )
    expect(statuses[0]).toBe(422)
    expect(again.every((status) => status <= 201)).toBe(true)
    expect((await post(federation, bad.body)).status).toBe(422)
    await federation.leader.advance()
    expect(federation.applied).toEqual([
      meanOf(
        made.map(({ quantized }) => quantized),
        4,
      ),
    ])
  })

  it('refuses Global Privacy Control, other origins, other types; leaves addresses alone', async () => {
    const federation = await createFederation({ app: { reportsPerMinute: 3 } })
    const { body } = await report(federation, 1)
    expect((await post(federation, body, { 'sec-gpc': '1' })).status).toBe(403)
    expect((await post(federation, body, { origin: 'https://evil.test' })).status).toBe(403)
    expect((await post(federation, body, { 'content-type': 'text/plain' })).status).toBe(415)
    expect((await post(federation, body, { 'content-encoding': 'gzip' })).status).toBe(415)
    expect((await federation.leader.current())?.counted).toBe(0)
    const answers = []
    for (let i = 0; i < 4; i++) answers.push(await post(federation, body))
    expect(answers.map(({ status }) => status)).toEqual([201, 200, 200, 429])
    expect(Number(answers[3].headers.get('retry-after'))).toBeGreaterThan(0)
    expect(answers[3].headers.get('content-type')).toBe('application/problem+json')
    federation.now += 60_000
    expect((await post(federation, body)).status).toBe(200)
  })

  it('answers the shop’s pages alone', async () => {
    const federation = await createFederation()
    const from = async (origin: string) =>
      (await federation.fetch(`${LEADER}/v1/task`, { headers: { origin } })).headers.get(
        'access-control-allow-origin',
      )
    expect(await from('http://shop.test')).toBe('http://shop.test')
    expect(await from('http://evil.test')).toBeNull()
  })

  it('records a rejected aggregate and keeps the model', async () => {
    const verdict = { accepted: false, reasons: ['ndcg fell'], metrics: { ndcg: 0.1 } }
    const federation = await createFederation({ leader: { gate: async () => verdict } })
    for (let i = 0; i < 4; i++) await post(federation, (await report(federation, i)).body)
    await federation.leader.advance()
    const [open, done] = await federation.leader.rounds()
    expect(done).toMatchObject({ state: 'rejected', verdict })
    expect(open.policy.model.version).toBe('1')
    expect(existsSync(join(federation.models, '2'))).toBe(false)
  })

  it('rejects a round that one malformed share wrecked', async () => {
    const federation = await createFederation({
      helper: { noise: (_, d) => new Int32Array(d).fill(2 ** 29) },
    })
    for (let i = 0; i < 4; i++) await post(federation, (await report(federation, i)).body)
    await federation.leader.advance()
    const [, done] = await federation.leader.rounds()
    expect(done.state).toBe('rejected')
    expect(done.verdict?.reasons[0]).toMatch(/norm/)
    expect(federation.applied).toHaveLength(0)
  })
})

describe('the helper', () => {
  it('may be away while a report comes, and the report is counted once when it is back', async () => {
    const federation = await createFederation()
    const made = []
    for (let i = 0; i < 4; i++) made.push(await report(federation, i))
    await post(federation, made[0].body)
    federation.setDown(HELPER, true)
    const cut = await post(federation, made[1].body)
    expect(cut.status).toBe(503)
    expect(cut.headers.get('retry-after')).not.toBeNull()
    await federation.leader.advance()
    expect(federation.leader.waitingFor()).toMatch(/helper/)
    expect(await federation.leader.current()).toMatchObject({ counted: 1, pending: 1 })
    federation.setDown(HELPER, false)
    await federation.leader.advance()
    expect(await federation.leader.current()).toMatchObject({ counted: 2, pending: 0 })
    expect(federation.leader.waitingFor()).toBeNull()
    expect((await post(federation, made[1].body)).status).toBe(200)
    for (const { body } of made.slice(2)) await post(federation, body)
    await federation.leader.advance()
    expect(federation.applied).toEqual([
      meanOf(
        made.map(({ quantized }) => quantized),
        4,
      ),
    ])
  })

  it('may be away at the release; its share is then the same, noised once', async () => {
    let draws = 0
    const federation = await createFederation({
      helper: {
        noise: (_, d) => {
          draws++
          return new Int32Array(d).fill(draws)
        },
      },
    })
    const made = []
    for (let i = 0; i < 4; i++) made.push(await report(federation, i))
    for (const { body } of made.slice(0, 3)) await post(federation, body)
    const original = federation.leaderStore.exchange
    // The leader dies after the helper's answer and before it can store it.
    federation.leaderStore.exchange = async () => {
      throw new Error('died')
    }
    await post(federation, made[3].body)
    await federation.leader.advance()
    expect((await federation.leader.current())?.state).toBe('sealed')
    federation.leaderStore.exchange = original
    await federation.leader.advance()
    expect(draws).toBe(1)
    expect(federation.applied).toHaveLength(1)
  })

  it('refuses terms that its operator did not agree to', async () => {
    const federation = await createFederation({
      helper: { parameters: { ...PARAMETERS, aggregationGoal: 32 } },
    })
    expect(await federation.leader.current()).toBeNull()
    expect(federation.leader.waitingFor()).toMatch(/aggregationGoal is 4, the helper agreed to 32/)
    expect((await federation.fetch(`${LEADER}/v1/task`)).status).toBe(503)
  })

  it('obeys its leader alone', async () => {
    const federation = await createFederation()
    const stranger = await createFederation({ helper: { store: federation.helperStore } })
    expect(await stranger.leader.current()).toBeNull()
    expect(stranger.leader.waitingFor()).toMatch(/not signed by the leader/)
    const unsigned = await federation.fetch(`${HELPER}/v1/peer/rounds/1/release`, {
      method: 'POST',
      body: '{}',
      headers: { 'content-type': 'application/json' },
    })
    expect(unsigned.status).toBe(403)
  })

  it('gives nothing below the goal, even where its leader asks for it', async () => {
    const federation = await createFederation()
    for (let i = 0; i < 3; i++) await post(federation, (await report(federation, i)).body)
    const { counted, idSetHash } = await federation.helperStore.aggregate(1)
    const { policyHash } = (await federation.helper.current()) ?? { policyHash: '' }
    const asked = federation.helper.release(1, { policyHash, counted, idSetHash })
    await expect(asked).rejects.toThrow(/3 reports are fewer than 4/)
    expect((await federation.helper.current())?.ownShare).toBeNull()
  })

  it('gives nothing for a set of reports other than its own', async () => {
    const federation = await createFederation()
    const made = []
    for (let i = 0; i < 4; i++) made.push(await report(federation, i))
    const aggregate = federation.leaderStore.aggregate
    federation.leaderStore.aggregate = async (round) => ({
      ...(await aggregate(round)),
      idSetHash: '0'.repeat(64),
    })
    for (const { body } of made) await post(federation, body)
    await federation.leader.advance()
    const rounds = await federation.leader.rounds()
    expect(rounds.find(({ round }) => round === 1)?.state).toBe('abandoned')
    expect(federation.applied).toHaveLength(0)
    const [first] = (await federation.helperStore.rounds(9)).filter(({ round }) => round === 1)
    expect(first.ownShare).toBeNull()
  })
})

describe('a device', () => {
  it('sends the same number of bytes whatever its update is', async () => {
    const federation = await createFederation({ parameters: { aggregationGoal: 100 } })
    const updates = [
      new Float64Array(DIMENSION),
      randomUpdate(1),
      randomUpdate(2).map((x) => 1e9 * x),
    ]
    const lengths = new Set<number>()
    for (const update of updates) {
      const device = createSimulatedDevice({
        leader: LEADER,
        helper: HELPER,
        modelHash: await federation.modelHash(),
        fetch: federation.fetch,
        now: () => federation.now,
      })
      const { sent, bytes } = await device.contribute(update)
      expect(sent).toBe(true)
      lengths.add(bytes)
    }
    expect(lengths.size).toBe(1)
  })
})
