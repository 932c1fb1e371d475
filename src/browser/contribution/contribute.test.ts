import { dequantize, squaredNorm } from '@nearside/aggregate/privacy/quantize.ts'
import { exportSealingKeys, generateSealingKeys } from '@nearside/aggregate/privacy/seal.ts'
import {
  exportSigningKeys,
  generateSigningKeys,
  receiptMessage,
  type SigningKeys,
  sign,
  taskMessage,
} from '@nearside/aggregate/privacy/signature.ts'
import { consentHash, policyTerms } from '@nearside/aggregate/protocol/consent.ts'
import { DEMO_PARAMETERS } from '@nearside/aggregate/protocol/demoParameters.ts'
import { type Policy, policyHash } from '@nearside/aggregate/protocol/policy.ts'
import { parseReport, reportBytes } from '@nearside/aggregate/protocol/report.ts'
import { PROTOCOL } from '@nearside/aggregate/protocol/task.ts'
import { TEST_POLICY } from '@nearside/aggregate/protocol/testPolicy.ts'
import { parseAuthorization } from '@nearside/aggregate/protocol/token.ts'
import { createWorkIssuer } from '@nearside/aggregate/server/testTokens.ts'
import type { TokenSigner } from '@nearside/aggregate/server/tokenIssuer.ts'
import {
  concat,
  decodeVector,
  fromBase64,
  fromHex,
  sha256,
  toBase64,
  toHex,
  utf8,
} from '@nearside/core/bytes.ts'
import { NearsideError } from '@nearside/core/error.ts'
import { beforeEach, describe, expect, it } from 'vitest'
import { chain, type EntryFacts } from '../ledger/chain.ts'
import { checkpointId } from '../ledger/checkpoint.ts'
import type { LedgerEntry } from '../ledger/entry.ts'
import { createLedger } from '../ledger/ledger.ts'
import type { Signer } from '../ledger/signer.ts'
import { createMemoryDatabase } from '../storage/database.ts'
import type { Settings } from '../storage/settingRows.ts'
import { createStore } from '../storage/store.ts'
import { type Budget, termsOf } from './budget.ts'
import { giveConsent } from './consent.ts'
import { type ContributeDeps, contribute, whenDue } from './contribute.ts'
import { type ContributionTerms, recipientsOf } from './terms.ts'

const ENDPOINTS = { leader: 'http://leader.test/', helper: 'http://helper.test' }

interface Sent {
  readonly url: string
  readonly body: Uint8Array
  readonly detail: Readonly<Record<string, unknown>>
  readonly authorization: string | undefined
}

/** Device with two aggregators whose answers each test chooses. */
interface Scene {
  policy: Policy
  helperPolicy: Policy | null
  round: number
  state: string
  /** Answers to POST requests, in sequence. The last answer repeats. */
  answers: (number | 'lost' | 'forged' | 'genuine' | 'text')[]
  kept: Partial<Settings>
  epoch: number
  /** Error that the disk throws. */
  refused: NearsideError | null
  now: number
  readonly ledger: Omit<EntryFacts, 'time'>[]
  readonly sent: Sent[]
  /** Number of requests for the current round and its policy. */
  gets: number
  /** Requests for tokens. */
  readonly asked: {
    readonly url: string
    readonly body: Uint8Array
    readonly credentials: RequestCredentials | undefined
  }[]
  /** Issuer of tokens; null if the issuer doesn't answer. */
  issuer: TokenSigner | null
  /** Writes and requests in the sequence in which they happened. */
  readonly order: string[]
  readonly deps: ContributeDeps
}

let signing: SigningKeys
let scene: Scene
/** Issuer for all tests, since creating its RSA key takes time. */
const shared = await createWorkIssuer()

beforeEach(async () => {
  signing = await generateSigningKeys()
  const sealing = toBase64((await exportSealingKeys(await generateSealingKeys())).publicKey)
  const signingKey = toBase64((await exportSigningKeys(signing)).publicKey)
  const keys = { sealing, signing: signingKey }
  scene = await agreed({
    ...TEST_POLICY,
    leader: { ...keys, operator: 'Shop' },
    helper: { ...keys, operator: 'Trust Centre' },
  })
})

