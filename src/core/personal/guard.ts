/**
 * @module The guard: an anytime-valid test that switches the personal model off when the evidence
 * says that the base model predicts this shopper better.
 *
 * On each next event, before learning from it, d = log p_personal − log p_base of what happened,
 * clipped to ±1 nat. Null hypothesis: given the past, the mean of d is not negative (personal is no
 * worse). Then every wealth Π(1 − η·d) with η in (0, 1) is a non-negative supermartingale that
 * starts at 1, and so is a mixture over η. By Ville's inequality the chance that it ever reaches
 * 1/α is at most α, however often one looks.
 * @see Waudby-Smith and Ramdas 2024, "Estimating means of bounded random variables by betting",
 * doi 10.1093/jrsssb/qkad009
 */
import { isRecord } from '../isRecord.ts'

/** α: the chance that a personal model that is no worse is ever switched off. */
export const GUARD_LEVEL = 0.05

const CLIP = 1
/** η: small bets find small harm in long histories, large ones find large harm at once. */
const BETS = [0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 0.95]

/** Plain data: it survives JSON and structured clone. */
export interface GuardState {
  readonly active: boolean
  /** Σ d, unclipped, nats; above 0 personal has predicted better. */
  readonly logLikelihoodRatio: number
  /** Events tested. */
  readonly tested: number
  /** Log wealth of each bet. */
  readonly logWealth: readonly number[]
}

export const GUARD_START: GuardState = {
  active: true,
  logLikelihoodRatio: 0,
  tested: 0,
  logWealth: BETS.map(() => 0),
}

/**
 * The state after one more event, before anything learns from it. Once the base was shown to be better it
 * is not active again; it goes on counting, for the record.
 * @param logPersonal log-likelihood of what happened under the personal scores (λ as served), nats.
 * @param logBase the same under the base scores; for several items, both are means over the items.
 */
export function observe(state: GuardState, logPersonal: number, logBase: number): GuardState {
  const difference = logPersonal - logBase
  // A personal model whose likelihood is no number is worse by the most that can be said.
  const d = Number.isNaN(difference) ? -CLIP : Math.min(CLIP, Math.max(-CLIP, difference))
  const logWealth = state.logWealth.map((log, k) => log + Math.log1p((-BETS[k] * d) / CLIP))
  const tripped = logMeanExp(logWealth) >= Math.log(1 / GUARD_LEVEL)
  return {
    active: state.active && !tripped,
    logLikelihoodRatio: state.logLikelihoodRatio + (Number.isFinite(difference) ? difference : d),
    tested: state.tested + 1,
    logWealth,
  }
}

export const isGuardState = (value: unknown): value is GuardState =>
  isRecord(value) &&
  typeof value.active === 'boolean' &&
  Number.isFinite(value.logLikelihoodRatio) &&
  Number.isSafeInteger(value.tested) &&
  Array.isArray(value.logWealth) &&
  value.logWealth.length === BETS.length &&
  value.logWealth.every(Number.isFinite)

/** Above log(1/α) ≈ 3, the base is better. */
function logMeanExp(logs: readonly number[]): number {
  const highest = Math.max(...logs)
  let sum = 0
  for (const log of logs) sum += Math.exp(log - highest)
  return highest + Math.log(sum / logs.length)
}
