/**
 * @module What a device agrees to when it contributes: the same page for everybody, hashed into
 * every report, so that an aggregator can't ask one shopper for more than another.
 */
import { fromBase64, sha256, toHex, utf8 } from '../../core/bytes.ts'
import { canonicalJson } from '../../core/canonicalJson.ts'
import { NearsideError } from '../../core/error.ts'

export const POLICY_FORMAT = 2

/** Public keys of one aggregator, base64. */
export interface AggregatorKeys {
  /** X25519, 32 bytes: what a share is sealed to. */
  readonly sealing: string
  /** Ed25519, 32 bytes: what receipts are checked with. */
  readonly signing: string
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
  /** Reports one device may send in a period … */
  readonly maxParticipations: number
  /** … this far apart … */
  readonly minSeparationSeconds: number
  /** … and how long a period is, at most a year: each device also keeps to its own limit a year. */
  readonly periodDays: number
}

/** The terms of one round, which leader and helper have agreed on. */
export interface Policy extends PolicyParameters {
  /** Of this record. */
  readonly format: typeof POLICY_FORMAT
  /** `trusted-server`: one operator runs both aggregators and could join the shares. */
  readonly trust: 'two-aggregators' | 'trusted-server'
  /** The model that updates are computed from; `hash` is the hex SHA-256 of its manifest.json. */
  readonly model: { readonly version: string; readonly hash: string }
  /** What an update is made of, in this order; its length d is their sum. */
  readonly parameters: { readonly projectionDiagonal: number; readonly featureWeights: number }
  /** The leader’s keys. */
  readonly leader: AggregatorKeys
  /** The helper’s keys. */
  readonly helper: AggregatorKeys
}

