/**
 * @module The leader's requests to the helper. The leader signs each request about a round, and the helper signs
 * its answer, so a proxy can forge neither an answer nor a refusal. A release has a second signature, which the
 * leader stores. TLS authenticates the helper's keys.
 */

import {
  type Bytes,
  decodeVector,
  fromBase64,
  joined,
  toBase64,
  toHex,
  utf8,
} from '@nearside/core/bytes.ts'
import { canonicalJson } from '@nearside/core/canonicalJson.ts'
import { NearsideError } from '@nearside/core/error.ts'
import { readAtMost } from '@nearside/core/readAtMost.ts'
import { answerMessage, peerMessage, type SigningKeys, sign, verify } from '../privacy/signature.ts'
import { consentHash, policyTerms } from '../protocol/consent.ts'
import { dimensionOf, type Policy } from '../protocol/policy.ts'
import { described } from '../protocol/problem.ts'
import { REPORT_ID_BYTES } from '../protocol/report.ts'
import { endpoint, PEER_ROUTES, SHARES_MEDIA_TYPE, SIGNATURE_HEADER } from '../protocol/routes.ts'
import { serverHash } from './keystream.ts'
import {
  type HelperKeys,
  helperKeysSchema,
  leaderKeysSchema,
  type ReleaseRequest,
  readJson,
  releaseAnswerSchema,
} from './schemas.ts'
import type { RoundRecord } from './store/records.ts'

export const SHARE_OUTCOMES = [
  'kept',
  'duplicate',
  'conflict',
  'invalid',
  'unproven',
  'unchecked',
  'unagreed',
] as const
export type ShareOutcome = (typeof SHARE_OUTCOMES)[number]

const MALFORMED = 'The helper’s answer is malformed'
/** Maximum size of an answer, bytes; a share of the largest update has 88 kB. */
const MOST = 2 ** 20
/** Deadline of each answer, in milliseconds. A release needs longest, because it sums all reports of the round. */
const DEADLINES = { forward: 5_000, release: 60_000, other: 10_000 }

/** Refusal that the helper signed. After such a refusal, the round can't be finished with this helper. */
export class HelperRefusal extends NearsideError {
  readonly round: number

  constructor(code: 'policy-mismatch' | 'round-closed', message: string, round: number) {
    super(code, message)
    this.round = round
  }
}

/** Round that a request is about. The round's policy names the key that must sign the answer. */
type Round = Pick<RoundRecord, 'round' | 'policy'>

export type Helper = ReturnType<typeof createHelperClient>

/**
 * @throws (all methods) NearsideError `aggregator-unreachable` if a retry could succeed, and for any unsigned answer;
 * `HelperRefusal` for a signed refusal
 */
