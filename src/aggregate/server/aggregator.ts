/** @module What leader and helper have in common, as the HTTP side sees it. */
import type { Policy } from '../protocol/policy.ts'
import type { Task } from '../protocol/task.ts'
import type { RoundRecord } from './store.ts'

export interface Aggregator {
  readonly role: Task['role']
  readonly trust: Policy['trust']
  current(): Promise<RoundRecord | null>
  rounds(): Promise<readonly RoundRecord[]>
  /** What keeps the next step from happening; null when nothing does. */
  waitingFor(): string | null
}

/** What devices are told; null before the first round. */
export function taskOf(role: Task['role'], record: RoundRecord | null): Task | null {
  if (record === null) return null
  const { round, policy, policyHash } = record
  const isFull = record.counted + record.pending >= policy.aggregationGoal
  const state = record.state === 'open' && !(role === 'leader' && isFull) ? 'open' : 'closed'
  return { protocol: 1, role, round, state, policyHash, policy }
}
