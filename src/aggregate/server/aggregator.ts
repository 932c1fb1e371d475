/** @module What leader and helper have in common, as the HTTP side sees it. */
import type { NoiseSampler } from '../privacy/discreteGaussian.ts'
import type { Policy, PolicyParameters } from '../protocol/policy.ts'
import type { Task } from '../protocol/task.ts'
import type { Identity } from './identity.ts'
import type { RoundRecord, Store } from './store.ts'

export interface AggregatorOptions {
  readonly store: Store
  readonly identity: Identity
  /** What this operator agreed to; a helper refuses a leader that proposes anything else. */
  readonly parameters: PolicyParameters
  readonly trust: Policy['trust']
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** For tests and `simulate`, which know the noise to compare sums bit by bit; no server that serves is given one. */
  readonly noise?: NoiseSampler
  readonly log?: (line: string) => void
}

/** Rounds that anybody may read. */
export const ROUNDS_SHOWN = 20

/** What devices are told; null before the first round. */
export function taskOf(role: Task['role'], record: RoundRecord | null): Task | null {
  if (record === null) return null
  const { round, policy, policyHash } = record
  const isFull = record.counted >= policy.aggregationGoal
  const state = record.state === 'open' && !(role === 'leader' && isFull) ? 'open' : 'closed'
  return { protocol: 1, role, round, state, policyHash, policy }
}