export function createHelperClient(
  base: string,
  signing: SigningKeys,
  fetch: typeof globalThis.fetch,
  {
    deadlines = DEADLINES,
    stopping,
  }: { readonly deadlines?: typeof DEADLINES; readonly stopping?: AbortSignal } = {},
) {
  async function request(path: string, init: RequestInit, deadline: number) {
    // `AbortSignal.any` isn't used, because each combined signal would stay attached to `stopping` (a memory leak).
    const over = new AbortController()
    const stop = () => over.abort(stopping?.reason)
    const late = setTimeout(() => over.abort(new Error('no answer came in time')), deadline)
    stopping?.addEventListener('abort', stop)
    try {
      stopping?.throwIfAborted()
      const response = await fetch(endpoint(base, path), { ...init, signal: over.signal })
      return { response, answer: await readAtMost(response, MOST) }
    } catch (thrown) {
      throw NearsideError.from(thrown, 'aggregator-unreachable', 'The helper does not answer')
    } finally {
      clearTimeout(late)
      stopping?.removeEventListener('abort', stop)
    }
  }

  async function post(
    path: string,
    body: Bytes,
    type: string,
    { round, policy }: Round,
    deadline: number,
  ): Promise<Bytes> {
    const hash = serverHash(body)
    const signature = toBase64(await sign(signing, peerMessage('POST', path, hash)))
    const headers = { 'content-type': type, [SIGNATURE_HEADER]: signature }
    const { response, answer } = await request(path, { method: 'POST', headers, body }, deadline)
    const { status } = response
    const signed = answerMessage('POST', path, hash, status, serverHash(answer))
    const answered = response.headers.get(SIGNATURE_HEADER) ?? ''
    if (!(await verify(fromBase64(policy.helper.signing), answered, signed)))
      throw new NearsideError(
        'aggregator-unreachable',
        `The answer (${described(status, answer)}) from the helper’s address is not signed by the helper`,
      )
    if (response.ok) return answer
    const message = `The helper answered ${described(status, answer)}`
    if (status === 410) throw new HelperRefusal('round-closed', message, round)
    if (status === 422) throw new HelperRefusal('policy-mismatch', message, round)
    throw new NearsideError('aggregator-unreachable', message)
  }

  const json = (path: string, value: unknown, round: Round, deadline: number) =>
    post(path, utf8(canonicalJson(value)), 'application/json', round, deadline)

  return {
    async keys(): Promise<HelperKeys> {
      const { response, answer } = await request(PEER_ROUTES.keys, {}, deadlines.other)
      if (response.ok)
        return readJson(answer, helperKeysSchema, 'aggregator-unreachable', MALFORMED)
      throw new NearsideError(
        'aggregator-unreachable',
        `The helper answered ${described(response.status, answer)}`,
      )
    },
    async propose(round: Round): Promise<void> {
      await json(PEER_ROUTES.propose(round.round), { policy: round.policy }, round, deadlines.other)
    },
    /**
     * Forwards shares; returns one outcome for each share, in sequence. @param parts `encodeHelperPart` of each report
     */
    async forward(round: Round, parts: readonly Bytes[]): Promise<readonly ShareOutcome[]> {
      const path = PEER_ROUTES.shares(round.round)
      const answer = await post(path, joined(parts), SHARES_MEDIA_TYPE, round, deadlines.forward)
      if (answer.length !== parts.length || answer.some((code) => !(code in SHARE_OUTCOMES)))
        throw new NearsideError('aggregator-unreachable', MALFORMED)
      return Array.from(answer, (code) => SHARE_OUTCOMES[code])
    },
    /**
     * The helper's noised sum, and its base64 signature over `releaseMessage`.
     * @param ids ids of the reports to sum, concatenated, ascending
     */
    async release({ round, policy, policyHash }: Round & { policyHash: string }, ids: Bytes) {
      const path = PEER_ROUTES.release(round)
      const request: ReleaseRequest = { policyHash, ids: toBase64(ids) }
      const answer = await json(path, request, { round, policy }, deadlines.release)
      const value = readJson(answer, releaseAnswerSchema, 'aggregator-unreachable', MALFORMED)
      const share = fromBase64(value.share)
      const message = await releaseMessage({ round, policy, policyHash, ids, share })
      // An invalid release counts as a refusal: if asked again, the helper would send the same bytes.
      if (!(await verify(fromBase64(policy.helper.signing), value.signature, message)))
        throw new HelperRefusal('policy-mismatch', 'The helper’s release is not signed', round)
      if (share.length !== 4 * dimensionOf(policy))
        throw new HelperRefusal('policy-mismatch', 'The helper’s share has another length', round)
      return { share: decodeVector(share), signature: value.signature }
    },
  }
}

/** Message that the helper signs at a release: round, policy, consent, counted reports, and share. */
export async function releaseMessage(release: {
  readonly round: number
  readonly policy: Policy
  readonly policyHash: string
  readonly ids: Uint8Array
  readonly share: Uint8Array
}): Promise<Bytes> {
  const { round, policy, policyHash, ids } = release
  const counted = ids.length / REPORT_ID_BYTES
  const idSetHash = toHex(serverHash(ids))
  const share = toBase64(serverHash(release.share))
  const consent = toHex(await consentHash(policyTerms(policy)))
  const said = { round, policyHash, consent, counted, idSetHash, share }
  return utf8(`nearside release v2\0${canonicalJson(said)}`)
}

/**
 * Fetches the public key of the leader at `base`; TLS authenticates the key.
 * @throws NearsideError `aggregator-unreachable` unless the leader answers with a key in time
 */
export async function fetchLeaderKey(base: string, fetch: typeof globalThis.fetch): Promise<Bytes> {
  const url = endpoint(base, PEER_ROUTES.keys)
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(DEADLINES.other) })
    const answer = await readAtMost(response, MOST)
    return fromBase64(readJson(answer, leaderKeysSchema).signing)
  } catch (cause) {
    throw new NearsideError('aggregator-unreachable', `${url} does not publish the leader’s key`, {
      cause,
    })
  }
}
