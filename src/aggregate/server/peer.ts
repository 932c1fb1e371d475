/**
 * @module What the leader asks of the helper. Every request is signed; the helper signs its answer
 * to the one request that matters, the release.
 */

import type { z } from '@hono/zod-openapi'
import {
  type Bytes,
  concat,
  decodeVector,
  fromBase64,
  sha256,
  toBase64,
  utf8,
} from '../../core/bytes.ts'
import { canonicalJson } from '../../core/canonicalJson.ts'
import { NearsideError } from '../../core/error.ts'
import { peerMessage, type SigningKeys, sign, verify } from '../privacy/signature.ts'
import type { Policy } from '../protocol/policy.ts'
import { endpoint, PEER_ROUTES, SHARES_MEDIA_TYPE, SIGNATURE_HEADER } from '../protocol/routes.ts'
import {
  type HelperKeys,
  helperKeysSchema,
  type ReleaseRequest,
  readJson,
  releaseAnswerSchema,
} from './schemas.ts'

/** The helper's answer for one forwarded share. */
export const SHARE_OUTCOMES = ['counted', 'duplicate', 'conflict', 'invalid', 'closed'] as const
export type ShareOutcome = (typeof SHARE_OUTCOMES)[number]

const TIMEOUT = 10_000

export interface Helper {
  keys(): Promise<HelperKeys>
  propose(round: number, policy: Policy): Promise<void>
  /** @param parts `encodeHelperPart` of each report. One outcome each, in order. */
  forward(round: number, parts: readonly Bytes[]): Promise<readonly ShareOutcome[]>
  release(round: number, request: ReleaseRequest, policy: Policy): Promise<Uint32Array>
}

/**
 * @throws (all methods) NearsideError `aggregator-unreachable` when it may work later,
 * `policy-mismatch` | `round-closed` when the helper refuses
 */
export function createHelperClient(
  base: string,
  signing: SigningKeys,
  fetch: typeof globalThis.fetch,
): Helper {
  async function call(method: string, path: string, body: Bytes, type: string): Promise<Bytes> {
    const signature = await sign(signing, peerMessage(method, path, await sha256(body)))
    let response: Response
    try {
      response = await fetch(endpoint(base, path), {
        method,
        headers:
          method === 'GET' ? {} : { 'content-type': type, [SIGNATURE_HEADER]: toBase64(signature) },
        body: method === 'GET' ? undefined : body,
        signal: AbortSignal.timeout(TIMEOUT),
      })
    } catch (thrown) {
      throw NearsideError.from(thrown, 'aggregator-unreachable', 'The helper does not answer')
    }
    const answer = new Uint8Array(await response.arrayBuffer())
    if (response.ok) return answer
    throw refusal(response.status, answer)
  }

  const json = (path: string, value: unknown) =>
    call('POST', path, utf8(canonicalJson(value)), 'application/json')

  return {
    async keys() {
      const answer = await call('GET', PEER_ROUTES.keys, new Uint8Array(0), '')
      return readAnswer(answer, helperKeysSchema)
    },
    async propose(round, policy) {
      await json(PEER_ROUTES.propose(round), { policy })
    },
    async forward(round, parts) {
      const answer = await call(
        'POST',
        PEER_ROUTES.shares(round),
        concat(...parts),
        SHARES_MEDIA_TYPE,
      )
      if (answer.length !== parts.length || answer.some((code) => !(code in SHARE_OUTCOMES)))
        throw unreadable()
      return Array.from(answer, (code) => SHARE_OUTCOMES[code])
    },
    async release(round, request, policy) {
      const path = PEER_ROUTES.release(round)
      const value = readAnswer(await json(path, request), releaseAnswerSchema)
      const share = fromBase64(value.share)
      const message = await releaseMessage(round, { ...request, share })
      if (!(await verify(fromBase64(policy.helper.signing), fromBase64(value.signature), message)))
        throw new NearsideError('policy-mismatch', 'The helper’s release is not signed by its key')
      return decodeVector(share)
    },
  }
}

/** What the helper signs when it releases: the round, what was counted, and the share itself. */
export async function releaseMessage(
  round: number,
  record: ReleaseRequest & { readonly share: Uint8Array },
): Promise<Bytes> {
  const { policyHash, counted, idSetHash } = record
  const share = toBase64(await sha256(record.share))
  return utf8(
    `nearside release v1\0${canonicalJson({ round, policyHash, counted, idSetHash, share })}`,
  )
}

function refusal(status: number, body: Bytes): NearsideError {
  let title = ''
  try {
    title = String((JSON.parse(new TextDecoder().decode(body)) as { title?: unknown }).title)
  } catch {
    // Not a problem document: the status says enough.
  }
  const message = `The helper answered ${status} ${title}`.trim()
  if (status === 410 || status === 404) return new NearsideError('round-closed', message)
  if (status === 409 || status === 401 || status === 422)
    return new NearsideError('policy-mismatch', message)
  return new NearsideError('aggregator-unreachable', message)
}

function readAnswer<T>(answer: Bytes, schema: z.ZodType<T>): T {
  try {
    return readJson(answer, schema)
  } catch {
    throw unreadable()
  }
}

function unreadable(): NearsideError {
  return new NearsideError('aggregator-unreachable', 'The helper’s answer is not readable')
}