/** d. */
export function dimensionOf(policy: Policy): number {
  return policy.parameters.projectionDiagonal + policy.parameters.featureWeights
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

/** The largest d (DESIGN.md, "The upload path"). */
const MAX_DIMENSION = 16_384
/** δ of more is no promise: it is the chance that none holds. Nor is more than 1/n², checked below. */
const MAX_DELTA = 1e-6
/**
 * So that the proof's ±x sums may reach 2¹⁴ = √q/4: of a vector whose squares wrap around, half of them
 * or more lie beyond (PROTOCOL.md). A million of that length and both noises stay below q/2.
 */
const MAX_INTEGER_CLIP_NORM = 1_883

/** @throws NearsideError `policy-mismatch` naming the first field that is not as it must be */
export function parsePolicy(value: unknown): Policy {
  const policy = object(value, 'policy')
  const model = object(policy.model, 'model')
  const parameters = object(policy.parameters, 'parameters')
  only(policy, POLICY_FIELDS, 'policy')
  only(model, ['version', 'hash'], 'model')
  only(parameters, ['projectionDiagonal', 'featureWeights'], 'parameters')
  const parsed: Policy = {
    format: number(policy.format, 'format', (n) => n === POLICY_FORMAT) as typeof POLICY_FORMAT,
    trust: string(policy.trust, 'trust', /^(two-aggregators|trusted-server)$/) as Policy['trust'],
    ...parseParameters(policy),
    model: {
      version: string(model.version, 'model.version', /^[\w.-]{1,64}$/),
      hash: string(model.hash, 'model.hash', /^[0-9a-f]{64}$/),
    },
    parameters: {
      projectionDiagonal: number(parameters.projectionDiagonal, 'projectionDiagonal', count),
      featureWeights: number(parameters.featureWeights, 'featureWeights', count),
    },
    leader: parseKeys(policy.leader, 'leader'),
    helper: parseKeys(policy.helper, 'helper'),
  }
  checkRanges(parsed)
  return parsed
}

/** The operator's part alone. @throws NearsideError `policy-mismatch` */
export function parseParameters(value: Readonly<Record<string, unknown>>): PolicyParameters {
  const parameters = {
    task: string(value.task, 'task', /^[A-Za-z0-9.-]{1,64}$/),
    clipNorm: number(value.clipNorm, 'clipNorm', (n) => n > 0 && n <= 1e3),
    scale: number(value.scale, 'scale', (n) => Number.isInteger(n) && n >= 1 && n <= 2 ** 31),
    noiseMultiplier: number(value.noiseMultiplier, 'noiseMultiplier', (n) => n > 0 && n <= 100),
    delta: number(value.delta, 'delta', (n) => n > 0 && n <= MAX_DELTA),
    aggregationGoal: number(value.aggregationGoal, 'aggregationGoal', (n) => count(n) && n >= 2),
    learningRate: number(value.learningRate, 'learningRate', (n) => n > 0 && n <= 100),
    maxParticipations: number(value.maxParticipations, 'maxParticipations', count),
    minSeparationSeconds: number(value.minSeparationSeconds, 'minSeparationSeconds', (n) => n >= 0),
    periodDays: number(value.periodDays, 'periodDays', (n) => count(n) && n <= 365),
  }
  if (parameters.delta > 1 / parameters.aggregationGoal ** 2)
    throw wrong('delta', 'at most 1/aggregationGoal²')
  return parameters
}

const PARAMETER_FIELDS = [
  'task',
  'clipNorm',
  'scale',
  'noiseMultiplier',
  'delta',
  'aggregationGoal',
  'learningRate',
  'maxParticipations',
  'minSeparationSeconds',
  'periodDays',
] as const satisfies readonly (keyof PolicyParameters)[]

const POLICY_FIELDS = [
  ...PARAMETER_FIELDS,
  'format',
  'trust',
  'model',
  'parameters',
  'leader',
  'helper',
]

/** The operator's part of a whole policy; two aggregators must have been given the same. */
export function parametersOf(policy: Policy): PolicyParameters {
  return parseParameters(policy as unknown as Record<string, unknown>)
}

function checkRanges(policy: Policy): void {
  const dimension = dimensionOf(policy)
  if (dimension > MAX_DIMENSION) throw wrong('parameters', `d is at most ${MAX_DIMENSION}`)
  const clipNorm = integerClipNorm(policy)
  if (clipNorm <= 2 * Math.sqrt(dimension) || clipNorm > MAX_INTEGER_CLIP_NORM)
    throw wrong('scale', 'clipNorm · scale lies between 2√d and 1883')
}

function parseKeys(value: unknown, name: string): AggregatorKeys {
  const keys = object(value, name)
  only(keys, ['sealing', 'signing'], name)
  return {
    sealing: publicKey(keys.sealing, `${name}.sealing`),
    signing: publicKey(keys.signing, `${name}.signing`),
  }
}

function publicKey(value: unknown, name: string): string {
  const text = string(value, name, /^[A-Za-z0-9+/]{43}=$/)
  try {
    fromBase64(text)
    return text
  } catch {
    throw wrong(name)
  }
}

const count = (n: number) => Number.isInteger(n) && n >= 1 && n <= 1_000_000

function object(value: unknown, name: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(name)
  return value as Record<string, unknown>
}

/** A field that this version doesn't know might be one that matters: refused, not ignored. */
function only(value: object, fields: readonly string[], name: string): void {
  const extra = Object.keys(value).find((key) => !fields.includes(key))
  if (extra !== undefined) throw wrong(name, `unknown field ${JSON.stringify(extra)}`)
}

function number(value: unknown, name: string, holds: (n: number) => boolean): number {
  if (typeof value !== 'number' || !Number.isFinite(value) || !holds(value)) throw wrong(name)
  return value
}

function string(value: unknown, name: string, pattern: RegExp): string {
  if (typeof value !== 'string' || !pattern.test(value)) throw wrong(name)
  return value
}

function wrong(name: string, detail = ''): NearsideError {
  const suffix = detail === '' ? '' : `: ${detail}`
  return new NearsideError('policy-mismatch', `Policy: ${name} is not valid${suffix}`)
}