/** Scene with a shopper who agreed to this policy. */
async function agreed(policy: Policy): Promise<Scene> {
  scene = createScene(policy)
  await agree(termsOf(policy, scene.deps.endpoints))
  return scene
}

/** Stores a consent as the worker does. */
async function agree(terms: ContributionTerms): Promise<void> {
  await giveConsent(scene.deps, terms, undefined)
  for (const list of [scene.ledger, scene.order]) list.length = 0
}

function createScene(policy: Policy): Scene {
  const store = createStore(createMemoryDatabase())
  const log = createLedger(store, () => made.now)
  const made: Scene = {
    policy,
    helperPolicy: null,
    round: 1,
    state: 'open',
    answers: ['genuine'],
    kept: {},
    epoch: 0,
    refused: null,
    now: Date.UTC(2026, 0, 1),
    ledger: [],
    sent: [],
    gets: 0,
    asked: [],
    issuer: null,
    order: [],
    deps: {
      globalPrivacyControl: undefined,
      endpoints: recipientsOf(policy, ENDPOINTS),
      modelHash: policy.model.hash,
      update,
      now: () => made.now,
      records: async (change) => {
        if (made.refused) throw made.refused
        const changes = change(made.kept, made.epoch)
        made.kept = { ...made.kept, ...changes }
        if ('budget' in changes) made.order.push('budget')
      },
      ledger: {
        ...log,
        append: async (facts, keep) => {
          made.order.push(facts.kind)
          made.ledger.push(facts)
          return log.append(facts, keep)
        },
        count: async (facts) => {
          made.ledger.push(facts)
          return log.count(facts)
        },
      },
      transport: {
        async get(url, purpose, options) {
          if (purpose === 'token') {
            made.order.push('ask')
            const { body, credentials } = options?.post ?? {}
            made.asked.push({ url, body: body as Uint8Array, credentials })
            const answer = made.issuer?.sign(body as Uint8Array)
            if (!answer) throw new NearsideError('issuer-unreachable', 'The issuer says no')
            return answer
          }
          made.gets++
          const role = url.includes('helper') ? 'helper' : 'leader'
          const shown = role === 'helper' && made.helperPolicy ? made.helperPolicy : made.policy
          const hash = await policyHash(shown)
          const { round, state, now: time } = made
          const message = taskMessage({ role, round, policyHash: hash, time })
          const signature = toBase64(await sign(signing, message))
          const said = { protocol: PROTOCOL, role, round, state, policyHash: hash, policy: shown }
          return utf8(JSON.stringify({ ...said, time, signature }))
        },
        async post(url, body, _type, detail, options) {
          made.order.push('post')
          made.sent.push({ url, body, detail, authorization: options?.authorization })
          await log.append({ kind: 'upload', detail })
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
  const { id, round } = parseReport(body, TEST_POLICY).header
  return utf8(JSON.stringify({ id, round, bodyHash, signature }))
}

function update(): Float32Array {
  return new Float32Array(88).fill(0.01)
}
const send = (changes: Partial<ContributeDeps> = {}) => contribute({ ...scene.deps, ...changes })
const participations = () =>
  (scene.kept.budget as { participations: readonly unknown[] } | undefined)?.participations ?? []

describe('a contribution', () => {
  it('a contribution is sent as one report of fixed length, and its receipt is stored', async () => {
    const result = await send()
    expect(result).toMatchObject({ sent: true, error: null })
    expect(scene.kept.sent?.epsilon).toBeCloseTo(1.85, 2)
    expect(scene.kept.sent).toMatchObject({ reports: 1, bytes: reportBytes(TEST_POLICY) })
    expect(scene.sent).toHaveLength(1)
    expect(scene.sent[0].url).toBe('http://leader.test/v1/reports')
    expect(scene.sent[0].body).toHaveLength(reportBytes(TEST_POLICY))
    expect(scene.ledger).toMatchObject([{ kind: 'receipt', detail: { round: 1 } }])
    expect(participations()).toMatchObject([{ round: 1 }])
    expect(scene.kept.pending).toBe(undefined)
  })

  it('a contribution’s privacy cost is on disk before the first byte is sent', async () => {
    await send()
    // The first write of the budget stores the servers' time, the second the cost of the report.
    expect(scene.order).toEqual(['budget', 'budget', 'post', 'receipt'])
  })

  it('a contribution has an id derived from the log and a permanent secret', async () => {
    await send()
    scene.round++
    scene.now += 400 * 86_400_000
    await send()
    const secret = String(scene.kept.checkpoints)
    expect(fromBase64(secret)).toHaveLength(32)
    const [first, second] = scene.sent.map(({ body }) => parseReport(body, TEST_POLICY).header)
    // Entry 0 is the consent, entry 1 the upload of the first report.
    const [consent, upload] = await scene.deps.ledger.entries()
    expect(first.id).toBe(await checkpointId(secret, first, consent.hash))
    expect(second.id).toBe(await checkpointId(secret, second, upload.hash))
    expect(scene.sent.map(({ detail }) => detail.through)).toEqual([0, 1])
  })

  it('the log has the update’s norm and a salted hash of the update; salt and update are stored beside the log', async () => {
    await send()
    const { clipNormInteger, squaredNormInteger, commitment, epsilon } = scene.sent[0].detail
    expect(clipNormInteger).toBe(1_638)
    expect(epsilon).toBeCloseTo(1.85, 2)
    const [{ salt, update: plain, reportId }] = scene.kept.openings ?? []
    const bytes = concat(fromBase64(salt), fromBase64(plain))
    expect(toHex(await sha256(bytes))).toBe(commitment)
    const integers = decodeVector(fromBase64(plain))
    expect(squaredNorm(Int32Array.from(dequantize(integers, 1, 1)))).toBe(squaredNormInteger)
    expect(squaredNormInteger).toBeLessThanOrEqual(1_638 ** 2)
    expect(reportId).toBe(scene.sent[0].detail.reportId)
    expect(JSON.stringify([scene.sent[0].detail, scene.ledger])).not.toContain(plain)
  })
})

describe('no report is sent', () => {
  const consent = (contribute: boolean) => () => {
    scene.kept = { consent: { contribute, since: null } }
    return {}
  }
  const asking = (terms: Partial<Policy>) => () => {
    scene.policy = { ...scene.policy, ...terms }
    return {}
  }
  const cases: readonly [string, () => Partial<ContributeDeps>, string][] = [
    ['without consent', consent(false), 'consent-missing'],
    ['with a consent that has no date', consent(true), 'consent-missing'],
    ['under Global Privacy Control', () => ({ globalPrivacyControl: true }), 'consent-missing'],
    [
      'while another tab has paused learning',
      () => {
        scene.kept = { ...scene.kept, paused: true }
        return {}
      },
      'consent-missing',
    ],
    ['for another model', () => ({ modelHash: '00'.repeat(32) }), 'model-incompatible'],
    ['if a round needs only 999 people', asking({ aggregationGoal: 999 }), 'terms-beyond-limits'],
    [
      'if an update costs ε 2.01',
      asking({ noiseMultiplier: 4.43, maxParticipations: 1 }),
      'terms-beyond-limits',
    ],
    ['if a year costs ε 4.01', asking({ noiseMultiplier: 4.765 }), 'terms-beyond-limits'],
    ['under demonstration terms in a real shop', asking(DEMO_PARAMETERS), 'terms-beyond-limits'],
    [
      'in a demonstration under the consent for a real shop',
      () => {
        scene.policy = { ...scene.policy, ...DEMO_PARAMETERS }
        return { endpoints: { ...scene.deps.endpoints, demonstration: true } }
      },
      'consent-missing',
    ],
    [
      'in a real shop under the consent for a demonstration',
      () => {
        const endpoints = { ...scene.deps.endpoints, demonstration: true }
        const terms = termsOf({ ...scene.policy, ...DEMO_PARAMETERS }, endpoints)
        scene.kept = { consent: { contribute: true, since: 5, terms } }
        return {}
      },
      'consent-missing',
    ],
    ['if the policy’s δ is 0.99', asking({ delta: 0.99 }), 'policy-mismatch'],
  ]
  it.each(cases)('no report is sent %s', async (_, changes, code) => {
    expect(await send(changes())).toMatchObject({ sent: false, error: { code } })
    expect(scene.kept.sent?.bytes ?? 0).toBe(0)
    expect(scene.sent).toHaveLength(0)
    expect(scene.ledger.slice(-1)).toMatchObject([{ kind: 'failure', detail: { code } }])
  })

  it('no report is sent if the aggregators disagree on the policy', async () => {
    scene.helperPolicy = { ...scene.policy, clipNorm: 0.06 }
    expect((await send()).error?.code).toBe('policy-mismatch')
    expect(scene.sent).toHaveLength(0)
  })

  it('no report is sent if leader and helper name different keys for the helper', async () => {
    scene.helperPolicy = scene.policy
    scene.policy = { ...scene.policy, helper: TEST_POLICY.helper }
    expect((await send()).error?.code).toBe('policy-mismatch')
  })

  it('no report is sent between two rounds', async () => {
    scene.state = 'closed'
    expect((await send()).error?.code).toBe('round-closed')
    expect(scene.kept.budget).toBe(undefined)
  })

  it('no report is sent if the update has a number that is not finite, or another length than the policy’s', async () => {
    const nan = await send({ update: () => new Float32Array(88).fill(Number.NaN) })
    expect(nan.error?.code).toBe('report-invalid')
    const short = await send({ update: () => new Float32Array(3) })
    expect(short.error?.code).toBe('model-incompatible')
    const broken = await send({
      update: () => {
        throw new TypeError('no history')
      },
    })
    expect(broken.error?.message).toMatch(/no history/)
    expect(scene.sent).toHaveLength(0)
    expect(participations()).toEqual([])
  })

  it('no report is sent if the budget can’t be read or written', async () => {
    scene.kept = { ...scene.kept, budget: { participations: 'x' } }
    expect((await send()).error?.code).toBe('storage-corrupt')
    scene.refused = new NearsideError('storage-full', 'no room')
    expect(await send()).toMatchObject({ sent: false, reason: 'no room' })
    expect(scene.sent).toHaveLength(0)
  })

  it.each([
    ['forgotten', () => scene.epoch++],
    ['paused', () => (scene.kept = { ...scene.kept, paused: true })],
    ['withdrawn', () => (scene.kept = { consent: { contribute: false, since: null } })],
    [
      'agreed to anew',
      () => (scene.kept = { consent: { ...scene.kept.consent, contribute: true, since: 6 } }),
    ],
  ])('no report is sent if something was %s while the report was made', async (_, happen) => {
    const { error } = await send({
      update: () => {
        happen()
        return update()
      },
    })
    expect(['aborted', 'consent-missing']).toContain(error?.code)
    expect(scene.sent).toHaveLength(0)
    expect(participations()).toEqual([])
  })

  it('no second report is sent if another tab has sent one meanwhile', async () => {
    await send({
      update: async () => {
        await send()
        return update()
      },
    })
    expect(scene.sent).toHaveLength(1)
    expect(participations()).toHaveLength(1)
  })

  it('no report is sent if the servers’ terms cost more privacy than agreed; the consent ends, and the new terms are stored', async () => {
    scene.policy = { ...scene.policy, trust: 'trusted-server' }
    expect((await send()).error?.code).toBe('policy-mismatch')
    expect(scene.sent).toHaveLength(0)
    const { consent, terms } = scene.kept
    expect(consent).toEqual({ contribute: false, since: null })
    expect(terms?.trust).toBe('trusted-server')
    expect(scene.ledger[0]).toMatchObject({ kind: 'consent', detail: { contribute: false } })
    if (terms) await agree(terms)
    expect((await send()).sent).toBe(true)
  })
})

describe('a contribution’s consent', () => {
  const signer = async (): Promise<Signer> => {
    const keys = await generateSigningKeys()
    const key = toBase64((await exportSigningKeys(keys)).publicKey)
    return { key, sign: (message) => sign(keys, message) }
  }
  const nobodyAsked = () => {
    expect(scene.sent).toHaveLength(0)
    expect(scene.gets).toBe(0)
  }

  it('under a consent without a log entry, nothing is sent', async () => {
    const { kept, policy } = scene
    scene = createScene(policy)
    scene.kept = { consent: kept.consent }
    expect((await send()).error?.code).toBe('consent-missing')
    nobodyAsked()
  })

  it('a consent names its recipients in the log, and so does each upload', async () => {
    await send()
    const [consent] = await scene.deps.ledger.entries()
    expect(consent.detail).toMatchObject({ ...scene.deps.endpoints, smallestCrowd: 1000 })
    expect(scene.sent[0].detail).toMatchObject({ ...scene.deps.endpoints, smallestCrowd: 1000 })
    const terms = await consentHash(policyTerms(scene.policy))
    expect(scene.sent[0].detail.consent).toBe(toHex(terms))
  })

  it.each([
    ['is signed by nobody', async (facts: EntryFacts) => [await chain(null, facts)]],
    [
      'is signed by another key',
      async (facts: EntryFacts) => [await chain(null, facts, await signer())],
    ],
    [
      'was changed',
      async (_: EntryFacts, [entry]: readonly LedgerEntry[]) => [{ ...entry, time: 1 }],
    ],
    [
      'was withdrawn since',
      async (_: EntryFacts, entries: readonly LedgerEntry[]) => {
        const detail = { contribute: false }
        return [...entries, await chain(entries[0], { kind: 'consent', detail, time: 1 })]
      },
    ],
  ])('nothing is sent if the consent’s log entry %s', async (_, change) => {
    const entries = await scene.deps.ledger.entries()
    const changed = await change(entries[0], entries)
    const ledger = { ...scene.deps.ledger, entries: async () => changed }
    expect((await send({ ledger })).error?.code).toBe('consent-missing')
    nobodyAsked()
  })

  it('a consent stays valid if the page names other servers, but these get nothing, not even a request', async () => {
    const policy = { ...scene.policy, task: 'another' }
    const evil = {
      leader: 'https://shop.test/evil-leader',
      helper: 'https://shop.test/evil-helper',
    }
    scene.policy = policy
    const endpoints = { ...scene.deps.endpoints, ...evil }
    expect((await send({ endpoints })).error?.code).toBe('consent-missing')
    for (const name of ['leaderKey', 'helperKey', 'leaderOperator', 'helperOperator'])
      expect(
        (await send({ endpoints: { ...scene.deps.endpoints, [name]: 'another' } })).error?.code,
      ).toBe('consent-missing')
    nobodyAsked()
    expect(scene.kept.consent?.contribute).toBe(true)
    // The servers' policy now has another `task` (name of the federation) than the consent, so the consent ends.
    expect((await send()).error?.code).toBe('policy-mismatch')
    expect(scene.sent).toHaveLength(0)
    expect(scene.kept.consent?.contribute).toBe(false)
  })

  it('a consent does not cover a policy with other keys, but stays valid', async () => {
    scene.policy = { ...scene.policy, helper: TEST_POLICY.helper }
    expect((await send()).error?.code).toBe('policy-mismatch')
    expect(scene.sent).toHaveLength(0)
    expect(scene.kept.consent?.contribute).toBe(true)
  })

  it('a consent can’t be given if the log can’t be signed', async () => {
    const ledger = { ...scene.deps.ledger, key: async () => null }
    const terms = termsOf(scene.policy, scene.deps.endpoints)
    await expect(giveConsent({ ...scene.deps, ledger }, terms, undefined)).rejects.toMatchObject({
      code: 'consent-missing',
    })
    expect((await send({ ledger })).error?.code).toBe('consent-missing')
    nobodyAsked()
  })
})

describe('a retry', () => {
  it('a retry sends the same bytes and costs privacy once', async () => {
    scene.answers = ['lost', 503, 'genuine']
    expect((await send()).error?.code).toBe('aggregator-unreachable')
    expect((await send()).error?.code).toBe('aggregator-unreachable')
    expect((await send()).sent).toBe(true)
    const [first, second, third] = scene.sent.map(({ body }) => toHex(body))
    expect(second).toBe(first)
    expect(third).toBe(first)
    expect(participations()).toHaveLength(1)
    expect(scene.kept.sent).toMatchObject({ reports: 1, bytes: 3 * reportBytes(TEST_POLICY) })
  })

  it('a report is not sent again after a final refusal, and the budget stays spent', async () => {
    scene.answers = [410]
    expect((await send()).error?.code).toBe('round-closed')
    expect(participations()).toHaveLength(1)
    expect(scene.kept.pending).toBe(undefined)
    expect((await send()).error?.code).toBe('budget-exhausted')
    expect(scene.sent).toHaveLength(1)
  })

  it('a retry never sends a report whose consent was withdrawn in the meantime', async () => {
    scene.answers = ['lost', 'genuine']
    await send()
    scene.now += 3_600_000
    scene.round = 1
    if (scene.kept.consent)
      scene.kept = { ...scene.kept, consent: { ...scene.kept.consent, since: 6 } }
    const again = await send()
    expect(again.error?.code).toBe('budget-exhausted')
    expect(scene.sent).toHaveLength(1)
  })

  it('a retry in a new round makes a new report', async () => {
    scene.answers = ['lost', 'genuine']
    await send()
    scene.round = 2
    scene.now += 3_600_000
    expect((await send()).sent).toBe(true)
    expect(toHex(scene.sent[1].body)).not.toBe(toHex(scene.sent[0].body))
    expect(participations()).toHaveLength(2)
  })
})

describe('a receipt', () => {
  it.each(['forged', 'text'] as const)('a receipt that is %s is rejected', async (answer) => {
    scene.answers = [answer, 'genuine']
    expect((await send()).error?.code).toBe('report-invalid')
    expect(scene.ledger.map(({ kind }) => kind)).toEqual(['failure'])
    // The aggregation server could have counted the report, so the same bytes are sent again, never new bytes.
    expect((await send()).sent).toBe(true)
    expect(toHex(scene.sent[1].body)).toBe(toHex(scene.sent[0].body))
  })
})

describe('if the policy asks for tokens', () => {
  const { signer, issuer } = shared
  const withTokens = (kind: 'work' | 'account' = 'work') => {
    scene.policy = {
      ...scene.policy,
      issuer: kind === 'work' ? issuer : { kind, key: issuer.key },
    }
    scene.issuer = signer
  }
  /** Tokens cost proof of work, which is part of the terms, so the shopper must agree to it. */
  const agreeToTokens = async () => {
    withTokens()
    await agree(termsOf(scene.policy, scene.deps.endpoints))
  }
  const minutes = () => ((scene.kept.due ?? 0) - (scene.kept.budget as Budget).elapsed) / 60_000

  it('a report is sent with one token, and a retry with the same token', async () => {
    await agreeToTokens()
    scene.answers = ['lost', 'genuine']
    await send()
    expect(await send()).toMatchObject({ sent: true })
    expect(scene.asked).toHaveLength(1)
    expect(scene.asked[0]).toMatchObject({
      url: 'http://leader.test/v1/tokens',
      credentials: 'omit',
    })
    const [first, second] = scene.sent
    const token = parseAuthorization(first.authorization) ?? new Uint8Array(0)
    expect(token).toHaveLength(354)
    expect(second.authorization).toBe(first.authorization)
    expect(first.detail.token).toBe(toHex(await sha256(token)))
    // The token is used up. Another round needs another token.
    expect(scene.kept.token).toBe(undefined)
    scene.round = 2
    scene.now += 3_600_000
    expect(await send()).toMatchObject({ sent: true })
    expect(scene.asked).toHaveLength(2)
    expect(scene.sent[2].authorization).not.toBe(first.authorization)
  })

  it('a token request without an answer is repeated unchanged', async () => {
    await agreeToTokens()
    scene.issuer = null
    expect((await send()).error?.code).toBe('issuer-unreachable')
    expect(scene.sent).toHaveLength(0)
    expect(participations()).toEqual([])
    scene.issuer = signer
    expect((await send()).sent).toBe(true)
    expect(toHex(scene.asked[1].body)).toBe(toHex(scene.asked[0].body))
  })

  it('a token is stored until its report is sent', async () => {
    await agreeToTokens()
    await send({ tokenOnly: true })
    expect(scene.kept.token?.token).toHaveLength(472)
    const broken = await send({
      update: () => {
        throw new TypeError('no history')
      },
    })
    expect(broken.sent).toBe(false)
    expect((await send()).sent).toBe(true)
    expect(scene.asked).toHaveLength(1)
  })

  it('a scheduled update is sent some minutes after its token has arrived', async () => {
    await agreeToTokens()
    const first = await send({ share: 0.5 })
    expect(first).toMatchObject({ sent: false, error: null })
    expect(scene.sent).toHaveLength(0)
    expect(participations()).toEqual([])
    expect(minutes()).toBeCloseTo(5, 6)
    // The next attempt finds the token on disk.
    expect(await send({ share: 0.5 })).toMatchObject({ sent: true })
    expect(scene.asked).toHaveLength(1)
    // A token of an ended round is worthless.
    scene.round = 2
    scene.now += 3_600_000
    await send({ share: 0 })
    scene.round = 3
    await send({ share: 0 })
    expect(scene.asked).toHaveLength(3)
    expect(scene.sent).toHaveLength(1)
  })

  it('an update stays due if the issuer gives no token', async () => {
    await agreeToTokens()
    scene.issuer = null
    expect((await send({ share: 0.5 })).error?.code).toBe('issuer-unreachable')
    expect(minutes()).toBeCloseTo(90, 6)
    expect(scene.sent).toHaveLength(0)
    expect(participations()).toEqual([])
  })

  it('a token signed by another key is rejected', async () => {
    await agreeToTokens()
    const { signer: other } = await createWorkIssuer()
    const lastBytes = Array.from({ length: 256 }, (_, byte) => byte)
    scene.issuer = {
      ...other,
      sign: (request) =>
        lastBytes.map((byte) => other.sign(request.with(2, byte))).find(Boolean) ?? null,
    }
    expect((await send()).error).toMatchObject({ code: 'issuer-unreachable' })
    expect(scene.kept.token?.token).toBeNull()
    expect(scene.sent).toHaveLength(0)
  })

  it('a token of the shop’s own server needs the shopper’s consent', async () => {
    withTokens('account')
    // If the page names no issuer, no issuer gets a request.
    expect((await send()).error?.code).toBe('issuer-unreachable')
    const endpoints = { ...scene.deps.endpoints, issuer: 'https://shop.test/tokens' }
    expect((await send({ endpoints })).error?.code).toBe('policy-mismatch')
    expect(scene.kept.consent?.contribute).toBe(false)
    const { terms } = scene.kept
    expect(terms?.tokens).toBe('account')
    if (terms) await agree(terms)
    // The consent names one issuer. If the page names another, that issuer gets no request and so no cookies.
    const others = { ...endpoints, issuer: 'https://shop.test/others' }
    expect((await send({ endpoints: others })).error?.code).toBe('consent-missing')
    expect(scene.asked).toHaveLength(0)
    expect((await send({ endpoints })).sent).toBe(true)
    expect(scene.asked).toMatchObject([{ url: endpoints.issuer, credentials: 'include' }])
  })

  it('a token is requested when an update is planned, at most once an hour', async () => {
    const next = async () => (await whenDue(scene.deps.records, scene.now, true, () => 0.5)).next
    // The shopper didn't agree to tokens, so no request is made.
    expect(await next()).toBeNull()
    await agreeToTokens()
    expect(await next()).toEqual({ tokenOnly: true })
    expect(await next()).toBeNull()
    scene.now += 3_600_000
    expect(await next()).toEqual({ tokenOnly: true })
    expect(await send({ tokenOnly: true })).toMatchObject({ sent: false, error: null })
    scene.now += 3_600_000
    expect(await next()).toBeNull()
    scene.now += 24 * 3_600_000
    expect(await next()).toEqual({ share: 0.5 })
    expect(await send({ share: 0.5 })).toMatchObject({ sent: true })
    expect(scene.asked).toHaveLength(1)
  })
})
