import { beforeEach, describe, expect, it } from 'vitest'
import { exportSealingKeys, generateSealingKeys } from '../../aggregate/privacy/seal.ts'
import {
  exportSigningKeys,
  generateSigningKeys,
  receiptMessage,
  type SigningKeys,
  sign,
} from '../../aggregate/privacy/signature.ts'
import { dimensionOf, type Policy, policyHash } from '../../aggregate/protocol/policy.ts'
import { parseReport, reportBytes } from '../../aggregate/protocol/report.ts'
import { TEST_POLICY } from '../../aggregate/protocol/testPolicy.ts'
import { fromHex, sha256, toBase64, toHex, utf8 } from '../../core/bytes.ts'
import { NearsideError } from '../../core/error.ts'
import type { Budget } from './budget.ts'
import { type LedgerFacts, type ReportDependencies, sendReport } from './sendReport.ts'

const ENDPOINTS = { leader: 'http://leader.test/', helper: 'http://helper.test' }

interface Sent {
  readonly url: string
  readonly body: Uint8Array
  readonly detail: Readonly<Record<string, unknown>>
}

/** A device whose two aggregators answer as each test says. */
interface Scene {
  policy: Policy
  helperPolicy: Policy | null
  round: number
  state: string
  /** Answers to POST, in order; the last one stays. */
  answers: (number | 'lost' | 'forged' | 'genuine' | 'text')[]
  budget: Budget | undefined
  now: number
  readonly ledger: LedgerFacts[]
  readonly sent: Sent[]
  /** What happened in which order. */
  readonly order: string[]
  readonly deps: ReportDependencies
}

let signing: SigningKeys
let scene: Scene

beforeEach(async () => {
  signing = await generateSigningKeys()
  const sealing = toBase64((await exportSealingKeys(await generateSealingKeys())).publicKey)
  const signingKey = toBase64((await exportSigningKeys(signing)).publicKey)
  const keys = { sealing, signing: signingKey }
  scene = createScene({ ...TEST_POLICY, leader: keys, helper: { ...keys } })
})

function createScene(policy: Policy): Scene {
  const made: Scene = {
    policy,
    helperPolicy: null,
    round: 1,
    state: 'open',
    answers: ['genuine'],
    budget: undefined,
    now: Date.UTC(2026, 0, 1),
    ledger: [],
    sent: [],
    order: [],
    deps: {
      consent: { contribute: true, since: 5 },
      globalPrivacyControl: undefined,
      endpoints: ENDPOINTS,
      modelHash: policy.model.hash,
      now: () => made.now,
      readBudget: async () => made.budget,
      writeBudget: async (budget) => {
        made.order.push('budget')
        made.budget = budget
      },
      appendLedger: async (facts) => {
        made.order.push(facts.kind)
        made.ledger.push(facts)
      },
      transport: {
        async get(url) {
          const role = url.includes('helper') ? 'helper' : 'leader'
          const shown = role === 'helper' && made.helperPolicy ? made.helperPolicy : made.policy
          const hash = await policyHash(shown)
          const { round, state } = made
          return utf8(
            JSON.stringify({ protocol: 1, role, round, state, policyHash: hash, policy: shown }),
          )
        },
        async post(url, body, _type, detail) {
          made.order.push('post')
          made.sent.push({ url, body, detail })
          const next = made.answers.length > 1 ? made.answers.shift() : made.answers[0]
          if (next === 'lost') throw new NearsideError('aggregator-unreachable', 'no answer')
          if (typeof next === 'number') return { status: next, body: new Uint8Array(0) }
          if (next === 'text') return { status: 200, body: utf8('thanks') }
          return { status: 201, body: await receiptFor(body, next === 'forged') }
        },
      },
    },
  }
  return made
}

async function receiptFor(body: Uint8Array, forged: boolean): Promise<Uint8Array> {
  const bodyHash = toHex(await sha256(body))
  const message = forged ? utf8('something else') : receiptMessage(fromHex(bodyHash))
  const signature = toBase64(await sign(signing, message))
  const { id, round } = parseReport(body, dimensionOf(TEST_POLICY)).header
  return utf8(JSON.stringify({ id, round, bodyHash, signature }))
}

const update = () => new Float32Array(88).fill(0.01)
const send = (changes: Partial<ReportDependencies> = {}) =>
  sendReport({ ...scene.deps, ...changes }, update)

describe('a contribution', () => {
  it('leaves as one report of fixed length, and its receipt is kept', async () => {
    const result = await send()
    expect(result).toMatchObject({ sent: true, error: null, bytes: reportBytes(88) })
    expect(result.epsilon).toBeCloseTo(4.9, 1)
    expect(scene.sent).toHaveLength(1)
    expect(scene.sent[0].url).toBe('http://leader.test/v1/reports')
    expect(scene.sent[0].body).toHaveLength(reportBytes(88))
    expect(scene.ledger).toMatchObject([{ kind: 'receipt', detail: { round: 1 } }])
    expect(scene.budget).toMatchObject({ participations: [{ round: 1 }], pending: null })
  })

  it('is paid for on disk before the first byte leaves', async () => {
    await send()
    expect(scene.order).toEqual(['budget', 'post', 'budget', 'receipt'])
  })

  it('tells the ledger the integers and their norm', async () => {
    await send()
    const { clipNormInteger, squaredNormInteger, bodyHash } = scene.sent[0].detail
    expect(clipNormInteger).toBe(52_428)
    expect(squaredNormInteger).toBeLessThanOrEqual(52_428 ** 2)
    expect(bodyHash).toBe(toHex(await sha256(scene.sent[0].body)))
  })
})

