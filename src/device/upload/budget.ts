/**
 * @module What this device has spent of its privacy: which reports left, under how much noise.
 * Spent is what left, whatever the aggregator answered: an aggregator that says "too late" may
 * have counted the report all the same.
 */

import { spentEpsilon } from '../../aggregate/privacy/gaussianAccountant.ts'
import type { Policy } from '../../aggregate/protocol/policy.ts'
import type { Task } from '../../aggregate/protocol/task.ts'
import { NearsideError } from '../../core/error.ts'
import { DAY } from '../../core/time.ts'

export interface Participation {
  readonly round: number
  readonly policyHash: string
  /** Milliseconds since the epoch. */
  readonly time: number
  /** z of the one aggregator that is trusted: the other's noise is not counted on. */
  readonly noiseMultiplier: number
}

/** A report whose bytes may have left and for which there is no receipt yet. */
export interface PendingReport {
  readonly id: string
  readonly round: number
  readonly policyHash: string
  /** The consent under which it was made; another consent never sends it. */
  readonly consentSince: number
  /** The report's bytes, base64: a retry sends these very bytes. */
  readonly body: string
  readonly detail: Readonly<Record<string, string | number | boolean>>
}

export interface Budget {
  readonly participations: readonly Participation[]
  readonly pending: PendingReport | null
}

export const EMPTY_BUDGET: Budget = { participations: [], pending: null }

/**
 * Reads back what was stored.
 * @throws NearsideError `storage-corrupt`: a budget that can't be read is never taken for an empty
 * one, since that would let a device spend twice
 */
export function parseBudget(stored: unknown): Budget {
  if (stored === undefined || stored === null) return EMPTY_BUDGET
  const { participations, pending } = stored as Partial<Budget>
  const valid =
    Array.isArray(participations) &&
    participations.every(
      (p: Partial<Participation> | null) =>
        Number.isInteger(p?.round) && Number.isFinite(p?.time) && (p?.noiseMultiplier ?? 0) > 0,
    )
  if (!valid)
    throw new NearsideError('storage-corrupt', 'The record of what was contributed is unreadable')
  return { participations, pending: isPending(pending) ? pending : null }
}

function isPending(value: unknown): value is PendingReport {
  const pending = value as Partial<PendingReport> | null | undefined
  return (
    typeof pending?.id === 'string' &&
    typeof pending.body === 'string' &&
    typeof pending.policyHash === 'string' &&
    typeof pending.detail === 'object' &&
    Number.isInteger(pending.round) &&
    Number.isFinite(pending.consentSince)
  )
}

/** ε over everything that this device has sent within the policy's period, at its δ. */
export function epsilonSpent(budget: Budget, policy: Policy, now: number): number {
  return spentEpsilon(
    recent(budget, policy, now).map(({ noiseMultiplier }) => noiseMultiplier),
    policy.delta,
  )
}

/**
 * Adds one participation.
 * @throws NearsideError `budget-exhausted`: too many, too soon, or ε would pass `maxEpsilon`
 */
export function spend(
  budget: Budget,
  { policy, policyHash, round }: Pick<Task, 'policy' | 'policyHash' | 'round'>,
  now: number,
  maxEpsilon: number,
): Budget {
  const counted = recent(budget, policy, now)
  if (counted.length >= policy.maxParticipations)
    throw exhausted(`${counted.length} reports were sent in ${policy.periodDays} days, the most`)
  if (counted.some((past) => past.round === round && past.policyHash === policyHash))
    throw exhausted('This device already took part in this round')
  const last = counted.reduce((latest, { time }) => Math.max(latest, time), -Infinity)
  const wait = last + 1000 * policy.minSeparationSeconds - now
  if (wait > 0) throw exhausted(`The next report may leave in ${Math.ceil(wait / 1000)} s`)
  const { noiseMultiplier } = policy
  const participation = { round, policyHash, time: now, noiseMultiplier }
  const next = { ...budget, participations: [...counted, participation] }
  const epsilon = epsilonSpent(next, policy, now)
  if (epsilon > maxEpsilon)
    throw exhausted(`Another report would bring ε to ${epsilon.toFixed(2)}, above ${maxEpsilon}`)
  return next
}

/** A clock that went backwards must not lock the budget for years: the future counts as now. */
function recent(budget: Budget, policy: Policy, now: number): readonly Participation[] {
  return budget.participations
    .map((participation) => ({ ...participation, time: Math.min(participation.time, now) }))
    .filter(({ time }) => now - time < policy.periodDays * DAY)
}

function exhausted(why: string): NearsideError {
  return new NearsideError('budget-exhausted', why)
}
