/**
 * @module Guard: an anytime-valid test that switches the personal model off if the base model predicts better.
 *
 * The guard compares the models' probabilities of each new event, before learning from it, by d = log p_personal − log
 * p_base, clipped to ±1 nat. Null hypothesis: given the past, the mean of d is at least 0, so the personal model
 * predicts no worse than the base model. To test it, bet on the base model: start with a wealth of 1, and multiply it
 * by 1 − η·d at each event, for a fixed η in (0, 1). Under the null hypothesis, this wealth is a non-negative
 * supermartingale, and so is the mean of the wealths over several η. By Ville's inequality, the probability that this
 * mean ever reaches 1/α is at most α, however often it is checked.
 * @see Waudby-Smith and Ramdas 2024, "Estimating means of bounded random variables by betting", doi
 *   10.1093/jrsssb/qkad009
 */
import { isRecord } from '../isRecord.ts'

/** α, the maximum probability of ever switching off a personal model that is no worse. */
export const GUARD_LEVEL = 0.05

const CLIP = 1
/** Values of η: small bets detect small harm in long histories, large bets detect large harm quickly. */
const BETS = [0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 0.95]

/** State of the guard, as plain data for JSON and structured clone. */
export interface GuardState {
  readonly active: boolean
  /** Σ d in nats, unclipped. If the sum is above 0, the personal model has predicted better than the base model. */
  readonly logLikelihoodRatio: number
  readonly tested: number
  /** Logarithm of the wealth after the bets with each η of `BETS`. */
  readonly logWealth: readonly number[]
}

export const GUARD_START: GuardState = {
  active: true,
  logLikelihoodRatio: 0,
  tested: 0,
  logWealth: BETS.map(() => 0),
}

/**
 * Returns the state after one more event; call it before the model learns from the event. Once the base model has
 * proved better, the personal model stays off, while the state goes on counting.
 * @param logPersonal log-likelihood of the event under the personal scores (with the λ that lists use), in nats; for an
 *   event with several items, their mean
 * @param logBase the same under the base scores
 */
export function observe(state: GuardState, logPersonal: number, logBase: number): GuardState {
  const difference = logPersonal - logBase
  // NaN counts as the maximum harm of the personal model.
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

export function logMeanExp(logs: readonly number[]): number {
  const highest = Math.max(...logs)
  let sum = 0
  for (const log of logs) sum += Math.exp(log - highest)
  return highest + Math.log(sum / logs.length)
}
