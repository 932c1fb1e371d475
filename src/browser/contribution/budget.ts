/**
 * @module Privacy budget of this device. The budget contains nothing about the shopper, only each update's round, noise
 * and time (by the clock of `clock.ts`). An update counts as spent once its bytes could have been sent, whatever the
 * aggregator answers. Spending is never undone; of updates older than a year, only their sum is stored.
 */
import {
  costOf,
  epsilonOf,
  substitutionMu,
} from '@nearside/aggregate/privacy/gaussianAccountant.ts'
import { beyondLimits } from '@nearside/aggregate/protocol/beyondLimits.ts'
import { policyTerms } from '@nearside/aggregate/protocol/consent.ts'
import { isAbove, limitsOf } from '@nearside/aggregate/protocol/deviceLimits.ts'
import type { Policy } from '@nearside/aggregate/protocol/policy.ts'
import type { Task } from '@nearside/aggregate/protocol/task.ts'
import { NearsideError } from '@nearside/core/error.ts'
import { DAY } from '@nearside/core/time.ts'
import {
  countFrom,
  lookAt,
  NO_TIME,
  type Schedule,
  type SignedTimes,
  type WitnessedTime,
  witness,
} from './clock.ts'
import type { ContributionTerms, Recipients } from './terms.ts'

const NAMED = ['leaderOperator', 'leaderKey', 'helperOperator', 'helperKey'] as const
const YEAR = 365 * DAY

interface Participation {
  readonly round: number
  readonly policyHash: string
  /** Value of the budget's `time.passed` when this update was counted as spent. */
  readonly at: number
  /** Multiplier z of one aggregator's noise. The other's doesn't count, because one could be dishonest. */
  readonly noiseMultiplier: number
}

export interface Budget extends Schedule {
  readonly time: WitnessedTime
  /** Updates of the last year. */
  readonly participations: readonly Participation[]
  /** Number of all updates older than a year, and the sum of their 1/z² (z: `noiseMultiplier`). */
  readonly earlier: { readonly reports: number; readonly lossSquared: number }
}

export const EMPTY_BUDGET: Budget = {
  time: NO_TIME,
  elapsed: 0,
  seen: null,
  attempted: null,
  participations: [],
  earlier: { reports: 0, lossSquared: 0 },
}

/**
 * @throws NearsideError `storage-corrupt` if the stored budget can't be read; treating it as empty would let the device
 *   spend its budget twice
 */
export function parseBudget(stored: unknown): Budget {
  if (stored === undefined || stored === null) return EMPTY_BUDGET
  const { time, elapsed, seen, attempted, participations, earlier } = stored as Budget
  const valid =
    Array.isArray(participations) &&
    participations.every(
      (p) => Number.isInteger(p?.round) && isTime(p.at) && p.noiseMultiplier > 0,
    ) &&
    isTime(elapsed) &&
    isTime(time?.passed) &&
    [seen, attempted, time.signed, time.own].every((one) => one === null || isTime(one)) &&
    isTime(earlier?.reports) &&
    isTime(earlier.lossSquared)
  if (!valid) throw new NearsideError('storage-corrupt', 'The stored privacy budget is unreadable')
  return { time, elapsed, seen, attempted, participations, earlier }
}

const isTime = (value: unknown) => typeof value === 'number' && Number.isFinite(value) && value >= 0

/** Budget after an answer of both servers. Updates that are now older than a year move into `earlier`. */
export function afterAnswer(budget: Budget, times: SignedTimes, now: number): Budget {
  // Without updates in the last year, drop the signed time, because both servers could once have signed a wrong time.
  const before =
    budget.participations.length > 0 ? budget.time : { ...NO_TIME, passed: budget.time.passed }
  const time = witness(before, times, now)
  const old = budget.participations.filter(({ at }) => time.passed - at >= YEAR)
  return {
    ...lookAt(budget, now),
    time,
    participations: budget.participations.filter(({ at }) => time.passed - at < YEAR),
    earlier: {
      reports: budget.earlier.reports + old.length,
      lossSquared: budget.earlier.lossSquared + lossSquared(old),
    },
  }
}

