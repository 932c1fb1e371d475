/** @module Common part of leader and helper: their options, and the task that each of them gives to devices. */
import { toBase64 } from '@nearside/core/bytes.ts'
import type { NoiseSampler } from '../privacy/discreteGaussian.ts'
import { sign, taskMessage } from '../privacy/signature.ts'
import type { Policy, PolicyParameters } from '../protocol/policy.ts'
import { PROTOCOL, type Task } from '../protocol/task.ts'
import type { Identity } from './identity.ts'
import type { Store } from './store/store.ts'

export interface AggregatorOptions {
  readonly store: Store
  readonly identity: Identity
  /** Terms that this operator agreed to. A helper refuses a round for which the leader proposes other terms. */
  readonly parameters: PolicyParameters
  readonly trust: Policy['trust']
  /** Clock, in milliseconds since the epoch. */
  readonly now: () => number
  /** Noise source for tests and `simulate`, which compare sums exactly. Real servers never set it. */
  readonly noise?: NoiseSampler
  readonly log?: (line: string) => void
}

/**
 * Makes a function that returns the task for devices; null before the first round. The function signs a task at most
 * once a second.
 */
export function createTasks(role: Task['role'], { store, identity, now }: AggregatorOptions) {
  let last: Promise<string> | null = null
  let signed = ''
  return async (): Promise<Task | null> => {
    const record = await store.current()
    if (record === null) return null
    const { round, policy, policyHash } = record
    const time = Math.floor(now() / 1000) * 1000
    const message = taskMessage({ role, round, policyHash, time })
    const asked = `${round} ${policyHash} ${time}`
    if (last === null || signed !== asked) {
      signed = asked
      last = sign(identity.signing, message).then(toBase64)
    }
    const signature = await last
    const isFull = record.counted >= policy.aggregationGoal
    const state = record.state === 'open' && !(role === 'leader' && isFull) ? 'open' : 'closed'
    return { protocol: PROTOCOL, role, round, state, policyHash, policy, time, signature }
  }
}
