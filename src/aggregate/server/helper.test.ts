/**
 * @module Tests that the helper releases a round only once, only to its own leader, and only for as many stored reports
 * as the goal says.
 */

import { concat, fromBase64, fromHex, toBase64, toHex } from '@nearside/core/bytes.ts'
import { NearsideError } from '@nearside/core/error.ts'
import { describe, expect, it } from 'vitest'
import { reachedMessage, verify } from '../privacy/signature.ts'
import { parseHeader } from '../protocol/report.ts'
import { loadIdentity } from './identity.ts'
import type { ReachedReports } from './schemas.ts'
import { markOf } from './store/reportTable.ts'
import { openSqliteStore } from './store/store.ts'
import { createFederation, HELPER, LEADER } from './testFederation.ts'
import { PARAMETERS } from './testModel.ts'
import { meanOf, post, report } from './testReports.ts'
import { createWorkIssuer } from './testTokens.ts'

describe('the helper', () => {
  it('if the helper is down while a report comes, the report is counted once when the helper is back', async () => {
    const federation = await createFederation()
    const made = []
    for (let i = 0; i < 4; i++) made.push(await report(federation, i))
    await post(federation, made[0].body)
    federation.setDown(HELPER, true)
    const cut = await post(federation, made[1].body)
    expect(cut.status).toBe(503)
    expect(cut.headers.get('retry-after')).not.toBeNull()
    expect(await federation.leader.store.current()).toMatchObject({ counted: 1 })
    federation.setDown(HELPER, false)
    federation.now += 5_000
    expect((await post(federation, made[1].body)).status).toBe(201)
    for (const { body } of made.slice(2)) await post(federation, body)
    await federation.leader.advance()
    expect(federation.applied).toEqual([
      meanOf(
        made.map(({ quantized }) => quantized),
        4,
      ),
    ])
  })

  it('if the leader loses the helper’s answer to a release, the helper repeats the same share without new noise', async () => {
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
    // The leader dies after the helper's answer, before the leader can store it.
    federation.leaderStore.exchange = async () => {
      throw new Error('died')
    }
    await post(federation, made[3].body)
    await federation.leader.advance()
    expect((await federation.leader.store.current())?.state).toBe('full')
    federation.leaderStore.exchange = original
    await federation.leader.advance()
    expect(draws).toBe(1)
    expect(federation.applied).toHaveLength(1)
  })

  it('the helper refuses terms that its operator did not agree to', async () => {
    const federation = await createFederation({
      helper: { parameters: { ...PARAMETERS, aggregationGoal: 32 } },
    })
    expect(await federation.leader.store.current()).toBeNull()
    expect(await federation.leader.waitingFor()).toMatch(
      /aggregationGoal is 4, the helper agreed to 32/,
    )
    expect((await federation.fetch(`${LEADER}/v1/task`)).status).toBe(503)
  })

  it('the helper refuses an issuer of tokens that its operator did not agree to, or a missing issuer', async () => {
    const { issuer } = await createWorkIssuer()
    const easier = { issuer: { ...issuer, bits: 1 } }
    for (const [leader, helper] of [
      [easier, { issuer }],
      [{}, { issuer }],
      [{ issuer }, {}],
    ]) {
      const { leader: waiting } = await createFederation({
        leader: { parameters: { ...PARAMETERS, ...leader } },
        helper: { parameters: { ...PARAMETERS, ...helper } },
      })
      expect(await waiting.store.current()).toBeNull()
      expect(await waiting.waitingFor()).toMatch(/Refused: issuer is /)
    }
  })

  it('the helper obeys only its own leader', async () => {
    const federation = await createFederation()
    const stranger = await createFederation({ helper: { store: federation.helperStore } })
    expect(await stranger.leader.store.current()).toBeNull()
    expect(await stranger.leader.waitingFor()).toMatch(/not signed by the leader/)
    // The helper obeys only the leader that its operator configured, not the first leader that calls.
    const other = await loadIdentity(openSqliteStore(':memory:'), 'Another')
    const early = await createFederation({
      helper: { leaderKey: async () => fromBase64(other.publicKey) },
    })
    expect(await early.leader.store.current()).toBeNull()
    expect(await early.helper.store.current()).toBeNull()
    expect(await early.leader.waitingFor()).toMatch(/not signed by the leader/)
    const unsigned = await federation.fetch(`${HELPER}/v1/peer/rounds/1/release`, {
      method: 'POST',
      body: '{}',
      headers: { 'content-type': 'application/json' },
    })
    expect(unsigned.status).toBe(403)
  })

  it('the helper releases nothing below the goal, even when its leader requests it', async () => {
    const federation = await createFederation()
    for (let i = 0; i < 3; i++) await post(federation, (await report(federation, i)).body)
    const { ids } = await federation.helperStore.aggregate(1)
    const { policyHash } = (await federation.helper.store.current()) ?? { policyHash: '' }
    const ask = (all: Uint8Array) =>
      federation.helper.release(1, { policyHash, ids: toBase64(all) })
    await expect(ask(ids)).rejects.toThrow(/3 reports are not the goal of 4/)
    await expect(ask(new Uint8Array(0))).rejects.toThrow(/0 reports are not the goal of 4/)
    // A report that is listed twice doesn't count twice.
    await expect(ask(concat(ids, ids.slice(-16)))).rejects.toThrow(/each once/)
    expect((await federation.helper.store.current())?.ownShare).toBeNull()
  })

  it('the helper leaves out a report when the leader died before counting it', async () => {
    const federation = await createFederation()
    const made = []
    for (let i = 0; i < 5; i++) made.push(await report(federation, i))
    const { count } = federation.leaderStore
    federation.leaderStore.count = async () => {
      throw new NearsideError('storage-unavailable', 'died')
    }
    expect((await post(federation, made[0].body)).status).toBe(503)
    expect((await post(federation, made[1].body)).status).toBe(503)
    federation.leaderStore.count = count
    // Of the two reports that the leader failed to count, only the second is sent again.
    expect((await post(federation, made[1].body)).status).toBe(201)
    for (const { body } of made.slice(2)) await post(federation, body)
    expect((await federation.helper.store.rounds(20)).at(-1)?.counted).toBeGreaterThanOrEqual(4)
    await federation.leader.advance()
    const quantized = made.slice(1).map((one) => one.quantized)
    expect(federation.applied).toEqual([meanOf(quantized, 4)])
  })

  it('the helper publishes a signed list of a round’s reports, only after the round has ended', async () => {
    const federation = await createFederation()
    const list = async (round: number) => {
      const response = await federation.fetch(`${HELPER}/v1/rounds/${round}/reports`)
      return { status: response.status, body: (await response.json()) as ReachedReports }
    }
    const made = []
    for (let i = 0; i < 4; i++) made.push(await report(federation, i))
    await post(federation, made[0].body)
    // A list of an open round would reveal when each report came.
    expect((await list(1)).status).toBe(422)
    for (const { body } of made.slice(1)) await post(federation, body)
    await federation.leader.advance()
    const { status, body } = await list(1)
    const { signature, ...said } = body
    expect(status).toBe(200)
    const ids = made.map((one) => fromHex(parseHeader(one.body).id))
    const marks = ids.map((id) => toHex(markOf(fromBase64(said.salt), id))).sort()
    expect(toHex(fromBase64(said.marks))).toBe(marks.join(''))
    expect(said.policyHash).toBe((await federation.helper.store.rounds(20)).at(-1)?.policyHash)
    // The list contains no id in any encoding.
    for (const id of ids) expect(JSON.stringify(body)).not.toContain(toBase64(id).slice(0, 20))
    expect(said.closed).toBeGreaterThanOrEqual(said.opened)
    expect(await verify(fromBase64(said.key), signature, reachedMessage(said))).toBe(true)
    expect(said.key).toBe((await federation.helper.keys()).signing)
    expect((await list(9)).status).toBe(422)
    expect((await federation.fetch(`${LEADER}/v1/rounds/1/reports`)).status).toBe(404)
  })

  it('the helper releases nothing when the leader names reports that the helper lacks', async () => {
    const federation = await createFederation()
    const made = []
    for (let i = 0; i < 4; i++) made.push(await report(federation, i))
    const aggregate = federation.leaderStore.aggregate
    federation.leaderStore.aggregate = async (round) => ({
      ...(await aggregate(round)),
      ids: concat(...[1, 2, 3, 4].map((n) => new Uint8Array(16).fill(n))),
    })
    for (const { body } of made) await post(federation, body)
    await federation.leader.advance()
    const rounds = await federation.leader.store.rounds(20)
    expect(rounds.find(({ round }) => round === 1)?.state).toBe('abandoned')
    expect(federation.applied).toHaveLength(0)
    const [first] = (await federation.helperStore.rounds(9)).filter(({ round }) => round === 1)
    expect(first).toMatchObject({ state: 'abandoned', idSetHash: null })
  })
})