describe('nothing leaves', () => {
  const cases: readonly [string, () => Partial<ReportDependencies>, string][] = [
    ['without consent', () => ({ consent: { contribute: false, since: null } }), 'consent-missing'],
    [
      'with consent of no date',
      () => ({ consent: { contribute: true, since: null } }),
      'consent-missing',
    ],
    ['under Global Privacy Control', () => ({ globalPrivacyControl: true }), 'consent-missing'],
    ['for another model', () => ({ modelHash: '00'.repeat(32) }), 'model-incompatible'],
    ['beyond the device’s ε', () => ({ maxEpsilon: 1 }), 'budget-exhausted'],
  ]
  it.each(cases)('%s', async (_, changes, code) => {
    expect(await send(changes())).toMatchObject({ sent: false, bytes: 0, error: { code } })
    expect(scene.sent).toHaveLength(0)
    expect(scene.ledger).toMatchObject([{ kind: 'failure', detail: { code } }])
  })

  it('when the aggregators disagree on the policy', async () => {
    scene.helperPolicy = { ...scene.policy, clipNorm: 0.06 }
    expect((await send()).error?.code).toBe('policy-mismatch')
    expect(scene.sent).toHaveLength(0)
  })

  it('when the leader shows another key for the helper', async () => {
    scene.helperPolicy = scene.policy
    scene.policy = { ...scene.policy, helper: TEST_POLICY.helper }
    expect((await send()).error?.code).toBe('policy-mismatch')
  })

  it('between two rounds', async () => {
    scene.state = 'closed'
    expect((await send()).error?.code).toBe('round-closed')
    expect(scene.budget).toBeUndefined()
  })

  it('of an update that is not finite or not of the policy’s length', async () => {
    const nan = await sendReport(scene.deps, () => new Float32Array(88).fill(Number.NaN))
    expect(nan.error?.code).toBe('report-invalid')
    const short = await sendReport(scene.deps, () => new Float32Array(3))
    expect(short.error?.code).toBe('model-incompatible')
    const broken = await sendReport(scene.deps, () => {
      throw new TypeError('no history')
    })
    expect(broken.error?.message).toMatch(/no history/)
    expect(scene.sent).toHaveLength(0)
    expect(scene.budget).toBeUndefined()
  })

  it('when the budget can’t be read or written', async () => {
    const corrupt = await send({ readBudget: async () => ({ participations: 'x' }) })
    expect(corrupt.error?.code).toBe('storage-corrupt')
    const full = await send({
      writeBudget: async () => {
        throw new NearsideError('storage-full', 'no room')
      },
    })
    expect(full.error?.code).toBe('storage-full')
    expect(scene.sent).toHaveLength(0)
  })
})

describe('a retry', () => {
  it('sends the same bytes, pays once', async () => {
    scene.answers = ['lost', 503, 'genuine']
    expect((await send()).error?.code).toBe('aggregator-unreachable')
    expect((await send()).error?.code).toBe('aggregator-unreachable')
    expect((await send()).sent).toBe(true)
    const [first, second, third] = scene.sent.map(({ body }) => toHex(body))
    expect(second).toBe(first)
    expect(third).toBe(first)
    expect(scene.budget?.participations).toHaveLength(1)
  })

  it('is not made after a refusal for good, and the budget stays spent', async () => {
    scene.answers = [410]
    expect((await send()).error?.code).toBe('round-closed')
    expect(scene.budget).toMatchObject({ participations: [{ round: 1 }], pending: null })
    expect((await send()).error?.code).toBe('budget-exhausted')
    expect(scene.sent).toHaveLength(1)
  })

  it('never sends what was made under a consent that was withdrawn since', async () => {
    scene.answers = ['lost', 'genuine']
    await send()
    scene.now += 3_600_000
    scene.round = 1
    const again = await send({ consent: { contribute: true, since: 6 } })
    expect(again.error?.code).toBe('budget-exhausted')
    expect(scene.sent).toHaveLength(1)
  })

  it('makes a new report for a new round', async () => {
    scene.answers = ['lost', 'genuine']
    await send()
    scene.round = 2
    scene.now += 3_600_000
    expect((await send()).sent).toBe(true)
    expect(toHex(scene.sent[1].body)).not.toBe(toHex(scene.sent[0].body))
    expect(scene.budget?.participations).toHaveLength(2)
  })
})

describe('a receipt', () => {
  it.each(['forged', 'text'] as const)('that is %s is not taken for one', async (answer) => {
    scene.answers = [answer, 'genuine']
    expect((await send()).error?.code).toBe('report-invalid')
    expect(scene.ledger.map(({ kind }) => kind)).toEqual(['failure'])
    // The report may have been counted: the same bytes go out again, never new ones.
    expect((await send()).sent).toBe(true)
    expect(toHex(scene.sent[1].body)).toBe(toHex(scene.sent[0].body))
  })
})
