/**
 * @module What this device has spent of its privacy, in numbers alone: which rounds it took part in,
 * under how much noise, and when by its own count of time. Spent is what may have left, whatever the
 * aggregator answered. Nothing that is spent is ever taken off; what is over a year old is kept as a
 * sum.
 *
 * A clock that jumps frees nothing: the device adds up the time that it sees pass, and between two
 * looks never more than a week. A clock that goes back adds nothing, and locks nothing.
 */
import { costOf, epsilonOf, substitutionMu } from '../../aggregate/privacy/gaussianAccountant.ts'
import { beyondLimits, isAbove, limitsOf } from '../../aggregate/protocol/deviceLimits.ts'
import type { Policy } from '../../aggregate/protocol/policy.ts'
import type { Task } from '../../aggregate/protocol/task.ts'
import { NearsideError } from '../../core/error.ts'
import { DAY } from '../../core/time.ts'
import type { ContributionTerms } from './terms.ts'

const YEAR = 365 * DAY
/** As much as one look at the clock can add: a jump of ten years frees a week of the year. */
const MAX_STEP = 7 * DAY
/** A device asks the aggregators by itself no more often. */
export const BETWEEN_ATTEMPTS = 3_600_000
/** Within which an update leaves that nobody asked for, so that its time doesn't tell when something was done. */
const SPREAD = DAY

export interface Participation {
  readonly round: number
  readonly policyHash: string
  /** The budget's `elapsed` when it was spent. */
  readonly at: number
  /** z of the one aggregator that is trusted: the other's noise is not counted on. */
  readonly noiseMultiplier: number
}

export interface Budget {
  /** Milliseconds that this device has seen pass. */
  readonly elapsed: number
  /** What its clock said at the last look. */
  readonly seen: number | null
  /** `elapsed` when it last tried to contribute by itself. */
  readonly attempted: number | null
  /** Of the last year. */
  readonly participations: readonly Participation[]
  /** What is older: how many, and Σ 1/z². */
  readonly earlier: { readonly reports: number; readonly lossSquared: number }
}

export const EMPTY_BUDGET: Budget = {
  elapsed: 0,
  seen: null,
  attempted: null,
  participations: [],
  earlier: { reports: 0, lossSquared: 0 },
}

/**
 * Reads back what was stored.
 * @throws NearsideError `storage-corrupt`: a budget that can't be read is never taken for an empty
 * one, since that would let a device spend twice
 */
export function parseBudget(stored: unknown): Budget {
  if (stored === undefined || stored === null) return EMPTY_BUDGET
  const { elapsed, seen, attempted, participations, earlier } = stored as Budget
  const valid =
    Array.isArray(participations) &&
    participations.every(
      (p) => Number.isInteger(p?.round) && isTime(p.at) && p.noiseMultiplier > 0,
    ) &&
    isTime(elapsed) &&
    [seen, attempted].every((time) => time === null || isTime(time)) &&
    isTime(earlier?.reports) &&
    isTime(earlier.lossSquared)
  if (!valid)
    throw new NearsideError('storage-corrupt', 'The record of what was contributed is unreadable')
  return { elapsed, seen, attempted, participations, earlier }
}

const isTime = (value: unknown) => typeof value === 'number' && Number.isFinite(value) && value >= 0

/** The budget after a look at the clock; what is over a year old goes into the sum. */
export function lookAt(budget: Budget, now: number): Budget {
  const step = Math.min(Math.max(now - (budget.seen ?? now), 0), MAX_STEP)
  const elapsed = budget.elapsed + step
  const old = budget.participations.filter(({ at }) => elapsed - at >= YEAR)
  return {
    ...budget,
    elapsed,
    seen: now,
    participations: budget.participations.filter(({ at }) => elapsed - at < YEAR),
    earlier: {
      reports: budget.earlier.reports + old.length,
      lossSquared: budget.earlier.lossSquared + lossSquared(old),
    },
  }
}

/**
 * The `elapsed` from which on an update may leave that nobody asked for, of what was learned now.
 * @param share from [0, 1), at random: of a day; 0 for one that was on its way already
 */
