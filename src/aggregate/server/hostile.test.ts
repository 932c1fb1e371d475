/** @module Tests that the reports of hostile devices don't spoil the reports of others. */

import { agreeTask } from '@nearside/browser/contribution/agreeTask.ts'
import { toHex } from '@nearside/core/bytes.ts'
import { partsOf as made, type Parts, sealed as seal } from '@nearside/research/simulate/forge.ts'
import { describe, expect, it } from 'vitest'
import { MODULUS } from '../privacy/pine/field.ts'
import { cryptoRandomBytes } from '../privacy/randomBytes.ts'
import { consentHash, policyTerms } from '../protocol/consent.ts'
import { integerClipNorm } from '../protocol/policy.ts'
import type { Task } from '../protocol/task.ts'
import { createFederation, HELPER, LEADER, type TestFederation } from './testFederation.ts'
import { DIMENSION, meanOf, post, report } from './testReports.ts'

const taskOf = ({ fetch }: TestFederation) =>
  agreeTask(
    { get: async (url) => new Uint8Array(await (await fetch(url)).arrayBuffer()) },
    { leader: LEADER, helper: HELPER },
  )

const partsOf = (task: Task, integers: ArrayLike<number>) => made(task, integers, cryptoRandomBytes)
const sealed = (task: Task, given: Parts) => seal(task, given, cryptoRandomBytes)

const flipped = (bytes: Uint8Array) =>
  Uint8Array.from(bytes, (byte, i) => (i === 0 ? byte ^ 1 : byte))

describe('a hostile device', () => {
  it('a hostile device’s report is refused by either server if the device consented to other terms', async () => {
    const federation = await createFederation()
    const task = await taskOf(federation)
    const other = await consentHash({ ...policyTerms(task.policy), smallestCrowd: 2 })
    const zeros = new Uint8Array(32)
    for (const consents of [
      { leader: other },
      { helper: other },
      { leader: zeros, helper: zeros },
    ]) {
      const parts = await partsOf(task, [1])
      const answer = await post(federation, await sealed(task, { ...parts, consents }))
      expect(answer.status).toBe(403)
      expect(await answer.json()).toMatchObject({ code: 'consent-missing' })
    }
    expect((await post(federation, (await report(federation, 1)).body)).status).toBe(201)
    // Both servers publish the hash of the terms to which the shoppers of all counted reports agreed.
    const hash = toHex(await consentHash(policyTerms(task.policy)))
    for (const url of [LEADER, HELPER]) {
      const { rounds } = await (await federation.fetch(`${url}/v1/rounds`)).json()
      expect(rounds[0].consents).toEqual({ hash, count: 1 })
    }
  })

  it('every invalid report of a hostile device is refused and counted as refused; the sum stays exact', async () => {
    const federation = await createFederation()
    const task = await taskOf(federation)
    const most = integerClipNorm(task.policy)
    const beyond = [
      [most + 1],
      [2 * most],
      [1000 * most],
      new Array(DIMENSION).fill((MODULUS - 1) / 2),
      // The square of this number is just above the modulus, so it wraps around to a small value.
      [Math.ceil(Math.sqrt(MODULUS))],
      new Array(64).fill(Math.ceil(Math.sqrt(MODULUS / 64))),
    ]
    const hostile: Uint8Array[] = []
    for (const integers of beyond) hostile.push(await sealed(task, await partsOf(task, integers)))
    const [mine, other] = [await partsOf(task, [1]), await partsOf(task, [1])]
    for (const changes of [
      { leaderShare: other.leaderShare },
      { seed: other.seed },
      { publicShare: other.publicShare },
      { id: other.id },
      { leaderShare: flipped(mine.leaderShare) },
      { seed: flipped(mine.seed) },
      { leaderShare: new Uint8Array(mine.leaderShare.length).fill(255) },
      { leaderShare: new Uint8Array(mine.leaderShare.length) },
    ])
      hostile.push(await sealed(task, { ...mine, id: cryptoRandomBytes(16), ...changes }))
    const made = []
    for (let i = 0; i < 4; i++) made.push(await report(federation, i))
    const { body } = made[0]
    expect((await post(federation, body)).status).toBe(201)
    for (const one of hostile) {
      const answer = await post(federation, one)
      expect(answer.status).toBe(422)
      expect(await answer.json()).toMatchObject({
        code: 'report-invalid',
        title: expect.stringContaining('does not prove'),
      })
    }
    // The hostile reports are sent again, all at once, together with honest reports.
    const answers = await Promise.all(
      [...hostile, ...made.slice(1).map((one) => one.body)].map((one) => post(federation, one)),
    )
    expect(answers.map(({ status }) => status)).toEqual([...hostile.map(() => 422), 201, 201, 201])
    await federation.leader.advance()
    const quantized = made.map((one) => one.quantized)
    expect(federation.applied).toEqual([meanOf(quantized, 4)])
    const metrics = await (await federation.fetch(`${LEADER}/metrics`)).text()
    expect(metrics).toContain(`nearside_unproven_refusals_total ${2 * hostile.length}\n`)
  })

  it('a hostile device can’t replace its share after the helper accepted the proof', async () => {
    const federation = await createFederation()
    const task = await taskOf(federation)
    const good = await partsOf(task, [1])
    const long = await partsOf(task, [1000 * integerClipNorm(task.policy)])
    // The helper stores the good report; the leader dies before counting it.
    const { count } = federation.leaderStore
    federation.leaderStore.count = async () => {
      throw new Error('died')
    }
    expect((await post(federation, await sealed(task, good))).status).toBe(503)
    federation.leaderStore.count = count
    federation.now += 5_000
    const swapped = { ...good, leaderShare: long.leaderShare }
    expect((await post(federation, await sealed(task, swapped))).status).toBe(422)
    const whole = { ...long, id: good.id }
    expect((await post(federation, await sealed(task, whole))).status).toBeGreaterThan(400)
    expect(await federation.leader.store.current()).toMatchObject({ counted: 0 })
  })

  it('a hostile device gains nothing from a proof for another task, round or policy', async () => {
    const federation = await createFederation()
    const task = await taskOf(federation)
    const parts = await partsOf({ ...task, round: 2 }, [1])
    expect((await post(federation, await sealed(task, parts))).status).toBe(422)
    const elsewhere = { ...task, policy: { ...task.policy, task: 'another' } }
    const moved = await partsOf(elsewhere, [1])
    expect((await post(federation, await sealed(task, moved))).status).toBe(422)
    // A valid report whose parts were sealed for another task can't be opened.
    expect((await post(federation, await sealed(elsewhere, moved))).status).toBe(422)
    const good = await partsOf(task, [1])
    expect((await post(federation, await sealed(task, good))).status).toBe(201)
    // A report with the same id and another vector is refused, so that the randomness of a check is used only once.
    const again = { ...(await partsOf(task, [2])), id: good.id }
    expect((await post(federation, await sealed(task, again))).status).toBe(409)
  })
})
