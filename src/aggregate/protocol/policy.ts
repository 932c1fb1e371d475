/**
 * @module Policy: the terms under which a device contributes. Every device gets the same policy and puts the policy's
 * hash into each report. So an aggregator can't ask one shopper for more than it asks others.
 */
import { sha256, toHex, utf8 } from '@nearside/core/bytes.ts'
import { canonicalJson } from '@nearside/core/canonicalJson.ts'
import { NearsideError } from '@nearside/core/error.ts'
import { OPERATOR } from '@nearside/core/operator.ts'
import { createReaders } from '@nearside/core/reading.ts'

export const POLICY_FORMAT = 4

/** One aggregator: its public keys (base64) and its operator. */
export interface AggregatorIdentity {
  /** X25519 public key, 32 bytes; shares are sealed to it. */
  readonly sealing: string
  /** Ed25519 public key, 32 bytes; it verifies tasks and receipts. */
  readonly signing: string
  /** Name of the operator, as shoppers see it. */
  readonly operator: string
}

/** Issuer of the tokens that reports need. */
export interface Issuer {
  /**
   * Kind of issuer. `account`: the shop's own server, for signed-in shoppers. `work`: the leader, in return for a
   * proof of work.
   */
  readonly kind: 'account' | 'work'
  /** RSA public key, base64 of a DER SubjectPublicKeyInfo: 2048 bits, e = 65537; read by `modulusOf`. */
  readonly key: string
  /** Number of leading zero bits that the proof of work must reach; each further bit doubles the work. */
  readonly bits?: number
}

/** Terms that the operator chooses. The rest of the policy follows from the model and the keys. */
export interface PolicyParameters {
  /** Name of the shop's federation: 1 to 64 letters, digits, dots and dashes. */
  readonly task: string
  /** Clip norm C: largest L2 norm of an update, in units of the model's weights. */
  readonly clipNorm: number
  /** Scale of the rounding: number of integer steps per unit of the model's weights. */
  readonly scale: number
  /** Noise multiplier z: standard deviation of each aggregator's noise, in clip norms. */
  readonly noiseMultiplier: number
  /** Probability δ at which ε is stated; at most 1e-6, and at most 1/n². */
  readonly delta: number
  /** Number of reports n at which a round is released; never fewer. */
  readonly aggregationGoal: number
  /** Learning rate: the server's step along the mean update. */
  readonly learningRate: number
  /** Momentum β: fraction of the previous round's step that is added again; 0: no momentum. */
  readonly momentum: number
  /**
   * Share of an update's squared norm that item counts have; the gradient has the rest. Without a share, updates have
   * no counts.
   */
  readonly countShare?: number
  /** Maximum number of reports of one device within `periodDays`. */
  readonly maxParticipations: number
  /** Minimum number of seconds between two reports of one device. */
  readonly minSeparationSeconds: number
  /** Length of the period in days, at most 365. Each device also enforces its own yearly limit. */
  readonly periodDays: number
  /** Issuer of tokens. Without an issuer, reports need no token. */
  readonly issuer?: Issuer
}

/** Terms of one round, agreed between leader and helper. */
export interface Policy extends PolicyParameters {
  readonly format: typeof POLICY_FORMAT
  /** Trust model. `trusted-server`: one operator runs both aggregators and could read a report. */
  readonly trust: 'two-aggregators' | 'trusted-server'
  /** Model that updates are computed from; `hash` is the hex SHA-256 of its manifest.json. */
  readonly model: { readonly version: string; readonly hash: string }
  /** Number of parameters of each kind in an update; the update's length d is their sum. Counts need `countShare`. */
  readonly parameters: { readonly featureWeights: number; readonly itemCounts?: number }
  readonly leader: AggregatorIdentity
  readonly helper: AggregatorIdentity
}

export function dimensionOf({ parameters }: Pick<Policy, 'parameters'>): number {
  return parameters.featureWeights + (parameters.itemCounts ?? 0)
}

/** Norm bound of a quantized update: C_q = ⌊C·scale⌋ (C: clip norm). */
export function integerClipNorm(policy: Pick<Policy, 'clipNorm' | 'scale'>): number {
  return Math.floor(policy.clipNorm * policy.scale)
}

/**
 * Variance σ² of each aggregator's discrete Gaussian: (z·C_q)² (z: noise multiplier), rounded up to reach at least z.
 */
export function noiseVariance(
  policy: Pick<Policy, 'clipNorm' | 'scale' | 'noiseMultiplier'>,
): bigint {
  return BigInt(Math.ceil((policy.noiseMultiplier * integerClipNorm(policy)) ** 2))
}

