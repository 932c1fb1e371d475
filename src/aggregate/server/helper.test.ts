/** @module When the helper gives its share: to its leader, at the goal, for its own set, once. */
import { describe, expect, it } from 'vitest'
import { createFederation, HELPER, LEADER } from './testFederation.ts'
import { PARAMETERS } from './testModel.ts'
import { meanOf, post, report } from './testReports.ts'

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