/** ε spent by the last year's updates and by all updates, at δ, if neighbouring data sets differ by substitution. */
export function epsilonSpent(budget: Budget, delta: number): { year: number; ever: number } {
  const year = lossSquared(budget.participations)
  const ever = year + budget.earlier.lossSquared
  return {
    year: epsilonOf(substitutionMu(year), delta),
    ever: epsilonOf(substitutionMu(ever), delta),
  }
}

/**
 * Terms of the aggregators' policy, to show to the shopper.
 * @throws NearsideError `policy-mismatch` if `recipients` names other aggregators; `terms-beyond-limits` if the policy
 *   costs more privacy than the device's own limits allow
 */
export function termsOf(policy: Policy, recipients: Recipients): ContributionTerms {
  const { leader, helper, issuer, relay, demonstration } = recipients
  const terms = policyTerms(policy)
  for (const name of NAMED)
    if (terms[name] !== recipients[name])
      throw new NearsideError(
        'policy-mismatch',
        `The policy’s ${name} is ${terms[name]}, but the shop names ${recipients[name]}`,
      )
  const beyond = beyondLimits(policy, limitsOf(demonstration))
  if (beyond !== null)
    throw new NearsideError(
      'terms-beyond-limits',
      `The terms of this shop’s servers are beyond the device’s limits: ${beyond}`,
    )
  const asksAccount = terms.tokens === 'account'
  if (asksAccount && issuer === undefined)
    throw new NearsideError('issuer-unreachable', 'The policy needs tokens: set federation.issuer')
  const { report, year } = costOf(policy)
  return {
    ...terms,
    ...{ leader, helper },
    ...(asksAccount && { issuer }),
    ...(demonstration && { demonstration: true as const }),
    ...(relay !== undefined && { relay }),
    epsilonPerReport: report,
    epsilonPerYear: year,
  }
}

/**
 * Adds one update to a budget, right after an answer of both servers.
 * @param agreed terms that the shopper agreed to; their `epsilonPerYear` limits the year's ε over all policies
 * @throws NearsideError `budget-exhausted` for too many updates, an update too soon, or an ε above a limit
 */
export function spend(
  budget: Budget,
  {
    policy,
    policyHash,
    round,
    ...times
  }: Pick<Task, 'policy' | 'policyHash' | 'round'> & SignedTimes,
  agreed: Pick<ContributionTerms, 'demonstration' | 'epsilonPerYear'>,
): Budget {
  const { participations } = budget
  const { passed } = budget.time
  const { delta, maxParticipations, minSeparationSeconds, noiseMultiplier, periodDays } = policy
  const counted = participations.filter(({ at }) => passed - at < periodDays * DAY)
  if (counted.length >= maxParticipations)
    throw exhausted(
      `${counted.length} updates were sent in ${periodDays} days, as many as the policy allows`,
    )
  if (participations.some((past) => past.round === round && past.policyHash === policyHash))
    throw exhausted('This device already took part in this round')
  const last = participations.reduce((latest, { at }) => Math.max(latest, at), -Infinity)
  const wait = last + 1000 * minSeparationSeconds - passed
  if (wait > 0) throw exhausted(`The next update may leave in ${Math.ceil(wait / 1000)} s`)
  const limits = limitsOf(agreed.demonstration)
  const epsilonPerYear = Math.min(limits.epsilonPerYear, agreed.epsilonPerYear)
  const one = epsilonOf(substitutionMu(1 / noiseMultiplier ** 2), delta)
  if (isAbove(one, limits.epsilonPerReport))
    throw exhausted(`One update would cost ε = ${one.toFixed(2)}, above ${limits.epsilonPerReport}`)
  const participation = { round, policyHash, at: passed, noiseMultiplier }
  const time = countFrom(budget.time, times)
  const next = { ...budget, time, participations: [...participations, participation] }
  const { year } = epsilonSpent(next, delta)
  // `isAbove` tolerates rounding errors: the year's ε and the agreed ε can be sums of the same numbers in different
  // order.
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