/** Hex SHA-256 of the policy's canonical JSON. */
export async function policyHash(policy: Policy): Promise<string> {
  return toHex(await sha256(utf8(canonicalJson(policy))))
}

export const MAX_DIMENSION = 16_384
/**
 * Largest δ. δ is the chance that the bound ε fails, so with a larger δ the bound would mean nothing. `check` also
 * limits δ to 1/n² for a round of n reports.
 */
const MAX_DELTA = 1e-6
/**
 * Largest norm bound C_q: the proof then allows sums Σ ±x up to 2¹⁴ = √q/4 (q: modulus). If a vector's squares wrap
 * around, each of these sums is larger with chance ½ or more (PROTOCOL.md). The sum of a million vectors of this norm
 * and both noises stays below q/2.
 */
const MAX_INTEGER_CLIP_NORM = 1_883

const wrong = (what: string, why?: string) =>
  new NearsideError('policy-mismatch', `Policy: ${what} is not valid${why ? `: ${why}` : ''}`)
const { exactly, number, object, oneOf, optional, text, whole } = createReaders(wrong)

const count = whole(1, 1_000_000)
const above0 = (most: number) => number((n) => n > 0 && n <= most)

const PARAMETERS = {
  task: text(/^[A-Za-z0-9.-]{1,64}$/),
  clipNorm: above0(1e3),
  scale: whole(1, 2 ** 31),
  noiseMultiplier: above0(100),
  delta: above0(MAX_DELTA),
  aggregationGoal: whole(2, 1_000_000),
  learningRate: above0(100),
  momentum: number((n) => n >= 0 && n < 1),
  countShare: optional(number((share) => share > 0 && share < 1)),
  maxParticipations: count,
  minSeparationSeconds: number((n) => n >= 0),
  periodDays: whole(1, 365),
  issuer: optional(
    exactly<Issuer>({
      kind: oneOf('account', 'work'),
      key: text(/^[A-Za-z0-9+/]{392}$/),
      bits: optional(whole(1, 20)),
    }),
  ),
}
/** Base64 of 32 bytes. */
const publicKey = text(/^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/)
const aggregator = exactly<AggregatorIdentity>({
  sealing: publicKey,
  signing: publicKey,
  operator: text(OPERATOR),
})
const readParameters = object<PolicyParameters>(PARAMETERS)
/** Refuses unknown fields: a field that this version doesn't know could change the terms. */
const readPolicy = exactly<Policy>({
  format: oneOf(POLICY_FORMAT),
  trust: oneOf('two-aggregators', 'trusted-server'),
  ...PARAMETERS,
  model: exactly({ version: text(/^[\w.-]{1,64}$/), hash: text(/^[0-9a-f]{64}$/) }),
  parameters: exactly({ featureWeights: count, itemCounts: optional(count) }),
  leader: aggregator,
  helper: aggregator,
})

/** @throws NearsideError `policy-mismatch` naming the first invalid field */
export function parsePolicy(value: unknown): Policy {
  const policy = readPolicy(value, '')
  check(policy)
  const dimension = dimensionOf(policy)
  if (dimension > MAX_DIMENSION) throw wrong('parameters', `d is at most ${MAX_DIMENSION}`)
  const { trust, leader, helper, countShare, parameters } = policy
  if ((countShare === undefined) !== (parameters.itemCounts === undefined))
    throw wrong('parameters.itemCounts', 'belongs to countShare')
  if (trust === 'two-aggregators' && leader.operator === helper.operator)
    throw wrong('trust', 'must be trusted-server with one operator')
  const clipNorm = integerClipNorm(policy)
  if (clipNorm <= 2 * Math.sqrt(dimension) || clipNorm > MAX_INTEGER_CLIP_NORM)
    throw wrong('scale', 'clipNorm · scale lies between 2√d and 1883')
  return policy
}

/**
 * Validates and returns only the operator's terms, also those of a whole policy.
 * @throws NearsideError `policy-mismatch` naming the first invalid field
 */
export function parseParameters(value: unknown): PolicyParameters {
  const parameters = readParameters(value, '')
  check(parameters)
  return parameters
}

function check({ delta, aggregationGoal, issuer }: PolicyParameters): void {
  if (delta > 1 / aggregationGoal ** 2) throw wrong('delta', 'at most 1/aggregationGoal²')
  if (issuer && (issuer.kind === 'work') !== (issuer.bits !== undefined)) throw wrong('issuer.bits')
}
