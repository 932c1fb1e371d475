/** @module Two aggregators for tests of a device. Both show one policy, and give the answers that the test chooses. */
import { exportSealingKeys, generateSealingKeys } from '@nearside/aggregate/privacy/seal.ts'
import {
  exportSigningKeys,
  generateSigningKeys,
  receiptMessage,
  sign,
  taskMessage,
} from '@nearside/aggregate/privacy/signature.ts'
import { type Policy, policyHash } from '@nearside/aggregate/protocol/policy.ts'
import { parseReport } from '@nearside/aggregate/protocol/report.ts'
import { ROUTES } from '@nearside/aggregate/protocol/routes.ts'
import { PROTOCOL } from '@nearside/aggregate/protocol/task.ts'
import { TEST_POLICY, TEST_RECIPIENTS } from '@nearside/aggregate/protocol/testPolicy.ts'
import { MODULUS_BYTES } from '@nearside/aggregate/protocol/token.ts'
import { fromHex, sha256, toBase64, toHex } from '@nearside/core/bytes.ts'
import { SHARED_LENGTH } from '@nearside/core/learning/sharedUpdate.ts'
import { TEST_MODEL_URL, type TestServer } from '@nearside/core/model/testShop.ts'
import type { Device } from './device.ts'

const SIGNING = await generateSigningKeys()
const KEY = toBase64((await exportSigningKeys(SIGNING)).publicKey)
export const FEDERATION = { ...TEST_RECIPIENTS, leaderKey: KEY, helperKey: KEY }

/** Agrees as a page does: requests the terms, which name the recipients, and then agrees. */
export async function agreeTo(device: Device, wording?: string): Promise<void> {
  await device.contributionTerms()
  await device.setContribution(true, wording)
}

export class TestAggregators {
  policy: Policy
  round = 1
  /** Clock of both servers, milliseconds since the epoch. */
  now = () => Date.now()
  /**
   * Answer to a report. `lost`: the report arrives, but its answer is lost. `slow`: there is no answer until the
   * request is stopped.
   */
  answer: 'receipt' | 'lost' | 'slow' | number = 'receipt'
  /** Bodies of the reports posted, oldest first. */
  readonly posted: Uint8Array[] = []
  /** Authorization headers of these reports. */
  readonly authorizations: (string | null)[] = []
  /** Issuer that signs token requests; null: token requests get status 503. */
  issuer: ((blinded: Uint8Array) => Uint8Array<ArrayBuffer>) | null = null
  /** Number of requests for tokens. */
  tokens = 0
  /** Number of bytes of the bodies of token requests. */
  tokenBytes = 0
  asked = 0
  /** Number of reports that were stopped while the device waited for the answer. */
  stopped = 0

  private constructor(policy: Policy) {
    this.policy = policy
  }

  static async start(server: TestServer, terms: Partial<Policy> = {}): Promise<TestAggregators> {
    const keys = {
      sealing: toBase64((await exportSealingKeys(await generateSealingKeys())).publicKey),
      signing: KEY,
    }
    const manifest = server.files.get('1/manifest.json')
    if (!manifest) throw new Error('the server has no model')
    const policy = {
      ...TEST_POLICY,
      leader: { ...keys, operator: 'Shop' },
      helper: { ...keys, operator: 'Trust Centre' },
      model: { version: '1', hash: toHex(await sha256(manifest)) },
      parameters: { featureWeights: SHARED_LENGTH },
      ...terms,
    }
    return new TestAggregators(policy)
  }

  /** `fetch` that answers requests to the aggregators; all other requests go to the shop. */
  fetchWith(shop: typeof globalThis.fetch): typeof globalThis.fetch {
    return async (input, init) => {
      const url = String(input)
      if (url.startsWith(TEST_MODEL_URL)) return shop(input, init)
      if (url.endsWith(ROUTES.tokens)) return this.#sign(init?.body as Uint8Array)
      if (init?.method === 'POST') return this.#take(init)
      this.asked++
      const role = url.startsWith(FEDERATION.leader) ? 'leader' : 'helper'
      const { policy, round } = this
      const time = this.now()
      const hash = await policyHash(policy)
      const message = taskMessage({ role, round, policyHash: hash, time })
      const signature = toBase64(await sign(SIGNING, message))
      const said = { protocol: PROTOCOL, role, round, state: 'open', policyHash: hash, policy }
      return Response.json({ ...said, time, signature })
    }
  }

  #sign(request: Uint8Array): Response {
    this.tokens++
    this.tokenBytes += request.length
    return this.issuer
      ? new Response(this.issuer(request.subarray(-MODULUS_BYTES)))
      : new Response(null, { status: 503 })
  }

  async #take({ body: given, headers, signal }: RequestInit): Promise<Response> {
    signal?.throwIfAborted()
    this.authorizations.push(new Headers(headers).get('authorization'))
    const body = given as Uint8Array<ArrayBuffer>
    this.posted.push(body)
    if (this.answer === 'slow')
      return new Promise((_, reject) => {
        signal?.addEventListener('abort', () => {
          this.stopped++
          reject(signal.reason)
        })
      })
    if (this.answer === 'lost') throw new TypeError('Failed to fetch')
    if (this.answer !== 'receipt') return new Response(null, { status: this.answer })
    const bodyHash = toHex(await sha256(body))
    const signature = toBase64(await sign(SIGNING, receiptMessage(fromHex(bodyHash))))
    const { id, round } = parseReport(body, this.policy).header
    return Response.json({ id, round, bodyHash, signature }, { status: 201 })
  }
}