export function dueAfter({ attempted, elapsed }: Budget, share: number): number {
  const earliest = attempted === null ? 0 : attempted + BETWEEN_ATTEMPTS
  return Math.max(elapsed + share * SPREAD, earliest)
}

/** ε by substitution at δ over the updates of the last year, and over all there ever were. */
export function epsilonSpent(budget: Budget, delta: number): { year: number; ever: number } {
  const year = lossSquared(budget.participations)
  const ever = year + budget.earlier.lossSquared
  return {
    year: epsilonOf(substitutionMu(year), delta),
    ever: epsilonOf(substitutionMu(ever), delta),
  }
}

/**
 * What these aggregators ask: their δ, their noise, as many updates as they allow.
 * @param demonstration the shop's own configuration says that it is one
 * @throws NearsideError `terms-beyond-limits` where that is more than the device ever gives
 */
export function termsOf(policy: Policy, demonstration?: boolean): ContributionTerms {
  const beyond = beyondLimits(policy, limitsOf(demonstration))
  if (beyond !== null)
    throw new NearsideError(
      'terms-beyond-limits',
      `This shop’s servers hide an update too badly, so nothing is sent: ${beyond}`,
    )
  const { report, year } = costOf(policy)
  return {
    epsilonPerReport: report,
    epsilonPerYear: year,
    delta: policy.delta,
    trust: policy.trust,
    ...(policy.issuer && { tokens: policy.issuer.kind }),
    ...(demonstration && { demonstration }),
  }
}

/**
 * Adds one participation to a budget that has just looked at the clock.
 * @param agreed a year's ε holds over all policies and consents of it, not for each alone
 * @throws NearsideError `budget-exhausted`: too many, too soon, or ε beyond what was agreed to or the
 * device's own limits
 */
export function spend(
  budget: Budget,
  { policy, policyHash, round }: Pick<Task, 'policy' | 'policyHash' | 'round'>,
  agreed: Pick<ContributionTerms, 'demonstration' | 'epsilonPerYear'>,
): Budget {
  const { elapsed, participations } = budget
  const { delta, maxParticipations, minSeparationSeconds, noiseMultiplier, periodDays } = policy
  const counted = participations.filter(({ at }) => elapsed - at < periodDays * DAY)
  if (counted.length >= maxParticipations)
    throw exhausted(`${counted.length} updates were sent in ${periodDays} days, the most`)
  if (participations.some((past) => past.round === round && past.policyHash === policyHash))
    throw exhausted('This device already took part in this round')
  const last = participations.reduce((latest, { at }) => Math.max(latest, at), -Infinity)
  const wait = last + 1000 * minSeparationSeconds - elapsed
  if (wait > 0) throw exhausted(`The next update may leave in ${Math.ceil(wait / 1000)} s`)
  const limits = limitsOf(agreed.demonstration)
  const epsilonPerYear = Math.min(limits.epsilonPerYear, agreed.epsilonPerYear)
  const one = epsilonOf(substitutionMu(1 / noiseMultiplier ** 2), delta)
  if (isAbove(one, limits.epsilonPerReport))
    throw exhausted(`One update would cost ε = ${one.toFixed(2)}, above ${limits.epsilonPerReport}`)
  const participation = { round, policyHash, at: elapsed, noiseMultiplier }
  const next = { ...budget, participations: [...participations, participation] }
  const { year } = epsilonSpent(next, delta)
  // What was agreed to is the same sum in another order.
  if (isAbove(year, epsilonPerYear))
    throw exhausted(
      `Another update would bring the year’s ε to ${year.toFixed(2)}, above ${epsilonPerYear.toFixed(2)}`,
    )
  return next
}

function lossSquared(participations: readonly Participation[]): number {
  return participations.reduce((sum, { noiseMultiplier: z }) => sum + 1 / (z * z), 0)
}

function exhausted(why: string): NearsideError {
  return new NearsideError('budget-exhausted', why)
}
