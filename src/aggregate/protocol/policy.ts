/**
 * @module What a device agrees to when it contributes: the same page for everybody, hashed into
 * every report, so that an aggregator can't ask one shopper for more than another.
 */
import { fromBase64, sha256, toHex, utf8 } from '../../core/bytes.ts'
import { canonicalJson } from '../../core/canonicalJson.ts'
import { NearsideError } from '../../core/error.ts'
import { OPERATOR } from '../../core/operator.ts'
import { createReaders, type Read } from '../../core/reading.ts'

export const POLICY_FORMAT = 4

/** One aggregator: its public keys, base64, and who runs it. */
export interface AggregatorIdentity {
  /** X25519, 32 bytes: what a share is sealed to. */
  readonly sealing: string
  /** Ed25519, 32 bytes: what tasks and receipts are checked with. */
  readonly signing: string
  /** Name of the party that runs it, as shoppers are told. */
  readonly operator: string
}

/** Who gives the tokens that reports are sent with. */
export interface Issuer {
  /** `account`: the shop's own server, to shoppers who are signed in; `work`: the leader, for work. */
  readonly kind: 'account' | 'work'
  /** RSA, 2048 bits, e = 65537, DER SubjectPublicKeyInfo, base64; read by `modulusOf`. */
  readonly key: string
  /** Of work: so many zeros; twice as much work for each more. */
  readonly bits?: number
}

/** What the operator chooses; the rest of the policy follows from the model and the keys. */
export interface PolicyParameters {
  /** Names the shop's federation: letters, digits, dot, dash; 1 to 64. */
  readonly task: string
  /** C: largest L2 norm of an update, in model units. */
  readonly clipNorm: number
  /** Integer steps a model unit. */
  readonly scale: number
  /** z: standard deviation of each aggregator's noise, in clip norms. */
  readonly noiseMultiplier: number
  /** The δ at which ε is stated; at most 1e-6, and at most 1/n². */
  readonly delta: number
  /** n: a round is released at this many reports, never below. */
  readonly aggregationGoal: number
  /** The server's step on the mean update. */
  readonly learningRate: number
  /** β: how much of the step of the round before is taken once more; 0: none. */
  readonly momentum: number
  /** Reports one device may send in a period … */
  readonly maxParticipations: number
  /** … this far apart … */
  readonly minSeparationSeconds: number
  /** … and how long a period is, at most a year: each device also keeps to its own limit a year. */
  readonly periodDays: number
  /** Whose tokens reports need, one each. Absent: anybody may send. */
  readonly issuer?: Issuer
}

/** The terms of one round, which leader and helper have agreed on. */
export interface Policy extends PolicyParameters {
  /** Of this record. */
  readonly format: typeof POLICY_FORMAT
  /** `trusted-server`: one operator runs both aggregators and could join the shares. */
  readonly trust: 'two-aggregators' | 'trusted-server'
  /** The model that updates are computed from; `hash` is the hex SHA-256 of its manifest.json. */
  readonly model: { readonly version: string; readonly hash: string }
  /** What an update is of: so many are its length d. */
  readonly parameters: { readonly featureWeights: number }
  readonly leader: AggregatorIdentity
  readonly helper: AggregatorIdentity
}

/** d. */
export function dimensionOf(policy: Policy): number {
  return policy.parameters.featureWeights
}

/** C_q = ⌊C·scale⌋: the norm bound of a quantized update. */
export function integerClipNorm(policy: Pick<Policy, 'clipNorm' | 'scale'>): number {
  return Math.floor(policy.clipNorm * policy.scale)
}

/** σ² of each aggregator's discrete Gaussian: (z·C_q)² rounded up, so never less noise than stated. */
export function noiseVariance(
  policy: Pick<Policy, 'clipNorm' | 'scale' | 'noiseMultiplier'>,
): bigint {
  return BigInt(Math.ceil((policy.noiseMultiplier * integerClipNorm(policy)) ** 2))
}

/** Hex SHA-256 over the canonical JSON. */
export async function policyHash(policy: Policy): Promise<string> {
  return toHex(await sha256(utf8(canonicalJson(policy))))
}

/** The largest d. */
const MAX_DIMENSION = 16_384
/** δ of more is no promise: it is the chance that none holds. Nor is more than 1/n², checked below. */
const MAX_DELTA = 1e-6
/**
 * So that the proof's ±x sums may reach 2¹⁴ = √q/4: of a vector whose squares wrap around, half of them
 * or more lie beyond (PROTOCOL.md). A million of that length and both noises stay below q/2.
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
const publicKey: Read<string> = (value, what) => {
  const key = text(/^[A-Za-z0-9+/]{43}=$/)(value, what)
  try {
    fromBase64(key)
    return key
  } catch {
    throw wrong(what)
  }
}
const aggregator = exactly<AggregatorIdentity>({
  sealing: publicKey,
  signing: publicKey,
  operator: text(OPERATOR),
})
const readParameters = object<PolicyParameters>(PARAMETERS)
/** A field that this version doesn't know might be one that matters: refused, not ignored. */
const readPolicy = exactly<Policy>({
  format: oneOf(POLICY_FORMAT),
  trust: oneOf('two-aggregators', 'trusted-server'),
  ...PARAMETERS,
  model: exactly({ version: text(/^[\w.-]{1,64}$/), hash: text(/^[0-9a-f]{64}$/) }),
  parameters: exactly({ featureWeights: count }),
  leader: aggregator,
  helper: aggregator,
})

/** @throws NearsideError `policy-mismatch` naming the first field that is not as it must be */
export function parsePolicy(value: unknown): Policy {
  const policy = readPolicy(value, '')
  check(policy)
  const dimension = dimensionOf(policy)
  if (dimension > MAX_DIMENSION) throw wrong('parameters', `d is at most ${MAX_DIMENSION}`)
  const { trust, leader, helper } = policy
  if (trust === 'two-aggregators' && leader.operator === helper.operator)
    throw wrong('trust', 'one operator of both is a trusted server')
  const clipNorm = integerClipNorm(policy)
  if (clipNorm <= 2 * Math.sqrt(dimension) || clipNorm > MAX_INTEGER_CLIP_NORM)
    throw wrong('scale', 'clipNorm · scale lies between 2√d and 1883')
  return policy
}

/** The operator's part alone. @throws NearsideError `policy-mismatch` */
export function parseParameters(value: unknown): PolicyParameters {
  const parameters = readParameters(value, '')
  check(parameters)
  return parameters
}

function check({ delta, aggregationGoal, issuer }: PolicyParameters): void {
  if (delta > 1 / aggregationGoal ** 2) throw wrong('delta', 'at most 1/aggregationGoal²')
  if (issuer && (issuer.kind === 'work') !== (issuer.bits !== undefined)) throw wrong('issuer.bits')
}

/** The operator's part of a whole policy; two aggregators must have been given the same. */
export const parametersOf = (policy: Policy): PolicyParameters => readParameters(policy, '')
