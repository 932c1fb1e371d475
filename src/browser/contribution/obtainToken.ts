/**
 * @module Obtains, from the policy's issuer, the single-use token that admits one report to a round. The request's
 * inputs are on disk before the request is sent, so after an interruption the device requests the same token again.
 */
import { blind, unblind } from '@nearside/aggregate/privacy/blindRsa.ts'
import type { RandomBytes } from '@nearside/aggregate/privacy/randomBytes.ts'
import type { Issuer } from '@nearside/aggregate/protocol/policy.ts'
import { endpoint, ROUTES } from '@nearside/aggregate/protocol/routes.ts'
import {
  authorizationOf,
  encodeTokenRequest,
  isWorkDone,
  modulusOf,
  NONCE_BYTES,
  TOKEN_REQUEST_MEDIA_TYPE,
  type TokenRound,
  tokenInput,
  tokenKeyId,
  WORK_BYTES,
  WORK_HEADER,
  workFor,
} from '@nearside/aggregate/protocol/token.ts'
import { type Bytes, concat, fromBase64, sha256Hex, toBase64 } from '@nearside/core/bytes.ts'
import { NearsideError } from '@nearside/core/error.ts'
import { parseBudget } from './budget.ts'
import { BETWEEN_ATTEMPTS, lookAt } from './clock.ts'
import type { ContributeDeps } from './contribute.ts'
import type { Recipients } from './terms.ts'

export interface KeptToken {
  readonly round: number
  readonly policyHash: string
  /** Random bytes of the request in the sequence in which they were drawn: nonce, salt, blind; base64. */
  readonly random: string
  /** Token, base64; null until the issuer has answered. */
  readonly token: string | null
}

type Deps = Pick<ContributeDeps, 'records' | 'signal' | 'transport'> & {
  readonly endpoints: Pick<Recipients, 'leader' | 'issuer'>
  readonly randomBytes: RandomBytes
}

/** Maximum delay, in milliseconds, of an update that was due before its token arrived. */
const AFTER_TOKEN = 600_000

/**
 * Gets this round's token.
 * @returns the header with the token, and the token's hash for the log; null if an automatic update requested its token
 * just now. Such an update is sent later, so that the request's time doesn't reveal the update's time
 * @throws NearsideError `issuer-unreachable` if the issuer gives no token; an automatic update is then tried again
 *   later
 */
export async function showToken(
  deps: Deps & Pick<ContributeDeps, 'now' | 'share'>,
  task: TokenRound,
) {
  const { share, records, now, signal } = deps
  const wait = (after: number) =>
    records((kept) => {
      const budget = lookAt(parseBudget(kept.budget), now())
      return { budget, due: budget.elapsed + after }
    })
  try {
    const { token, fresh } = await obtainToken(deps, task)
    if (!fresh || share === undefined)
      return { authorization: authorizationOf(token), token: await sha256Hex(fromBase64(token)) }
  } catch (error) {
    // By the next attempt, the issuer could be reachable, or the shopper could have signed in.
    if (share !== undefined && !signal?.aborted) await wait(BETWEEN_ATTEMPTS * (1 + share))
    throw error
  }
  await wait(AFTER_TOKEN * share)
  return null
}

/**
 * @returns the token, base64, and whether it was requested just now
 * @throws NearsideError `issuer-unreachable` if the issuer gives no token
 */
export async function obtainToken(
  deps: Deps,
  task: TokenRound,
): Promise<{ readonly token: string; readonly fresh: boolean }> {
  const { records, randomBytes } = deps
  const { issuer } = task.policy
  if (issuer === undefined) throw new RangeError('this policy asks for no tokens')
  const { round, policyHash } = task
  let found: KeptToken | undefined
  await records(({ token }) => {
    found = token
    return {}
  })
  const fits = found?.round === round && found.policyHash === policyHash
  if (found && fits && found.token !== null) return { token: found.token, fresh: false }

  let [random, used] = [fromBase64(found && fits ? found.random : ''), 0]
  const draw: RandomBytes = (length) => {
    used += length
    if (used > random.length) random = concat(random, randomBytes(length))
    return random.slice(used - length, used)
  }
  const modulus = modulusOf(issuer.key)
  const input = await tokenInput(task, issuer.key, draw(NONCE_BYTES))
  const { blinded, inverse } = await blind(modulus, input, draw)
  const asked: KeptToken = { round, policyHash, random: toBase64(random), token: null }
  await records(() => ({ token: asked }))
  const request = encodeTokenRequest(await tokenKeyId(modulus), blinded)
  const response = await ask(deps, task, issuer, request)
  const signature = await unblind(modulus, input, response, inverse)
  if (signature === null)
    throw new NearsideError('issuer-unreachable', 'The issuer answered with no token')
  const token = toBase64(concat(input, signature))
  await records((kept) =>
    kept.token?.random === asked.random ? { token: { ...asked, token } } : {},
  )
  return { token, fresh: true }
}

async function ask(
  { endpoints, transport, signal }: Deps,
  task: TokenRound,
  issuer: Issuer,
  request: Bytes,
): Promise<Uint8Array> {
  const url = endpoints.issuer ?? endpoint(endpoints.leader, ROUTES.tokens)
  const cookies = issuer.kind === 'account'
  if (cookies && endpoints.issuer === undefined)
    throw new NearsideError('issuer-unreachable', 'The policy needs tokens: set federation.issuer')
  const headers: Record<string, string> = {
    'content-type': TOKEN_REQUEST_MEDIA_TYPE,
    ...(issuer.bits !== undefined && {
      [WORK_HEADER]: String(await work(task, request, issuer.bits, signal)),
    }),
  }
  const credentials = cookies ? 'include' : 'omit'
  return transport.get(url, 'token', { signal, post: { body: request, headers, credentials } })
}

/** Proof of work: finds the first attempt whose hash begins with `bits` zero bits. */
async function work(task: TokenRound, request: Bytes, bits: number, signal?: AbortSignal) {
  const { password, salt, iterations } = await workFor(task, request)
  for (let attempt = 0; ; attempt++) {
    if (signal?.aborted) throw new NearsideError('aborted', 'The update was stopped.')
    const key = await crypto.subtle.importKey('raw', password(attempt), 'PBKDF2', false, [
      'deriveBits',
    ])
    const pbkdf2 = { name: 'PBKDF2', hash: 'SHA-256', salt, iterations }
    const derived = await crypto.subtle.deriveBits(pbkdf2, key, 8 * WORK_BYTES)
    if (isWorkDone(new Uint8Array(derived), bits)) return attempt
  }
}
